"""What the kiosk may give away of shared caps by itself, and how it gives leases back (promise P2).

The register tells of leases, so they lie in the cache; what was spent of them only the journal
knows. All of it runs on the thread of the store, piece by piece.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kaiku.lease import is_over
from kaiku.offering import Offering
from kaiku.wire import LeaseRow, Use
from kiosk.cache import CardCache
from kiosk.journal import Returning, UseJournal


class LeaseGoneError(Exception):
    """A lease is no longer as it was when it was looked up; nothing has been recorded."""


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of a cache, and what a journal has spent of them."""

    cache: CardCache
    journal: UseJournal

    def at_hand(self, offering: Offering, at: datetime) -> tuple[UUID | None, int]:
        """Return the lease that a use at an instant may be of, and the seats left of it."""
        rows = self.cache.leases_of(offering.id, offering.seats_day(at))
        found = [(self._left(row), row.id) for row in rows if self._may_spend(row)]
        if not found:
            return None, 0
        left, lease = max(found)
        return lease, left

    def check(self, use: Use) -> None:
        """Raise :class:`LeaseGoneError` where a use takes what it may not of its lease.

        What it has taken already it keeps, or gives up a part of, whatever has become of the lease.
        """
        if use.lease is None or use.leased == 0 or use.leased <= self.journal.held(use):
            return
        row, offering = self.cache.lease(use.lease), self.cache.offering(use.offering)
        if row is None or offering is None or not self._may_spend(row):
            raise LeaseGoneError
        if (row.offering, row.day) != (offering.id, offering.seats_day(use.at)):
            raise LeaseGoneError
        if self.journal.leased(row.id, but=use.id) + use.leased > row.seats:
            raise LeaseGoneError

    def seats_left(self) -> int:
        """Return the seats that may still be given away."""
        return sum(self._left(row) for row in self.cache.leases() if self._may_spend(row))

    def give_back(self, now: datetime) -> list[Returning]:
        """Give back what was recalled and what is over; return what the register is to be told."""
        offerings = {offering.id: offering for offering in self.cache.offerings()}
        ended = [
            row.id
            for row in self.cache.leases()
            if row.journal == self.journal.id
            and (
                row.recalled
                or row.offering not in offerings
                or is_over(offerings[row.offering], row.day, now)
            )
        ]
        if ended:
            self.journal.give_back(ended)
            self.cache.forget_leases(ended)
        return self.journal.returning()

    def _may_spend(self, row: LeaseRow) -> bool:
        """Tell whether a lease may be spent: of a lost journal's nobody knows what is left."""
        known = row.journal == self.journal.id
        return known and not row.recalled and not self.journal.is_given_back(row.id)

    def _left(self, row: LeaseRow) -> int:
        return max(0, row.seats - self.journal.leased(row.id))
