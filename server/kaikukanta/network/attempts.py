"""Failed attempts, counted per subject and window over all processes, so that nothing is guessed.

A subject is a caller (wrong cards) or a network address (wrong tokens and codes). Success writes
nothing here.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import delete, tuple_
from sqlmodel import Session, col, select

from server.database import transaction, upsert
from server.kaikukanta.context import Context
from server.kaikukanta.network.tables import Attempts
from server.kaikukanta.settings import Settings

FORGOTTEN_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts a subject may fail within a window."""

    subject: str
    most: int


def spent(session: Session, limit: Limit, settings: Settings, now: datetime) -> int | None:
    """Return the seconds until a subject may try again; None where it may now."""
    window = _window(settings, now)
    attempts = session.get(Attempts, (limit.subject, window), populate_existing=True)
    if attempts is None or attempts.count < limit.most:
        return None
    return _seconds_left(settings, now)


def fail(session: Session, limit: Limit, settings: Settings, now: datetime, times: int = 1) -> None:
    """Count failed attempts, and forget the windows that are over."""
    window = _window(settings, now)
    values = {"subject": limit.subject, "window": window, "count": times}
    added = upsert(session, Attempts).values(values)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["subject", "window"], set_={"count": Attempts.count + times}
        )
    )
    _forget(session, window)


def _forget(session: Session, window: int) -> None:
    """Delete what any subject failed in other windows; the next may have begun elsewhere.

    A few at a time, and none that somebody else is about to delete, so that nobody waits for it.
    """
    key = (col(Attempts.subject), col(Attempts.window))
    over = (key[1] < window) | (key[1] > window + 1)
    found = select(*key).where(over).limit(FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    session.execute(delete(Attempts).where(tuple_(*key).in_(found)))


def spend(context: Context, limit: Limit, times: int = 1) -> int | None:
    """Count failed attempts in a transaction of its own.

    Return None, or the seconds to wait where the subject had already failed too often.
    """
    now = context.clock()
    with transaction(context.engine) as session:
        seconds = spent(session, limit, context.settings, now)
        if seconds is None:
            fail(session, limit, context.settings, now, times)
        return seconds


def _window(settings: Settings, now: datetime) -> int:
    return int(now.timestamp() // settings.attempts_window.total_seconds())


def _seconds_left(settings: Settings, now: datetime) -> int:
    length = settings.attempts_window.total_seconds()
    return ceil(length - now.timestamp() % length)
