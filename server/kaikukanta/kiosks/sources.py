"""Where the rows of the change feed come from: one source for each kind of thing a kiosk needs.

A source reads in the order of changes, and within one change by key, so that it can go on after any
row. Columns are read as they are, without objects: a first sync is a million rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlmodel import Session

from kaiku.wire import CardGone, OfferingGone, OfferingRow
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.cursor import START, CursorError
from server.kaikukanta.kiosks.lines import card_line, line, tally_line
from server.kaikukanta.kiosks.tables import KioskOffering
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Tally


@dataclass(frozen=True, slots=True)
class Span:
    """The changes that are read: after one place in the feed, up to and with another."""

    after: int
    bound: int


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind.

    ``name`` sorts the sources. ``rows`` selects the columns of ``order`` first, then those that
    ``write`` makes a line of; ``parse`` reads each part of the last row's place back.
    """

    name: str
    rows: Select[*tuple[Any, ...]]
    order: tuple[ColumnElement[Any], ...]
    parse: tuple[Callable[[str], Any], ...]
    write: Callable[..., str]

    def read(
        self, session: Session, last: tuple[str, ...], most: int
    ) -> tuple[list[str], tuple[str, ...]]:
        """Return up to ``most`` lines after the last row, and the place of the new last row.

        Fewer lines than asked for say that there are no more.
        """
        statement = self.rows.order_by(*self.order).limit(most)
        if last:
            place = self.place(last)
            statement = statement.where(
                self.order[0] >= place[0],
                tuple_(*self.order) > tuple_(*map(_typed, place, self.order)),
            )
        found = session.execute(statement).all()
        width = len(self.order)
        lines = [self.write(*row[width:]) for row in found]
        return lines, tuple(_text(part) for part in found[-1][:width]) if found else last

    def place(self, last: tuple[str, ...]) -> list[Any]:
        """Return the values of a row's place; raise :class:`CursorError` where they do not fit."""
        try:
            return [parse(part) for parse, part in zip(self.parse, last, strict=True)]
        except ValueError:
            raise CursorError("this is no cursor that the register gave") from None


def sources(session: Session, kiosk_id: UUID, span: Span) -> list[Source]:
    """Return what a kiosk needs of the changes in a span, in the order in which it is sent.

    Tombstones come first: what was erased and then came back must be there in the end.
    """
    served = session.execute(
        select(column(KioskOffering.offering_id), column(KioskOffering.changed))
        .where(
            column(KioskOffering.kiosk_id) == kiosk_id, column(KioskOffering.changed) <= span.bound
        )
        .order_by(column(KioskOffering.offering_id))
    ).all()
    gone = [] if span.after == START else [_tombstones(kiosk_id, span)]
    return [
        *gone,
        _offerings(kiosk_id, span),
        cards(span),
        *(
            # an offering that it did not serve before: all its tallies, from the first on
            _tallies(id_, Span(START, span.bound) if changed > span.after else span)
            for id_, changed in served
        ),
    ]


def _tombstones(kiosk_id: UUID, span: Span) -> Source:
    order = (column(Tombstone.changed), column(Tombstone.id))
    whose = or_(column(Tombstone.kiosk_id).is_(None), column(Tombstone.kiosk_id) == kiosk_id)
    what = or_(column(Tombstone.digest).is_not(None), column(Tombstone.offering_id).is_not(None))
    rows = select(*order, column(Tombstone.digest), column(Tombstone.offering_id)).where(
        *within(order[0], span), whose, what
    )
    return Source("1", rows, order, (_number, _number), _gone_line)


def _gone_line(digest: bytes | None, offering: UUID | None) -> str:
    if digest is not None:
        return line(CardGone(digest))
    assert offering is not None
    return line(OfferingGone(offering))


def _offerings(kiosk_id: UUID, span: Span) -> Source:
    order = (column(OfferingRecord.changed), column(OfferingRecord.id))
    began = column(KioskOffering.changed)
    rows = (
        select(*order, OfferingRecord)
        .join(KioskOffering, column(KioskOffering.offering_id) == column(OfferingRecord.id))
        .where(
            column(KioskOffering.kiosk_id) == kiosk_id,
            and_(order[0] <= span.bound, began <= span.bound),
            or_(order[0] > span.after, began > span.after),
        )
    )
    return Source(
        "2", rows, order, (_number, UUID), lambda record: line(OfferingRow(to_offering(record)))
    )


def cards(span: Span) -> Source:
    """Return the cards of the whole network that changed in a span."""
    order = (column(CardRecord.changed), column(CardRecord.digest))
    columns = (
        column(CardRecord.digest),
        _raw(CardRecord.kind),
        column(CardRecord.children),
        _raw(CardRecord.valid_from),
        _raw(CardRecord.valid_until),
        _raw(CardRecord.status),
    )
    rows = select(*order, *columns).where(*within(order[0], span))
    return Source("3", rows, order, (_number, bytes.fromhex), card_line)


def _tallies(offering_id: UUID, span: Span) -> Source:
    order = (column(Tally.changed), column(Tally.card_id), column(Tally.since))
    columns = (
        column(CardRecord.digest),
        column(Tally.offering_id),
        column(Tally.since),
        column(Tally.uses),
        column(Tally.visits),
    )
    rows = (
        select(*order, *columns)
        .join(CardRecord, column(CardRecord.id) == column(Tally.card_id))
        .where(column(Tally.offering_id) == offering_id, *within(order[0], span))
    )
    return Source(
        f"4{offering_id.hex}", rows, order, (_number, UUID, date.fromisoformat), tally_line
    )


def column(field: Any) -> ColumnElement[Any]:
    """Return a table's field as the column that it stands for."""
    found: ColumnElement[Any] = field
    return found


def within(changed: ColumnElement[Any], span: Span) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a change is in a span."""
    return changed > span.after, changed <= span.bound


def _number(part: str) -> int:
    """Return an integer of a column; raise ``ValueError`` for what no column holds."""
    number = int(part)
    if number >= 2**31:
        raise ValueError("too large")
    return number


def _raw(field: Any) -> ColumnElement[Any]:
    """Return the column as the driver gives it: no enum, and on SQLite no date, is made of it."""
    return type_coerce(field, String)


def _typed(value: object, like: ColumnElement[Any]) -> ColumnElement[Any]:
    return literal(value, like.type)


def _text(part: object) -> str:
    match part:
        case bytes():
            return part.hex()
        case UUID():
            return part.hex
        case date():
            return part.strftime("%Y%m%d")
        case _:
            return str(part)
