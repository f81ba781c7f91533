"""Getting leased seats back when somebody needs them: ask the kiosks, wait a moment, decide anew.

The waiting holds no transaction and no lock; whoever is asked answers within a fraction of a second
or not at all. It holds a thread, so that only a part of all requests may wait at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from server.database import read, transact
from server.kaikukanta.context import Context
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.kiosks.tables import Kiosk, Lease
from server.kaikukanta.uses.case import lock_offering
from server.kaikukanta.uses.counts import lock_lease
from server.kaikukanta.uses.tables import SeatCount

T = TypeVar("T")

IN_TOUCH = timedelta(seconds=60)
"""A kiosk that was not heard of for longer than this is not waited for: it cannot answer."""

LOOK_SECONDS = 0.04


class Round(Enum):
    """Whether leased seats may still be asked back, or the decision is for good."""

    FIRST = auto()
    LAST = auto()


@dataclass(eq=False)
class ShortError(Exception):
    """Only leased seats stand against what was asked, ``lacking`` of them.

    Raised to undo the transaction that has found it out.
    """

    offering: UUID
    day: date
    lacking: int


def decided(context: Context, act: Callable[[Session, Round], T]) -> T:
    """Return what ``act`` does in a transaction, leased seats being asked back where it needs them.

    In its first round ``act`` may raise :class:`ShortError`, by :func:`unless_leased`; it is then
    undone, and done for good in another round.
    """
    try:
        return transact(context.engine, lambda session: act(session, Round.FIRST))
    except ShortError as error:
        short = error
    before = transact(context.engine, lambda session: _recall(session, context, short))
    _wait_in_turn(context, short, before - short.lacking)
    return transact(context.engine, lambda session: act(session, Round.LAST))


def unless_leased(
    session: Session, context: Context, in_round: Round, offering: UUID, day: date, lacking: int
) -> None:
    """Raise :class:`ShortError` where kiosks in touch have leased the seats that are lacking.

    For decisions that nothing else stands against, bookings as well as uses.
    """
    if in_round is Round.LAST or lacking <= 0:
        return
    if within_reach(session, context, offering, day) >= lacking:
        raise ShortError(offering, day, lacking)


def within_reach(session: Session, context: Context, offering: UUID, day: date) -> int:
    """Return how many seats of a day kiosks in touch can give back."""
    return sum(lease.unspent for lease in _within_reach(session, context, offering, day))


def _within_reach(session: Session, context: Context, offering: UUID, day: date) -> list[Lease]:
    """Return the leases that have seats left and whose kiosks can answer.

    One that was asked for so long ago that whoever asked has given up is not asked for again.
    """
    now = context.clock()
    query = (
        select(Lease)
        .join(Kiosk, col(Kiosk.id) == col(Lease.kiosk_id))
        .where(Lease.offering_id == offering, Lease.day == day)
        .where(col(Lease.returned_at).is_(None), col(Lease.granted) > col(Lease.spent))
        .where(
            col(Lease.recalled_at).is_(None)
            | (col(Lease.recalled_at) > now - context.settings.recall_wait)
        )
        .where(col(Kiosk.revoked_at).is_(None), col(Kiosk.seen_at) >= now - IN_TOUCH)
        .order_by(col(Lease.id))
    )
    return list(session.exec(query))


def _recall(session: Session, context: Context, short: ShortError) -> int:
    """Ask for the leases back that nobody has asked for yet; return how many seats are taken.

    The feed tells their kiosks.
    """
    lock_offering(session, short.offering)
    found = _within_reach(session, context, short.offering, short.day)
    leases = [lock_lease(session, lease.id) for lease in found]
    news = [lease for lease in leases if lease is not None and lease.recalled_at is None]
    if news:
        seq = next_seq(session)
        for lease in news:
            lease.recalled_at, lease.changed = context.clock(), seq
    return _taken(session, short)


def _wait_in_turn(context: Context, short: ShortError, most: int) -> None:
    """Wait, unless so many wait already that nobody else would be answered.

    Whoever does not wait is answered from what is free now.
    """
    if context.waits.acquire(blocking=False):
        try:
            _wait(context, short, most)
        finally:
            context.waits.release()


def _wait(context: Context, short: ShortError, most: int) -> None:
    """Wait until at most so many seats are taken, nobody can give any back, or the time is over."""
    for _ in range(round(context.settings.recall_wait.total_seconds() / LOOK_SECONDS)):
        context.sleep(LOOK_SECONDS)
        with read(context.engine) as session:
            if _taken(session, short) <= most:
                return
            if not _within_reach(session, context, short.offering, short.day):
                return


def _taken(session: Session, short: ShortError) -> int:
    count = session.get(SeatCount, (short.offering, short.day))
    return 0 if count is None else count.taken
