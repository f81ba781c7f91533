"""Which limits an offering may have, and the floor of each (OM-52 to OM-63)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from kaiku.audit import words
from kaiku.audit.finding import Finding, advice, breach
from kaiku.offering import (
    PERFORMING_ARTS,
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Seats,
    Visits,
)
from kaiku.text import Text

SHARE_OF_SEATS = 3
"""Percent of the tickets that a cap on seats leaves at least (OM-54)."""

MASS_EVENT_TICKETS = 1000
"""An event of more tickets than these draws a mass at once (OM-55)."""

MASS_EVENT_SEATS = 20
"""Tickets a day or an event where over a thousand come at once (OM-55)."""

GUEST_SEATS = 2
"""Tickets a show of a guest production that is in (OM-62)."""

COURSE_SEATS = 1
"""Places on a course; one is allowed, two are advised (OM-56)."""

POOL_VISITS = 30
"""Visits a year on a serial ticket (OM-60)."""

PERFORMANCES = PERFORMING_ARTS | {OfferingKind.SCREENING, OfferingKind.MASS_EVENT}
_EVENTS = PERFORMANCES | {OfferingKind.COURSE}

_ALLOWED: dict[type[Limit], frozenset[OfferingKind]] = {
    Seats: _EVENTS,
    OncePerPerformance: _EVENTS,
    Visits: frozenset({OfferingKind.POOL}),
    OpenBookings: PERFORMING_ARTS | {OfferingKind.COURSE},
}
"""Which kinds a limit may be set on (OM-52, 54, 55, 56, 58, 60, 61)."""

_FIXED_SEATS = frozenset(
    {OfferingKind.COURSE, OfferingKind.GUEST_PRODUCTION, OfferingKind.SCREENING}
)
"""Kinds whose floor of seats is a number, however many tickets there are (OM-56, 62, 63)."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a limit may be: by which rule, why, and what is ``advised`` beyond it."""

    rule: str
    least: int
    words: Text
    advised: int | None = None


def limits(offering: Offering) -> Iterator[Finding]:
    """Yield each limit that an offering may not have, or that is below its floor (OM-52)."""
    seen: set[type[Limit]] = set()
    for place, limit in enumerate(offering.limits):
        where = f"limits/{place}"
        if type(limit) in seen:
            yield breach("OM-52", where, words.TWICE)
        seen.add(type(limit))
        if offering.kind not in _ALLOWED[type(limit)]:
            yield breach("OM-52", where, words.NOT_HERE)
            continue
        if isinstance(limit, Seats) and _needs_tickets(offering):
            yield _tickets_unknown(offering)
            continue
        floor = floor_of(limit, offering)
        if floor is not None and not isinstance(limit, OncePerPerformance):
            yield from _against(floor, limit.cap, f"{where}/cap")


def floor_of(limit: Limit, offering: Offering) -> Floor | None:
    """Return the least that a limit may be set to on an offering (OM-54 to OM-56, OM-60 to OM-63).

    None where it has no number, or where a cap on seats rests on tickets whose number is unknown.
    """
    match limit:
        case Seats():
            return None if _needs_tickets(offering) else _floor_of_seats(offering)
        case Visits():
            return Floor("OM-60", POOL_VISITS, words.VISITS)
        case OpenBookings():
            return Floor("OM-61", 1, words.OPEN_BOOKINGS)
        case OncePerPerformance():
            return None


def _floor_of_seats(offering: Offering) -> Floor:
    match offering.kind:
        case OfferingKind.COURSE:
            return Floor("OM-56", COURSE_SEATS, words.COURSE_SEATS, advised=COURSE_SEATS + 1)
        case OfferingKind.GUEST_PRODUCTION:
            return Floor("OM-62", GUEST_SEATS, words.GUEST_SEATS)
        case OfferingKind.SCREENING:
            return Floor("OM-63", 1, words.SCREENING_SEATS)
        case _:
            return _floor_of_tickets(offering.tickets or 0)


def _floor_of_tickets(tickets: int) -> Floor:
    """Return the floor that rests on the tickets: festivals and big halls have their own (OM-55).

    Of few tickets at least one is for card holders (OM-54).
    """
    if tickets > MASS_EVENT_TICKETS:
        return Floor("OM-55", MASS_EVENT_SEATS, words.MASS_SEATS)
    return Floor("OM-54", max(1, math.ceil(tickets * SHARE_OF_SEATS / 100)), words.SHARE)


def _needs_tickets(offering: Offering) -> bool:
    """Tell whether the floor of a cap on seats rests on tickets whose number is unknown."""
    return offering.tickets is None and offering.kind not in _FIXED_SEATS


def _tickets_unknown(offering: Offering) -> Finding:
    if offering.kind is OfferingKind.MASS_EVENT:
        return breach("OM-55", "tickets", words.MASS_TICKETS_UNKNOWN)
    return breach("OM-54", "tickets", words.TICKETS_UNKNOWN)


def _against(floor: Floor, cap: int, where: str) -> Iterator[Finding]:
    if cap < floor.least:
        yield breach(floor.rule, where, floor.words.fill(floor=floor.least), floor.least)
    elif floor.advised is not None and cap < floor.advised:
        yield advice(floor.rule, where, words.COURSE_ADVICE, floor.advised)
