"""Taking the next place in the order of changes."""

from sqlalchemy import text, update
from sqlmodel import Session, col

from server.kaikukanta.feed.tables import Feed

CHANNEL = "kaikukanta"
"""The PostgreSQL channel that wakes every process at a change."""


def next_seq(session: Session) -> int:
    """Return the next place in the order of changes.

    It is the last act of a transaction, after its other rows are locked or written: from here to
    the commit no other change gets a place. On PostgreSQL the commit also notifies :data:`CHANNEL`.
    """
    session.flush()
    statement = update(Feed).values(seq=Feed.seq + 1).returning(col(Feed.seq))
    seq: int = session.execute(statement).scalar_one()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {CHANNEL}"))
    return seq
