"""What holds over every sequence of cards, keys, answers, passages and time, in any order."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kaiku.card import Status
from kaiku.decide import Facts
from kaiku.offering import Offering, Seats
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Use
from kiosk.desk import (
    Annulled,
    Ask,
    AskAmended,
    Effect,
    Known,
    Log,
    Manners,
    Open,
    Record,
    Report,
    Standing,
    StatusTold,
    Tell,
    deadline,
    resume,
)
from kiosk.ports import Key, Signal
from tests.kaiku.made import DAY, SHOW, TODAY, card, entry, show
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO, Entrance

STRANGER = b"?" * 16
CHILDREN = {AINO: 2, ELLI: 0, OTTO: 1, STRANGER: 3}
"""How many children each card has; the stranger's is known to the register only."""

BY_DATE = {
    Reason.NOT_YET_VALID,
    Reason.EXPIRED,
    Reason.OFFERING_OUTSIDE_VALIDITY,
    Reason.TOO_EARLY,
    Reason.OFFERING_OVER,
}
YEAR_FROM, YEAR_UNTIL = TODAY - 365 * DAY, TODAY + 365 * DAY
SPANS = [(YEAR_FROM, YEAR_UNTIL), (TODAY + DAY, YEAR_UNTIL), (YEAR_FROM, TODAY - DAY)]
"""The days on which a card is valid: today too, from tomorrow on, until yesterday."""

OFFERINGS = [entry(), entry(children_welcome=False), show(Seats(40)), None]
KEYS = [key.value if len(key.value) == 1 else {"backspace": "<", "enter": "="}[key] for key in Key]


@dataclass
class Leasing(Entrance):
    """An entrance whose store keeps account of its lease; ``granted`` are all it ever had."""

    granted: dict[UUID, int] = field(default_factory=dict)

    def known(self, digest: bytes | None) -> Known:
        """Return what the store knows, with what is left of the lease."""
        left = 0
        if self.lease is not None:
            left = self.granted[self.lease] - self.spent(self.lease)
        return replace(super().known(digest), facts=Facts(leased=left))

    def spent(self, lease: UUID) -> int:
        """Return the seats of a lease that uses have taken."""
        uses = (record.use for record in self.journal.values())
        return sum(use.leased for use in uses if use.lease == lease)


