"""The running counts that decisions rest on, held under their row locks while one is made.

Locks are always taken in the order offering, use, cards, bookings, leases, seats, tallies, feed,
attempts, so that nobody deadlocks.
Only what an offering limits is counted; what a use takes is :class:`kaiku.party.Party`'s to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from kaiku.decide import Facts
from kaiku.party import ALONE, Party
from server.database import upsert
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.uses.tables import SeatCount, Tally

_Row = TypeVar("_Row", bound=SQLModel)


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Which tally counts a card's use: since a day, and of a library's service or of none."""

    card: UUID
    since: date
    service: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The seats of a lease that a use takes, as the kiosk's journal says (promise P2)."""

    lease: UUID
    seats: int


@dataclass(frozen=True, slots=True)
class Span:
    """Which counts a use falls under, or what is no use (yet): then ``use`` is None.

    ``seats_on`` is None where no cap on seats counts it, ``own`` where its card is not counted;
    ``members`` are the accounts of a group's members. ``bookers`` are the cards whose bookings it
    may attend, ``part`` what it is decided with of a lease, ``leases`` all that its seats have been
    or may be from.
    """

    offering: UUID
    use: UUID | None
    seats_on: date | None = None
    own: Account | None = None
    members: tuple[Account, ...] = ()
    bookers: frozenset[UUID] = frozenset()
    part: Part | None = None
    leases: frozenset[UUID] = frozenset()


class Counts:
    """The counts of one span. What is added or taken is written at the commit."""

    def __init__(
        self,
        under: Span,
        seats: Mapping[date, SeatCount],
        tallies: Mapping[Account, Tally],
        bookings: Iterable[BookingRecord] = (),
        leases: Iterable[Lease] = (),
    ) -> None:
        self._under = under
        self._seats = None if under.seats_on is None else seats[under.seats_on]
        self._days = seats
        self._tallies = tallies
        self._bookings = tuple(bookings)
        self._leases = {lease.id: lease for lease in leases}
        self._spent = {lease.id: lease.spent for lease in self._leases.values()}
        self._before = [_values(row) for row in self._told]

    @property
    def facts(self) -> Facts:
        """Return the counts as a decision needs them."""
        return self._facts(self._under.own)

    def facts_of(self, member: Account | None) -> Facts:
        """Return the counts of a member of a group."""
        return self._facts(member)

    @property
    def cents(self) -> int:
        """The cents that the card's service has been covered for."""
        tally = None if self._under.own is None else self._tallies.get(self._under.own)
        return 0 if tally is None else tally.cents

    def _facts(self, account: Account | None) -> Facts:
        tally = None if account is None else self._tallies.get(account)
        return Facts(
            seats_taken=None if self._seats is None else self._seats.taken - self._own,
            uses=0 if tally is None else tally.uses,
            visits=0 if tally is None else tally.visits,
            booked=self._held(self._bookings),
        )

    @property
    def _own(self) -> int:
        """The seats that are kept for this very use; the rest of its lease is for others."""
        part = self._under.part
        lease = None if part is None else self._leases.get(part.lease)
        if part is None or lease is None or lease.day != self._under.seats_on:
            return 0
        return min(part.seats, lease.unspent)

    def add(self, party: Party, cents: int = 0, part: Part | None = None) -> None:
        """Count who came in, and attend the cards' bookings; nobody counts as nothing."""
        if party.adults == 0:
            return
        for booking in self._bookings:
            booking.use_id = self._under.use
        self._change(party, cents, part, 1)

    def take(self, party: Party, cents: int = 0, part: Part | None = None) -> None:
        """Give back what was counted for them; the bookings wait for another use."""
        if party.adults == 0:
            return
        self._change(party, cents, part, -1)
        for booking in self._bookings:
            booking.use_id = None

    def reserve(self, seats: int) -> None:
        """Keep seats for a booking; below 0 it gives them back."""
        if self._seats is not None:
            self._seats.taken += seats

    def settle(self, session: Session) -> None:
        """Tell kiosks of what has changed; the last act of a transaction.

        What a use gives up of a lease that was returned is kept for nobody.
        """
        for lease in self._leases.values():
            given_up = self._spent[lease.id] - lease.spent
            if lease.returned_at is not None and given_up > 0:
                self._keep(lease, granted=max(lease.spent, lease.granted - given_up))
        changed = [
            row
            for row, before in zip(self._told, self._before, strict=True)
            if _values(row) != before
        ]
        if changed:
            seq = next_seq(session)
            for row in changed:
                row.changed = seq

    @property
    def _told(self) -> list[Tally | BookingRecord]:
        return [*self._tallies.values(), *self._bookings]

    def _change(self, party: Party, cents: int, part: Part | None, sign: int) -> None:
        attended = [each for each in self._bookings if each.use_id == self._under.use]
        if self._seats is not None:
            self._seats.taken += sign * max(0, party.seats - self._held(attended))
        lease = None if part is None else self._leases.get(part.lease)
        if part is not None and lease is not None:
            self._keep(lease, spent=lease.spent + sign * part.seats)
        if self._under.own is not None:
            tally = self._tallies[self._under.own]
            tally.uses += sign
            tally.visits += sign * party.visits
            tally.cents += sign * cents
        for member in self._under.members:
            self._tallies[member].uses += sign
            self._tallies[member].visits += sign * ALONE.visits

    def _held(self, bookings: Iterable[BookingRecord]) -> int:
        """Return the seats that bookings hold of the day that counts the use."""
        return sum(each.seats for each in bookings if each.day == self._under.seats_on)

    def _keep(self, lease: Lease, *, spent: int | None = None, granted: int | None = None) -> None:
        """Change a lease, and with it the seats that are kept for its kiosk."""
        kept = lease.unspent
        lease.spent = lease.spent if spent is None else spent
        lease.granted = lease.granted if granted is None else granted
        if lease.day in self._days:
            self._days[lease.day].taken += lease.unspent - kept


