"""What kiosks send and are answered, as bodies of the API."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)


def _only_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be an instant such as 2026-11-24T12:00:00Z")  # noqa: TRY004
    return value


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"),
]
Word = Annotated[str, StringConstraints(max_length=200)]
Count = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Seconds = Annotated[float, Field(strict=True, ge=0, lt=1e12)]
Clock = Annotated[AwareDatetime, BeforeValidator(_only_text)]


class Enrol(BaseModel):
    """A one-time code, as somebody typed it, and what the kiosk is to be called."""

    code: Word = Field(repr=False)
    name: Name


class VenueName(BaseModel):
    """A venue's name in three languages."""

    fi: str
    sv: str
    en: str


class KeyTold(BaseModel):
    """The key of the card digests, in hexadecimal."""

    digest_key: str = Field(repr=False)


class Welcome(BaseModel):
    """What a new kiosk must know; the token is told this once.

    ``digest_key`` is in hexadecimal, ``earlier_numbers`` the pattern of numbers before ours.
    """

    kiosk: UUID
    token: str = Field(repr=False)
    digest_key: str = Field(repr=False)
    venue: VenueName
    offerings: list[UUID]
    earlier_numbers: str


class Heartbeat(BaseModel):
    """How a kiosk is: uses not yet sent, uses parked, seconds since its cards were current.

    ``clock`` is its own time, ``devices`` what each says of itself: ``ok`` or what is wrong.
    ``leased`` are the seats that it may still give away by itself, ``journal`` is where it keeps
    account of them; a kiosk that takes no leases now leaves either out, and is granted none.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    version: Name
    unsent: Count
    parked: Count = 0
    cache_age: Seconds | None = None
    clock: Clock
    leased: Count | None = None
    journal: UUID | None = None
    devices: Annotated[dict[Name, Word], Field(max_length=50)] = {}


class Beat(BaseModel):
    """The register's own time, by which a kiosk tells that its clock is wrong, and the feed's.

    ``key_check`` is the key's :func:`kaiku.digest.check_value`, by which it tells that its key is.
    """

    now: AwareDatetime
    cursor: str
    key_check: str
