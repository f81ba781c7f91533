"""What else of an offering is bound: times, exclusion, children, money (OM-41, 42, 45, 59–66)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from kaiku.audit import Finding, Grade
from kaiku.days import HELSINKI
from kaiku.fee import LARGEST_SUM
from kaiku.offering import (
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
from kaiku.venue import VenueKind
from tests.kaiku.audit.cases import PERFORMING, STARTS, WINDOW, broken, found, is_told, offering
from tests.kaiku.made import offerings

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


RIGHTS = [
    (OfferingKind.SCREENING, Exclusion.BILLING, "OM-63", {VenueKind.CINEMA, VenueKind.FESTIVAL}),
    (OfferingKind.COURSE, Exclusion.FEW_PARTICIPANTS, "OM-64", {VenueKind.COLLEGE}),
    (OfferingKind.COURSE, Exclusion.COST, "OM-64", {VenueKind.COLLEGE}),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("venue", VenueKind)
@pytest.mark.parametrize(("kind", "why", "rule", "venues"), RIGHTS)
def test_some_reasons_are_of_one_kind_of_venue_only(
    kind: OfferingKind,
    why: Exclusion,
    rule: str,
    venues: set[VenueKind],
    venue: VenueKind,
    language: Language,
) -> None:
    """Distributors bill cinemas (OM-63), and courses are the colleges' (OM-64)."""
    findings = found(offering(kind, exclusion=why), venue)
    assert [finding.rule for finding in findings] == ([] if venue in venues else [rule])
    assert all(is_told(finding, language) for finding in findings)


@pytest.mark.parametrize("venue", VenueKind)
def test_any_venue_may_stage_a_show(venue: VenueKind) -> None:
    """A gala in a museum may be out: what is staged is of the performing arts (OM-62)."""
    assert broken(offering(OfferingKind.GALA, exclusion=Exclusion.GALA), venue) == []


