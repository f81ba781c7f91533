"""What becomes of leases when their day is over, or when an offering's settings change.

The caller holds the offering's row, so that nothing is granted, spent or given back meanwhile.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from kaiku.lease import is_past
from kaiku.offering import Offering
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.uses.counts import lock_lease, lock_seats
from server.kaikukanta.uses.tables import SeatCount

MARGIN = timedelta(minutes=10)
"""How long after its term a lease is ended: a kiosk's clock may be late by less than this."""


def past(session: Session, offering: Offering, now: datetime) -> list[Lease]:
    """Return the leases that keep seats though nothing more can be given away of their day."""
    query = (
        select(Lease)
        .where(Lease.offering_id == offering.id, col(Lease.granted) > col(Lease.spent))
        .order_by(col(Lease.id))
    )
    return [each for each in session.exec(query) if is_past(offering, each.day, now - MARGIN)]


def end_past(session: Session, offering: Offering, now: datetime) -> None:
    """End the leases whose term is over, given back or not; what was kept for them is free.

    A kiosk that died thus locks no seat for longer than that. Uses that one sends later are kept
    and counted all the same (promise P1).
    """
    found = [lock_lease(session, lease.id) for lease in past(session, offering, now)]
    leases = [lease for lease in found if lease is not None]
    for lease in sorted(leases, key=lambda lease: lease.day):
        lock_seats(session, offering.id, lease.day).taken -= lease.unspent
        lease.granted = min(lease.granted, lease.spent)
        lease.returned_at = lease.returned_at or now


def recall_beyond(session: Session, offering: Offering, now: datetime) -> list[Lease]:
    """Ask for the leases back of each day on which more is taken than the cap; return them.

    Their kiosks give them back at the next contact, and are then leased their share of what is
    free. Until then all of them count as taken (promise P2). The feed places are the caller's to
    set.
    """
    if offering.seats is None:
        return []
    too_many = (
        select(col(SeatCount.day))
        .where(SeatCount.offering_id == offering.id)
        .where(col(SeatCount.taken) > offering.seats.cap)
    )
    leases = session.exec(
        select(Lease)
        .where(Lease.offering_id == offering.id, col(Lease.day).in_(too_many))
        .where(col(Lease.recalled_at).is_(None), col(Lease.returned_at).is_(None))
        .order_by(col(Lease.id))
    ).all()
    for lease in leases:
        lease.recalled_at = now
    return list(leases)
