"""Groups whose members may have booked never exceed a shared cap (promises P1–P3)."""

from collections import Counter
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from kaiku.card import Kind
from kaiku.party import Party
from kaiku.wire import Outcome
from server.database import read
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.uses import service
from server.kaikukanta.uses.ask import Ask
from server.kaikukanta.uses.tables import UseMember, UseRecord
from server.problems import Problem
from tests.e2e.gates import Gate
from tests.e2e.test_leases import CHILDREN, RUNS, ShowWithKiosks, Stage

groups = st.lists(st.integers(0, len(CHILDREN) - 1), min_size=1, max_size=3, unique=True)


class ShowWithGroups(ShowWithKiosks):
    """The same performance, and workers who come along with holders, at any door and the till."""

    @initialize(
        cap=st.integers(5, 20),
        once=st.booleans(),
        seed=st.integers(0, 2**32 - 1),
        trouble=st.sampled_from([0.0, 0.1, 0.4]),
    )
    def open_the_doors(self, cap: int, once: bool, seed: int, trouble: float) -> None:
        """Begin with everybody connected, and a worker's card for each door and the till."""
        super().open_the_doors(cap, once, seed, 0.0)
        self.trouble = trouble
        workers = [self.stage.town.card(kind=Kind.COMMUNITY) for _ in range(len(self.gates) + 1)]
        self.workers = [bytes.fromhex(self.stage.town.digest(worker)) for worker in workers]
        for gate in self.gates:
            gate.fetch()
            gate.wire.trouble = trouble

    # --- what may happen ---

    @rule(gate=st.integers(0, 2), members=groups)
    def a_group_comes(self, gate: int, members: list[int]) -> None:
        """At any door, connected or not; some of them may have booked."""
        with self._seconds():
            self.gates[gate].gather(self.workers[gate], *(self.digests[each] for each in members))

    @rule(gate=st.integers(0, 2), members=groups, told=st.booleans())
    def a_group_that_has_booked_comes(self, gate: int, members: list[int], told: bool) -> None:
        """Each member, if there is room; the kiosk may have heard of it."""
        for each in members:
            self.somebody_books(each, 1 + CHILDREN[each] % 2)
        if told:
            self.a_kiosk_gets_through(gate, "fetch")
        self.a_group_comes(gate, members)

    @rule(members=groups, younger=st.integers(0, 1))
    def the_till_lets_a_group_in(self, members: list[int], younger: int) -> None:
        """A live decision on all of them."""
        with self._seconds():
            digests = [self.digests[each] for each in members]
            leader, party = self.workers[-1], Party(younger)
            ask = Ask(uuid4(), leader, self.show, party, self.clock(), members=digests)
            answer = service.record(self.context, self.till, ask)
            assert not isinstance(answer, Problem)
            if answer.outcome is Outcome.ACCEPTED:
                self.sold[answer.id] = answer.admitted.seats

    # --- what always holds ---

    @invariant()
    def a_group_attends_what_its_members_have_booked(self) -> None:
        """Nobody who came in a group stays a no-show (OM-18), and no leader's use is attended."""
        if not hasattr(self, "gates"):
            return
        with read(self.context.engine) as session:
            bookings = session.exec(select(BookingRecord)).all()
            came = select(UseMember.card_id, UseRecord.id, UseRecord.received_at).join(
                UseRecord, col(UseRecord.id) == col(UseMember.use_id)
            )
            counted = (UseRecord.outcome == Outcome.ACCEPTED, col(UseRecord.voided_at).is_(None))
            groups = session.exec(came.where(*counted)).all()
        for booking in bookings:
            here = [at for card, _, at in groups if card == booking.card_id]
            if any(booking.booked_at < at for at in here):
                assert booking.use_id is not None

    @invariant()
    def a_card_is_let_in_once_at_each_door_at_most(self) -> None:
        """By itself or in a group, where it may come once: a kiosk knows its own (promise P3).

        Not where its journal was lost, with what it had sent since its last fetch.
        """
        for gate in getattr(self, "gates", []):
            if self.once and not gate.lost_journal:
                came = Counter(card for card in _came(gate) if card not in self.workers)
                assert max(came.values(), default=0) <= 1

    def _is_excused(self) -> bool:
        """Also for a booked card that came in a group, and by itself or in another one (P3)."""
        booked = self.ledger.bookers
        return super()._is_excused() or any(
            card in booked for gate in self._all_gates for card in _came(gate)
        )

    def _every_overrun_is_flagged(self, rows: list[UseRecord]) -> None:
        """Of who came alone; a member of a group is told of by the members' reasons."""
        super()._every_overrun_is_flagged([use for use in rows if use.members is None])


def _came(gate: Gate) -> list[bytes]:
    """Return each holder's card that was let in at a gate, once for each time."""
    cards: list[bytes] = []
    for record in gate.inside:
        whose = (record.use.digest,) if record.use.members is None else record.use.members
        cards.extend(card for card in whose if card is not None)
    return cards


@pytest.mark.slow
def test_groups_cut_off_and_back_never_exceed_a_cap(tmp_path: Path) -> None:
    """As for single cards: the cap holds (P2), nothing is lost (P1), each lease is accounted for.

    And whoever has booked and comes in a group has attended the booking, whichever reached the
    register first (OM-38).
    """

    class Here(ShowWithGroups):
        stage = Stage(tmp_path)

    run_state_machine_as_test(
        Here,
        settings=hypothesis.settings(
            max_examples=RUNS,
            stateful_step_count=40,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
