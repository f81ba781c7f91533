"""What a venue may set, and how low: each limit at, below and above its floor (OM-41, 50 to 66)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given

from kaiku.audit import Finding, Grade, audit, audit_venue, breaches
from kaiku.offering import (
    Category,
    Exclusion,
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
)
from kaiku.text import Language, Text
from tests.kaiku.made import offerings

STARTS = datetime(2026, 11, 28, 17, tzinfo=UTC)
"""A Saturday evening in Helsinki."""

WINDOW = Window(STARTS, STARTS + timedelta(hours=2))
PERFORMING = {
    OfferingKind.OWN_PRODUCTION,
    OfferingKind.GUEST_PRODUCTION,
    OfferingKind.GALA,
    OfferingKind.PREMIERE,
}
STAGE = PERFORMING | {OfferingKind.SCREENING, OfferingKind.MASS_EVENT}


def offering(kind: OfferingKind, *limits: Limit, tickets: int | None = 1000) -> Offering:
    """Return an offering of a kind, with a window where it takes one."""
    return Offering(
        UUID(int=1),
        Text.same("Show"),
        Category.CULTURE,
        window=WINDOW if kind in STAGE | {OfferingKind.COURSE} else None,
        limits=limits,
        kind=kind,
        tickets=tickets,
    )


def broken(offering: Offering) -> list[str]:
    """Return the rules that an offering breaks."""
    return [finding.rule for finding in breaches(audit(offering))]


FLOORS = [
    pytest.param("OM-54", OfferingKind.OWN_PRODUCTION, Seats, 30, id="3 % of 1,000 tickets"),
    pytest.param("OM-54", OfferingKind.GALA, Seats, 30, id="gala that is in"),
    pytest.param("OM-54", OfferingKind.PREMIERE, Seats, 30, id="premiere that is in"),
    pytest.param("OM-55", OfferingKind.MASS_EVENT, Seats, 20, id="event of over 1,000"),
    pytest.param("OM-56", OfferingKind.COURSE, Seats, 1, id="course"),
    pytest.param("OM-62", OfferingKind.GUEST_PRODUCTION, Seats, 2, id="guest production"),
    pytest.param("OM-63", OfferingKind.SCREENING, Seats, 1, id="screening"),
    pytest.param("OM-60", OfferingKind.POOL, Visits, 30, id="serial ticket"),
    pytest.param("OM-61", OfferingKind.OWN_PRODUCTION, OpenBookings, 1, id="open bookings"),
    pytest.param("OM-61", OfferingKind.COURSE, OpenBookings, 1, id="open bookings of courses"),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("rule", "kind", "limit", "floor"), FLOORS)
def test_a_limit_below_its_floor_is_a_breach_and_at_it_is_none(
    rule: str, kind: OfferingKind, limit: type[Limit], floor: int, language: Language
) -> None:
    """The finding names rule, setting and floor, and says why in the worker's language.

    So it is with every floor of the model (OM-54, 55, 56, 60, 61, 62, 63).
    """
    [finding] = breaches(audit(offering(kind, limit(floor - 1))))  # type: ignore[call-arg]
    assert (finding.rule, finding.setting, finding.floor) == (rule, "limits/0/cap", floor)
    words = finding.words.in_(language)
    assert words.endswith(".")
    assert "{" not in words
    assert broken(offering(kind, limit(floor))) == []  # type: ignore[call-arg]
    assert broken(offering(kind, limit(floor + 1))) == []  # type: ignore[call-arg]


@pytest.mark.parametrize(("tickets", "floor"), [(1, 1), (33, 1), (34, 2), (100, 3), (101, 4)])
def test_three_percent_is_rounded_up(tickets: int, floor: int) -> None:
    """Of 34 tickets at least two are for card holders (OM-54)."""
    show = OfferingKind.OWN_PRODUCTION
    assert broken(offering(show, Seats(floor), tickets=tickets)) == []
    assert broken(offering(show, Seats(floor - 1), tickets=tickets)) == ["OM-54"]


def test_a_cap_needs_to_know_the_tickets() -> None:
    """Without their number nobody can tell whether the cap is enough (OM-54)."""
    [finding] = audit(offering(OfferingKind.OWN_PRODUCTION, Seats(5), tickets=None))
    assert (finding.rule, finding.setting) == ("OM-54", "tickets")


def test_one_place_on_a_course_is_allowed_and_two_are_advised() -> None:
    """The advice does not stand in the way (OM-56)."""
    [finding] = audit(offering(OfferingKind.COURSE, Seats(1)))
    assert (finding.rule, finding.grade, finding.floor) == ("OM-56", Grade.ADVICE, 2)
    assert audit(offering(OfferingKind.COURSE, Seats(2))) == ()


ALLOWED: dict[type[Limit], set[OfferingKind]] = {
    Seats: STAGE | {OfferingKind.COURSE},
    OncePerPerformance: STAGE | {OfferingKind.COURSE},
    Visits: {OfferingKind.POOL},
    OpenBookings: PERFORMING | {OfferingKind.COURSE},
}


@pytest.mark.parametrize("kind", OfferingKind)
@pytest.mark.parametrize(
    "limit", [Seats(500), OncePerPerformance(), Visits(99), OpenBookings(5)], ids=type
)
def test_a_limit_is_set_only_where_the_model_allows_it(kind: OfferingKind, limit: Limit) -> None:
    """A museum has no quota, and only a pool has a serial ticket (OM-52)."""
    expected = [] if kind in ALLOWED[type(limit)] else ["OM-52"]
    assert broken(offering(kind, limit)) == expected


def test_the_same_limit_twice_is_a_breach() -> None:
    """Two caps on seats contradict each other (OM-52)."""
    assert broken(offering(OfferingKind.GALA, Seats(40), Seats(50))) == ["OM-52"]


EXCLUDABLE = {
    Exclusion.GUEST_PRODUCTION: {OfferingKind.GUEST_PRODUCTION},
    Exclusion.GALA: {OfferingKind.GALA},
    Exclusion.PREMIERE: {OfferingKind.PREMIERE},
    Exclusion.WEEKEND: PERFORMING,
    Exclusion.BILLING: {OfferingKind.SCREENING},
    Exclusion.FEW_PARTICIPANTS: {OfferingKind.COURSE},
    Exclusion.COST: {OfferingKind.COURSE},
}


@pytest.mark.parametrize("kind", OfferingKind)
@pytest.mark.parametrize("why", Exclusion)
def test_an_offering_is_left_out_only_for_a_reason_of_its_kind(
    kind: OfferingKind, why: Exclusion
) -> None:
    """By default everything belongs to the card (OM-41, OM-62, OM-63, OM-64)."""
    left_out = replace(offering(kind), exclusion=why)
    assert broken(left_out) == ([] if kind in EXCLUDABLE[why] else ["OM-41"])


def test_a_weekend_is_a_saturday_or_a_sunday_in_finland() -> None:
    """A show on Friday evening is not left out for the weekend (OM-62)."""
    friday = Window(STARTS - timedelta(days=1), STARTS - timedelta(hours=22))
    show = replace(offering(OfferingKind.OWN_PRODUCTION), exclusion=Exclusion.WEEKEND)
    assert broken(show) == []
    assert broken(replace(show, window=friday)) == ["OM-62"]


@pytest.mark.parametrize(
    ("before", "rules"),
    [(timedelta(days=8), []), (timedelta(days=7), []), (timedelta(days=6, hours=23), ["OM-65"])],
)
def test_a_ticket_can_be_acquired_a_week_before_at_the_latest(
    before: timedelta, rules: list[str]
) -> None:
    """A later opening is refused (OM-65)."""
    window = replace(WINDOW, acquirable=STARTS - before)
    assert broken(replace(offering(OfferingKind.GALA), window=window)) == rules


@pytest.mark.parametrize(("minutes", "rules"), [(31, []), (30, []), (29, ["OM-66"])])
def test_a_ticket_is_handed_over_half_an_hour_before_at_the_latest(
    minutes: int, rules: list[str]
) -> None:
    """A venue that hands over later than that breaks the model (OM-66)."""
    window = replace(WINDOW, opens=STARTS - timedelta(minutes=minutes))
    assert broken(replace(offering(OfferingKind.GALA), window=window)) == rules


def test_fees_belong_to_libraries_and_wristbands_to_pools() -> None:
    """Elsewhere nothing is covered by the piece, and nothing is charged (OM-59, OM-60)."""
    copying = (Tariff(Service.COPYING, 30, 500, Period.YEAR),)
    assert broken(replace(offering(OfferingKind.LIBRARY), tariffs=copying)) == []
    assert broken(replace(offering(OfferingKind.POOL), wristband=500)) == []
    assert broken(replace(offering(OfferingKind.ENTRY), tariffs=copying)) == ["OM-59"]
    assert broken(replace(offering(OfferingKind.ENTRY), wristband=500)) == ["OM-60"]
    nothing = (Tariff(Service.COPYING, 30, 0, Period.YEAR),)
    assert broken(replace(offering(OfferingKind.LIBRARY), tariffs=nothing)) == ["OM-59"]


def test_a_performance_says_when_it_takes_place() -> None:
    """The card must be valid on its day (OM-42); a festival's day ticket counts each day."""
    undated = replace(offering(OfferingKind.GALA, Seats(40)), window=None)
    assert broken(undated) == ["OM-42"]
    daily = replace(offering(OfferingKind.MASS_EVENT, Seats(20, Per.DAY)), window=None)
    assert broken(daily) == []


