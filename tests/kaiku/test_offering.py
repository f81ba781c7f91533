"""What a venue offers: when it is on, on which day, and over which span uses are counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Card
from kaiku.days import day_of
from kaiku.offering import Offering, OncePerPerformance, Per, Seats, Visits, Window, Year
from tests.kaiku.made import NOON, TODAY, card, cards, entry, instants, offerings, show

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def helsinki(text: str) -> datetime:
    """Return an instant written with Helsinki's offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


class TestWindow:
    """When a performance takes place."""

    def test_it_opens_then_starts_then_ends(self) -> None:
        """Entry may open at the start or before it (OM-66)."""
        for opens in (NOON, NOON - MINUTE):
            assert Window(NOON, NOON + SECOND, opens).opens == opens
        for starts, ends, too_late in (
            (NOON, NOON, None),
            (NOON, NOON - SECOND, None),
            (NOON, NOON + SECOND, NOON + SECOND),
        ):
            with pytest.raises(ValueError, match="opens, then starts, then ends"):
                Window(starts, ends, too_late)

    @given(instants, instants, st.none() | instants, st.none() | instants)
    def test_the_nearest_to_any_instants_is_in_order(
        self,
        starts: datetime,
        ends: datetime,
        opens: datetime | None,
        acquirable: datetime | None,
    ) -> None:
        """It keeps its start, and all else that does not contradict it."""
        nearest = Window.nearest(starts, ends, opens, acquirable)
        assert nearest.starts == starts < nearest.ends
        assert nearest == Window(starts, nearest.ends, nearest.opens, nearest.acquirable)
        assert (nearest.opens is None, nearest.acquirable is None) == (
            opens is None,
            acquirable is None,
        )
        for told, kept in ((opens, nearest.opens), (acquirable, nearest.acquirable)):
            assert kept == (None if told is None else min(told, starts))
        if ends - starts >= SECOND:
            assert nearest.ends == ends

    def test_its_instants_say_their_offset(self) -> None:
        """A naive instant is nobody's."""
        naive = NOON.replace(tzinfo=None)
        for starts, ends, opens in (
            (naive, NOON, None),
            (NOON, naive, None),
            (NOON, NOON + SECOND, naive),
        ):
            with pytest.raises(ValueError, match="offset from UTC"):
                Window(starts, ends, opens)


class TestIsOn:
    """What an entrance serves now."""

    def test_a_standing_entry_is_always_on(self) -> None:
        """A museum's opening hours are its own affair."""
        assert entry().is_on(NOON)

    def test_a_performance_is_on_from_when_entry_opens_until_it_ends(self) -> None:
        """Opening is included, the end is not (OM-66)."""
        play = show(starts=NOON, ends=NOON + 60 * MINUTE, opens=NOON - 30 * MINUTE)
        assert not play.is_on(NOON - 30 * MINUTE - SECOND)
        assert play.is_on(NOON - 30 * MINUTE)
        assert play.is_on(NOON + 60 * MINUTE - SECOND)
        assert not play.is_on(NOON + 60 * MINUTE)

    def test_a_performance_without_an_opening_is_on_from_the_start_of_its_day(self) -> None:
        """Of its Finnish day: midnight in Helsinki is ten in the evening UTC."""
        play = show(starts=NOON, ends=NOON + 60 * MINUTE)
        assert not play.is_on(helsinki("2026-11-23T23:59:59+02:00"))
        assert play.is_on(helsinki("2026-11-24T00:00:00+02:00"))
        assert not play.is_on(NOON + 60 * MINUTE)

    def test_a_performance_past_midnight_is_on_until_it_ends(self) -> None:
        """It is still its first day's."""
        night = show(
            starts=helsinki("2026-11-24T22:00:00+02:00"), ends=helsinki("2026-11-25T03:00:00+02:00")
        )
        after_midnight = helsinki("2026-11-25T02:59:59+02:00")
        assert night.is_on(after_midnight)
        assert night.day(after_midnight) == TODAY
        assert not night.is_on(helsinki("2026-11-25T03:00:00+02:00"))


