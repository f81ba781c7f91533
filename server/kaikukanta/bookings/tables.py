"""A place that was booked for a card."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field

from server.database import Instant, choice
from server.kaikukanta.base import Base
from server.kaikukanta.uses.tables import Recorder


class BookingRecord(Base, table=True):
    """A booking, never deleted; what has become of it follows from what has happened.

    It keeps the party as it now is, the one that was ``asked`` for when it was made, by which a
    repeat of that request is known, and what remained of the tightest limit. It holds ``seats`` of
    the event on ``day`` until it is cancelled; the use that attends it (``use_id``) takes only what
    it needs beyond them. ``changed`` is its place in the feed.
    """

    __tablename__ = "booking"

    id: UUID = Field(primary_key=True)
    card_id: UUID = Field(foreign_key="card.id", index=True)
    offering_id: UUID = Field(foreign_key="offering.id", index=True)
    offering_version: int
    recorder: Recorder = Field(sa_type=choice(Recorder))
    recorder_id: UUID = Field(index=True)
    booked_at: datetime = Field(sa_type=Instant)
    day: date
    children: int
    helpers: int
    supporters: int
    asked_children: int = 0
    asked_helpers: int = 0
    asked_supporters: int = 0
    seats: int
    remaining: int | None = None
    handed_over_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    use_id: UUID | None = Field(default=None, index=True)
    changed: int = Field(default=0, index=True)
