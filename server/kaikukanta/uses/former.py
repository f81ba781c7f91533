"""What was counted under other settings of an offering, from its uses themselves.

The running counts are over the spans of today's settings. Where a use is looked at by settings of
another kind, such as a cap that is gone, they do not say what is needed. Bookings and leases hold
nothing here: what counts is who came.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from kaiku.card import Card
from kaiku.days import HELSINKI, day_of
from kaiku.fee import period_start
from kaiku.grounds import Facts
from kaiku.lease import is_over
from kaiku.offering import Offering, Per
from kaiku.party import ALONE
from kaiku.wire import Outcome
from server.kaikukanta.uses.case import Case, Known
from server.kaikukanta.uses.records import fee_of
from server.kaikukanta.uses.recount import counts_alike
from server.kaikukanta.uses.tables import UseMember, UseRecord


def known_under(session: Session, case: Case, offering: Offering) -> Known:
    """Return what had been counted for a case, had the offering had these settings."""
    if counts_alike(offering, case.offering):
        return case.known
    use = case.use
    seats = _seats(session, use, offering)
    members = tuple(
        _facts(session, use, offering, each.card, each.row.card_id, None) for each in case.members
    )
    own = None if use.members is not None or use.service is not None else case.card
    facts = _facts(session, use, offering, own, use.card_id, seats)
    return Known(facts, _cents(session, use, offering), members)


def known_then(session: Session, case: Case, offering: Offering) -> Known:
    """Return what had been counted for a late case by the settings of then.

    Once nobody comes in any more, a booking nobody came on and a lease that a lost kiosk never gave
    back take no seat: there was room for whoever came.
    """
    known = known_under(session, case, offering)
    if not is_over(case.offering, case.seats_day, case.use.received_at):
        return known
    facts = replace(known.facts, seats_taken=_seats(session, case.use, offering), booked=0)
    return replace(known, facts=facts)


def _seats(session: Session, use: UseRecord, offering: Offering) -> int | None:
    if offering.seats is None:
        return None
    taken = func.sum(UseRecord.adults + UseRecord.children + UseRecord.supporters)
    query = select(taken).where(*_others(use))
    if offering.window is None or offering.seats.per is Per.DAY:
        day = day_of(use.at)
        query = query.where(col(UseRecord.at) >= _start(day))
        query = query.where(col(UseRecord.at) < _start(day + timedelta(days=1)))
    return int(session.exec(query).one() or 0)


def _facts(
    session: Session,
    use: UseRecord,
    offering: Offering,
    card: Card | None,
    card_id: UUID | None,
    seats: int | None,
) -> Facts:
    if card is None or card_id is None or not offering.counts_cards:
        return Facts(seats)
    since = offering.counted_since(card, use.at)
    visits = [
        visits
        for at, visits in _visits(session, use, card_id)
        if offering.counted_since(card, at) == since
    ]
    return Facts(seats, uses=len(visits), visits=sum(visits))


def _visits(session: Session, use: UseRecord, card: UUID) -> Iterator[tuple[datetime, int]]:
    """Yield when a card came to the offering, by itself or in a group, and how many visits."""
    own = select(UseRecord).where(
        *_others(use),
        UseRecord.card_id == card,
        col(UseRecord.members).is_(None),
        col(UseRecord.service).is_(None),
    )
    for each in session.exec(own):
        yield each.at, each.adults + each.children
    of_groups = select(UseRecord.at).join(UseMember, col(UseMember.use_id) == col(UseRecord.id))
    for at in session.exec(of_groups.where(*_others(use), UseMember.card_id == card)):
        yield at, ALONE.visits


def _cents(session: Session, use: UseRecord, offering: Offering) -> int:
    fee = fee_of(use)
    tariff = None if fee is None else offering.tariff(fee.service)
    if tariff is None or use.card_id is None:
        return 0
    before = select(UseRecord.at, UseRecord.cents).where(
        *_others(use), UseRecord.card_id == use.card_id, UseRecord.service == tariff.service
    )
    start = period_start(tariff, day_of(use.at))
    return sum(
        cents or 0
        for at, cents in session.exec(before)
        if period_start(tariff, day_of(at)) == start
    )


def _others(use: UseRecord) -> tuple[bool, ...]:
    """Return what the other uses of the offering are that count."""
    return (
        UseRecord.offering_id == use.offering_id,
        UseRecord.id != use.id,
        UseRecord.outcome == Outcome.ACCEPTED,
        col(UseRecord.voided_at).is_(None),  # type: ignore[return-value]
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), HELSINKI)
