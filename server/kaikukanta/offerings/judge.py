"""An offering's settings before they are kept: all that is against them, found at once.

Besides the settings themselves these are what they would do to the venue as a whole, and to what
has been recorded already.
"""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from kaiku.audit import Finding, Grade, audit, audit_change
from kaiku.audit.finding import breach
from kaiku.audit.words import HAS_BEEN
from kaiku.days import day_of
from kaiku.offering import Offering
from kaiku.wire import Outcome
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.offerings.venue import is_to_come, to_come
from server.kaikukanta.uses.tables import UseRecord


def judge(
    session: Session, venue_id: UUID, offering: Offering, now: datetime
) -> tuple[Finding, ...]:
    """Return every breach and all advice against an offering as its venue is about to set it.

    Until the transaction ends nobody else sets anything of the venue, so that two who each leave
    the last one out that may be do not both get their way (OM-62).
    """
    venue = session.get_one(Venue, venue_id, with_for_update={"key_share": True})
    record = session.get(OfferingRecord, offering.id, with_for_update=True, populate_existing=True)
    before = None if record is None else to_offering(record)
    return (
        *audit(offering, venue.kind),
        *_history(session, before, offering, now),
        *_own_productions(session, venue_id, before, offering, now),
    )


def advice_of(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that do not stand in the way."""
    return tuple(finding for finding in found if finding.grade is Grade.ADVICE)


def _history(
    session: Session, before: Offering | None, after: Offering, now: datetime
) -> Iterator[Finding]:
    """Yield that the day of what has happened would change: a use stays on its day (OM-47).

    A postponed event takes its bookings along, and tickets that were entered as uses beforehand.
    """
    if before is None or _event_day(before) == _event_day(after):
        return
    happened = (
        select(UseRecord.id)
        .where(UseRecord.offering_id == after.id, UseRecord.outcome == Outcome.ACCEPTED)
        .where(col(UseRecord.voided_at).is_(None), col(UseRecord.day) <= day_of(now))
        .limit(1)
    )
    if session.exec(happened).first() is not None:
        yield breach("OM-47", "window", HAS_BEEN)


def _event_day(offering: Offering) -> date | None:
    window = offering.window
    return None if window is None else offering.day(window.starts)


def _own_productions(
    session: Session, venue_id: UUID, before: Offering | None, after: Offering, now: datetime
) -> tuple[Finding, ...]:
    """Return that too few own productions would stay in, whatever it is that changes (OM-62)."""
    others = [each for each in to_come(session, venue_id, now) if each.id != after.id]
    return audit_change(
        others,
        before if before is not None and is_to_come(before, now) else None,
        after if is_to_come(after, now) else None,
    )
