"""Fields that bodies of several calls share: strict, for JSON that fits its description."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from kaiku.party import LARGEST

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


class Body(BaseModel):
    """A body that knows all its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _only_text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    raise PydanticCustomError("not_an_instant", "must be an instant such as 2026-11-24T12:00:00Z")


def _only_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("not_an_integer", "must be an integer")


def _only_day(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return value
    raise PydanticCustomError("not_a_day", "must be a day such as 2026-11-24")


def _within_reason(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError("is not a time at which a use can have happened")
    return value.astimezone(UTC)


def _day_within_reason(value: date) -> date:
    if not _FIRST.date() <= value < _LAST.date():
        raise ValueError("is not a day on which a use can have happened")
    return value


OnlyNumber = BeforeValidator(_only_number)
Instant = Annotated[AwareDatetime, BeforeValidator(_only_text)]
At = Annotated[Instant, AfterValidator(_within_reason)]
Day = Annotated[
    date,
    BeforeValidator(_only_day),
    AfterValidator(_day_within_reason),
]
Count = Annotated[int, Field(ge=0, le=LARGEST), OnlyNumber]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
CardText = Annotated[
    str,
    Field(description="The card's number as it was read or typed.", examples=["7K2M9QX4TB0E"]),
]
