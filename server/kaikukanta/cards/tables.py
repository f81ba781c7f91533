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
    so that a use of the time before is judged as it then was; None is from the beginning.
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
    distributor_id: UUID = Field(foreign_key="distributor.id", index=True)
    birth_year: int | None = None
    postcode: str | None = Field(default=None, max_length=5)
    registered_at: datetime = Field(sa_type=Instant)
    changed: int = Field(index=True)
