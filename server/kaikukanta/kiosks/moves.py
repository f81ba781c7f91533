"""Whom a change concerns: a card everyone, an offering or a tally only the kiosks at it.

Without this, each use in the network would make every kiosk ask for changes.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select, union
from sqlmodel import Session

from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.changes import position
from server.kaikukanta.kiosks.sources import Span, column, within
from server.kaikukanta.kiosks.tables import Kiosk, KioskOffering
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Tally


@dataclass(frozen=True, slots=True)
class Move:
    """The feed moved on to ``position``: what every kiosk, or only some, should fetch.

    ``revoked`` are the kiosks that were taken out.
    """

    position: int
    everyone: bool
    kiosks: frozenset[UUID]
    revoked: frozenset[UUID]

    def concerns(self, kiosk_id: UUID) -> bool:
        """Tell whether a kiosk should fetch."""
        return self.everyone or kiosk_id in self.kiosks


def move_since(session: Session, after: int) -> Move | None:
    """Return what changed after a place in the feed, or None where nothing did."""
    newest = position(session)
    if newest == after:
        return None
    span = Span(min(after, newest), newest)
    stones = session.execute(
        select(
            column(Tombstone.kiosk_id), column(Tombstone.digest), column(Tombstone.offering_id)
        ).where(*within(column(Tombstone.changed), span))
    ).all()
    cards = select(column(CardRecord.id)).where(*within(column(CardRecord.changed), span)).limit(1)
    return Move(
        position=newest,
        everyone=newest < after
        or any(kiosk is None for kiosk, *_ in stones)
        or session.execute(cards).first() is not None,
        kiosks=frozenset(session.execute(_served(span)).scalars())
        | {kiosk for kiosk, *_ in stones if kiosk is not None},
        revoked=frozenset(
            kiosk for kiosk, *what in stones if kiosk is not None and what == [None, None]
        ),
    )


def _served(span: Span) -> Select[tuple[UUID]]:
    """Select the kiosks whose offerings, tallies or venue changed."""
    at = select(column(KioskOffering.kiosk_id))
    served = column(KioskOffering.offering_id)
    found = union(
        at.where(*within(column(KioskOffering.changed), span)),
        at.join(OfferingRecord, column(OfferingRecord.id) == served).where(
            *within(column(OfferingRecord.changed), span)
        ),
        at.join(Tally, column(Tally.offering_id) == served).where(
            *within(column(Tally.changed), span)
        ),
        select(column(Kiosk.id))
        .join(Venue, column(Venue.id) == column(Kiosk.venue_id))
        .where(*within(column(Venue.changed), span)),
    ).subquery()
    return select(found.c.kiosk_id)
