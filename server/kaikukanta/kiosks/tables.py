"""Kiosks, the offerings they serve, and the one-time codes that enrol them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON
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
