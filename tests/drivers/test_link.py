"""A device that sends without end does not take the processor for itself."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.drivers._link import AT_ONCE, SHARE, Pace


@given(st.lists(st.tuples(st.floats(0, 0.03), st.floats(0, 1)), min_size=1, max_size=200))
def test_its_share_is_kept(reads: list[tuple[float, float]]) -> None:
    """Whatever it sends: what it takes at once, and then its share of the time."""
    pace, now, taken = Pace(), 0.0, 0.0
    for took, pause in reads:
        now += pause + took
        taken += took
        assert taken <= now * SHARE + AT_ONCE + 0.03 + 1e-6
        now += pace.rest(took, now)


def test_a_burst_of_scans_is_not_held_against_it() -> None:
    """A thousand that come at once are read at once."""
    pace = Pace()
    assert [pace.rest(20e-6, 5.0) for _ in range(1000)] == [0.0] * 1000
