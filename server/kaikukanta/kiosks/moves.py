"""Whom a change concerns: a card everyone, an offering or a tally only the kiosks at it.

Without this, each use in the network would make every kiosk ask for changes. Cards that changed are
read once for all: a thousand kiosks that ask at the same time would wait for each other, and an
ended card is to be refused within a second (promise P4).
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, union
from sqlmodel import Session

from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.feed.service import Place, newest, was_at
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.source import Span, column, within
from server.kaikukanta.kiosks.sources import cards
from server.kaikukanta.kiosks.tables import Kiosk, KioskOffering, Lease
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Tally

MOST_CARDS = 50


_GONE = select(
    column(Tombstone.kiosk_id), column(Tombstone.digest), column(Tombstone.offering_id)
).where(*within(column(Tombstone.changed)))

_at = select(column(KioskOffering.kiosk_id))
_served = column(KioskOffering.offering_id)
_SERVED = union(
    _at.where(*within(column(KioskOffering.changed))),
    _at.join(OfferingRecord, column(OfferingRecord.id) == _served).where(
        *within(column(OfferingRecord.changed))
    ),
    _at.join(Tally, column(Tally.offering_id) == _served).where(*within(column(Tally.changed))),
    _at.join(BookingRecord, column(BookingRecord.offering_id) == _served).where(
        *within(column(BookingRecord.changed))
    ),
    select(column(Lease.kiosk_id)).where(*within(column(Lease.changed))),
    select(column(Kiosk.id))
    .join(Venue, column(Venue.id) == column(Kiosk.venue_id))
    .where(*within(column(Venue.changed))),
)
"""The kiosks whose offerings, tallies, bookings, leases or venue changed."""


@dataclass(frozen=True, slots=True)
class Move:
    """The feed moved on to a ``place``: what every kiosk, or only some, should fetch.

    ``cards`` are the lines of cards that changed, None where there are more than ``MOST_CARDS``.
    ``revoked`` are the kiosks that were taken out.
    """

    place: Place
    everyone: bool
    cards: tuple[str, ...] | None
    kiosks: frozenset[UUID]
    revoked: frozenset[UUID]

    def concerns(self, kiosk_id: UUID) -> bool:
        """Tell whether a kiosk should fetch."""
        return self.everyone or kiosk_id in self.kiosks


def move_since(session: Session, after: Place) -> Move | None:
    """Return what changed after a place in the feed, or None where nothing did.

    Everyone should fetch where the place is of a past that was lost.
    """
    place = newest(session)
    if place == after:
        return None
    span = Span(min(after.seq, place.seq), place.seq)
    where = {"after": span.after, "bound": span.bound}
    stones = session.connection().execute(_GONE, where).all()
    changed, _ = cards(span).read(session, (), MOST_CARDS + 1)
    return Move(
        place=place,
        everyone=not was_at(session, after)
        or any(kiosk is None for kiosk, *_ in stones)
        or bool(changed),
        cards=tuple(changed) if len(changed) <= MOST_CARDS else None,
        kiosks=frozenset(session.connection().execute(_SERVED, where).scalars())
        | {kiosk for kiosk, *_ in stones if kiosk is not None},
        revoked=frozenset(
            kiosk for kiosk, *what in stones if kiosk is not None and what == [None, None]
        ),
    )
