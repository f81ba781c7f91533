"""Offerings as rows and as the rules see them; setting and changing them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from kaiku.offering import Offering, Window
from kaiku.text import Text
from kaiku.wire import (
    read_limit,
    read_tariff,
    write_limit,
    write_offering,
    write_tariff,
    write_text,
)
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.leases.settle import end_past, recall_beyond
from server.kaikukanta.offerings.tables import FormerOffering, OfferingRecord
from server.kaikukanta.uses.recount import counts_alike, recount


def to_offering(record: OfferingRecord) -> Offering:
    """Return an offering as the rules see it."""
    window = None
    if record.starts is not None and record.ends is not None:
        window = Window(record.starts, record.ends, record.opens, record.acquirable)
    return Offering(
        id=record.id,
        name=Text(record.name_fi, record.name_sv, record.name_en),
        category=record.category,
        window=window,
        limits=tuple(read_limit(limit) for limit in record.limits),
        children_welcome=record.children_welcome,
        supporters_free=record.supporters_free,
        exclusion=record.exclusion,
        version=record.version,
        kind=record.kind,
        tickets=record.tickets,
        tariffs=tuple(read_tariff(tariff) for tariff in record.tariffs),
        wristband=record.wristband,
        terms=None if record.terms is None else Text(**record.terms),
    )


def create_offering(session: Session, venue_id: UUID, offering: Offering) -> OfferingRecord:
    """Add an offering to a venue; its version is 1."""
    record = OfferingRecord(id=offering.id, venue_id=venue_id, changed=0, **_columns(offering))
    session.add(record)
    record.changed = next_seq(session)
    return record


def change_offering(
    session: Session, record: OfferingRecord, offering: Offering, now: datetime
) -> None:
    """Set an offering anew, under its next version; what it was is kept.

    Nobody records a use of it meanwhile. Where it now counts over other spans (another kind of
    limit, another day), its counts are made anew from its uses. Leases whose term was over before
    are not taken along, and those that no longer fit the cap are asked back (promise P2).
    """
    session.refresh(record, with_for_update=True)
    before = to_offering(record)
    end_past(session, before, now)
    session.add(
        FormerOffering(
            offering_id=record.id,
            version=record.version,
            until=now,
            settings=write_offering(before),
        )
    )
    record.sqlmodel_update(_columns(offering))
    record.version += 1
    session.flush()
    after = to_offering(record)
    recounted = [] if counts_alike(before, after) else recount(session, after)
    recalled = recall_beyond(session, after, now)
    record.changed = next_seq(session)
    for row in [*recounted, *recalled]:
        row.changed = record.changed


def _columns(offering: Offering) -> dict[str, Any]:
    window = offering.window
    return {
        "name_fi": offering.name.fi,
        "name_sv": offering.name.sv,
        "name_en": offering.name.en,
        "category": offering.category,
        "opens": window.opens if window else None,
        "starts": window.starts if window else None,
        "ends": window.ends if window else None,
        "limits": [write_limit(limit) for limit in offering.limits],
        "children_welcome": offering.children_welcome,
        "supporters_free": offering.supporters_free,
        "exclusion": offering.exclusion,
        "acquirable": window.acquirable if window else None,
        "kind": offering.kind,
        "tickets": offering.tickets,
        "tariffs": [write_tariff(tariff) for tariff in offering.tariffs],
        "wristband": offering.wristband,
        "terms": None if offering.terms is None else write_text(offering.terms),
    }