def test_a_weekend_is_a_saturday_or_a_sunday_in_finland() -> None:
    """A show on Friday evening is not left out for the weekend (OM-62)."""
    friday = Window(STARTS - timedelta(days=1), STARTS - timedelta(hours=22))
    show = replace(offering(OfferingKind.OWN_PRODUCTION), exclusion=Exclusion.WEEKEND)
    assert broken(show) == []
    assert broken(replace(show, window=friday)) == ["OM-62"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", OfferingKind)
def test_children_are_left_out_of_courses_only(kind: OfferingKind, language: Language) -> None:
    """Who comes along is no limit that a venue may set elsewhere (OM-45, OM-52)."""
    findings = found(offering(kind, children_welcome=False))
    if kind is OfferingKind.COURSE:
        assert findings == ()
        return
    [finding] = findings
    assert (finding.rule, finding.setting) == ("OM-45", "children_welcome")
    assert is_told(finding, language)


def test_fees_belong_to_libraries_and_wristbands_to_pools() -> None:
    """Elsewhere nothing is covered by the piece, and nothing is charged (OM-59, OM-60)."""
    copying = (Tariff(Service.COPYING, 30, 500, Period.YEAR),)
    assert broken(replace(offering(OfferingKind.LIBRARY), tariffs=copying)) == []
    assert broken(replace(offering(OfferingKind.POOL), wristband=500)) == []
    assert broken(replace(offering(OfferingKind.ENTRY), tariffs=copying)) == ["OM-59"]
    assert broken(replace(offering(OfferingKind.ENTRY), wristband=500)) == ["OM-60"]
    nothing = (Tariff(Service.COPYING, 30, 0, Period.YEAR),)
    assert broken(replace(offering(OfferingKind.LIBRARY), tariffs=nothing)) == ["OM-59"]


@pytest.mark.parametrize("language", Language)
def test_a_library_covers_something(language: Language) -> None:
    """Without a tariff every fee would be refused; one service is enough (OM-59)."""
    [finding] = found(offering(OfferingKind.LIBRARY, tariffs=()))
    assert (finding.rule, finding.setting) == ("OM-59", "tariffs")
    assert (finding.grade, finding.floor) == (Grade.BREACH, None)
    assert is_told(finding, language)
    for service in Service:
        assert found(offering(OfferingKind.LIBRARY, tariffs=(Tariff(service),))) == ()


@pytest.mark.parametrize("language", Language)
def test_a_price_that_no_fee_reaches_is_a_breach(language: Language) -> None:
    """More than any fee may be is a slip, such as euros for cents (OM-59)."""
    most = Tariff(Service.COPYING, LARGEST_SUM)
    assert found(offering(OfferingKind.LIBRARY, tariffs=(most,))) == ()
    more = replace(most, unit=LARGEST_SUM + 1)
    [finding] = found(offering(OfferingKind.LIBRARY, tariffs=(more,)))
    assert (finding.rule, finding.setting) == ("OM-59", "tariffs/0/unit")
    assert is_told(finding, language)


@pytest.mark.parametrize("language", Language)
def test_a_wristband_costs_something_where_it_is_charged_for(language: Language) -> None:
    """Else visitors would be shown a charge of nothing (OM-60)."""
    assert found(offering(OfferingKind.POOL, wristband=1)) == ()
    [finding] = found(offering(OfferingKind.POOL, wristband=0))
    assert (finding.rule, finding.setting, finding.floor) == ("OM-60", "wristband", 1)
    assert is_told(finding, language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", OfferingKind)
def test_terms_of_cancellation_bind_on_courses_only(kind: OfferingKind, language: Language) -> None:
    """They are the colleges' (OM-19); elsewhere they would be one more limit (OM-52)."""
    findings = found(offering(kind, terms=Text.same("Cancel a week before.")))
    if kind is OfferingKind.COURSE:
        assert findings == ()
        return
    [finding] = findings
    assert (finding.rule, finding.setting) == ("OM-19", "terms")
    assert is_told(finding, language)


@pytest.mark.parametrize("month", [3, 10])
def test_a_week_is_a_week_by_the_clock(month: int) -> None:
    """Tickets from the same hour a week before, with summer time beginning or ending between."""
    starts = datetime(2026, month, 31, 19, tzinfo=HELSINKI)
    week = datetime(2026, month, 24, 19, tzinfo=HELSINKI)
    gala = offering(OfferingKind.GALA, window=Window(starts, starts + timedelta(hours=2)))
    assert gala.window is not None
    at, later = (week.astimezone(UTC) + timedelta(minutes=n) for n in (0, 1))
    assert broken(replace(gala, window=replace(gala.window, acquirable=at))) == []
    [finding] = found(replace(gala, window=replace(gala.window, acquirable=later)))
    assert (finding.rule, finding.floor) == ("OM-65", at.isoformat())


@pytest.mark.parametrize("language", Language)
def test_a_service_has_one_tariff(language: Language) -> None:
    """Of two nobody could tell which holds (OM-59)."""
    twice = (Tariff(Service.COPYING, 30, 500), Tariff(Service.OVERDUE), Tariff(Service.COPYING, 20))
    [finding] = found(offering(OfferingKind.LIBRARY, tariffs=twice))
    assert (finding.rule, finding.setting) == ("OM-59", "tariffs/2/service")
    assert is_told(finding, language)


def test_a_performance_says_when_it_takes_place() -> None:
    """The card must be valid on its day (OM-42); a festival's day ticket counts each day."""
    undated = replace(offering(OfferingKind.GALA, Seats(40)), window=None)
    assert broken(undated) == ["OM-42"]
    daily = offering(OfferingKind.MASS_EVENT, Seats(20, Per.DAY), tickets=5000, window=None)
    assert broken(daily) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [OfferingKind.COURSE, OfferingKind.OWN_PRODUCTION])
@pytest.mark.parametrize(
    ("limits", "rules"),
    [
        ((Seats(50),), ["OM-42"]),
        ((Seats(50, Per.DAY),), []),
        ((OncePerPerformance(),), ["OM-42"]),
        ((OpenBookings(2),), ["OM-42"]),
        ((Seats(50, Per.DAY), OncePerPerformance()), ["OM-42"]),
        ((Seats(50, Per.DAY), OpenBookings(2)), ["OM-42"]),
    ],
)
def test_a_limit_of_an_event_needs_to_know_when_it_is(
    kind: OfferingKind, limits: tuple[Limit, ...], rules: list[str], language: Language
) -> None:
    """Else it would begin anew each day (OM-42); only a cap a day is counted so (OM-55)."""
    findings = found(offering(kind, *limits, window=None))
    assert [(finding.rule, finding.setting) for finding in findings] == [
        (rule, "window") for rule in rules
    ]
    assert all(is_told(finding, language) for finding in findings)


def test_a_course_without_limits_needs_no_time() -> None:
    """All courses of a college can be one offering (OM-43)."""
    assert found(offering(OfferingKind.COURSE, window=None)) == ()


def test_every_breach_is_found_at_once_and_before_the_advice() -> None:
    """A worker mends them all in one go."""
    window = replace(WINDOW, opens=STARTS, acquirable=STARTS)
    course = replace(
        offering(OfferingKind.COURSE, Seats(1), Visits(3)),
        window=window,
        exclusion=Exclusion.GALA,
        wristband=5,
    )
    findings = found(course)
    assert [finding.rule for finding in findings] == [
        "OM-52", "OM-65", "OM-66", "OM-41", "OM-60", "OM-56",
    ]  # fmt: skip
    assert [finding.grade for finding in findings] == [*[Grade.BREACH] * 5, Grade.ADVICE]


@given(offerings)
def test_any_offering_is_judged(any_offering: Offering) -> None:
    """There is no setting that cannot be judged, and each finding has words to show."""
    for finding in found(any_offering):
        assert isinstance(finding, Finding)
        assert finding.rule.startswith("OM-")
        assert all(is_told(finding, language) for language in Language)
