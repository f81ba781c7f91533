"""Grounds for a refusal: what is vain to mend, what can be mended, the limits.

Every decision (at the door, at booking, for a group) is made of these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kaiku.card import Card, State
from kaiku.days import day_of
from kaiku.offering import Offering, OncePerPerformance, OpenBookings, Seats, Visits
from kaiku.party import Party
from kaiku.reason import Reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What others and this card did before, as far as the one who decides knows it.

    ``seats_taken`` counts the event or the day, whichever the cap is set on; None says that it
    cannot be known now. A capped offering is then refused rather than overrun, but for the
    ``leased`` seats that this kiosk may give away by itself (promise P2).
    ``uses`` are the card's accepted uses of this performance, ``visits`` what it has spent in the
    year at hand. ``booked`` are the seats that the card's own booking of the event holds, which
    ``seats_taken`` counts too. A use that is decided anew leaves itself out.
    """

    seats_taken: int | None = None
    uses: int = 0
    visits: int = 0
    booked: int = 0
    leased: int = 0


NO_FACTS = Facts()


def vain(card: Card, offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield what no mending at the door can change (OM-8, OM-30, OM-42, OM-62)."""
    day = offering.validity_day(now)
    match card.state(day):
        case State.ENDED:
            yield Reason.ENDED
        case State.OUT_OF_USE:
            yield Reason.OUT_OF_USE
        case State.NOT_YET_VALID | State.EXPIRED if day != day_of(now):
            yield Reason.OFFERING_OUTSIDE_VALIDITY
        case State.NOT_YET_VALID:
            yield Reason.NOT_YET_VALID
        case State.EXPIRED:
            yield Reason.EXPIRED
        case State.VALID:
            pass
    if offering.excluded:
        yield Reason.OFFERING_EXCLUDED
    if offering.window is not None and now >= offering.window.ends:
        yield Reason.OFFERING_OVER


def company(card: Card, party: Party, offering: Offering) -> Iterator[Reason]:
    """Yield what is wrong with the children who come along (OM-22, OM-45)."""
    if not offering.welcomes(party.children):
        yield Reason.CHILDREN_NOT_IN_GROUPS
    elif party.children > card.children:
        yield Reason.CHILDREN_ABOVE_REGISTERED


def early(offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield that entry has not opened yet, or that no ticket is to be had yet (OM-65, OM-66).

    A use of an event to come is a ticket, registered as it is acquired (OM-47).
    """
    window = offering.window
    return iter(()) if window is None else _before(now, window.opens, window.acquirable)


def early_to_book(offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield that no ticket is to be had yet, where the venue has set from when (OM-65)."""
    window = offering.window
    return iter(()) if window is None else _before(now, window.acquirable)


def early_to_hand_over(offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield that no ticket is handed over yet, where the venue has set from when (OM-66)."""
    window = offering.window
    return iter(()) if window is None else _before(now, window.opens)


def _before(now: datetime, *hours: datetime | None) -> Iterator[Reason]:
    if any(hour is not None and now < hour for hour in hours):
        yield Reason.TOO_EARLY


def limits(admitted: Party, offering: Offering, facts: Facts) -> Iterator[Reason]:
    """Yield the venue's limits that the party would break.

    The card's own before the shared (OM-54, 55, 58, 60).
    """
    for limit in sorted(offering.limits, key=lambda limit: isinstance(limit, Seats)):
        match limit:
            case OncePerPerformance() if facts.uses > 0:
                yield Reason.ALREADY_USED
            case Visits(cap) if facts.visits + admitted.visits > cap:
                yield Reason.VISITS_USED_UP
            case Seats(cap):
                needed = admitted.seats - facts.booked
                if needed <= 0:
                    continue
                if facts.seats_taken is None:
                    if needed > facts.leased:
                        yield Reason.CANNOT_CHECK_NOW
                elif facts.seats_taken + needed > cap:
                    yield Reason.SEATS_FULL
            case OncePerPerformance() | Visits() | OpenBookings():
                pass