def hold(session: Session, under: Span) -> Counts:
    """Return the counts of a span, locked until the transaction ends and made where missing."""
    bookings = _live(session, under) if under.bookers else []
    found = [lock_lease(session, lease) for lease in sorted(under.leases)]
    leases = [lease for lease in found if lease is not None]
    days: set[date] = set()
    if under.seats_on is not None:
        days = {under.seats_on, *(lease.day for lease in leases)}
    seats = {day: lock_seats(session, under.offering, day) for day in sorted(days)}
    tallies = {account: _tally(session, under.offering, account) for account in _accounts(under)}
    return Counts(under, seats, tallies, bookings, leases)


def look(session: Session, under: Span) -> Counts:
    """Return the counts of a span as they are now, without holding them; they are not changed."""
    seats = {}
    if under.seats_on is not None:
        seats[under.seats_on] = session.get(
            SeatCount, (under.offering, under.seats_on)
        ) or SeatCount(offering_id=under.offering, day=under.seats_on)
    found = {
        account: session.get(Tally, (account.card, under.offering, account.service, account.since))
        for account in _accounts(under)
    }
    tallies = {account: tally for account, tally in found.items() if tally is not None}
    bookings = session.exec(_of(under)).all() if under.bookers else []
    return Counts(under, seats, tallies, bookings)


def _accounts(under: Span) -> list[Account]:
    """Return all accounts of a span, each once, in the order in which they are locked."""
    own = () if under.own is None else (under.own,)
    return sorted({*own, *under.members})


def _of(under: Span) -> Any:
    """Return the bookings that a use attends or may attend."""
    return (
        select(BookingRecord)
        .where(col(BookingRecord.card_id).in_(under.bookers))
        .where(BookingRecord.offering_id == under.offering)
        .where(col(BookingRecord.cancelled_at).is_(None))
        .where(col(BookingRecord.use_id).is_(None) | (col(BookingRecord.use_id) == under.use))
        .order_by(col(BookingRecord.id))
    )


def _live(session: Session, under: Span) -> list[BookingRecord]:
    query = _of(under).with_for_update().execution_options(populate_existing=True)
    return list(session.exec(query))


def lock_lease(session: Session, lease: UUID) -> Lease | None:
    """Return a lease that stays as it is until the transaction ends."""
    return session.get(Lease, lease, with_for_update=True, populate_existing=True)


def lock_seats(session: Session, offering: UUID, day: date) -> SeatCount:
    """Return the count of an offering's seats on a day, locked and made where missing."""
    return _locked(session, SeatCount, {"offering_id": offering, "day": day}, {"taken": 0})


def _tally(session: Session, offering: UUID, account: Account) -> Tally:
    key = {
        "card_id": account.card,
        "offering_id": offering,
        "service": account.service,
        "since": account.since,
    }
    return _locked(session, Tally, key, {"uses": 0, "visits": 0, "cents": 0, "changed": 0})


def _locked(
    session: Session, table: type[_Row], key: dict[str, object], zero: dict[str, object]
) -> _Row:
    row = session.get(table, key, with_for_update=True, populate_existing=True)
    if row is None:
        session.execute(upsert(session, table).values(**key, **zero).on_conflict_do_nothing())
        row = session.get_one(table, key, with_for_update=True)
    return row


def _values(row: Tally | BookingRecord) -> tuple[object, ...]:
    match row:
        case Tally():
            return (row.uses, row.visits, row.cents)
        case BookingRecord():
            return (row.use_id,)
