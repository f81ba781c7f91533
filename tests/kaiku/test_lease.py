"""Parts of a shared cap: for which day, how large, and until when."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kaiku.lease import is_over, is_past, leased_on, needed, top_up
from kaiku.offering import Per, Seats, Window
from kaiku.party import Party
from tests.kaiku.made import DAY, NOON, TODAY, entry, show

HOUR = timedelta(hours=1)


class TestLeasedOn:
    """For which day seats may be leased."""

    def test_where_nothing_is_shared_nothing_is_leased(self) -> None:
        """Without a cap there is nothing to divide."""
        assert leased_on(entry(), NOON) is None

    def test_a_performance_is_leased_on_its_day(self) -> None:
        """From the morning on until it ends, under its own day."""
        play = show(Seats(40), starts=NOON)
        assert leased_on(play, NOON - 10 * HOUR) == TODAY
        assert leased_on(play, NOON - DAY) is None
        assert leased_on(play, NOON + 2 * HOUR) is None

    def test_an_entry_by_day_is_leased_each_day(self) -> None:
        """Under the day itself (OM-55)."""
        fair = entry(Seats(20, Per.DAY))
        assert leased_on(fair, NOON) == TODAY
        assert leased_on(fair, NOON + DAY) == TODAY + DAY

    def test_entry_that_opens_the_evening_before_is_leased_then(self) -> None:
        """Under the event's day, which is tomorrow's."""
        night = show(Seats(40), starts=NOON + 14 * HOUR, opens=NOON + 9 * HOUR)
        assert leased_on(night, NOON) == TODAY + DAY


class TestTerm:
    """Until when a lease runs."""

    def test_a_performances_ends_with_it(self) -> None:
        """Not before, for what was given away and not told cannot be taken back (promise P2)."""
        play = show(Seats(40))
        assert not is_over(play, TODAY, NOON + HOUR)
        assert is_over(play, TODAY, NOON + 2 * HOUR)

    def test_a_days_ends_at_midnight(self) -> None:
        """In Finland."""
        fair = entry(Seats(20, Per.DAY))
        assert not is_over(fair, TODAY, NOON + 11 * HOUR)
        assert is_over(fair, TODAY, NOON + 12 * HOUR)

    def test_where_the_cap_is_gone_it_is_over(self) -> None:
        """Nothing is shared any more; but the term is not, and the cap may be set again (P2)."""
        for offering in (entry(), show()):
            assert is_over(offering, TODAY, NOON)
            assert not is_past(offering, TODAY, NOON)
        assert is_past(entry(), TODAY, NOON + DAY)
        assert is_past(show(), TODAY, NOON + DAY)

    def test_a_cap_by_day_of_a_long_event_ends_each_day(self) -> None:
        """And one for the whole event with the event."""
        fair = replace(entry(), window=Window(NOON, NOON + 3 * DAY))
        assert is_past(replace(fair, limits=(Seats(20, Per.DAY),)), TODAY, NOON + DAY)
        assert not is_past(replace(fair, limits=(Seats(20),)), TODAY, NOON + DAY)


@given(free=st.integers(-5, 100), unspent=st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_shares_never_add_up_to_more_than_is_free(free: int, unspent: list[int]) -> None:
    """Whoever asks first and however often, some seats stay for those who ask the register."""
    left = free
    for had in unspent * 3:
        granted = top_up(left, len(unspent), had)
        assert granted >= 0
        left -= granted
    assert left >= min(free, 0)
    assert left > 0 or free <= 0


def test_a_kiosk_is_topped_up_to_its_share() -> None:
    """Of what is free, divided by the kiosks and all others; what it has is never taken."""
    assert top_up(40, 1, 0) == 20
    assert top_up(20, 1, 5) == 5
    assert top_up(20, 1, 12) == 0
    assert top_up(2, 2, 0) == 0


def test_booked_seats_need_no_lease() -> None:
    """And helpers take no seat (OM-67)."""
    assert needed(Party(children=2, helpers=1), booked=2) == 1
    assert needed(Party(), booked=3) == 0
