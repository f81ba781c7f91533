"""Counts made anew from the uses themselves, when an offering begins to count over other spans."""

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from kaiku.offering import Offering, Per
from kaiku.party import ALONE
from kaiku.wire import Outcome
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.service import to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.uses.accounts import account, since
from server.kaikukanta.uses.counts import Account
from server.kaikukanta.uses.records import admitted
from server.kaikukanta.uses.tables import SeatCount, Tally, UseMember, UseRecord


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
    tallies = _Tallies(session, offering)
    seats = _kept(session, offering)
    booked = _booked(session, offering)
    members = _members(session, offering)
    for use, record in session.exec(_counted(offering)).all():
        card = None if record is None else to_card(record)
        use.day = offering.day(use.at)
        use.since = since(offering, card, use)
        party = admitted(use)
        if offering.seats is not None:
            day = offering.seats_day(use.at)
            seats[day] += max(0, party.seats - booked[use.id, day])
        own = account(use.card_id, use.since, use.service or "")
        tallies.count(own, party.visits, use.cents or 0)
        for each, of_member in members[use.id]:
            each.since = _since_of_member(offering, of_member, use.at)
            tallies.count(account(each.card_id, each.since), ALONE.visits)
    session.add_all(
        SeatCount(offering_id=offering.id, day=day, taken=taken) for day, taken in seats.items()
    )
    session.flush()
    leases = session.exec(select(Lease).where(Lease.offering_id == offering.id))
    return [*tallies.rows.values(), *leases]


class _Tallies:
    """The tallies of an offering, all at zero before they are counted anew."""

    def __init__(self, session: Session, offering: Offering) -> None:
        self._session, self._offering = session, offering.id
        found = session.exec(select(Tally).where(Tally.offering_id == offering.id)).all()
        self.rows = {Account(row.card_id, row.since, row.service): row for row in found}
        for row in found:
            row.uses = row.visits = row.cents = 0

    def count(self, where: Account | None, visits: int, cents: int = 0) -> None:
        """Count a use under an account, where one counts it."""
        if where is None:
            return
        row = self.rows.get(where)
        if row is None:
            row = self.rows[where] = Tally(
                card_id=where.card,
                offering_id=self._offering,
                service=where.service,
                since=where.since,
            )
            self._session.add(row)
        row.uses += 1
        row.visits += visits
        row.cents += cents


def _counted(offering: Offering) -> Any:
    """Return the uses that count, each with its card."""
    return (
        select(UseRecord, CardRecord)
        .outerjoin(CardRecord, col(CardRecord.id) == col(UseRecord.card_id))
        .where(UseRecord.offering_id == offering.id, UseRecord.outcome == Outcome.ACCEPTED)
        .where(col(UseRecord.voided_at).is_(None))
    )


def _members(
    session: Session, offering: Offering
) -> dict[UUID, list[tuple[UseMember, CardRecord | None]]]:
    """Return the members of each group, with their cards."""
    members: dict[UUID, list[tuple[UseMember, CardRecord | None]]] = defaultdict(list)
    query = (
        select(UseMember, CardRecord)
        .join(UseRecord, col(UseRecord.id) == col(UseMember.use_id))
        .outerjoin(CardRecord, col(CardRecord.id) == col(UseMember.card_id))
        .where(UseRecord.offering_id == offering.id)
    )
    for member, card in session.exec(query):
        members[member.use_id].append((member, card))
    return members


def _since_of_member(offering: Offering, card: CardRecord | None, at: datetime) -> date | None:
    if card is None or not offering.counts_cards:
        return None
    return offering.counted_since(to_card(card), at)


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


def _spans(offering: Offering) -> tuple[object, ...]:
    window = offering.window
    return (
        None if offering.seats is None else offering.seats.per,
        None if offering.visits is None else offering.visits.year,
        offering.once,
        None if window is None else offering.day(window.starts),
        [(tariff.service, tariff.cap is None, tariff.period) for tariff in offering.tariffs],
    )
