"""Municipalities, distributors, venues, and the hashed credentials of venues and ticket agents."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Field

from server.database import Instant, choice
from server.kaikukanta.base import Base


class Municipality(Base, table=True):
    """A municipality of the network, by Statistics Finland's three-digit code."""

    __tablename__ = "municipality"

    code: str = Field(primary_key=True, max_length=3)
    name_fi: str
    name_sv: str


class Postcode(Base, table=True):
    """Which municipality a postcode is in, of the network or not (OM-13)."""

    __tablename__ = "postcode"

    code: str = Field(primary_key=True, max_length=5)
    municipality_code: str = Field(max_length=3)
    name_fi: str
    name_sv: str


class Distributor(Base, table=True):
    """An organisation whose workers give cards to its clients.

    ``model_version`` is the version of the operating model that it has acknowledged, by its day,
    and ``acknowledged_on`` when; None where it has acknowledged none (OM-1).
    """

    __tablename__ = "distributor"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str
    municipality_code: str = Field(foreign_key="municipality.code")
    model_version: date | None = None
    acknowledged_on: date | None = None


class VenueKind(StrEnum):
    """What a venue is; it decides which limits may be set."""

    MUSEUM = "museum"
    POOL = "pool"
    LIBRARY = "library"
    COLLEGE = "college"
    PERFORMING_ARTS = "performing_arts"
    CINEMA = "cinema"
    FESTIVAL = "festival"
    SCIENCE_CENTRE = "science_centre"


class WebShop(StrEnum):
    """How a venue's web shop sells to card holders, where it has one (OM-50)."""

    CHECKS = "checks"
    UNCHECKED = "unchecked"


class Venue(Base, table=True):
    """An organisation that lets holders in and records their uses.

    ``web_shop`` is None where it has none; ``accessibility`` is the address of its accessibility
    information, None where it has published none (OM-70). ``model_version`` and
    ``acknowledged_on`` are as a distributor's (OM-1).
    """

    __tablename__ = "venue"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: VenueKind = Field(sa_type=choice(VenueKind))
    name_fi: str
    name_sv: str
    name_en: str
    municipality_code: str = Field(foreign_key="municipality.code")
    web_shop: WebShop | None = Field(default=None, sa_type=choice(WebShop))
    accessibility: str | None = None
    model_version: date | None = None
    acknowledged_on: date | None = None
    changed: int = Field(default=0, index=True)


class Role(StrEnum):
    """Who calls the API with a token of its own, apart from kiosks (OM-31, OM-51)."""

    VENUE = "venue"
    AGENT = "agent"


class Credential(Base, table=True):
    """A bearer token of a venue's system or a ticket agent's, as its SHA-256.

    A venue's sees the venue's offerings; an agent's sees only those granted to it.
    """

    __tablename__ = "credential"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    role: Role = Field(sa_type=choice(Role))
    name: str
    venue_id: UUID | None = Field(default=None, foreign_key="venue.id")
    token_hash: bytes = Field(unique=True)
    created_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class AgentOffering(Base, table=True):
    """An offering that a venue lets a ticket agent register uses of."""

    __tablename__ = "agent_offering"

    credential_id: UUID = Field(foreign_key="credential.id", primary_key=True)
    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)


class Attempts(Base, table=True):
    """Wrong cards and wrong codes counted per caller and window, so that none can be guessed."""

    __tablename__ = "attempts"

    subject: str = Field(primary_key=True)
    window: int = Field(primary_key=True, index=True, sa_column_kwargs={"autoincrement": False})
    count: int = 0
