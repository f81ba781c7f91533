"""Forgets what is due, a few rows at a time, so that nobody at a desk waits for it."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlmodel import Session

from server.database import read, transaction
from server.kaikukanta.context import Context
from server.kaikukanta.retention.rules import RULES, Rule
from server.kaikukanta.settings import Settings

AT_ONCE = 200
"""Rows of one transaction."""


def foresee(session: Session, settings: Settings, now: datetime) -> dict[str, int]:
    """Return how much of each kind is due, and forget nothing."""
    return {
        rule.what: session.scalar(
            select(func.count()).select_from(rule.due(settings, now).subquery())
        )
        or 0
        for rule in RULES
    }


def forget(context: Context, now: datetime) -> dict[str, int]:
    """Forget all that is due, and return how much of each kind it was.

    Broken off, it has forgotten a part; the next time it goes on.
    """
    return {rule.what: _forget_all(context, rule, now) for rule in RULES}


def forget_some(session: Session, context: Context, rule: Rule, now: datetime) -> int:
    """Forget up to :data:`AT_ONCE` rows of a kind; return how many it was.

    SQLite overwrites what it deletes, and does not only leave it out.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))
    due = rule.due(context.settings, now).limit(AT_ONCE)
    keys = session.execute(due.with_for_update(skip_locked=True)).all()
    if keys:
        rule.forget(session, context, keys)
    return len(keys)


def _forget_all(context: Context, rule: Rule, now: datetime) -> int:
    forgotten = 0
    while True:
        with transaction(context.engine) as session:
            some = forget_some(session, context, rule, now)
        forgotten += some
        if some < AT_ONCE:
            return forgotten


def foresee_all(context: Context, now: datetime) -> dict[str, int]:
    """Return what :func:`foresee` does, of the register as it is now."""
    with read(context.engine) as session:
        return foresee(session, context.settings, now)
