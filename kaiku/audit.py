"""What of a venue's settings breaks the operating model, and what goes against its advice.

A venue may limit seats, the uses of one card, open bookings, the offering and the time of
acquisition, and nothing else (OM-52); each limit has a floor. :func:`audit` finds every breach at
once, so that a worker mends them all in one go.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kaiku import audit_words as reasons
from kaiku.days import HELSINKI
from kaiku.offering import (
    PERFORMING_ARTS,
    Exclusion,
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Seats,
    Visits,
)
from kaiku.text import Text

MODEL_VERSION = date(2025, 9, 11)
"""The version of the operating model that these rules are of, by its day (OM-1)."""

SHARE_OF_SEATS = 3
"""Percent of the tickets that a cap on seats leaves at least (OM-54)."""

MASS_EVENT_SEATS = 20
"""Tickets a day or an event where over a thousand come at once (OM-55)."""

GUEST_SEATS = 2
"""Tickets a show of a guest production that is in (OM-62)."""

COURSE_SEATS = 1
"""Places on a course; one is allowed, two are advised (OM-56)."""

POOL_VISITS = 30
"""Visits a year on a serial ticket (OM-60)."""

ACQUIRABLE = timedelta(days=7)
"""How long before an event a ticket can be acquired at the latest (OM-65)."""

HANDED_OVER = timedelta(minutes=30)
"""How long before a show a ticket is handed over at the latest (OM-66)."""


class Grade(StrEnum):
    """Whether a finding stands in the way of the setting, or only advises against it."""

    BREACH = "breach"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a setting breaks: by which rule, what was set, what the floor is, and why.

    ``setting`` names the field as the API does, such as ``limits/0/cap``. ``floor`` is what it
    would have to be at least (an instant, a number), None where nothing would do.
    """

    rule: str
    grade: Grade
    setting: str
    floor: int | str | None
    words: Text


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a limit may be: by which rule, why, and what is ``advised`` beyond it."""

    rule: str
    least: int
    words: Text
    advised: int | None = None


_PERFORMANCES = PERFORMING_ARTS | {OfferingKind.SCREENING, OfferingKind.MASS_EVENT}
_WINDOWED = _PERFORMANCES | {OfferingKind.COURSE}

_FIXED_SEATS = frozenset(
    {
        OfferingKind.MASS_EVENT,
        OfferingKind.COURSE,
        OfferingKind.GUEST_PRODUCTION,
        OfferingKind.SCREENING,
    }
)
"""Kinds whose floor of seats is a number, not a share of the tickets (OM-55, 56, 62, 63)."""

_ALLOWED: dict[type[Limit], frozenset[OfferingKind]] = {
    Seats: _WINDOWED,
    OncePerPerformance: _WINDOWED,
    Visits: frozenset({OfferingKind.POOL}),
    OpenBookings: PERFORMING_ARTS | {OfferingKind.COURSE},
}
"""Which kinds a limit may be set on (OM-52, 54, 55, 56, 58, 60, 61)."""

_EXCLUDABLE: dict[Exclusion, frozenset[OfferingKind]] = {
    Exclusion.GUEST_PRODUCTION: frozenset({OfferingKind.GUEST_PRODUCTION}),
    Exclusion.GALA: frozenset({OfferingKind.GALA}),
    Exclusion.PREMIERE: frozenset({OfferingKind.PREMIERE}),
    Exclusion.WEEKEND: PERFORMING_ARTS,
    Exclusion.BILLING: frozenset({OfferingKind.SCREENING}),
    Exclusion.FEW_PARTICIPANTS: frozenset({OfferingKind.COURSE}),
    Exclusion.COST: frozenset({OfferingKind.COURSE}),
}
"""Which kinds may be left out for which reason (OM-62, 63, 64)."""


def audit(offering: Offering) -> tuple[Finding, ...]:
    """Return every breach of the model in an offering's settings, then every advice against it.

    It looks at the kinds of limits and their floors (OM-52), when tickets can be had (OM-65, 66),
    why an offering is left out (OM-41, OM-62 to OM-64), and money (OM-59, 60).
    """
    found = (
        *_limits(offering),
        *_window(offering),
        *_exclusion(offering),
        *_money(offering),
    )
    return tuple(sorted(found, key=lambda finding: finding.grade is Grade.ADVICE))


def audit_venue(
    offerings: Iterable[Offering], *, web_shop_checks: bool | None, accessibility: bool
) -> tuple[Finding, ...]:
    """Return the advice on a venue as a whole (OM-50, OM-62, OM-70).

    ``web_shop_checks`` says whether its web shop checks cards by the API, None where it has no
    shop; ``accessibility`` whether it has published accessibility information.
    """
    return tuple(_venue(tuple(offerings), web_shop_checks, accessibility=accessibility))


def breaches(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand in the way."""
    return tuple(finding for finding in findings if finding.grade is Grade.BREACH)


def _breach(rule: str, setting: str, floor: int | str | None, words: Text) -> Finding:
    return Finding(rule, Grade.BREACH, setting, floor, words)


def _advice(rule: str, setting: str, floor: int | str | None, words: Text) -> Finding:
    return Finding(rule, Grade.ADVICE, setting, floor, words)


# --- limits ---


