"""Whether a scan may wait for the register, and whether the clock is to be trusted."""

from datetime import timedelta

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
