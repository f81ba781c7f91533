"""The life of a lease: granted and topped up at a heartbeat, given back, or released by a person.

Each is a transaction of its own, short, with the locks of :mod:`server.kaikukanta.uses.counts`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from kaiku.lease import is_past, leased_on, top_up
from kaiku.offering import Offering
from server.database import read, transact
from server.kaikukanta.context import Context
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.kiosks.tables import Kiosk, KioskOffering, Lease
from server.kaikukanta.leases.settle import end_past, past
from server.kaikukanta.network.callers import KioskCaller
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.case import lock_offering
from server.kaikukanta.uses.counts import lock_lease, lock_seats
from server.kaikukanta.uses.tables import SeatCount

IN_SERVICE = timedelta(days=1)
"""A kiosk that was heard of within this has its share of the seats, though it may be off now."""


@dataclass(frozen=True, slots=True)
class Lessee:
    """A kiosk with the journal in which it keeps account of its leases."""

    kiosk: KioskCaller
    journal: UUID


def grant(context: Context, kiosk: KioskCaller, journal: UUID) -> None:
    """Lease a kiosk its share of each cap that it serves and that is on today, where it has less.

    What is due is looked up without a lock first, so that most heartbeats wait for nobody. Leases
    of a journal that the kiosk has lost are over: nobody knows what was spent of them, so that all
    of them stays kept until the term, or until a person releases it. Leases of whatever kiosk whose
    term is over end here.
    """
    now, lessee = context.clock(), Lessee(kiosk, journal)
    with read(context.engine) as session:
        ended = [id_ for id_ in sorted(kiosk.offerings) if _has_past(session, id_, now)]
        due = [id_ for id_ in sorted(kiosk.offerings) if _due(session, lessee, id_, now)]
        lost = session.exec(_of_lost_journals(lessee)).first() is not None
    for offering_id in ended:
        transact(context.engine, partial(_end_past, offering_id=offering_id, now=now))
    if lost:
        transact(context.engine, lambda session: _end_lost(session, lessee, now))
    for offering_id in due:
        transact(context.engine, partial(_grant, lessee=lessee, offering_id=offering_id, now=now))


def _has_past(session: Session, offering_id: UUID, now: datetime) -> bool:
    row = session.get(OfferingRecord, offering_id)
    return row is not None and bool(past(session, to_offering(row), now))


def _end_past(session: Session, offering_id: UUID, now: datetime) -> None:
    row = lock_offering(session, offering_id)
    if row is not None:
        end_past(session, to_offering(row), now)


def _of_lost_journals(lessee: Lessee) -> SelectOfScalar[Lease]:
    return (
        select(Lease)
        .where(Lease.kiosk_id == lessee.kiosk.kiosk_id, Lease.journal != lessee.journal)
        .where(col(Lease.returned_at).is_(None))
        .order_by(col(Lease.id))
    )


def _end_lost(session: Session, lessee: Lessee, now: datetime) -> None:
    for lease in session.exec(_of_lost_journals(lessee).with_for_update()):
        lease.returned_at = now


def _due(session: Session, lessee: Lessee, offering_id: UUID, now: datetime) -> int:
    """Return how many seats the kiosk is to be leased now, on top of what it has."""
    row = session.get(OfferingRecord, offering_id)
    offering = None if row is None else to_offering(row)
    day = None if offering is None else leased_on(offering, now)
    if offering is None or offering.seats is None or offering.excluded or day is None:
        return 0
    held = _open(session, lessee, offering.id, day)
    if any(lease.recalled_at is not None for lease in held):
        return 0
    unspent = sum(lease.unspent for lease in held)
    return top_up(_free(session, offering, day), _kiosks_at(session, offering, now), unspent)


def _grant(session: Session, lessee: Lessee, offering_id: UUID, now: datetime) -> None:
    row = lock_offering(session, offering_id)
    day = None if row is None else leased_on(to_offering(row), now)
    if day is None:
        return
    held = [lock_lease(session, lease.id) for lease in _open(session, lessee, offering_id, day)]
    count = lock_seats(session, offering_id, day)
    seats = _due(session, lessee, offering_id, now)
    if seats == 0:
        return
    lease = next((lease for lease in held if lease is not None), None)
    if lease is None:
        lease = Lease(
            kiosk_id=lessee.kiosk.kiosk_id,
            offering_id=offering_id,
            day=day,
            journal=lessee.journal,
            granted=0,
            granted_at=now,
        )
        session.add(lease)
    lease.granted += seats
    count.taken += seats
    lease.changed = next_seq(session)


def _open(session: Session, lessee: Lessee, offering_id: UUID, day: date) -> list[Lease]:
    """Return what a kiosk has been leased of an offering's day and has not given back."""
    query = (
        select(Lease)
        .where(Lease.offering_id == offering_id, Lease.day == day)
        .where(Lease.kiosk_id == lessee.kiosk.kiosk_id, Lease.journal == lessee.journal)
        .where(col(Lease.returned_at).is_(None))
        .order_by(col(Lease.id))
    )
    return list(session.exec(query))


