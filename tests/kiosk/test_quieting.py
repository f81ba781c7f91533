"""What repeats itself does not fill the log, and nothing that matters is swallowed."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.quieting import EACH, MINUTE, MOST, SUBJECTS, Quieting

Line = tuple[float, str, dict[str, Any]]
STATES = st.integers(0, 3)
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.01, 0.1, 1.0, 2.9, 3.1, 30.0, 59.9, 60.0, 200.0]),
        st.sampled_from(["device", "contact", "warning", "verdict"]),
        st.sampled_from(["a", "b"]),
        STATES,
    ),
    max_size=400,
)


def written(happenings: list[tuple[float, str, str, int]]) -> tuple[list[Line], list[Line], float]:
    """Return what happened, what was written of it, and when it had all been written."""
    quieting, now = Quieting(), 1000.0
    happened: list[Line] = []
    lines: list[Line] = []
    for pause, event, device, state in happenings:
        now += pause
        fields = {"device": device, "state": state}
        happened.append((now, event, fields))
        lines += [(now, name, dict(told)) for name, told in quieting.take(event, fields, now)]
    for _ in range(2):
        now += MINUTE
        lines += [(now, name, dict(told)) for name, told in quieting.due(now)]
    return happened, lines, now


def of(lines: list[Line], event: str, device: str) -> list[tuple[float, dict[str, Any]]]:
    """Return the lines of one subject."""
    return [(at, told) for at, name, told in lines if (name, told["device"]) == (event, device)]


@given(HAPPENINGS)
def test_a_subject_has_so_many_lines_a_minute_and_no_more(
    happenings: list[tuple[float, str, str, int]],
) -> None:
    """In whichever minute one looks; verdicts are not limited."""
    _, lines, _ = written(happenings)
    for event in ("device", "contact", "warning"):
        for device in ("a", "b"):
            times = [at for at, _ in of(lines, event, device)]
            for first in times:
                assert sum(first <= at < first + MINUTE for at in times) <= MOST


@given(HAPPENINGS)
def test_every_event_is_told_or_counted(happenings: list[tuple[float, str, str, int]]) -> None:
    """Once: the lines and what they say there was more add up."""
    happened, lines, _ = written(happenings)
    expected = Counter((event, fields["device"]) for _, event, fields in happened)
    told: Counter[tuple[str, str]] = Counter()
    for _, event, fields in lines:
        told[event, fields["device"]] += 1 + fields.get("more", 0)
    assert told == expected


@given(HAPPENINGS)
def test_the_first_and_how_it_stands_in_the_end_are_always_told(
    happenings: list[tuple[float, str, str, int]],
) -> None:
    """The first at once, the last at the latest after a minute."""
    happened, lines, _ = written(happenings)
    for event in ("device", "contact", "warning"):
        for device in ("a", "b"):
            of_it, told = of(happened, event, device), of(lines, event, device)
            if of_it:
                assert told[0] == of_it[0]
                assert told[-1][1]["state"] == of_it[-1][1]["state"]
                assert told[-1][0] - of_it[-1][0] <= 2 * MINUTE


@given(HAPPENINGS)
def test_no_verdict_is_held_back(happenings: list[tuple[float, str, str, int]]) -> None:
    """Each is written as it comes, in its order, whatever else floods the log."""
    happened, lines, _ = written(happenings)
    assert [each for each in lines if each[1] == "verdict"] == [
        each for each in happened if each[1] == "verdict"
    ]


@pytest.mark.parametrize("event", sorted(EACH))
def test_what_becomes_of_a_use_or_of_the_kiosk_is_told_each_time(event: str) -> None:
    """A thousand within a second."""
    quieting = Quieting()
    told = [line for n in range(1000) for line in quieting.take(event, {"use": n}, n / 1000)]
    assert told == [(event, {"use": n}) for n in range(1000)]


def test_a_device_that_flaps_is_summed_up_each_minute() -> None:
    """Ten times a second for five minutes: a line a minute, with how many more there were."""
    happenings = [(0.1, "device", "scanner", n % 2) for n in range(3000)]
    _, lines, _ = written(happenings)
    assert len(lines) == MOST + 5
    assert [told.get("more", 0) > 0 for _, _, told in lines[MOST:]] == [True] * 5
    assert lines[MOST][2]["more"] == pytest.approx(600, abs=2)


def test_a_subject_that_fell_quiet_is_told_at_once_again() -> None:
    """After a minute without a sign of it."""
    quieting = Quieting()
    for n in range(100):
        list(quieting.take("device", {"device": "a", "n": n}, n / 10))
    assert [told["n"] for _, told in quieting.due(70)] == [99]
    assert list(quieting.due(131)) == []
    fields = {"device": "a", "n": 100}
    assert list(quieting.take("device", fields, 132)) == [("device", fields)]


def test_what_is_held_back_is_told_at_the_end() -> None:
    """A kiosk that stops says what it still had to say, once."""
    quieting = Quieting()
    for n in range(MOST + 3):
        list(quieting.take("device", {"n": n}, 0.0))
    assert list(quieting.rest()) == [("device", {"n": MOST + 2, "more": 2})]
    assert list(quieting.rest()) == []


def test_subjects_without_end_take_no_memory_without_end() -> None:
    """The one heard of longest ago makes way, and what it had to say is told."""
    quieting = Quieting()
    for _ in range(MOST + 2):
        list(quieting.take("device", {"device": "first"}, 0.0))
    told = [line for n in range(SUBJECTS) for line in quieting.take("device", {"device": n}, 0.0)]
    assert ("device", {"device": "first", "more": 1}) in told
    assert len(quieting._subjects) == SUBJECTS
