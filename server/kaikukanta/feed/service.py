"""Taking the next place in the order of changes, and knowing a place again.

A register that was put back from a backup takes places that were taken before, for other changes.
So at each place a number is drawn: who names both has seen this register's past, or another's.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlmodel import Session, col

from server.kaikukanta.feed.tables import Feed, Mark

CHANNEL = "kaikukanta"
"""The PostgreSQL channel that wakes every process at a change."""

KEPT = 1_000_000
"""How many marks are kept, a few bytes each. A kiosk that missed more changes begins anew."""

_NEXT = update(Feed).values(seq=Feed.seq + 1).returning(col(Feed.seq))
_DRAW = insert(Mark)
_FORGET = delete(Mark).where(col(Mark.seq) <= bindparam("oldest"))
_NEWEST = select(col(Feed.seq), func.coalesce(col(Mark.drawn), 0)).outerjoin(
    Mark, col(Mark.seq) == col(Feed.seq)
)
_DRAWN = select(col(Mark.drawn)).where(col(Mark.seq) == bindparam("seq"))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of changes, and what was drawn when it was taken."""

    seq: int
    drawn: int


def next_seq(session: Session) -> int:
    """Return the next place in the order of changes.

    It is the last act of a transaction, after its other rows are locked or written: from here to
    the commit no other change gets a place. On PostgreSQL the commit also notifies :data:`CHANNEL`.
    """
    session.flush()
    seq: int = session.connection().execute(_NEXT).scalar_one()
    mark(session, seq)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {CHANNEL}"))
    return seq


def mark(session: Session, seq: int) -> None:
    """Mark a place that was just taken, and forget the oldest mark."""
    connection = session.connection()
    connection.execute(_DRAW, {"seq": seq, "drawn": secrets.randbits(31)})
    connection.execute(_FORGET, {"oldest": seq - KEPT})


def newest(session: Session) -> Place:
    """Return the place of the newest change.

    One that a process of an earlier version has taken, and not marked, is not known again.
    """
    return Place(*session.connection().execute(_NEWEST).one())


def was_at(session: Session, place: Place) -> bool:
    """Tell whether a place is in this register's past, and all that was seen there with it.

    False for a place of a past that was lost when a backup was put back, whatever came since, and
    for one that is too old to be known again.
    """
    drawn = session.connection().execute(_DRAWN, {"seq": place.seq}).scalar_one_or_none()
    return drawn is not None and drawn == place.drawn
