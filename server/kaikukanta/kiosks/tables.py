"""Kiosks, what they serve and lease, and the one-time codes that enrol them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index
from sqlmodel import Field

from server.database import Instant
from server.kaikukanta.base import Base


class Kiosk(Base, table=True):
    """A kiosk of a venue, its token as a SHA-256, and what its last heartbeat said."""

    __tablename__ = "kiosk"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", index=True)
    name: str
    token_hash: bytes = Field(unique=True)
    enrolled_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    seen_at: datetime | None = Field(default=None, sa_type=Instant)
    heartbeat: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class KioskOffering(Base, table=True):
    """An offering that a kiosk serves; ``changed`` tells the feed when it began to."""

    __tablename__ = "kiosk_offering"

    kiosk_id: UUID = Field(foreign_key="kiosk.id", primary_key=True)
    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)
    changed: int = Field(default=0, index=True)


class Enrolment(Base, table=True):
    """A one-time code, as its SHA-256, that makes a kiosk of a venue for some of its offerings."""

    __tablename__ = "enrolment"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code_hash: bytes = Field(unique=True)
    venue_id: UUID = Field(foreign_key="venue.id")
    offering_ids: list[str] = Field(sa_type=JSON)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Lease(Base, table=True):
    """A part of a cap on seats that one kiosk may give away by itself on a day (promise P2).

    ``granted`` are all seats that it was ever given of it, ``spent`` those that its uses have told
    of. It is spent until its day or its event is over, for what a kiosk has given away and not told
    cannot be taken back. ``journal`` is the one that the kiosk had then: another one does not know
    what was spent. ``recalled_at`` says since when the register wants back what is left,
    ``returned_at`` when the kiosk has given it back.
    """

    __tablename__ = "lease"
    __table_args__ = (Index(None, "offering_id", "day"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kiosk_id: UUID = Field(foreign_key="kiosk.id", index=True)
    offering_id: UUID = Field(foreign_key="offering.id")
    day: date
    journal: UUID
    granted: int
    spent: int = 0
    granted_at: datetime = Field(sa_type=Instant)
    recalled_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    changed: int = Field(default=0, index=True)

    @property
    def unspent(self) -> int:
        """The seats that are kept for the kiosk."""
        return max(0, self.granted - self.spent)
