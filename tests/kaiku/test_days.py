"""Finnish days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.days import aware, day_of, years_later
from tests.kaiku.made import days, instants


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 24, 21, 59, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 22, 0, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 6, 24, 20, 59, 59, tzinfo=UTC), date(2026, 6, 24)),
        (datetime(2026, 6, 24, 21, 0, tzinfo=UTC), date(2026, 6, 25)),
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 20, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 21, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_day_begins_at_midnight_in_helsinki(instant: datetime, day: date) -> None:
    """In winter, in summer, and on the days of 23 and of 25 hours."""
    assert day_of(instant) == day


@given(instants, st.integers(-23, 23))
def test_a_day_does_not_depend_on_how_the_instant_was_written(
    instant: datetime, hours: int
) -> None:
    """The same instant at another offset is on the same Finnish day."""
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert day_of(elsewhere) == day_of(instant)
    assert aware(elsewhere) == instant
    assert aware(elsewhere).tzinfo is UTC


def test_an_instant_without_an_offset_is_refused() -> None:
    """Nobody knows when it is."""
    naive = datetime(2026, 11, 24, 12)  # noqa: DTZ001  that is the point
    with pytest.raises(ValueError, match="offset from UTC"):
        day_of(naive)
    with pytest.raises(ValueError, match="offset from UTC"):
        aware(naive)


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2026, 11, 24), 1, date(2027, 11, 24)),
        (date(2028, 2, 29), 1, date(2029, 3, 1)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2028, 2, 29), -1, date(2027, 3, 1)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
    ],
)
def test_years_later_is_the_same_day_of_the_year(day: date, years: int, later: date) -> None:
    """29 February is 1 March where the year has none."""
    assert years_later(day, years) == later


@given(days, days, st.integers(0, 20))
def test_years_later_keeps_the_order_of_days(one: date, other: date, years: int) -> None:
    """What was not later is not later then."""
    first, second = sorted((one, other))
    assert years_later(first, years) <= years_later(second, years)