class TestDay:
    """The day that a card must be valid on (OM-42)."""

    def test_an_entry_takes_place_on_the_day_of_the_moment(self) -> None:
        """The Finnish one."""
        assert entry().day(helsinki("2026-11-25T00:00:00+02:00")) == date(2026, 11, 25)
        assert entry().day(helsinki("2026-11-24T23:59:59+02:00")) == TODAY

    @given(instants)
    def test_a_performance_takes_place_on_its_own_day(self, now: datetime) -> None:
        """Whenever one asks, such as when booking it (OM-42)."""
        assert show().day(now) == TODAY


class TestCountedSince:
    """Over which span a card's uses are counted."""

    def test_visits_are_counted_over_the_calendar_year(self) -> None:
        """Unless the venue has said otherwise (OM-60)."""
        pool = entry(Visits(30))
        assert pool.counted_since(card(), NOON) == date(2026, 1, 1)

    def test_the_year_turns_at_midnight_in_helsinki(self) -> None:
        """Two hours before it turns in UTC (OM-60)."""
        pool = entry(Visits(30))
        eve = helsinki("2026-12-31T23:59:59+02:00")
        assert pool.counted_since(card(), eve) == date(2026, 1, 1)
        assert pool.counted_since(card(), eve + SECOND) == date(2027, 1, 1)

    @pytest.mark.parametrize(
        ("valid_from", "since"),
        [
            (date(2026, 11, 24), date(2026, 11, 24)),
            (date(2025, 11, 24), date(2026, 11, 24)),
            (date(2025, 11, 25), date(2025, 11, 25)),
            (date(2024, 11, 25), date(2025, 11, 25)),
            (date(2024, 3, 1), date(2026, 3, 1)),
            (date(2024, 12, 31), date(2025, 12, 31)),
        ],
    )
    def test_visits_may_be_counted_over_the_cards_year(self, valid_from: date, since: date) -> None:
        """From the latest anniversary of its first day, today included (OM-60)."""
        pool = entry(Visits(30, Year.CARD))
        assert pool.counted_since(card(valid_from=valid_from), NOON) == since

    def test_a_card_of_29_february_has_its_anniversary_on_1_march(self) -> None:
        """Where the year has no 29 February (OM-60)."""
        pool = entry(Visits(30, Year.CARD))
        leap = card(valid_from=date(2028, 2, 29), valid_until=date(2029, 12, 31))
        on_28 = helsinki("2029-02-28T12:00:00+02:00")
        on_1 = helsinki("2029-03-01T12:00:00+02:00")
        assert pool.counted_since(leap, on_28) == date(2028, 2, 29)
        assert pool.counted_since(leap, on_1) == date(2029, 3, 1)

    def test_a_performance_is_counted_from_its_day(self) -> None:
        """Once to the same performance (OM-58)."""
        assert show(OncePerPerformance()).counted_since(card(), NOON - timedelta(days=3)) == TODAY

    @given(offerings, cards, instants)
    def test_a_span_never_begins_after_the_day_it_ends_with(
        self, offering: Offering, any_card: Card, now: datetime
    ) -> None:
        """And never more than a year before it."""
        since = offering.counted_since(any_card, now)
        assert timedelta(0) <= offering.day(now) - since <= timedelta(366)


def test_an_offering_tells_its_limits() -> None:
    """A limit exists only where the venue set one (OM-43)."""
    free = entry()
    assert (free.seats, free.visits, free.once, free.counts_cards) == (None, None, False, False)
    capped = show(Seats(40, Per.DAY))
    assert capped.seats == Seats(40, Per.DAY)
    assert not capped.counts_cards
    assert show(OncePerPerformance()).once
    assert show(OncePerPerformance()).counts_cards
    assert entry(Visits(30)).visits == Visits(30)
    assert entry(Visits(30)).counts_cards


@given(instants)
def test_an_offering_that_is_on_is_not_over_and_not_before_its_day(now: datetime) -> None:
    """Being on implies that its window has come and has not passed."""
    play = show()
    assert play.window is not None
    if play.is_on(now):
        assert now < play.window.ends
        assert day_of(now) >= TODAY
