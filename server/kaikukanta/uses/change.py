"""Conflicts that came of a change of settings which a kiosk had not heard of (promise P1)."""

from datetime import datetime

from sqlmodel import Session

from kaiku.wire import Use, read_offering, write_instant
from server.kaikukanta.offerings.tables import FormerOffering
from server.kaikukanta.uses.case import Case
from server.kaikukanta.uses.former import known_under
from server.kaikukanta.uses.tables import UseRecord


def right_until(session: Session, case: Case, item: Use) -> datetime | None:
    """Return when the settings ended by which a kiosk was right to let a party in.

    None where no conflict came of such a change.
    """
    version, judged_by = item.offering_version, case.use.conflict_version
    if version is None or judged_by is None:
        return None
    former = session.get(FormerOffering, (case.offering.id, version))
    if former is None:
        return None
    settings = read_offering(former.settings)
    decision = case.decide_by(settings, item.party, known_under(session, case, settings))
    return former.until if decision.accepted else None


def explained(use: UseRecord) -> str | None:
    """Return how a use came into conflict by a change of settings, where that is why."""
    if use.conflict_since is None:
        return None
    return (
        f"The settings changed from version {use.offering_version} to version"
        f" {use.conflict_version} at {write_instant(use.conflict_since)}, and the use was right by"
        f" version {use.offering_version}."
    )
