"""What an offering's settings were before they were changed: of a version, or at an instant."""

from datetime import datetime

from sqlmodel import Session, col, select

from kaiku.offering import Offering
from kaiku.wire import read_offering
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import FormerOffering, OfferingRecord


def settings_of(session: Session, record: OfferingRecord, version: int) -> Offering | None:
    """Return the settings of a version, None where there never was such a one."""
    if version == record.version:
        return to_offering(record)
    former = session.get(FormerOffering, (record.id, version))
    return None if former is None else read_offering(former.settings)


def settings_at(session: Session, record: OfferingRecord, at: datetime) -> Offering:
    """Return the settings that were in force at an instant; before the first, the first."""
    former = session.exec(
        select(FormerOffering)
        .where(FormerOffering.offering_id == record.id, col(FormerOffering.until) > at)
        .order_by(col(FormerOffering.version))
    ).first()
    return to_offering(record) if former is None else read_offering(former.settings)
