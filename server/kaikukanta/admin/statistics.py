"""``admin stats``: what was used, refused and found in conflict, counted as it is asked."""

import json
from argparse import Namespace
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from kaiku.wire import Outcome
from server.database import read
from server.kaikukanta.admin.frame import Group
from server.kaikukanta.context import Context
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import UseRecord


def add(admin: Group) -> None:
    """Add the command."""
    command = admin.command("stats", "count uses by outcome, reason and venue", stats)
    command.add_argument("--json", action="store_true", help="as one object of JSON")


def stats(context: Context, arguments: Namespace) -> str:
    """Return the counts, as lines or as JSON."""
    with read(context.engine) as session:
        counts = count_uses(session)
    return json.dumps(counts, ensure_ascii=False) if arguments.json else _lines(counts)


def count_uses(session: Session) -> dict[str, Any]:
    """Return counts of uses.

    ``accepted`` and its parts leave voided uses out; ``refused`` are by reason; ``conflicts`` are
    those accepted at a kiosk, or entered afterwards, that the register would have refused (promise
    P1, OM-47).
    """
    standing = col(UseRecord.voided_at).is_(None)
    accepted = standing & (col(UseRecord.outcome) == Outcome.ACCEPTED)
    admitted = _row(session, accepted)
    reasons = session.execute(
        select(col(UseRecord.reason), func.count())
        .where(standing, col(UseRecord.outcome) == Outcome.REFUSED)
        .group_by(col(UseRecord.reason))
    ).all()
    by_reason = {reason.value: number for reason, number in reasons if reason is not None}
    return {
        "accepted": admitted["uses"],
        "children": admitted["children"],
        "helpers": admitted["helpers"],
        "supporters": admitted["supporters"],
        "refused": sum(number for _, number in reasons),
        "reasons": dict(sorted(by_reason.items())),
        "conflicts": _number(session, standing & col(UseRecord.conflict).is_not(None)),
        "voided": _number(session, col(UseRecord.voided_at).is_not(None)),
        "venues": _venues(session, accepted),
    }


def _row(session: Session, which: ColumnElement[bool]) -> dict[str, int]:
    sums = (UseRecord.children, UseRecord.helpers, UseRecord.supporters)
    found = session.execute(
        select(func.count(), *(func.coalesce(func.sum(col(each)), 0) for each in sums))
        .select_from(UseRecord)
        .where(which)
    ).one()
    return dict(zip(("uses", "children", "helpers", "supporters"), map(int, found), strict=True))


def _number(session: Session, which: ColumnElement[bool]) -> int:
    number: int = session.execute(
        select(func.count()).select_from(UseRecord).where(which)
    ).scalar_one()
    return number


def _venues(session: Session, accepted: ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = session.execute(
        select(col(Venue.id), col(Venue.name_fi), func.count(), func.sum(col(UseRecord.children)))
        .join(OfferingRecord, col(OfferingRecord.venue_id) == col(Venue.id))
        .join(UseRecord, col(UseRecord.offering_id) == col(OfferingRecord.id))
        .where(accepted)
        .group_by(col(Venue.id), col(Venue.name_fi))
        .order_by(col(Venue.name_fi), col(Venue.id))
    )
    return [
        {"id": str(id_), "name": name, "accepted": uses, "children": int(children)}
        for id_, name, uses, children in rows
    ]


def _lines(counts: dict[str, Any]) -> str:
    totals = [f"{name}: {n}" for name, n in counts.items() if isinstance(n, int)]
    reasons = [f"refused, {reason}: {n}" for reason, n in counts["reasons"].items()]
    venues = [
        f"{venue['name']}: {venue['accepted']}, children {venue['children']}"
        for venue in counts["venues"]
    ]
    return "\n".join(totals + reasons + venues)
