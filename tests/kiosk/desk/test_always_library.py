"""What holds at a library's desk over every sequence of cards, keys, answers and time."""

from dataclasses import replace
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kaiku.card import Status
from kaiku.fee import LARGEST_SUM
from kaiku.offering import Offering, Tariff
from kaiku.party import ALONE, NOBODY
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome
from kiosk.desk import (
    Annulled,
    Ask,
    Effect,
    Log,
    Open,
    Record,
    Standing,
    Tell,
    deadline,
    idle,
    resume,
)
from kiosk.ports import Signal
from tests.kaiku.made import card
from tests.kiosk.desk.counter import COPYING, INTERLIBRARY, LIBRARY, MANNERS, OVERDUE, Counter
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO
from tests.kiosk.desk.test_always import KEYS, run

STRANGER = b"?" * 16
SERVED: list[tuple[Offering, ...]] = [
    (LIBRARY,),
    (replace(LIBRARY, version=2, tariffs=(replace(COPYING, unit=40), OVERDUE)),),
    (LIBRARY, replace(LIBRARY, id=UUID(int=7), tariffs=(INTERLIBRARY,))),
    (),
]


class AnyPatrons(RuleBasedStateMachine):
    """A library's desk, and people who do anything at it."""

    @initialize(attended=st.booleans(), repeat=st.sampled_from([0.0, 8.0, 60.0]))
    def open_the_desk(self, attended: bool, repeat: float) -> None:
        """Begin in any manner."""
        self.counter = Counter(replace(MANNERS, attended=attended, repeat=repeat))
        self.recorded: dict[UUID, Record] = {}
        self.served: tuple[Offering, ...] = (LIBRARY,)

    # --- what may happen ---

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule(digest=st.sampled_from([AINO, ELLI, OTTO, STRANGER, None]))
    def a_card_is_shown(self, digest: bytes | None) -> None:
        """Any card, or none that can be read."""
        slip = self.counter.desk.slip
        stale = self.counter.desk.typed_until <= self.counter.clock
        self.look(self.counter.scan(digest))
        for record in self.counter.all(Record):
            assert slip is not None
            assert not stale, "nobody is charged what somebody else has typed"
            assert record.use.fee == slip.fee, "what was shown is what is recorded"
            assert record.use.offering == slip.choice.offering.id

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule(keys=st.text(KEYS, min_size=1, max_size=4))
    def keys_are_pressed(self, keys: str) -> None:
        """Any keys."""
        for key in keys:
            self.look(self.counter.press(key))

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule(keys=st.sampled_from(["11", "15", "120", "2150", "2100000", "31", "13"]))
    def a_fee_is_typed(self, keys: str) -> None:
        """As one types it."""
        self.keys_are_pressed(keys)

    @precondition(lambda self: self.counter.desk.asked is not None)
    @rule(said=st.sampled_from(["yes", "no", "nothing"]))
    def the_register_answers(self, said: str) -> None:
        """By the rules, or with a refusal for reasons of its own, or not at all."""
        counter = self.counter
        asked, slip = counter.desk.asked, counter.desk.slip
        assert isinstance(asked, Ask)
        assert asked.fee is not None
        assert slip is not None
        left = self.left(slip.choice.tariff, asked.digest)
        if said == "nothing":
            self.look(counter.answer(None))
        elif said == "yes" and (left is None or asked.fee.cents <= left):
            after = None if left is None else left - asked.fee.cents
            self.look(counter.answer(Answer(asked.use, Outcome.ACCEPTED, None, ALONE, after)))
        else:
            refusal = Answer(asked.use, Outcome.REFUSED, Reason.FEES_USED_UP, NOBODY, left)
            self.look(counter.answer(refusal))

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule(seconds=st.sampled_from([0.0, 0.1, 3.0, 8.0, 8.1, 31.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        """With every deadline kept."""
        self.look(self.counter.wait(seconds))

    @rule(seconds=st.sampled_from([0.1, 1.0, 31.0]))
    def time_passes_unnoticed(self, seconds: float) -> None:
        """A busy kiosk is late for its deadlines."""
        self.counter.clock += seconds

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule(offerings=st.sampled_from(SERVED), online=st.booleans(), whole=st.booleans())
    def the_register_tells(
        self, offerings: tuple[Offering, ...], online: bool, whole: bool
    ) -> None:
        """Other services, another price; the network comes and goes."""
        self.served = offerings
        self.counter.serve(*offerings)
        self.look(self.counter.effects)
        self.counter.online, self.counter.whole = online, whole

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule(digest=st.sampled_from([AINO, ELLI, OTTO]), status=st.sampled_from(Status))
    def a_card_changes(self, digest: bytes, status: Status) -> None:
        """A distributor ends it, or takes that back."""
        self.counter.cards[digest] = card(status=status)

    @precondition(lambda self: self.counter.desk.asked is None)
    @rule()
    def the_kiosk_restarts(self) -> None:
        """From what its journal holds."""
        counter = self.counter
        accepted = [
            record for record in self.recorded.values() if record.use.outcome is Outcome.ACCEPTED
        ]
        last = max(accepted, key=lambda record: record.use.id, default=None)
        use, admitted = (None, NOBODY) if last is None else (last.use, last.admitted)
        counter.desk = resume(counter.manners, use, admitted, counter.now)
        counter.serve(*self.served)
        counter.history.append(Tell(idle(counter.desk)))

    # --- what always holds ---

    def left(self, tariff: Tariff, digest: bytes | None) -> int | None:
        """Return the cents that a card could still be covered for."""
        if tariff.cap is None:
            return None
        return max(0, tariff.cap - self.counter.spent(digest, tariff.service))

    def look(self, effects: list[Effect]) -> None:
        """Check the effects of a step, in their order."""
        for effect in effects:
            match effect:
                case Record():
                    self.check_record(effect)
                    self.recorded[effect.use.id] = effect
                case Tell(scene) if scene.signal is Signal.ACCEPTED:
                    self.check_told(scene.cents_left)
                case Log(verdict):
                    stands = self.recorded[verdict.use]
                    assert verdict.outcome is stands.use.outcome
                    assert verdict.party == ALONE
                case Annulled(use_id):
                    assert self.recorded[use_id].use.voided
                case Ask(use_id):
                    assert self.recorded[use_id].standing is Standing.ASKED
                    assert effect is effects[-1], "nothing is done before the answer"
                case Open():
                    raise AssertionError("a fee opens nothing")
                case _:
                    pass

    def check_record(self, record: Record) -> None:
        """One row a use, of one fee, its revisions growing."""
        use, before = record.use, self.recorded.get(record.use.id)
        assert use.fee is not None
        assert 0 < use.fee.cents <= LARGEST_SUM
        assert use.party == ALONE
        if before is None:
            assert use.revision == 1, "a use appears as new once, and first"
        else:
            assert use.revision > before.use.revision
            assert not before.use.voided, "what was taken back stays so"
            assert all(
                getattr(use, name) == getattr(before.use, name)
                for name in ("id", "digest", "offering", "at", "fee")
            )
            if before.use.outcome is Outcome.ACCEPTED:
                assert use.outcome is Outcome.ACCEPTED
            else:
                assert before.standing is Standing.ASKED
        covered = use.outcome is Outcome.ACCEPTED and not use.voided
        assert record.admitted == (ALONE if covered else NOBODY)
        assert (use.reason is None) == (use.outcome is Outcome.ACCEPTED)
        if record.standing is Standing.SENT:
            assert self.counter.online

    def check_told(self, left: int | None) -> None:
        """Nothing is told as covered that is not on record so."""
        current = self.counter.desk.current
        assert current is not None
        stands = self.recorded[current.use.id]
        assert stands.use == current.use
        assert stands.use.outcome is Outcome.ACCEPTED
        assert left is None or left >= 0

    @invariant()
    def no_card_is_covered_above_a_cap(self) -> None:
        """As far as this kiosk knows (OM-59)."""
        if not hasattr(self, "counter"):
            return
        for tariff in (COPYING, INTERLIBRARY):
            assert tariff.cap is not None
            for digest in (AINO, ELLI, OTTO, STRANGER):
                assert self.counter.spent(digest, tariff.service) <= tariff.cap

    @invariant()
    def a_deadline_is_never_forgotten(self) -> None:
        """What is shown ends, and what is typed is forgotten."""
        if not hasattr(self, "counter") or self.counter.desk.asked is not None:
            return
        desk = self.counter.desk
        assert desk.passages == ()
        waits = desk.shown_until is not None or desk.slip is not None
        assert (deadline(desk) is not None) == waits

    def teardown(self) -> None:
        """When everybody has gone, the services are shown, and nothing is left over."""
        if not hasattr(self, "counter"):
            return
        if self.counter.desk.asked is not None:
            self.the_register_answers("nothing")
        self.look(self.counter.wait(1000))
        desk = self.counter.desk
        assert deadline(desk) is None
        assert desk.slip is None
        assert self.counter.shows.signal is Signal.IDLE


def test_whatever_is_done_at_the_desk_the_promises_hold() -> None:
    """A fee is recorded before it is told (promise P1), and never above the cap (OM-59).

    Each use appears as new once; its revisions grow; nobody is charged what somebody else has
    typed; the gate stays shut; no deadline is left behind.
    """
    run(AnyPatrons)
