"""One use at which the register fails keeps back no other, and is not given up."""

from uuid import UUID

from kaiku.party import ALONE
from kaiku.wire import Use
from kiosk.pacing import ASIDE, TRIES, Pacing
from tests.kaiku.made import NOON, entry

USES = [Use(UUID(int=n), entry().id, NOON, bytes(16), ALONE) for n in range(40)]


class FailingRegister:
    """A register that fails at one use, and at every batch with it."""

    def __init__(self, bad: set[Use], most: int = 20) -> None:
        self.pacing, self.bad = Pacing(most), bad
        self.unsent = list(USES)
        self.clock, self.calls = 0.0, 0

    def send(self) -> None:
        """Send the next batch."""
        held = self.pacing.held_back(self.clock)
        uses = self.pacing.next([use for use in self.unsent if use.id not in held])
        self.calls += 1
        if self.bad & set(uses):
            self.pacing.failed(uses, self.clock)
        else:
            self.pacing.taken(uses)
            self.unsent = [use for use in self.unsent if use not in uses]

    def send_all_that_can_be(self) -> None:
        """Send until nothing is left but what fails."""
        while set(self.unsent) - self.bad:
            self.send()
            assert self.calls < 100


def test_a_batch_goes_whole_while_the_register_takes_it() -> None:
    """Oldest first."""
    register = FailingRegister(set())
    register.send_all_that_can_be()
    assert register.calls == 2


def test_a_register_that_recovers_soon_gets_the_same_batch_again() -> None:
    """A restart of the register splits nothing."""
    pacing = Pacing(20)
    for _ in range(TRIES - 1):
        assert pacing.failed(USES[:20], 0.0) is None
    assert pacing.next(USES) == USES[:20]


def test_those_behind_a_use_at_which_the_register_fails_are_sent() -> None:
    """Wherever it stands, within a bounded number of calls."""
    for bad in (USES[0], USES[13], USES[19]):
        register = FailingRegister({bad})
        register.send_all_that_can_be()
        assert register.unsent == [bad]
        assert register.calls < 30


def test_what_was_set_aside_is_tried_again_later_and_alone() -> None:
    """It does not slow those that came meanwhile; once taken, it is forgotten."""
    bad = USES[3]
    register = FailingRegister({bad})
    register.send_all_that_can_be()
    assert register.pacing.held_back(ASIDE - 1) == {bad.id}
    register.clock = ASIDE
    assert register.pacing.held_back(ASIDE) == frozenset()
    assert register.pacing.next([bad, *USES[20:]]) == [bad]
    assert register.pacing.failed([bad], ASIDE) == bad
    assert register.pacing.held_back(ASIDE) == {bad.id}
    register.bad, register.clock = set(), 2 * ASIDE
    register.send()
    assert register.unsent == []
    assert len(register.pacing.next(USES)) > 1


def test_a_register_that_fails_at_everything_loses_nothing() -> None:
    """All are set aside, one after another, and come again."""
    register = FailingRegister(set(USES))
    for _ in range(100):
        if register.pacing.held_back(0.0) == {use.id for use in USES}:
            break
        register.send()
    assert register.unsent == USES
    register.bad, register.clock = set(), ASIDE
    register.send_all_that_can_be()
    assert register.unsent == []
