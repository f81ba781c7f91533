"""A scanner that sends rubbish without end, told from visitors who show what is no card."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.flood import MOST, QUIET, RATE, Flood


@given(st.lists(st.floats(0, 30), max_size=300))
def test_of_rubbish_without_end_so_much_is_told_and_no_more(pauses: list[float]) -> None:
    """Whatever its rhythm: what came at once, and then one every other second."""
    flood, now, passed = Flood(), 0.0, 0
    for pause in pauses:
        now += pause
        passed += flood.passes(now)
    assert passed <= MOST + now * RATE + 1


@given(st.lists(st.floats(1 / RATE, 30), max_size=300))
def test_no_visitor_is_passed_over(pauses: list[float]) -> None:
    """However many show what is no card, one after the other."""
    flood, now = Flood(), 0.0
    for pause in pauses:
        now += pause
        assert flood.passes(now)
    assert not flood.is_on(now)


def test_it_is_over_when_it_has_been_quiet() -> None:
    """Then the scanner is well again."""
    flood = Flood()
    for _ in range(int(MOST)):
        assert flood.passes(50.0)
    assert not flood.is_on(50.0)
    assert not flood.passes(50.0)
    assert flood.is_on(50.0 + QUIET - 0.1)
    assert not flood.is_on(50.0 + QUIET)
