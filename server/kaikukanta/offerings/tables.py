"""An offering as its venue has set it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON
from sqlmodel import Field

from kaiku.offering import Category, Exclusion, OfferingKind
from server.database import Instant, choice
from server.kaikukanta.base import Base


class OfferingRecord(Base, table=True):
    """An offering; ``limits`` are the wire's objects (:func:`kaiku.wire.write_limit`)."""

    __tablename__ = "offering"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", index=True)
    name_fi: str
    name_sv: str
    name_en: str
    category: Category = Field(sa_type=choice(Category))
    opens: datetime | None = Field(default=None, sa_type=Instant)
    starts: datetime | None = Field(default=None, sa_type=Instant)
    acquirable: datetime | None = Field(default=None, sa_type=Instant)
    ends: datetime | None = Field(default=None, sa_type=Instant)
    limits: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    children_welcome: bool = True
    supporters_free: bool = True
    exclusion: Exclusion | None = Field(default=None, sa_type=choice(Exclusion))
    kind: OfferingKind = Field(default=OfferingKind.ENTRY, sa_type=choice(OfferingKind))
    tickets: int | None = None
    tariffs: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    wristband: int | None = None
    terms: dict[str, str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    version: int = 1
    changed: int = Field(index=True)


class FormerOffering(Base, table=True):
    """What an offering's settings were until an instant; a use says by which it was decided."""

    __tablename__ = "former_offering"

    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: datetime = Field(sa_type=Instant)
    settings: dict[str, Any] = Field(sa_type=JSON)
