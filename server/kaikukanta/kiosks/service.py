"""Kiosks in service: what they say of themselves, and how one is taken out of the network."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.tables import Kiosk


def kiosks(session: Session) -> list[Kiosk]:
    """Return every kiosk, those taken out included, by name."""
    return list(session.exec(select(Kiosk).order_by(col(Kiosk.name), col(Kiosk.id))))


def beat(session: Session, kiosk_id: UUID, said: dict[str, Any], now: datetime) -> None:
    """Keep what a kiosk said last of itself, and when."""
    kiosk = session.get_one(Kiosk, kiosk_id)
    kiosk.heartbeat = said
    kiosk.seen_at = now


def revoke(session: Session, kiosk_id: UUID, now: datetime) -> bool:
    """Take a kiosk out: its token is refused from now on, and it is told so if it listens.

    Return False where there is no such kiosk. One that is out already stays as it was.
    """
    kiosk = session.get(Kiosk, kiosk_id)
    if kiosk is None:
        return False
    if kiosk.revoked_at is None:
        kiosk.revoked_at = now
        session.add(Tombstone(kiosk_id=kiosk_id, changed=next_seq(session)))
    return True


def is_revoked(session: Session, kiosk_id: UUID) -> bool:
    """Tell whether a kiosk was taken out, or was never there."""
    kiosk = session.get(Kiosk, kiosk_id)
    return kiosk is None or kiosk.revoked_at is not None
