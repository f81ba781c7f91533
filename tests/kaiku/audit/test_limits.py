"""Each limit at, below and above its floor, and where it may be set (OM-52 to OM-66)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given

from kaiku.audit import Grade, breaches
from kaiku.offering import (
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Seats,
    Service,
    Tariff,
    Visits,
)
from kaiku.text import Language
from tests.kaiku.audit.cases import (
    PERFORMING,
    STAGE,
    STARTS,
    WINDOW,
    broken,
    found,
    is_told,
    offering,
)
from tests.kaiku.made import offerings


@dataclass(frozen=True)
class Case:
    """A setting with a floor: by which rule, where it stands, and an offering with a value of it.

    ``told`` is the floor as it is told, where that is no number.
    """

    rule: str
    setting: str
    floor: int
    of: Callable[[int], Offering]
    told: str | None = None


def seats(
    rule: str, kind: OfferingKind, tickets: int | None, floor: int, per: Per = Per.EVENT
) -> Case:
    """Return the case of a cap on seats; by the day there is no window."""
    window = WINDOW if per is Per.EVENT else None
    return Case(
        rule,
        "limits/0/cap",
        floor,
        lambda cap: offering(kind, Seats(cap, per), tickets=tickets, window=window),
    )


def of_card(rule: str, kind: OfferingKind, limit: type[Visits | OpenBookings], floor: int) -> Case:
    """Return the case of a limit of one card."""
    return Case(rule, "limits/0/cap", floor, lambda cap: offering(kind, limit(cap)))


def fees(setting: str, floor: int, tariff: Callable[[int], Tariff]) -> Case:
    """Return the case of a sum at a library."""
    return Case(
        "OM-59",
        f"tariffs/0/{setting}",
        floor,
        lambda cents: offering(OfferingKind.LIBRARY, tariffs=(tariff(cents),)),
    )


def early(rule: str, setting: str, floor: int, **unit: int) -> Case:
    """Return the case of an instant so many units before the start, which is a floor too."""

    def of(units: int) -> Offering:
        at = STARTS - units * timedelta(**unit)
        return offering(OfferingKind.GALA, window=replace(WINDOW, **{setting: at}))

    told = (STARTS - floor * timedelta(**unit)).isoformat()
    return Case(rule, f"window/{setting}", floor, of, told)


K = OfferingKind
FLOORS = {
    "3 % of 1,000 tickets": seats("OM-54", K.OWN_PRODUCTION, 1000, 30),
    "3 % rounded up": seats("OM-54", K.OWN_PRODUCTION, 34, 2),
    "one of a few tickets": seats("OM-54", K.OWN_PRODUCTION, 1, 1),
    "gala that is in": seats("OM-54", K.GALA, 300, 9),
    "premiere that is in": seats("OM-54", K.PREMIERE, 301, 10),
    "a day of shows": seats("OM-54", K.OWN_PRODUCTION, 200, 6, Per.DAY),
    "event of 900": seats("OM-54", K.MASS_EVENT, 900, 27),
    "event of 1,000": seats("OM-54", K.MASS_EVENT, 1000, 30),
    "event of over 1,000": seats("OM-55", K.MASS_EVENT, 1001, 20),
    "festival's day": seats("OM-55", K.MASS_EVENT, 9000, 20, Per.DAY),
    "hall of over 1,000": seats("OM-55", K.OWN_PRODUCTION, 1200, 20),
    "course": seats("OM-56", K.COURSE, None, 1),
    "guest production": seats("OM-62", K.GUEST_PRODUCTION, None, 2),
    "guest production in a big hall": seats("OM-62", K.GUEST_PRODUCTION, 5000, 2),
    "screening": seats("OM-63", K.SCREENING, None, 1),
    "serial ticket": of_card("OM-60", K.POOL, Visits, 30),
    "open bookings of own productions": of_card("OM-61", K.OWN_PRODUCTION, OpenBookings, 1),
    "open bookings of guests": of_card("OM-61", K.GUEST_PRODUCTION, OpenBookings, 1),
    "open bookings of galas": of_card("OM-61", K.GALA, OpenBookings, 1),
    "open bookings of premieres": of_card("OM-61", K.PREMIERE, OpenBookings, 1),
    "open bookings of courses": of_card("OM-61", K.COURSE, OpenBookings, 1),
    "fees covered": fees("cap", 1, lambda cents: Tariff(Service.OVERDUE, None, cents)),
    "fees of pieces covered": fees("cap", 30, lambda cents: Tariff(Service.COPYING, 30, cents)),
    "price of a piece": fees("unit", 1, lambda cents: Tariff(Service.COPYING, cents, 500)),
    "acquirable by the hour": early("OM-65", "acquirable", 7 * 24, hours=1),
    "acquirable by the second": early("OM-65", "acquirable", 7 * 24 * 3600, seconds=1),
    "handed over by the minute": early("OM-66", "opens", 30, minutes=1),
    "handed over by the second": early("OM-66", "opens", 30 * 60, seconds=1),
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case", FLOORS.values(), ids=FLOORS)
def test_below_its_floor_a_limit_is_a_breach_that_says_all(case: Case, language: Language) -> None:
    """By which rule, of which setting, what the floor is, and why in the worker's language.

    So it is with every floor of the model (OM-54, 55, 56, 60, 61, 62, 63).
    """
    [finding] = breaches(found(case.of(case.floor - 1)))
    assert (finding.rule, finding.setting) == (case.rule, case.setting)
    assert finding.floor == (case.told or case.floor)
    assert is_told(finding, language)


@pytest.mark.parametrize("above", [0, 1, 9])
@pytest.mark.parametrize("case", FLOORS.values(), ids=FLOORS)
def test_at_its_floor_and_above_a_limit_is_no_breach(case: Case, above: int) -> None:
    """The floor itself is allowed, and there is no ceiling (OM-54 to OM-66)."""
    assert broken(case.of(case.floor + above)) == []


VALUES = [
    *[("guest", K.GUEST_PRODUCTION, Seats(cap), grade) for cap, grade in
      ((0, Grade.BREACH), (1, Grade.BREACH), (2, None), (10, None), (11, None))],
    *[("course", K.COURSE, Seats(cap), grade) for cap, grade in
      ((0, Grade.BREACH), (1, Grade.ADVICE), (2, None), (3, None))],
    *[("pool", K.POOL, Visits(cap), grade) for cap, grade in
      ((0, Grade.BREACH), (29, Grade.BREACH), (30, None), (31, None))],
    *[("bookings", K.COURSE, OpenBookings(cap), grade) for cap, grade in
      ((0, Grade.BREACH), (1, None), (2, None))],
    ("once", K.GALA, OncePerPerformance(), None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "limit", "grade"), [row[1:] for row in VALUES])
def test_the_numbers_of_the_source(kind: OfferingKind, limit: Limit, grade: Grade | None) -> None:
    """2–10 tickets a guest show, 1–2 places a course, 30 visits, once (OM-56, 58, 60 to 62)."""
    assert [finding.grade for finding in found(offering(kind, limit))] == ([grade] if grade else [])


@pytest.mark.parametrize(("tickets", "floor"), [(1, 1), (33, 1), (34, 2), (100, 3), (101, 4)])
def test_three_percent_is_rounded_up(tickets: int, floor: int) -> None:
    """Of 34 tickets at least two are for card holders (OM-54)."""
    show = OfferingKind.OWN_PRODUCTION
    assert broken(offering(show, Seats(floor), tickets=tickets)) == []
    assert broken(offering(show, Seats(floor - 1), tickets=tickets)) == ["OM-54"]


def test_no_cap_is_nought_however_few_tickets_there_are() -> None:
    """Three percent of none would let nobody in (OM-54)."""
    assert broken(offering(OfferingKind.OWN_PRODUCTION, Seats(0), tickets=0)) == ["OM-54"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (K.OWN_PRODUCTION, "OM-54"),
        (K.GALA, "OM-54"),
        (K.PREMIERE, "OM-54"),
        (K.MASS_EVENT, "OM-55"),
    ],
)
def test_a_cap_needs_to_know_the_tickets(kind: OfferingKind, rule: str, language: Language) -> None:
    """Without their number nobody can tell whether the cap is enough (OM-54, OM-55)."""
    [finding] = found(offering(kind, Seats(500), tickets=None))
    assert (finding.rule, finding.setting) == (rule, "tickets")
    assert finding.grade is Grade.BREACH
    assert is_told(finding, language)


@pytest.mark.parametrize("language", Language)
def test_one_place_on_a_course_is_allowed_and_two_are_advised(language: Language) -> None:
    """The advice does not stand in the way (OM-56)."""
    [finding] = found(offering(OfferingKind.COURSE, Seats(1)))
    assert (finding.rule, finding.grade, finding.floor) == ("OM-56", Grade.ADVICE, 2)
    assert is_told(finding, language)
    assert found(offering(OfferingKind.COURSE, Seats(2))) == ()


ALLOWED: dict[type[Limit], set[OfferingKind]] = {
    Seats: STAGE | {OfferingKind.COURSE},
    OncePerPerformance: STAGE | {OfferingKind.COURSE},
    Visits: {OfferingKind.POOL},
    OpenBookings: PERFORMING | {OfferingKind.COURSE},
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", OfferingKind)
@pytest.mark.parametrize(
    "limit", [Seats(500), OncePerPerformance(), Visits(99), OpenBookings(5)], ids=type
)
def test_a_limit_is_set_only_where_the_model_allows_it(
    kind: OfferingKind, limit: Limit, language: Language
) -> None:
    """A museum has no quota, and only a pool has a serial ticket (OM-52)."""
    findings = found(offering(kind, limit))
    expected = [] if kind in ALLOWED[type(limit)] else ["OM-52"]
    assert [finding.rule for finding in findings] == expected
    assert all(is_told(finding, language) for finding in findings)


def test_the_same_limit_twice_is_a_breach() -> None:
    """Two caps on seats contradict each other (OM-52)."""
    assert broken(offering(OfferingKind.GALA, Seats(40), Seats(50))) == ["OM-52"]


@given(offerings)
def test_a_larger_cap_is_never_worse(any_offering: Offering) -> None:
    """What is allowed stays allowed when a venue gives more."""

    def more(limit: Limit) -> Limit:
        return limit if isinstance(limit, OncePerPerformance) else replace(limit, cap=limit.cap + 1)

    larger = replace(any_offering, limits=tuple(more(limit) for limit in any_offering.limits))
    assert len(broken(larger)) <= len(broken(any_offering))
