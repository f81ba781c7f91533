"""A venue's settings as a whole against the model: what no single offering can tell."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from kaiku.audit import Finding, audit_venue
from kaiku.offering import Offering
from server.kaikukanta.network.tables import Venue, WebShop
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord


def findings(session: Session, venue: Venue, now: datetime) -> tuple[Finding, ...]:
    """Return what a venue's settings break, and what goes against advice (OM-50, 62, 70)."""
    return audit_venue(
        to_come(session, venue.id, now),
        web_shop_checks=None if venue.web_shop is None else venue.web_shop is WebShop.CHECKS,
        accessibility=venue.accessibility is not None,
    )


def to_come(session: Session, venue: UUID, now: datetime) -> list[Offering]:
    """Return what a venue offers now and later; what is over says nothing any more."""
    ends = col(OfferingRecord.ends)
    found = session.exec(
        select(OfferingRecord)
        .where(OfferingRecord.venue_id == venue)
        .where(ends.is_(None) | (ends > now))
    )
    return [to_offering(record) for record in found]


def is_to_come(offering: Offering, now: datetime) -> bool:
    """Tell whether an offering is not over."""
    return offering.window is None or now < offering.window.ends
