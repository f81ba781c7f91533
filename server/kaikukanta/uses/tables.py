"""A use, and the running counts of seats and of each card's uses that decisions rest on."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, false
from sqlmodel import Field

from kaiku.offering import Service
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.database import Instant, choice
from server.kaikukanta.base import Base


class Recorder(StrEnum):
    """Who recorded a use."""

    KIOSK = "kiosk"
    VENUE = "venue"
    AGENT = "agent"


class UseRecord(Base, table=True):
    """One presentation of a card, accepted or refused; never deleted, only voided.

    Nothing is collected but the card, the party and the time (OM-48).
    ``digest`` is what was presented (None for an unreadable scan, or once it is forgotten),
    ``card_id`` the card it was found to be, for good. ``conflict`` is the reason for which the
    register would have refused what a kiosk had already accepted offline, or a venue has entered
    afterwards: kept and flagged (promise P1, OM-47). ``conflict_version`` says by which version of
    the offering's settings, and ``conflict_since`` when they had changed from those by which the
    kiosk was right, where it was.
    ``asked`` is the party that was asked for. ``revision`` is the highest that the kiosk's journal
    has sent, 0 before it has. ``service`` and ``cents`` are of a fee at a library's desk (OM-59),
    ``members`` the number of cards of a group, whose leader's card this use is of (OM-38).
    ``late`` says that it was entered after it happened (OM-47), and so is judged by its day.
    ``lease_id`` is the part of a shared cap that ``leased`` of the seats are from (promise P2).
    """

    __tablename__ = "use"

    id: UUID = Field(primary_key=True)
    card_id: UUID | None = Field(default=None, foreign_key="card.id", index=True)
    digest: bytes | None = None
    offering_id: UUID = Field(foreign_key="offering.id", index=True)
    offering_version: int
    recorder: Recorder = Field(sa_type=choice(Recorder))
    recorder_id: UUID = Field(index=True)
    at: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(sa_type=Instant)
    day: date = Field(index=True)
    since: date | None = Field(default=None, description="the tally that counts it")
    adults: int
    children: int
    helpers: int
    supporters: int
    asked_children: int
    asked_helpers: int
    asked_supporters: int
    outcome: Outcome = Field(sa_type=choice(Outcome))
    reason: Reason | None = Field(default=None, sa_type=choice(Reason))
    remaining: int | None = None
    conflict: Reason | None = Field(default=None, sa_type=choice(Reason))
    conflict_version: int | None = None
    conflict_since: datetime | None = Field(default=None, sa_type=Instant)
    offline: bool = False
    late: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    clock_suspect: bool = False
    revision: int = 0
    voided_at: datetime | None = Field(default=None, sa_type=Instant)
    service: Service | None = Field(default=None, sa_type=choice(Service))
    cents: int | None = None
    members: int | None = None
    lease_id: UUID | None = None
    leased: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class UseMember(Base, table=True):
    """A member of a group: whose use it is as well, in the order in which the cards were shown.

    ``digest`` is None where the card could not be read, or once it is forgotten; ``reason`` is why
    the member cannot come in.
    """

    __tablename__ = "use_member"

    use_id: UUID = Field(foreign_key="use.id", primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: bytes | None = None
    card_id: UUID | None = Field(default=None, foreign_key="card.id", index=True)
    since: date | None = None
    reason: Reason | None = Field(default=None, sa_type=choice(Reason))


class SeatCount(Base, table=True):
    """Seats taken of an offering on a day; its row lock serialises those who share the cap.

    Taken are the seats of bookings, those of uses beyond their own bookings, and what kiosks have
    leased and not spent.
    """

    __tablename__ = "seat_count"

    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)
    day: date = Field(primary_key=True)
    taken: int = 0


class Tally(Base, table=True):
    """A card's accepted uses and visits at an offering since a day.

    Or, of one ``service`` of a library, the cents that were covered; "" is no service. Its row lock
    serialises them. Kiosks ask for an offering's by what changed since.
    """

    __tablename__ = "tally"
    __table_args__ = (Index(None, "offering_id", "changed"),)

    card_id: UUID = Field(foreign_key="card.id", primary_key=True)
    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)
    service: str = Field(default="", primary_key=True, max_length=40)
    since: date = Field(primary_key=True)
    uses: int = 0
    visits: int = 0
    cents: int = 0
    changed: int = Field(default=0, index=True)
