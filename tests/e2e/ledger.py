"""What the register's rows say of one offering, read at a stroke: the simulation compares it."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import col, select

from kaiku.wire import Outcome
from server.database import read
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.uses.tables import SeatCount, UseRecord

_USES = select(
    col(UseRecord.id), col(UseRecord.outcome), col(UseRecord.voided_at), col(UseRecord.revision),
    col(UseRecord.adults), col(UseRecord.children), col(UseRecord.supporters),
    col(UseRecord.lease_id), col(UseRecord.leased),
)  # type: ignore[call-overload]  # fmt: skip
_BOOKINGS = select(
    col(BookingRecord.seats), col(BookingRecord.use_id), col(CardRecord.digest)
).join(CardRecord, col(CardRecord.id) == col(BookingRecord.card_id))
_LEASES = select(col(Lease.id), col(Lease.granted), col(Lease.spent), col(Lease.kiosk_id))


@dataclass(frozen=True)
class Ledger:
    """All uses, bookings and leases of an offering without cancelled bookings."""

    uses: dict[UUID, Any]
    bookings: list[Any]
    leases: list[Any]
    counted: int
    """The seats that the running count says are taken."""

    @cached_property
    def booked(self) -> int:
        """The seats that bookings hold."""
        return sum(booking.seats for booking in self.bookings)

    @cached_property
    def bookers(self) -> set[bytes]:
        """The digests of the cards that have booked."""
        return {booking.digest for booking in self.bookings}

    @cached_property
    def attended(self) -> Counter[UUID]:
        """The seats of the bookings that each use attends."""
        seats: Counter[UUID] = Counter()
        for booking in self.bookings:
            if booking.use_id is not None:
                seats[booking.use_id] += booking.seats
        return seats

    @cached_property
    def seats(self) -> dict[UUID, int]:
        """The seats of each use that counts, beyond those that it has booked."""
        return {
            use.id: max(0, use.adults + use.children + use.supporters - self.attended[use.id])
            for use in self.uses.values()
            if use.outcome is Outcome.ACCEPTED and use.voided_at is None
        }

    @cached_property
    def spent(self) -> Counter[UUID]:
        """The seats that uses which count have taken of each lease."""
        seats: Counter[UUID] = Counter()
        for use in self.seats:
            seats[self.uses[use].lease_id] += self.uses[use].leased
        return seats

    @cached_property
    def taken(self) -> int:
        """The seats that are taken: booked, given away, or kept for a kiosk."""
        kept = sum(max(0, lease.granted - lease.spent) for lease in self.leases)
        return int(self.booked + sum(self.seats.values()) + kept)


def read_ledger(engine: Engine) -> Ledger:
    """Return what the rows of a register with one offering say."""
    with read(engine) as session:
        return Ledger(
            {use.id: use for use in session.execute(_USES)},
            list(session.execute(_BOOKINGS)),
            list(session.execute(_LEASES)),
            sum(session.execute(select(col(SeatCount.taken))).scalars()),
        )