def _limits(offering: Offering) -> Iterator[Finding]:
    seen: set[type[Limit]] = set()
    for place, limit in enumerate(offering.limits):
        where = f"limits/{place}"
        if type(limit) in seen:
            yield _breach("OM-52", where, None, reasons.TWICE)
        seen.add(type(limit))
        if offering.kind not in _ALLOWED[type(limit)]:
            yield _breach("OM-52", where, None, reasons.NOT_HERE)
            continue
        if isinstance(limit, Seats) and _needs_tickets(offering):
            yield _breach("OM-54", "tickets", None, reasons.TICKETS_UNKNOWN)
            continue
        floor = floor_of(limit, offering)
        if floor is not None and not isinstance(limit, OncePerPerformance):
            yield from _against(floor, limit.cap, f"{where}/cap")


def _against(floor: Floor, cap: int, where: str) -> Iterator[Finding]:
    if cap < floor.least:
        yield _breach(floor.rule, where, floor.least, floor.words.fill(floor=floor.least))
    elif floor.advised is not None and cap < floor.advised:
        yield _advice(floor.rule, where, floor.advised, reasons.COURSE_ADVICE)


def floor_of(limit: Limit, offering: Offering) -> Floor | None:
    """Return the least that a limit may be set to on an offering (OM-54 to OM-56, OM-60 to OM-63).

    None where it has no number, or where a cap on seats rests on tickets whose number is unknown.
    """
    match limit:
        case Seats():
            return None if _needs_tickets(offering) else _floor_of_seats(offering)
        case Visits():
            return Floor("OM-60", POOL_VISITS, reasons.VISITS)
        case OpenBookings():
            return Floor("OM-61", 1, reasons.OPEN_BOOKINGS)
        case OncePerPerformance():
            return None


def _floor_of_seats(offering: Offering) -> Floor:
    match offering.kind:
        case OfferingKind.MASS_EVENT:
            return Floor("OM-55", MASS_EVENT_SEATS, reasons.MASS_SEATS)
        case OfferingKind.COURSE:
            return Floor("OM-56", COURSE_SEATS, reasons.COURSE_SEATS, advised=COURSE_SEATS + 1)
        case OfferingKind.GUEST_PRODUCTION:
            return Floor("OM-62", GUEST_SEATS, reasons.GUEST_SEATS)
        case OfferingKind.SCREENING:
            return Floor("OM-63", 1, reasons.SCREENING_SEATS)
        case _:
            share = math.ceil((offering.tickets or 0) * SHARE_OF_SEATS / 100)
            return Floor("OM-54", share, reasons.SHARE)


def _needs_tickets(offering: Offering) -> bool:
    """Tell whether the floor of a cap on seats is a share of tickets whose number is unknown."""
    return offering.tickets is None and offering.kind not in _FIXED_SEATS


# --- times, exclusion, money ---


def _window(offering: Offering) -> Iterator[Finding]:
    window = offering.window
    if window is None:
        if offering.kind in _PERFORMANCES and not _is_counted_by_day(offering):
            yield _breach("OM-42", "window", None, reasons.NO_WINDOW)
        return
    latest = window.starts - ACQUIRABLE
    if window.acquirable is not None and window.acquirable > latest:
        yield _breach("OM-65", "window/acquirable", latest.isoformat(), reasons.ACQUIRABLE)
    latest = window.starts - HANDED_OVER
    if window.opens is not None and window.opens > latest:
        yield _breach("OM-66", "window/opens", latest.isoformat(), reasons.HANDED_OVER)


def _is_counted_by_day(offering: Offering) -> bool:
    """Tell whether a standing entry counts by the day, as a festival's day ticket does (OM-55)."""
    return offering.seats is not None and offering.seats.per is Per.DAY and not offering.once


def _exclusion(offering: Offering) -> Iterator[Finding]:
    """Yield that an offering is left out without a reason of its kind (OM-41, OM-62 to OM-64)."""
    why = offering.exclusion
    if why is None:
        return
    if offering.kind not in _EXCLUDABLE[why]:
        yield _breach("OM-41", "exclusion", None, reasons.NOT_EXCLUDABLE)
    elif why is Exclusion.WEEKEND and not _is_at_weekend(offering):
        yield _breach("OM-62", "exclusion", None, reasons.NO_WEEKEND)


def _is_at_weekend(offering: Offering) -> bool:
    window = offering.window
    return window is not None and window.starts.astimezone(HELSINKI).isoweekday() >= 6


def _money(offering: Offering) -> Iterator[Finding]:
    if offering.tariffs and offering.kind is not OfferingKind.LIBRARY:
        yield _breach("OM-59", "tariffs", None, reasons.NO_LIBRARY)
    if offering.wristband is not None and offering.kind is not OfferingKind.POOL:
        yield _breach("OM-60", "wristband", None, reasons.NO_POOL)
    for place, tariff in enumerate(offering.tariffs):
        if tariff.cap is not None and tariff.cap < 1:
            yield _breach("OM-59", f"tariffs/{place}/cap", 1, reasons.FEE_CAP)


# --- the venue as a whole ---


def _venue(
    offerings: tuple[Offering, ...], web_shop_checks: bool | None, *, accessibility: bool
) -> Iterator[Finding]:
    if web_shop_checks is False:
        yield _advice("OM-50", "web_shop", None, reasons.WEB_SHOP)
    if not accessibility:
        yield _advice("OM-70", "accessibility", None, reasons.ACCESSIBILITY)
    own = [one for one in offerings if one.kind is OfferingKind.OWN_PRODUCTION]
    out = sum(1 for one in own if one.excluded)
    if own and out * 2 >= len(own):
        words = reasons.OWN_PRODUCTIONS.fill(out=out, all=len(own))
        yield _breach("OM-62", "exclusion", len(own) - (len(own) - 1) // 2, words)
