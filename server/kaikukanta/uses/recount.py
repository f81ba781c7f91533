"""Counts made anew from the uses themselves, when an offering begins to count over other spans."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from kaiku.offering import Offering, Per
from kaiku.party import ALONE
from kaiku.wire import Outcome
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.service import to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.uses.accounts import account, members_of, since
from server.kaikukanta.uses.counts import Account
from server.kaikukanta.uses.records import admitted
from server.kaikukanta.uses.tables import SeatCount, Tally, UseRecord


def counts_alike(one: Offering, other: Offering) -> bool:
    """Tell whether two settings of an offering count their uses over the same spans."""
    return _spans(one) == _spans(other)


def recount(session: Session, offering: Offering) -> list[Tally | Lease]:
    """Make the counts of an offering anew; return what kiosks must be told anew.

    The feed places of these tallies and leases are the caller's to set.

    The caller holds the offering's row, so that no use of it is recorded meanwhile. A tally that
    nothing counts any more stays at zero, for kiosks to learn.
    """
    session.execute(delete(SeatCount).where(col(SeatCount.offering_id) == offering.id))
    _zero_tallies(session, offering)
    seats = _kept(session, offering)
    booked = _booked(session, offering)
    query = (
        select(UseRecord)
        .where(UseRecord.offering_id == offering.id, UseRecord.outcome == Outcome.ACCEPTED)
        .where(col(UseRecord.voided_at).is_(None))
    )
    for use in session.exec(query).all():
        card = None if use.card_id is None else session.get(CardRecord, use.card_id)
        use.day = offering.day(use.at)
        use.since = since(offering, None if card is None else to_card(card, use.at), use)
        party = admitted(use)
        if offering.seats is not None:
            day = offering.seats_day(use.at)
            seats[day] += max(0, party.seats - booked[use.id, day])
        own = account(use.card_id, use.since, use.service or "")
        if own is not None:
            _count(session, offering, own, party.visits, use.cents or 0)
        if use.members is not None:
            for each in members_of(session, use):
                found = None if each.card_id is None else session.get(CardRecord, each.card_id)
                each.since = (
                    offering.counted_since(to_card(found, use.at), use.at)
                    if found is not None and offering.counts_cards
                    else None
                )
                member = account(each.card_id, each.since)
                if member is not None:
                    _count(session, offering, member, ALONE.visits, 0)
    session.add_all(
        SeatCount(offering_id=offering.id, day=day, taken=taken) for day, taken in seats.items()
    )
    session.flush()
    return [
        *session.exec(select(Tally).where(Tally.offering_id == offering.id)),
        *session.exec(select(Lease).where(Lease.offering_id == offering.id)),
    ]


def _kept(session: Session, offering: Offering) -> Counter[date]:
    """Return the seats that bookings hold and kiosks have leased, by day.

    Those of an event move with it to its new day.
    """
    kept: Counter[date] = Counter()
    for booking in session.exec(_live_bookings(offering)):
        booking.day = offering.day(booking.booked_at)
        kept[booking.day] += booking.seats
    if offering.seats is None:
        return Counter()
    for lease in session.exec(select(Lease).where(Lease.offering_id == offering.id)):
        if offering.window is not None and offering.seats.per is Per.EVENT:
            lease.day = offering.day(offering.window.starts)
        kept[lease.day] += lease.unspent
    return kept


def _booked(session: Session, offering: Offering) -> Counter[tuple[UUID, date]]:
    """Return the seats of the bookings that each use attends, by their day."""
    booked: Counter[tuple[UUID, date]] = Counter()
    for booking in session.exec(_live_bookings(offering)):
        if booking.use_id is not None:
            booked[booking.use_id, booking.day] += booking.seats
    return booked


def _live_bookings(offering: Offering) -> Any:
    return (
        select(BookingRecord)
        .where(BookingRecord.offering_id == offering.id)
        .where(col(BookingRecord.cancelled_at).is_(None))
    )


def _count(session: Session, offering: Offering, where: Account, visits: int, cents: int) -> None:
    key = (where.card, offering.id, where.service, where.since)
    tally = session.get(Tally, key) or Tally(
        card_id=where.card, offering_id=offering.id, service=where.service, since=where.since
    )
    tally.uses += 1
    tally.visits += visits
    tally.cents += cents
    session.add(tally)


def _zero_tallies(session: Session, offering: Offering) -> None:
    session.execute(
        update(Tally).where(col(Tally.offering_id) == offering.id).values(uses=0, visits=0, cents=0)
    )
    session.expire_all()


def _spans(offering: Offering) -> tuple[object, ...]:
    window = offering.window
    return (
        None if offering.seats is None else offering.seats.per,
        None if offering.visits is None else offering.visits.year,
        offering.once,
        None if window is None else offering.day(window.starts),
        [(tariff.service, tariff.cap is None, tariff.period) for tariff in offering.tariffs],
    )
