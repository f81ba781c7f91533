"""Whether a scan may wait for the register, and whether the clock is to be trusted."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.link import CLOCK_TOLERANCE, SILENCE, Contact, Link
from tests.kaiku.made import NOON


@pytest.mark.parametrize(
    ("contact", "may"),
    [
        (Contact.UNTRIED, True),
        (Contact.UP, True),
        (Contact.DOWN, False),
        (Contact.REVOKED, False),
    ],
)
def test_a_scan_waits_only_for_a_register_that_may_answer(contact: Contact, may: bool) -> None:
    """One that is known to be away costs no visitor a second."""
    assert Link(contact=contact).may_ask(100.0) is may


def test_one_visitor_at_most_waits_in_vain() -> None:
    """The next in the queue is decided at once; after a while it is tried again."""
    link = Link(contact=Contact.UP)
    link.waited_in_vain(100.0)
    assert not link.may_ask(100.0)
    assert not link.may_ask(100.0 + SILENCE - 0.1)
    assert link.may_ask(100.0 + SILENCE)


@pytest.mark.parametrize("ahead", [CLOCK_TOLERANCE, -CLOCK_TOLERANCE, timedelta(0)])
def test_a_clock_near_the_registers_is_trusted(ahead: timedelta) -> None:
    """Two minutes either way."""
    assert not Link(clock_ahead=ahead).clock_suspect


@pytest.mark.parametrize("ahead", [CLOCK_TOLERANCE, -CLOCK_TOLERANCE])
def test_a_clock_further_off_is_suspect(ahead: timedelta) -> None:
    """It is shown, and marked on what is recorded meanwhile (promise P7)."""
    assert Link(clock_ahead=ahead * 1.01).clock_suspect


@pytest.mark.parametrize("jump", [timedelta(days=1), -timedelta(days=1), CLOCK_TOLERANCE * 1.01])
def test_a_clock_that_jumps_is_suspect(jump: timedelta) -> None:
    """Without a network too, whichever way; one that goes on is not (promise P7)."""
    link = Link()
    for seconds in (0, 30, 86_400):
        link.watch(NOON + timedelta(seconds=seconds), 5.0 + seconds)
        assert not link.clock_suspect
    link.watch(NOON + timedelta(seconds=86_401) + jump, 5.0 + 86_401)
    assert link.clock_suspect


def test_a_clock_that_is_set_little_by_little_is_trusted() -> None:
    """As a time service does, or a clock that runs a little fast."""
    link = Link()
    for second in range(1000):
        link.watch(NOON + timedelta(seconds=1.5 * second), float(second))
    assert not link.clock_suspect


def test_a_clock_before_the_last_record_is_suspect() -> None:
    """As after a power cut without a battery (promise P7)."""
    assert Link(clock_doubted=True).clock_suspect


@pytest.mark.parametrize(
    "wrong", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]
)
def test_in_place_of_a_clock_that_is_wrong_the_registers_time_goes_on(wrong: datetime) -> None:
    """Without another word from it, and whatever the clock is set to meanwhile (promise P7)."""
    link = Link()
    link.watch(wrong, 50.0)
    link.hear_time(NOON, wrong, 50.0)
    later = timedelta(hours=3)
    link.watch(wrong + 1000 * later, 50.0 + later.total_seconds())
    assert link.clock_suspect
    assert not link.instant_guessed
    assert link.instant(wrong + 1000 * later, 50.0 + later.total_seconds()) == NOON + later


def test_a_clock_that_is_trusted_is_followed_to_the_second() -> None:
    """What the register told is a little late, by how long the call took."""
    link = Link()
    link.hear_time(NOON, NOON + CLOCK_TOLERANCE / 2, 50.0)
    assert link.instant(NOON + CLOCK_TOLERANCE, 60.0) == NOON + CLOCK_TOLERANCE


def test_before_any_word_it_is_at_least_as_late_as_the_kiosk_is_on_since_the_last_record() -> None:
    """A clock that is later than that may be right; either is a guess (promise P7)."""
    link = Link(clock_doubted=True, on_by_record=NOON)
    assert link.instant(NOON - timedelta(days=9), 60.0) == NOON + timedelta(seconds=60)
    assert link.instant(NOON + timedelta(days=9), 60.0) == NOON + timedelta(days=9)
    assert link.instant_guessed
    assert Link(clock_doubted=True).instant(NOON, 60.0) == NOON


def test_a_clock_that_is_trusted_is_no_guess() -> None:
    """Though the register has not been heard."""
    link = Link(on_by_record=NOON)
    assert not link.instant_guessed
    assert link.instant(NOON - timedelta(days=9), 60.0) == NOON - timedelta(days=9)
