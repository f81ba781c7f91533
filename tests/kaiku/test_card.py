"""A card and its dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Card, State, Status, last_valid_day, old_enough
from tests.kaiku.made import DAY, TODAY, card, cards, days


class TestState:
    """What a card is on a day."""

    def test_a_card_is_valid_on_its_first_and_its_last_day(self) -> None:
        """Both days are included (OM-8)."""
        one_day = card(valid_from=TODAY, valid_until=TODAY)
        assert one_day.state(TODAY) is State.VALID

    def test_a_card_is_not_yet_valid_on_the_day_before(self) -> None:
        """A card given for later does not work yet."""
        assert card(valid_from=TODAY).state(TODAY - DAY) is State.NOT_YET_VALID

    def test_a_card_has_expired_on_the_day_after(self) -> None:
        """The last valid day is the last (OM-8)."""
        assert card(valid_until=TODAY).state(TODAY + DAY) is State.EXPIRED

    @pytest.mark.parametrize(
        ("status", "state"),
        [(Status.ENDED, State.ENDED), (Status.OUT_OF_USE, State.OUT_OF_USE)],
    )
    @pytest.mark.parametrize("away", [-200, 0, 200])
    def test_what_a_distributor_said_weighs_more_than_dates(
        self, status: Status, state: State, away: int
    ) -> None:
        """An ended card is ended before, in and after its time (OM-30)."""
        assert card(status=status).state(TODAY + away * DAY) is state

    @given(cards, days)
    def test_a_card_is_something_on_every_day(self, any_card: Card, day: date) -> None:
        """There is no day without a state."""
        assert isinstance(any_card.state(day), State)


class TestGranting:
    """Until when a card is valid, and from what age it is given."""

    @pytest.mark.parametrize(
        ("granted", "last"),
        [
            (date(2026, 11, 24), date(2027, 11, 23)),
            (date(2026, 1, 1), date(2026, 12, 31)),
            (date(2026, 3, 1), date(2027, 2, 28)),
            (date(2027, 3, 1), date(2028, 2, 29)),
            (date(2028, 2, 28), date(2029, 2, 27)),
            (date(2028, 2, 29), date(2029, 2, 28)),
        ],
    )
    def test_it_is_valid_for_twelve_months(self, granted: date, last: date) -> None:
        """The last valid day is the day before the anniversary; 29 February → 28 (OM-8)."""
        assert last_valid_day(granted) == last

    @given(days)
    def test_extending_gives_twelve_months_from_that_day(self, extended: date) -> None:
        """Whatever the day, a year of 365 or 366 days begins with it (OM-29)."""
        assert last_valid_day(extended) - extended in (timedelta(364), timedelta(365))

    def test_in_a_trial_area_it_is_valid_for_the_trial(self) -> None:
        """The trial's end is the last valid day, nearer or farther than a year (OM-9)."""
        assert last_valid_day(TODAY, trial_end=TODAY + 10 * DAY) == TODAY + 10 * DAY
        assert last_valid_day(TODAY, trial_end=TODAY + 500 * DAY) == TODAY + 500 * DAY
        assert last_valid_day(TODAY, trial_end=TODAY) == TODAY

    def test_a_trial_that_is_over_grants_nothing(self) -> None:
        """A card that could never be valid is not made (OM-9)."""
        with pytest.raises(ValueError, match="the trial ended"):
            last_valid_day(TODAY, trial_end=TODAY - DAY)

    @pytest.mark.parametrize(
        ("birth_year", "allowed"), [(2009, True), (2010, True), (2011, False), (1926, True)]
    )
    def test_it_is_given_from_the_year_of_turning_16(self, birth_year: int, allowed: bool) -> None:
        """The year counts, not the birthday (OM-6)."""
        assert old_enough(birth_year, 2026) is allowed

    @given(st.integers(1900, 2100), st.integers(1900, 2100))
    def test_once_old_enough_always_old_enough(self, birth_year: int, year: int) -> None:
        """Nobody grows out of it (OM-6)."""
        assert not old_enough(birth_year, year) or old_enough(birth_year, year + 1)