class AnyVisitors(RuleBasedStateMachine):
    """An entrance, and visitors who do anything."""

    @initialize(
        attended=st.booleans(),
        passage=st.sampled_from([None, 3.0, 20.0]),
        repeat=st.sampled_from([0.0, 8.0, 60.0]),
        offering=st.sampled_from(OFFERINGS[:-1]),
    )
    def open_the_doors(
        self,
        attended: bool,
        passage: float | None,
        repeat: float,
        offering: Offering,
    ) -> None:
        """Begin in any manner."""
        manners = Manners(attended=attended, passage=passage, repeat=repeat)
        self.entrance = Leasing(manners, offering=offering)
        self.recorded: dict[UUID, Record] = {}
        self.first: dict[UUID, int] = {}
        self.opened: dict[UUID, int] = {}
        self.openings: dict[UUID, int] = {}
        self.in_the_dark: set[UUID] = set()
        self.remembered: UUID | None = None
        self.let_in: UUID | None = None
        self.idle_since_key = 0.0

    # --- what may happen ---

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(digest=st.sampled_from([AINO, ELLI, OTTO, STRANGER, None]))
    def a_card_is_shown(self, digest: bytes | None) -> None:
        """Any card, or none that can be read."""
        entrance = self.entrance
        leftover = entrance.desk.typed != ALONE and entrance.desk.group is None
        stale = entrance.clock - self.idle_since_key >= entrance.manners.typing
        self.look(entrance.scan(digest))
        if leftover and stale and entrance.all(Record):
            assert entrance.recorded.party == ALONE or entrance.recorded.revision > 1

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(key=st.sampled_from(KEYS))
    def a_key_is_pressed(self, key: str) -> None:
        """Any key."""
        self.idle_since_key = self.entrance.clock
        self.look(self.entrance.press(key))

    @precondition(lambda self: self.entrance.desk.asked is not None)
    @rule(said=st.sampled_from(["yes", "no", "nothing"]))
    def the_register_answers(self, said: str) -> None:
        """By the rules, or with a refusal for reasons of its own, or not at all."""
        asked = self.entrance.desk.asked
        assert asked is not None
        if isinstance(asked, Ask):
            digest: bytes | None = asked.digest
        else:
            assert self.entrance.desk.current is not None
            digest = self.entrance.desk.current.use.digest
        if said == "nothing":
            self.look(self.entrance.answer(None))
        elif said == "yes" and asked.party.children <= CHILDREN.get(digest or b"", 4):
            self.look(self.entrance.accept(remaining=3))
        else:
            self.look(self.entrance.refuse(Reason.SEATS_FULL))

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule()
    def somebody_passes(self) -> None:
        """The gate's input saw a person."""
        self.entrance.walk_through()
        self.look(self.entrance.effects)

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(seconds=st.sampled_from([0.0, 0.1, 3.0, 8.0, 8.1, 31.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        """With every deadline kept."""
        self.look(self.entrance.wait(seconds))

    @rule(seconds=st.sampled_from([0.1, 1.0, 31.0]))
    def time_passes_unnoticed(self, seconds: float) -> None:
        """A busy kiosk is late for its deadlines."""
        self.entrance.clock += seconds

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(offering=st.sampled_from(OFFERINGS), online=st.booleans(), whole=st.booleans())
    def the_register_tells(self, offering: Offering | None, online: bool, whole: bool) -> None:
        """Another performance is on; the network comes and goes."""
        self.entrance.offering = offering
        self.entrance.online, self.entrance.whole = online, whole

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(clock=st.sampled_from(["trusted", "told", "guessed"]))
    def the_clock_is_doubted(self, clock: str) -> None:
        """Or trusted again; the register has told the time, or not."""
        self.entrance.suspect = clock != "trusted"
        self.entrance.guessed = clock == "guessed"

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(
        digest=st.sampled_from([AINO, ELLI, OTTO]),
        span=st.sampled_from(SPANS),
        guessed=st.booleans(),
    )
    def a_card_of_other_days_is_shown(
        self, digest: bytes, span: tuple[date, date], guessed: bool
    ) -> None:
        """Valid or not, with a wrong clock; the register has told the time, or not."""
        entrance = self.entrance
        known = entrance.cards[digest]
        entrance.cards[digest] = replace(known, valid_from=span[0], valid_until=span[1])
        entrance.suspect, entrance.guessed = True, guessed
        self.a_card_is_shown(digest)

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule()
    def staff_ask_how_it_does(self) -> None:
        """Nothing comes of it but a scene, and nothing that a visitor has done is lost."""
        before = self.entrance.desk
        effects = self.entrance.do(StatusTold(Report((), True, True, None, 0, 1, 1, "0")))
        assert len(self.entrance.all(Tell)) == len(effects)
        after = self.entrance.desk
        assert replace(after, shown_until=None) == replace(before, shown_until=None)

    @rule(seats=st.integers(0, 4))
    def the_register_leases(self, seats: int) -> None:
        """More of the same lease, or a first or another one."""
        entrance = self.entrance
        if entrance.lease is None:
            entrance.lease = UUID(int=len(entrance.granted))
        entrance.granted[entrance.lease] = entrance.granted.get(entrance.lease, 0) + seats

    @precondition(lambda self: self.entrance.lease is not None)
    @rule()
    def the_lease_is_given_back(self) -> None:
        """Also while the register is asked; nothing more may be spent of it."""
        entrance = self.entrance
        assert entrance.lease is not None
        entrance.granted[entrance.lease] = entrance.spent(entrance.lease)
        entrance.lease = None

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(digest=st.sampled_from([AINO, ELLI, OTTO]), status=st.sampled_from(Status))
    def a_card_changes(self, digest: bytes, status: Status) -> None:
        """A distributor ends it, or takes that back."""
        self.entrance.cards[digest] = card(CHILDREN[digest], status=status)

    @rule(boot=st.sampled_from([0.0, 5.0, 30.0, 121.0]))
    def the_kiosk_restarts(self, boot: float) -> None:
        """From what its journal holds; a question that was under way is never answered."""
        entrance = self.entrance
        entrance.clock += boot
        accepted = [
            record for record in self.recorded.values() if record.use.outcome is Outcome.ACCEPTED
        ]
        last = max(accepted, key=lambda record: record.use.id, default=None)
        if last is None:
            entrance.desk = resume(entrance.manners, None, NOBODY, entrance.now)
        else:
            entrance.desk = resume(entrance.manners, last.use, last.admitted, entrance.now)
        current = entrance.desk.current
        self.let_in = None
        self.remembered = None if current is None else current.use.id
        if self.remembered is not None:
            self.openings[self.remembered] += 1

    @precondition(lambda self: self.entrance.desk.asked is None)
    @rule(digest=st.sampled_from([AINO, ELLI, OTTO]), boot=st.sampled_from([5.0, 30.0]))
    def the_power_goes_once_a_card_is_recorded(self, digest: bytes, boot: float) -> None:
        """Nobody has been told and the gate has stayed shut."""
        effects = self.entrance.scan(digest)
        until = next((n for n, each in enumerate(effects) if isinstance(each, Record)), -1)
        self.look(effects[: until + 1])
        if until >= 0:
            self.in_the_dark.add(self.entrance.recorded.id)
        self.the_kiosk_restarts(boot)

    # --- what always holds ---

    def look(self, effects: list[Effect]) -> None:
        """Check the effects of a step, in their order."""
        told_in: set[UUID] = set()
        for effect in effects:
            match effect:
                case Record(use, admitted, source, standing):
                    self.check_record(use, admitted, standing)
                    self.check_leased(use, admitted, source)
                    if self.entrance.guessed and source == "local":
                        assert use.reason not in BY_DATE, "a guess is no reason (P7)"
                    self.recorded[use.id] = effect
                    self.openings.setdefault(use.id, 1)
                    self.let_in = use.id
                    told_in.add(use.id)
                case Tell(scene) if scene.signal is Signal.ACCEPTED:
                    self.check_told(scene.party)
                case Open(persons):
                    self.check_opened(persons, told_in)
                case Log(verdict) if verdict.outcome is Outcome.ACCEPTED:
                    stands = self.recorded[verdict.use]
                    assert verdict.party == stands.admitted
                    assert not stands.use.voided
                case Annulled(use_id):
                    assert self.recorded[use_id].use.voided
                case Ask(use_id) | AskAmended(use_id):
                    assert self.recorded[use_id].standing is Standing.ASKED
                    assert effect is effects[-1], "nothing is done before the answer"
                case _:
                    pass

    def check_opened(self, persons: int, recorded: set[UUID]) -> None:
        """The gate opens for what was just recorded, or once more after a restart."""
        assert persons > 0
        current = self.entrance.desk.current
        assert current is not None
        if current.use.id == self.remembered:
            assert persons == self.recorded[current.use.id].admitted.persons
            self.remembered = None
            self.in_the_dark.discard(current.use.id)
        else:
            assert self.let_in == current.use.id
            assert self.let_in in recorded, "the gate opens for what was just recorded"
        self.opened[current.use.id] = self.opened.get(current.use.id, 0) + persons

    def check_record(self, use: Use, admitted: Party, standing: Standing) -> None:
        """One row a use, its revisions growing, and never more children than registered."""
        before = self.recorded.get(use.id)
        if before is None:
            assert use.revision == 1, "a use appears as new once, and first"
        else:
            assert use.revision > before.use.revision
            same = {"party", "revision", "voided", "outcome", "reason", "offering_version"}
            assert all(
                getattr(use, name) == getattr(before.use, name)
                for name in ("id", "digest", "offering", "at", "clock_suspect")
            ), same
            assert not before.use.voided, "what was taken back stays so"
            if before.use.outcome is Outcome.ACCEPTED:
                assert use.outcome is Outcome.ACCEPTED
            if before.use.outcome is Outcome.REFUSED:
                assert before.standing is Standing.ASKED
        if use.outcome is Outcome.REFUSED or use.voided:
            assert admitted == NOBODY
        else:
            assert use.digest is not None
            assert use.reason is None
            self.check_admitted(use, admitted)
        assert (use.reason is None) == (use.outcome is Outcome.ACCEPTED)
        if standing is Standing.SENT:
            assert self.entrance.online

    def check_admitted(self, use: Use, admitted: Party) -> None:
        """The holder, and no more children than registered (OM-22)."""
        assert admitted.adults == 1
        assert admitted.children <= CHILDREN.get(use.digest or b"", 0)

    def check_leased(self, use: Use, admitted: Party, source: str) -> None:
        """No seat of a cap is given away here but a leased one, and none on a doubt (P2, P7)."""
        before = self.recorded.get(use.id)
        had = 0 if before is None or before.use.lease != use.lease else before.use.leased
        if self.entrance.suspect:
            assert use.leased <= had
        assert use.leased <= admitted.seats
        assert (use.lease is None) == (use.leased == 0)
        alone = source == "local" and (before is None or before.source == "local")
        # What the register gave is stated anew, by the store, when it is asked to change it.
        given = before is None or before.admitted != admitted
        if alone and given and use.offering == SHOW:
            assert use.leased == admitted.seats

    def check_told(self, party: Party | None) -> None:
        """Nobody is welcomed who is not on record as let in."""
        current = self.entrance.desk.current
        assert current is not None
        stands = self.recorded[current.use.id]
        assert stands.use.outcome is Outcome.ACCEPTED
        assert not stands.use.voided
        assert party == stands.admitted

    @invariant()
    def the_gate_opens_for_those_who_were_admitted(self) -> None:
        """For no fewer than are admitted now, and for no more than ever were at once.

        But a power cut may leave them before a shut gate, and once after each restart the gate may
        open for them anew.
        """
        for use_id, record in getattr(self, "recorded", {}).items():
            opened = self.opened.get(use_id, 0)
            most = 1 + CHILDREN.get(record.use.digest or b"", 0) + 2 * 99
            assert opened <= most * self.openings[use_id]
            assert opened >= record.admitted.persons or use_id in self.in_the_dark

    @invariant()
    def what_the_desk_holds_is_what_is_on_record(self) -> None:
        """The current use, the earlier and those waited for are as they were recorded last."""
        if not hasattr(self, "entrance"):
            return
        desk = self.entrance.desk
        held = [current.use for current in (desk.current, *desk.earlier) if current is not None]
        for use in (*held, *(passage.use for passage in desk.passages)):
            assert use == self.recorded[use.id].use
            assert not use.voided
            assert use.outcome is Outcome.ACCEPTED
        for passage in desk.passages:
            assert passage.seen < passage.persons
            assert passage.persons == self.recorded[passage.use.id].admitted.persons
        ids = [use.id for use in held]
        assert len(set(ids)) == len(ids)

    @invariant()
    def no_more_is_spent_than_was_leased(self) -> None:
        """Of any lease, whatever was amended, taken back or given back (promise P2)."""
        if hasattr(self, "entrance"):
            for lease, granted in self.entrance.granted.items():
                assert self.entrance.spent(lease) <= granted

    @invariant()
    def a_deadline_is_never_forgotten(self) -> None:
        """What is shown ends, what is typed is forgotten, whoever is waited for is given up."""
        if not hasattr(self, "entrance") or self.entrance.desk.asked is not None:
            return
        desk = self.entrance.desk
        waits = desk.shown_until is not None or desk.typed != ALONE or desk.passages or desk.group
        assert (deadline(desk) is not None) == bool(waits)

    def teardown(self) -> None:
        """When everybody has gone, the kiosk waits for the next, and nothing is left over."""
        if not hasattr(self, "entrance"):
            return
        if self.entrance.desk.asked is not None:
            self.the_register_answers("nothing")
        self.look(self.entrance.wait(1000))
        desk = self.entrance.desk
        assert deadline(desk) is None
        assert desk.typed == ALONE
        assert desk.passages == ()
        if self.entrance.history:
            assert self.entrance.shows.signal is Signal.IDLE or not self.entrance.all(Tell)


def run(machine: type[RuleBasedStateMachine]) -> None:
    """Run a machine through many long sequences."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=150,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_whatever_visitors_do_the_promises_hold() -> None:
    """A use is recorded before it is told and before the gate opens (promise P1).

    Each use appears as new once; its revisions grow; never more children than registered come in
    (OM-22); the gate opens for as many as are admitted, and once more after a power cut; no
    deadline is left behind.
    """
    run(AnyVisitors)
