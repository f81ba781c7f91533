"""A venue's settings as a whole against the model: what no single offering can tell."""

from datetime import datetime

from sqlmodel import Session, select

from kaiku.audit import Finding, audit_venue, breaches
from kaiku.offering import Offering
from server.kaikukanta.network.tables import Venue, WebShop
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord


def findings(session: Session, venue: Venue, now: datetime) -> tuple[Finding, ...]:
    """Return what a venue's settings break, and what goes against advice (OM-50, 62, 70).

    Offerings that are over say nothing any more.
    """
    found = session.exec(select(OfferingRecord).where(OfferingRecord.venue_id == venue.id))
    offerings = [to_offering(record) for record in found]
    return audit_venue(
        [each for each in offerings if each.window is None or now < each.window.ends],
        web_shop_checks=None if venue.web_shop is None else venue.web_shop is WebShop.CHECKS,
        accessibility=venue.accessibility is not None,
    )


def against(
    session: Session, venue: Venue, offering: Offering, now: datetime
) -> tuple[Finding, ...]:
    """Return what leaving an offering out breaks in the venue as a whole (OM-62).

    The offering is in the session as it is about to be.
    """
    if not offering.excluded:
        return ()
    session.flush()
    return breaches(findings(session, venue, now))
