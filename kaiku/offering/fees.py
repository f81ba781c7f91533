"""The fees that a card covers at a library's desk (OM-59)."""

from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """What a library desk charges for and the card covers (OM-59)."""

    COPYING = "copying"
    OVERDUE = "overdue"
    INTERLIBRARY = "interlibrary"


class Period(StrEnum):
    """Over which span a cap on fees is counted."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Tariff:
    """A service whose fees the card covers, in integer cents.

    ``unit`` is the price of one piece, where pieces are counted rather than a sum typed; ``cap``
    is the most that is covered for a card in a ``period``, None for no cap (OM-59).
    """

    service: Service
    unit: int | None = None
    cap: int | None = None
    period: Period = Period.YEAR
