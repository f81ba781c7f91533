"""The limits that a venue may set (OM-52).

The set is sealed: a new kind of limit is a new class here and a new case in :mod:`kaiku.decide`,
and the type checker finds the places.
"""

from dataclasses import dataclass
from enum import StrEnum


class Per(StrEnum):
    """What a cap on seats is counted over."""

    EVENT = "event"
    DAY = "day"


class Year(StrEnum):
    """Which year a card's visits are counted over; the source leaves it open (OM-60)."""

    CALENDAR = "calendar"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Seats:
    """At most ``cap`` seats for card holders, per event (OM-54) or per day (OM-55).

    Shared by all cards.
    """

    cap: int
    per: Per = Per.EVENT


@dataclass(frozen=True, slots=True)
class OncePerPerformance:
    """A card goes to the same performance once (OM-58)."""


@dataclass(frozen=True, slots=True)
class Visits:
    """A card has ``cap`` visits a year, each child taking one more (OM-60)."""

    cap: int
    year: Year = Year.CALENDAR


@dataclass(frozen=True, slots=True)
class OpenBookings:
    """A card has at most ``cap`` bookings open at the venue at one time (OM-61)."""

    cap: int


Limit = Seats | OncePerPerformance | Visits | OpenBookings
