"""A card and its dates: from when, until when, and whether somebody ended it before."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kaiku.days import years_later


class Kind(StrEnum):
    """Whose card it is: a person's, or an organisation's for going along with persons (OM-36)."""

    PERSONAL = "personal"
    COMMUNITY = "community"


class Status(StrEnum):
    """What a distributor has said of the card (OM-30)."""

    ACTIVE = "active"
    ENDED = "ended"
    OUT_OF_USE = "out_of_use"


class State(StrEnum):
    """What a card is on a given day."""

    VALID = "valid"
    EXPIRED = "expired"
    ENDED = "ended"
    OUT_OF_USE = "out_of_use"
    NOT_YET_VALID = "not_yet_valid"


@dataclass(frozen=True, slots=True)
class Card:
    """What a decision needs of a card: no number, no person and no home area (OM-2).

    ``valid_from`` and ``valid_until`` are Finnish days, both included. ``children`` is the
    registered number (OM-20).
    """

    kind: Kind
    children: int
    valid_from: date
    valid_until: date
    status: Status = Status.ACTIVE

    def state(self, day: date) -> State:
        """Return what the card is on a day.

        What a distributor said weighs more than dates (OM-8, OM-30).
        """
        match self.status:
            case Status.ENDED:
                return State.ENDED
            case Status.OUT_OF_USE:
                return State.OUT_OF_USE
            case Status.ACTIVE:
                if day < self.valid_from:
                    return State.NOT_YET_VALID
                return State.VALID if day <= self.valid_until else State.EXPIRED


def last_valid_day(granted: date, trial_end: date | None = None) -> date:
    """Return the last valid day of a card granted on a day.

    It is the day before the anniversary, 28 February for 29 February (OM-8), or the end of a trial
    (OM-9). Extending gives the same from the day of extending (OM-29). Raise ``ValueError`` for a
    trial that is already over.
    """
    if trial_end is None:
        return years_later(granted, 1) - timedelta(days=1)
    if trial_end < granted:
        raise ValueError(f"the trial ended on {trial_end}, before {granted}")
    return trial_end


def old_enough(birth_year: int, year: int) -> bool:
    """Tell whether a card may be given: from the year in which the client turns 16 (OM-6)."""
    return year - birth_year >= 16
