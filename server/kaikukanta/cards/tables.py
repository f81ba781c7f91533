"""The card and what is asked at its registration: nothing that names a person (OM-20, OM-27)."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlmodel import Field

from kaiku.card import Kind, Status
from server.database import Instant, choice
from server.kaikukanta.base import Base


class CardRecord(Base, table=True):
    """A registered card.

    ``changed`` is its place in the change feed. ``status_since`` tells from when the status holds,
    ``extended_on`` on which day ``valid_until`` was set; None is from the beginning. What was
    before stands in :class:`FormerStatus` and :class:`FormerValidity`, so that a use of that time
    is judged as the card then was (OM-47).
    ``birth_year`` and ``postcode`` are None for a community card, which belongs to an organisation.
    """

    __tablename__ = "card"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str = Field(unique=True, max_length=64)
    digest: bytes = Field(unique=True)
    kind: Kind = Field(sa_type=choice(Kind))
    children: int = 0
    valid_from: date
    valid_until: date
    status: Status = Field(default=Status.ACTIVE, sa_type=choice(Status))
    status_since: datetime | None = Field(default=None, sa_type=Instant)
    extended_on: date | None = None
    distributor_id: UUID = Field(foreign_key="distributor.id", index=True)
    birth_year: int | None = None
    postcode: str | None = Field(default=None, max_length=5)
    registered_at: datetime = Field(sa_type=Instant)
    changed: int = Field(index=True)


class FormerStatus(Base, table=True):
    """A status that a card had until an instant."""

    __tablename__ = "former_status"

    card_id: UUID = Field(foreign_key="card.id", primary_key=True)
    until: datetime = Field(sa_type=Instant, primary_key=True)
    status: Status = Field(sa_type=choice(Status))


class FormerValidity(Base, table=True):
    """The last valid day that a card had until a day on which it was extended."""

    __tablename__ = "former_validity"

    card_id: UUID = Field(foreign_key="card.id", primary_key=True)
    until: date = Field(primary_key=True)
    valid_until: date
