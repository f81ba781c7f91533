"""What else of an offering is bound: times, exclusion, children, terms and money."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kaiku.audit import words
from kaiku.audit.finding import Finding, breach
from kaiku.audit.limits import PERFORMANCES
from kaiku.days import HELSINKI, aware
from kaiku.fee import LARGEST_SUM
from kaiku.money import euros
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
    Tariff,
    Visits,
)
from kaiku.text import Text
from kaiku.venue import VenueKind

ACQUIRABLE = timedelta(days=7)
"""How long before an event a ticket can be acquired at the latest, in Finnish days (OM-65)."""

HANDED_OVER = timedelta(minutes=30)
"""How long before a show a ticket is handed over at the latest (OM-66)."""

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

_CINEMAS = ("OM-63", frozenset({VenueKind.CINEMA, VenueKind.FESTIVAL}), words.NO_CINEMA)
_COLLEGES = ("OM-64", frozenset({VenueKind.COLLEGE}), words.NO_COLLEGE)
_RIGHTS: dict[Exclusion, tuple[str, frozenset[VenueKind], Text]] = {
    Exclusion.BILLING: _CINEMAS,
    Exclusion.FEW_PARTICIPANTS: _COLLEGES,
    Exclusion.COST: _COLLEGES,
}
"""Which reasons are of some organisations only, by which rule. Any venue may stage a show, so the
reasons of the performing arts go by the kind of the offering alone (OM-62)."""


def window(offering: Offering) -> Iterator[Finding]:
    """Yield that an event says no time, or that its tickets are to be had too late (OM-65, 66)."""
    when = offering.window
    if when is None:
        yield from _no_window(offering)
        return
    latest = _a_week_before(when.starts)
    if when.acquirable is not None and when.acquirable > latest:
        yield breach("OM-65", "window/acquirable", words.ACQUIRABLE, latest.isoformat())
    latest = when.starts - HANDED_OVER
    if when.opens is not None and when.opens > latest:
        yield breach("OM-66", "window/opens", words.HANDED_OVER, latest.isoformat())


def _a_week_before(starts: datetime) -> datetime:
    """Return the same hour by the clock seven days before, whatever summer time does between."""
    return aware(starts.astimezone(HELSINKI) - ACQUIRABLE)


def _no_window(offering: Offering) -> Iterator[Finding]:
    """Yield that an event or a limit of one needs a time, by whose day all is counted (OM-42).

    Without one every count begins anew each day. That is right for a cap a day, as for a festival's
    day ticket (OM-55), and for no other limit of an event.
    """
    needed = any(_is_of_event(limit) for limit in offering.limits)
    by_day = offering.seats is not None and not needed
    if offering.kind in PERFORMANCES and not by_day:
        yield breach("OM-42", "window", words.NO_WINDOW)
    elif offering.kind is OfferingKind.COURSE and needed:
        yield breach("OM-42", "window", words.LIMIT_WITHOUT_WINDOW)


def _is_of_event(limit: Limit) -> bool:
    match limit:
        case Seats(per=per):
            return per is Per.EVENT
        case OncePerPerformance() | OpenBookings():
            return True
        case Visits():
            return False


def exclusion(offering: Offering, venue: VenueKind) -> Iterator[Finding]:
    """Yield that an offering is left out without a reason of its kind (OM-41, OM-62 to OM-64)."""
    why = offering.exclusion
    if why is None:
        return
    if offering.kind not in _EXCLUDABLE[why]:
        yield breach("OM-41", "exclusion", _not_for_that(offering.kind))
    elif why is Exclusion.WEEKEND and not _is_at_weekend(offering):
        yield breach("OM-62", "exclusion", words.NO_WEEKEND)
    elif why in _RIGHTS:
        rule, venues, reason = _RIGHTS[why]
        if venue not in venues:
            yield breach(rule, "exclusion", reason)


def _not_for_that(kind: OfferingKind) -> Text:
    """Return that a reason is not one of a kind's, with those that would do."""
    reasons = [why.value for why, kinds in _EXCLUDABLE.items() if kind in kinds]
    if not reasons:
        return words.NOT_EXCLUDABLE
    return words.NOT_FOR_THAT.fill(reasons=", ".join(reasons))


def _is_at_weekend(offering: Offering) -> bool:
    when = offering.window
    return when is not None and when.starts.astimezone(HELSINKI).isoweekday() >= 6


def children(offering: Offering) -> Iterator[Finding]:
    """Yield that children are kept out of what is no group activity (OM-45, OM-52)."""
    if not offering.children_welcome and offering.kind is not OfferingKind.COURSE:
        yield breach("OM-45", "children_welcome", words.CHILDREN)


def terms(offering: Offering) -> Iterator[Finding]:
    """Yield that terms of cancellation bind elsewhere than on a college's course (OM-19, OM-52)."""
    if offering.terms is not None and offering.kind is not OfferingKind.COURSE:
        yield breach("OM-19", "terms", words.NO_TERMS)


def money(offering: Offering) -> Iterator[Finding]:
    """Yield what is charged or covered where nothing is, or covers nothing (OM-59, OM-60).

    Which services a library has tariffs of is its own to say, for not all charge for all of them.
    """
    if offering.kind is OfferingKind.LIBRARY and not offering.tariffs:
        yield breach("OM-59", "tariffs", words.NOTHING_COVERED)
    if offering.tariffs and offering.kind is not OfferingKind.LIBRARY:
        yield breach("OM-59", "tariffs", words.NO_LIBRARY)
    if offering.wristband is not None and offering.kind is not OfferingKind.POOL:
        yield breach("OM-60", "wristband", words.NO_POOL)
    if offering.wristband is not None and offering.wristband < 1:
        yield breach("OM-60", "wristband", words.WRISTBAND, 1)
    services = [tariff.service for tariff in offering.tariffs]
    for place, tariff in enumerate(offering.tariffs):
        where = f"tariffs/{place}"
        if tariff.service in services[:place]:
            yield breach("OM-59", f"{where}/service", words.SERVICE_TWICE)
        yield from _prices(tariff, where)


def _prices(tariff: Tariff, where: str) -> Iterator[Finding]:
    if tariff.unit is not None and tariff.unit < 1:
        yield breach("OM-59", f"{where}/unit", words.UNIT, 1)
    if tariff.unit is not None and tariff.unit > LARGEST_SUM:
        yield breach("OM-59", f"{where}/unit", words.UNIT_TOO_LARGE.fill(most=euros(LARGEST_SUM)))
    least = max(1, tariff.unit or 1)
    if tariff.cap is not None and tariff.cap < least:
        yield breach("OM-59", f"{where}/cap", words.FEE_CAP.fill(floor=least), least)
