"""Reading and writing the fields of messages; what does not fit is told by its name."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from kaiku.days import aware
from kaiku.digest import SIZE
from kaiku.text import Text

Json = dict[str, Any]
_E = TypeVar("_E", bound=StrEnum)
_Day = TypeVar("_Day", bound=date)

LARGEST_COUNT = 2**31 - 1
"""No count is above it: a database holds it, and sums of many."""


class WireError(ValueError):
    """A message does not fit; the text names the field, and never repeats its value."""


def write_text(text: Text) -> Json:
    """Return a text as an object of its languages."""
    return {"fi": text.fi, "sv": text.sv, "en": text.en}


def read_text(data: Mapping[str, Any], key: str) -> Text:
    """Read the text under a key."""
    words = read_object(data, key)
    return Text(read_string(words, "fi"), read_string(words, "sv"), read_string(words, "en"))


def write_instant(instant: datetime) -> str:
    """Return an aware instant in UTC, as RFC 3339 with ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_string(data: Mapping[str, Any], key: str) -> str:
    """Read a text."""
    value = data.get(key)
    if not isinstance(value, str):
        raise WireError(f"{key} must be a string")
    return value


def read_object(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Read an object."""
    value = data.get(key)
    if not isinstance(value, Mapping):
        raise WireError(f"{key} must be an object")
    return value


def read_count(data: Mapping[str, Any], key: str, least: int = 0, most: int = LARGEST_COUNT) -> int:
    """Read a whole number within its bounds."""
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise WireError(f"{key} must be an integer of at least {least}")
    if value > most:
        raise WireError(f"{key} must be at most {most}")
    return value


def read_maybe_count(data: Mapping[str, Any], key: str) -> int | None:
    """Read a whole number, or None."""
    return None if data.get(key) is None else read_count(data, key)


def read_list(data: Mapping[str, Any], key: str) -> list[Any]:
    """Read a list; none where it is left out."""
    value = data.get(key, [])
    if not isinstance(value, list):
        raise WireError(f"{key} must be a list")
    return value


def read_flag(data: Mapping[str, Any], key: str, *, missing: bool = False) -> bool:
    """Read a switch."""
    value = data.get(key, missing)
    if not isinstance(value, bool):
        raise WireError(f"{key} must be true or false")
    return value


def read_enum(data: Mapping[str, Any], key: str, kind: type[_E]) -> _E:
    """Read a value of an enum."""
    try:
        return kind(read_string(data, key))
    except ValueError:
        raise WireError(f"{key} must be one of {', '.join(kind)}") from None


def read_uuid(data: Mapping[str, Any], key: str) -> UUID:
    """Read an id."""
    try:
        return UUID(read_string(data, key))
    except ValueError:
        raise WireError(f"{key} must be a UUID") from None


def read_digest(data: Mapping[str, Any], key: str) -> bytes:
    """Read a digest, in hexadecimal."""
    return to_digest(read_string(data, key), key)


def to_digest(text: object, key: str) -> bytes:
    """Return the digest that a text under a key is."""
    try:
        value = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        raise WireError(f"{key} must be hexadecimal") from None
    if len(value) != SIZE:
        raise WireError(f"{key} must be {SIZE} bytes long")
    return value


def read_date(data: Mapping[str, Any], key: str) -> date:
    """Read a day that has a year before it and one after it, so that it can be reckoned with."""
    try:
        return _reckonable(date.fromisoformat(read_string(data, key)))
    except ValueError:
        raise WireError(f"{key} must be a day such as 2026-11-24") from None


def read_instant(data: Mapping[str, Any], key: str) -> datetime:
    """Read an aware instant, likewise."""
    try:
        return _reckonable(aware(datetime.fromisoformat(read_string(data, key))))
    except (ValueError, OverflowError):
        raise WireError(f"{key} must be an instant such as 2026-11-24T12:00:00Z") from None


def _reckonable(day: _Day) -> _Day:
    if not date.min.year < day.year < date.max.year:
        raise ValueError("too near to the end of the calendar")
    return day