def test_every_breach_is_found_at_once_and_before_the_advice() -> None:
    """A worker mends them all in one go."""
    window = replace(WINDOW, opens=STARTS, acquirable=STARTS)
    course = replace(
        offering(OfferingKind.COURSE, Seats(1), Visits(3)),
        window=window,
        exclusion=Exclusion.GALA,
        wristband=5,
    )
    found = audit(course)
    assert [finding.rule for finding in found] == [
        "OM-52", "OM-65", "OM-66", "OM-41", "OM-60", "OM-56",
    ]  # fmt: skip
    assert [finding.grade for finding in found] == [*[Grade.BREACH] * 5, Grade.ADVICE]


@pytest.mark.parametrize(("out", "rules"), [(0, []), (1, []), (2, ["OM-62"]), (3, ["OM-62"])])
def test_most_own_productions_stay_in(out: int, rules: list[str]) -> None:
    """Half of three is not most of them (OM-62)."""
    show = offering(OfferingKind.OWN_PRODUCTION)
    shows = [replace(show, exclusion=Exclusion.WEEKEND if i < out else None) for i in range(3)]
    found = audit_venue(shows, web_shop_checks=None, accessibility=True)
    assert [finding.rule for finding in found] == rules


def test_a_venue_is_advised_on_its_web_shop_and_its_accessibility() -> None:
    """Advice only: the venue takes a known risk (OM-50, OM-70)."""
    found = audit_venue([], web_shop_checks=False, accessibility=False)
    assert [(finding.rule, finding.grade) for finding in found] == [
        ("OM-50", Grade.ADVICE),
        ("OM-70", Grade.ADVICE),
    ]
    assert audit_venue([], web_shop_checks=True, accessibility=True) == ()


@given(offerings)
def test_any_offering_is_judged(any_offering: Offering) -> None:
    """There is no setting that cannot be judged, and each finding has words to show."""
    for finding in audit(any_offering):
        assert isinstance(finding, Finding)
        assert finding.rule.startswith("OM-")
        assert "{" not in "".join(finding.words.in_(language) for language in Language)


@given(offerings)
def test_a_larger_cap_is_never_worse(any_offering: Offering) -> None:
    """What is allowed stays allowed when a venue gives more."""

    def more(limit: Limit) -> Limit:
        return limit if isinstance(limit, OncePerPerformance) else replace(limit, cap=limit.cap + 1)

    larger = replace(any_offering, limits=tuple(more(limit) for limit in any_offering.limits))
    assert len(breaches(audit(larger))) <= len(breaches(audit(any_offering)))