def _kiosks_at(session: Session, offering: Offering, now: datetime) -> int:
    """Count the kiosks in service at an offering."""
    query = (
        select(func.count())
        .select_from(KioskOffering)
        .join(Kiosk, col(Kiosk.id) == col(KioskOffering.kiosk_id))
        .where(col(KioskOffering.offering_id) == offering.id, col(Kiosk.revoked_at).is_(None))
        .where(col(Kiosk.seen_at) >= now - IN_SERVICE)
    )
    return session.exec(query).one()


def give_back(context: Context, kiosk: KioskCaller, lease_id: UUID, unsent: int) -> bool:
    """Take a lease back, but for the seats of uses that the kiosk has still to send.

    Told again, it keeps no more than before: a late or repeated call does no harm. Return False
    where the kiosk has no such lease.
    """

    def work(session: Session) -> bool:
        lease = session.get(Lease, lease_id)
        if lease is None or lease.kiosk_id != kiosk.kiosk_id:
            return False
        _close(session, lease, unsent, context.clock())
        return True

    return transact(context.engine, work)


def release(context: Context, lease_id: UUID) -> int | None:
    """Free what is left of the lease of a kiosk that will not come back; return how many seats.

    None where there is no such lease. If the kiosk comes back after all, it is told to stop, and
    what it has given away meanwhile is kept and flagged.
    """

    def work(session: Session) -> int | None:
        lease = session.get(Lease, lease_id)
        if lease is None:
            return None
        return _close(session, lease, 0, context.clock())

    return transact(context.engine, work)


def _close(session: Session, lease: Lease, unsent: int, now: datetime) -> int:
    """Give the seats of a lease to everybody but for some; return how many those were."""
    lock_offering(session, lease.offering_id)
    session.refresh(lease, with_for_update=True)
    count = lock_seats(session, lease.offering_id, lease.day)
    before = lease.unspent
    lease.granted = min(lease.granted, lease.spent + unsent)
    count.taken += lease.unspent - before
    is_news = lease.returned_at is None
    lease.returned_at = lease.returned_at or now
    if is_news and lease.recalled_at is None:
        lease.recalled_at = now
        lease.changed = next_seq(session)
    return before - lease.unspent


@dataclass(frozen=True, slots=True)
class Keeping:
    """A lease that keeps seats from others, and by how many seats its day is beyond the cap."""

    lease: Lease
    kiosk: Kiosk
    beyond: int


def kept(session: Session, now: datetime) -> list[Keeping]:
    """Return every lease that keeps seats from others; the oldest first.

    One whose term is over keeps none, and one of an offering without a cap neither.
    """
    query = (
        select(Lease, Kiosk, OfferingRecord)
        .join(Kiosk, col(Kiosk.id) == col(Lease.kiosk_id))
        .join(OfferingRecord, col(OfferingRecord.id) == col(Lease.offering_id))
        .where(col(Lease.granted) > col(Lease.spent))
        .order_by(col(Lease.day), col(Lease.granted_at), col(Lease.id))
    )
    return [
        Keeping(lease, kiosk, max(0, -_free(session, offering, lease.day)))
        for lease, kiosk, offering in (
            (lease, kiosk, to_offering(row)) for lease, kiosk, row in session.exec(query)
        )
        if offering.seats is not None and not is_past(offering, lease.day, now)
    ]


def _free(session: Session, offering: Offering, day: date) -> int:
    """Return the seats of a cap that are not taken; below 0 where it was lowered since."""
    count = session.get(SeatCount, (offering.id, day))
    cap = 0 if offering.seats is None else offering.seats.cap
    return cap - (0 if count is None else count.taken)
