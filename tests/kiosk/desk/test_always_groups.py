"""What holds over every sequence of cards and keys where groups come too, in any order."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from kaiku.card import Kind, State, Status
from kaiku.group import USUAL_SIZE
from kaiku.party import Party
from kaiku.wire import Use
from kiosk.desk import Ask, Effect, Log, Record, Undecided
from tests.kaiku.made import TODAY, card
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO
from tests.kiosk.desk.test_always import AnyVisitors, run

WORKERS = (b"W" * 16, b"X" * 16)
MORE = (b"U" * 16, b"V" * 16)
"""Two more holders, for a group that is full."""


class AnyGroups(AnyVisitors):
    """An entrance, and visitors and groups who do anything."""

    def __init__(self) -> None:
        """Begin with no group that was ever opened."""
        super().__init__()
        self.waiting: set[UUID] = set()

    # --- what may happen ---

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(leader=st.sampled_from(WORKERS), status=st.sampled_from([Status.ACTIVE, *Status]))
    def a_leaders_card_is_shown(self, leader: bytes, status: Status) -> None:
        """It opens a group, or is in one, or ends it; it may be ended itself."""
        self.entrance.cards[leader] = card(0, kind=Kind.COMMUNITY, status=status)
        self.entrance.cards |= dict.fromkeys(MORE, card(0))
        self.look(self.entrance.scan(leader))

    @precondition(lambda self: self.entrance.desk.group is not None)
    @rule(
        digests=st.lists(st.sampled_from([AINO, ELLI, OTTO, *MORE]), max_size=5, unique=True),
        keys=st.text("=-12", max_size=2),
    )
    def members_come(self, digests: list[bytes], keys: str) -> None:
        """Some at once, with a key or two after them."""
        for digest in digests:
            self.look(self.entrance.scan(digest))
        for key in keys:
            if self.entrance.desk.asked is None:
                self.a_key_is_pressed(key)

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule()
    def the_input_ends(self) -> None:
        """As in a demonstration; whoever comes later is a visitor like any."""
        self.look(self.entrance.end_input())
        assert self.entrance.desk.group is None

    @rule(boot=st.sampled_from([0.0, 5.0, 30.0, 121.0]))
    def the_kiosk_restarts(self, boot: float) -> None:
        """A group that is open is forgotten: nothing has happened."""
        super().the_kiosk_restarts(boot)
        self.waiting.clear()

    # --- what always holds ---

    def look(self, effects: list[Effect]) -> None:
        """Follow each group from its opening to its one verdict."""
        super().look(effects)
        for effect in effects:
            match effect:
                case Log(verdict) if verdict.outcome is Undecided.ASK:
                    assert verdict.reason is None
                    assert verdict.use not in self.recorded, "nothing of it is on record yet"
                    self.waiting.add(verdict.use)
                case Log(verdict):
                    self.waiting.discard(verdict.use)
                case Record(use) if use.members is not None:
                    assert use.digest in WORKERS
                    assert len(set(use.members)) == len(use.members)
                    assert not set(use.members) & set(WORKERS)
                case _:
                    pass

    def check_admitted(self, use: Use, admitted: Party) -> None:
        """All of a group that is not too large, and of the store's word only good cards (OM-37)."""
        if use.members is None:
            assert use.digest not in WORKERS, "never alone (OM-39)"
            super().check_admitted(use, admitted)
            return
        clients = len(use.members) + admitted.children
        assert admitted.adults == 1 + len(use.members)
        assert clients > 0
        assert USUAL_SIZE.holds(clients)
        if use.id not in self.recorded and self.entrance.desk.asked is None:
            for digest in (use.digest, *use.members):
                assert self.entrance.cards[digest or b""].state(TODAY) is State.VALID

    @invariant()
    def an_open_group_is_waited_for_and_never_too_large(self) -> None:
        """Each that was opened is open, or being asked about, or has had its verdict."""
        if not hasattr(self, "entrance"):
            return
        desk = self.entrance.desk
        asked = {desk.asked.use} if isinstance(desk.asked, Ask) else set()
        if desk.group is None:
            assert self.waiting <= asked
            return
        assert self.waiting == {desk.group.use}
        assert desk.group.use not in self.recorded
        assert USUAL_SIZE.holds(len(desk.group.members) + desk.typed.children)

    def teardown(self) -> None:
        """No group stays open, and each had one verdict."""
        super().teardown()
        if hasattr(self, "entrance"):
            assert self.entrance.desk.group is None
            assert not self.waiting


def test_whatever_groups_do_the_promises_hold() -> None:
    """A group is one record before anybody is told and before the gate opens (promise P1).

    The gate opens for exactly those who were admitted, never for more than a group holds (OM-37)
    nor for its leader alone (OM-39); no group stays open for ever.
    """
    run(AnyGroups)
