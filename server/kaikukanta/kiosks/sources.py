"""What a kiosk needs of the register's changes: one source for each kind of thing."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, case, or_, select, type_coerce
from sqlmodel import Session

from kaiku.wire import BookingRow, CardGone, LeaseRow, OfferingGone, OfferingRow
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.cursor import START
from server.kaikukanta.kiosks.lines import card_line, line, tally_line
from server.kaikukanta.kiosks.source import Source, Span, column, in_order, number, within, word
from server.kaikukanta.kiosks.tables import KioskOffering, Lease
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Tally


def _raw(field: Any) -> ColumnElement[Any]:
    """Return the column as the driver gives it: no enum, and on SQLite no date, is made of it."""
    return type_coerce(field, String)


def _gone_line(digest: bytes | None, offering: UUID | None) -> str:
    if digest is not None:
        return line(CardGone(digest))
    assert offering is not None
    return line(OfferingGone(offering))


def _offering_line(*values: Any) -> str:
    record = OfferingRecord(**dict(zip(_OFFERING_FIELDS, values, strict=True)))
    return line(OfferingRow(to_offering(record)))


_gone_at = (column(Tombstone.changed), column(Tombstone.id))
_GONE = in_order(
    select(*_gone_at, column(Tombstone.digest), column(Tombstone.offering_id)).where(
        *within(_gone_at[0]),
        or_(
            column(Tombstone.kiosk_id).is_(None),
            column(Tombstone.kiosk_id) == bindparam("kiosk"),
        ),
        or_(column(Tombstone.digest).is_not(None), column(Tombstone.offering_id).is_not(None)),
    ),
    _gone_at,
    (number, number),
    _gone_line,
)

_OFFERING_FIELDS = tuple(OfferingRecord.model_fields)
_offering_at = (column(OfferingRecord.changed), column(OfferingRecord.id))
_began = column(KioskOffering.changed)
_OFFERINGS = in_order(
    select(*_offering_at, *(column(getattr(OfferingRecord, name)) for name in _OFFERING_FIELDS))
    .join(KioskOffering, column(KioskOffering.offering_id) == _offering_at[1])
    .where(
        column(KioskOffering.kiosk_id) == bindparam("kiosk"),
        _offering_at[0] <= bindparam("bound"),
        _began <= bindparam("bound"),
        or_(_offering_at[0] > bindparam("after"), _began > bindparam("after")),
    ),
    _offering_at,
    (number, UUID),
    _offering_line,
)

_card_at = (column(CardRecord.changed), column(CardRecord.digest))
_CARDS = in_order(
    select(
        *_card_at,
        column(CardRecord.digest),
        _raw(CardRecord.kind),
        column(CardRecord.children),
        _raw(CardRecord.valid_from),
        _raw(CardRecord.valid_until),
        _raw(CardRecord.status),
    ).where(*within(_card_at[0])),
    _card_at,
    (number, bytes.fromhex),
    card_line,
)

_tally_at = (
    column(Tally.changed),
    column(Tally.card_id),
    column(Tally.since),
    column(Tally.service),
)
_TALLIES = in_order(
    select(
        *_tally_at,
        column(CardRecord.digest),
        column(Tally.offering_id),
        column(Tally.since),
        column(Tally.uses),
        column(Tally.visits),
        column(Tally.service),
        column(Tally.cents),
    )
    .join(CardRecord, column(CardRecord.id) == column(Tally.card_id))
    .where(column(Tally.offering_id) == bindparam("offering"), *within(_tally_at[0])),
    _tally_at,
    (number, UUID, date.fromisoformat, word),
    tally_line,
)

_booking_at = (column(BookingRecord.changed), column(BookingRecord.id))
_holds = column(BookingRecord.cancelled_at).is_(None) & column(BookingRecord.use_id).is_(None)
_BOOKINGS = in_order(
    select(
        *_booking_at,
        column(BookingRecord.id),
        column(CardRecord.digest),
        column(BookingRecord.offering_id),
        case((_holds, column(BookingRecord.seats)), else_=0),
    )
    .join(CardRecord, column(CardRecord.id) == column(BookingRecord.card_id))
    .where(column(BookingRecord.offering_id) == bindparam("offering"), *within(_booking_at[0])),
    _booking_at,
    (number, UUID),
    lambda *values: line(BookingRow(*values)),
)

_lease_at = (column(Lease.changed), column(Lease.id))
_LEASES = in_order(
    select(
        *_lease_at,
        column(Lease.id),
        column(Lease.offering_id),
        column(Lease.day),
        column(Lease.granted),
        column(Lease.journal),
        column(Lease.recalled_at).is_not(None),
    ).where(column(Lease.kiosk_id) == bindparam("kiosk"), *within(_lease_at[0])),
    _lease_at,
    (number, UUID),
    lambda *values: line(LeaseRow(*values)),
)

_SERVED = (
    select(column(KioskOffering.offering_id), _began)
    .where(
        column(KioskOffering.kiosk_id) == bindparam("kiosk"),
        _began <= bindparam("bound"),
    )
    .order_by(column(KioskOffering.offering_id))
)


def sources(session: Session, kiosk_id: UUID, span: Span) -> list[Source]:
    """Return what a kiosk needs of the changes in a span, in the order in which it is sent.

    Tombstones come first: what was erased and then came back must be there in the end.
    """
    kiosk = {"kiosk": kiosk_id}
    parameters = {**kiosk, "bound": span.bound}
    served = session.connection().execute(_SERVED, parameters).all()
    gone = [] if span.after == START else [Source("1", _GONE, span, kiosk)]
    return [
        *gone,
        Source("2", _OFFERINGS, span, kiosk),
        cards(span),
        *(
            # an offering that it did not serve before: all that was counted, from the first on
            Source(f"{name}{id_.hex}", rows, _since(began, span), {"offering": id_})
            for name, rows in (("4", _TALLIES), ("5", _BOOKINGS))
            for id_, began in served
        ),
        Source("6", _LEASES, span, kiosk),
    ]


def cards(span: Span) -> Source:
    """Return the cards of the whole network that changed in a span."""
    return Source("3", _CARDS, span, {})


def _since(began: int, span: Span) -> Span:
    return Span(START, span.bound) if began > span.after else span
