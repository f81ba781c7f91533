"""The store: what the kiosk knows of a card, from the register's tallies and its own journal."""

import asyncio
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kaiku.decide import NO_FACTS, Facts
from kaiku.fee import Fee
from kaiku.group import USUAL_SIZE, GroupSize, Member
from kaiku.offering import OncePerPerformance, Per, Period, Seats, Service, Tariff, Visits
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import BookingRow, CardRow, OfferingRow, Outcome, StationRow, TallyRow, Use
from kiosk.desk import Choice, Known, Record, Standing
from kiosk.files import StoreError
from kiosk.store import Store, Stores
from tests.kaiku.made import ENTRY, NOON, SHOW, card, entry, show

AINO, ELLI, WORKER = b"A" * 16, b"E" * 16, b"W" * 16
NEW_YEAR = date(2026, 1, 1)
POOL = entry(Visits(30))
COPYING = Tariff(Service.COPYING, unit=30, cap=600)
LIBRARY = replace(entry(), tariffs=(COPYING,))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Give an empty store."""
    stores = Stores(tmp_path)
    yield stores
    stores.close()


def accepted(number: int, party: Party = ALONE, offering: UUID = ENTRY) -> Record:
    """Return an accepted use of Aino's."""
    use = Use(UUID(int=number), offering, NOON, AINO, party)
    return Record(use, party, "local")


def covered(number: int, cents: int, service: Service = Service.COPYING) -> Record:
    """Return a fee that Aino's card covered."""
    use = Use(UUID(int=number), ENTRY, NOON, AINO, fee=Fee(service, cents))
    return Record(use, ALONE, "local")


def group(number: int, *members: bytes) -> Record:
    """Return an accepted use of a group with these members."""
    use = Use(UUID(int=number), ENTRY, NOON, WORKER, members=members)
    return Record(use, Party(adults=1 + len(members)), "local")


class TestKnown:
    """What is known of a card at a moment."""

    def test_at_first_nothing_is_known(self, stores: Stores) -> None:
        """Neither an offering nor a card, and an absent card may exist."""
        assert stores.known(AINO, NOON, ask=False) == Known()

    def test_a_card_is_known_by_its_digest(self, stores: Stores) -> None:
        """With the offering that is served now."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(entry())])
        stores.cache.turn_page("c", last=True)
        assert stores.known(AINO, NOON, ask=True) == Known(
            entry(), card(), NO_FACTS, whole=True, ask=True
        )

    def test_an_unreadable_scan_is_nobodys(self, stores: Stores) -> None:
        """Only the offering is known then."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(entry())])
        assert stores.known(None, NOON, ask=False) == Known(entry())

    def test_tallies_and_what_was_recorded_since_are_counted_together(self, stores: Stores) -> None:
        """Over the span that counts at the offering (OM-60)."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(POOL)])
        stores.cache.apply([TallyRow(AINO, ENTRY, NEW_YEAR, 3, 5)])
        stores.record(accepted(1, Party(children=2)))
        assert stores.known(AINO, NOON, ask=False).facts == Facts(uses=4, visits=8)
        stores.record(accepted(2, offering=SHOW))
        assert stores.known(AINO, NOON, ask=False).facts == Facts(uses=4, visits=8)

    def test_a_new_year_begins_with_nothing(self, stores: Stores) -> None:
        """By the calendar (OM-60)."""
        stores.cache.apply([CardRow(AINO, card(valid_until=date(2027, 6, 1))), OfferingRow(POOL)])
        stores.cache.apply([TallyRow(AINO, ENTRY, NEW_YEAR, 30, 30)])
        stores.record(accepted(1))
        assert stores.known(AINO, NOON + timedelta(days=60), ask=False).facts == NO_FACTS

    def test_a_use_that_is_decided_anew_counts_in_its_own_year(self, stores: Stores) -> None:
        """Though the year has ended between the scan and the key (OM-60)."""
        year_ends = datetime(2026, 12, 31, 21, 59, 58, tzinfo=UTC)
        stores.cache.apply([CardRow(AINO, card(valid_until=date(2027, 6, 1))), OfferingRow(POOL)])
        stores.cache.apply([TallyRow(AINO, ENTRY, NEW_YEAR, 29, 29)])
        one = accepted(1)
        stores.record(replace(one, use=replace(one.use, at=year_ends)))
        after = year_ends + timedelta(seconds=4)
        anew = stores.known(AINO, after, ask=False, counted=year_ends)
        assert anew.facts == Facts(uses=30, visits=30)

    def test_a_use_of_the_performance_is_known_at_once(self, stores: Stores) -> None:
        """Once to the same performance (OM-58)."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(show(OncePerPerformance()))])
        stores.record(accepted(1, offering=SHOW))
        assert stores.known(AINO, NOON, ask=False).facts.uses == 1

    def test_seats_cannot_be_known_here(self, stores: Stores) -> None:
        """They are shared with others (promise P2)."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(show(Seats(40)))])
        assert stores.known(AINO, NOON, ask=False).facts.seats_taken is None

    def test_a_booking_holds_seats_until_it_is_attended_or_cancelled(self, stores: Stores) -> None:
        """Those are the card's own, whatever others do (OM-57)."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(show(Seats(40)))])
        stores.cache.apply([BookingRow(UUID(int=1), AINO, SHOW, 2)])
        assert stores.known(AINO, NOON, ask=False).facts.booked == 2
        stores.record(accepted(1, offering=SHOW))
        assert stores.known(AINO, NOON, ask=False).facts.booked == 0
        stores.cache.apply([BookingRow(UUID(int=2), b"B" * 16, SHOW, 3)])
        assert stores.known(b"B" * 16, NOON, ask=False).facts.booked == 0
        stores.cache.apply([CardRow(b"B" * 16, card())])
        assert stores.known(b"B" * 16, NOON, ask=False).facts.booked == 3
        stores.cache.apply([BookingRow(UUID(int=2), b"B" * 16, SHOW, 0)])
        assert stores.known(b"B" * 16, NOON, ask=False).facts.booked == 0

    def test_a_group_attends_its_members_bookings_and_not_its_leaders(self, stores: Stores) -> None:
        """By the journal at once, and by it no more when it is taken back (OM-38)."""
        stores.cache.apply([OfferingRow(show(Seats(40)))])
        for number, digest in enumerate((WORKER, AINO, ELLI)):
            stores.cache.apply([CardRow(digest, card())])
            stores.cache.apply([BookingRow(UUID(int=number), digest, SHOW, 2)])
        came = group(1, AINO)
        came = replace(came, use=replace(came.use, offering=SHOW))

        def booked() -> list[int]:
            known = [stores.known(each, NOON, ask=False) for each in (WORKER, AINO, ELLI)]
            return [each.facts.booked for each in known]

        assert booked() == [2, 2, 2]
        stores.record(came)
        assert booked() == [2, 0, 2]
        stores.record(replace(came, use=replace(came.use, revision=2, voided=True)))
        assert booked() == [2, 2, 2]

    def test_a_booking_holds_seats_of_the_day_of_the_event_only(self, stores: Stores) -> None:
        """On another day of a daily cap the register says the same (OM-55, promise P5)."""
        festival = show(Seats(40, Per.DAY), ends=NOON + timedelta(days=2))
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(festival)])
        stores.cache.apply([BookingRow(UUID(int=1), AINO, SHOW, 2)])
        assert stores.known(AINO, NOON, ask=False).facts.booked == 2
        tomorrow = NOON + timedelta(days=1)
        assert stores.known(AINO, tomorrow, ask=False).facts.booked == 0

    def test_where_nothing_is_limited_nothing_is_counted(self, stores: Stores) -> None:
        """A lookup less, for a quicker verdict."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(entry())])
        stores.record(accepted(1))
        assert stores.known(AINO, NOON, ask=False).facts == NO_FACTS


class TestSpent:
    """What a card was covered for at a library's desk (OM-59)."""

    def test_what_the_register_told_and_what_was_recorded_since_are_added(
        self, stores: Stores
    ) -> None:
        """Of the one service, at the one offering, by the one card."""
        stores.cache.apply([TallyRow(AINO, ENTRY, NEW_YEAR, 2, 0, Service.COPYING, 200)])
        stores.cache.apply([TallyRow(AINO, ENTRY, NEW_YEAR, 1, 0, Service.OVERDUE, 1000)])
        stores.cache.apply([TallyRow(AINO, SHOW, NEW_YEAR, 1, 0, Service.COPYING, 50)])
        stores.record(covered(1, 30))
        stores.record(covered(2, 60))
        stores.record(accepted(3))
        stores.record(covered(4, 500, Service.OVERDUE))
        assert stores.spent(AINO, LIBRARY, COPYING, NOON) == 290
        assert stores.spent(b"E" * 16, LIBRARY, COPYING, NOON) == 0

    def test_what_was_refused_or_taken_back_is_not_spent(self, stores: Stores) -> None:
        """Sent or not."""
        refused = replace(covered(1, 30).use, outcome=Outcome.REFUSED, reason=Reason.FEES_USED_UP)
        stores.record(Record(refused, NOBODY, "local"))
        stores.record(covered(2, 60))
        void = replace(covered(2, 60).use, voided=True, revision=2)
        stores.record(Record(void, NOBODY, "local"))
        assert stores.spent(AINO, LIBRARY, COPYING, NOON) == 0

    @pytest.mark.parametrize(
        ("period", "days", "spent"),
        [
            (Period.DAY, 0, 30),
            (Period.DAY, 1, 0),
            (Period.MONTH, 6, 30),
            (Period.MONTH, 7, 0),
            (Period.YEAR, 37, 30),
            (Period.YEAR, 38, 0),
        ],
    )
    def test_a_new_period_begins_with_nothing(
        self, stores: Stores, period: Period, days: int, spent: int
    ) -> None:
        """A day, a month or a year of the calendar, as the library has set."""
        stores.record(covered(1, 30))
        tariff = replace(COPYING, period=period)
        assert stores.spent(AINO, LIBRARY, tariff, NOON + timedelta(days=days)) == spent

    def test_a_day_is_a_finnish_day(self, stores: Stores) -> None:
        """It turns two hours before the day in UTC."""
        stores.record(covered(1, 30))
        tariff = replace(COPYING, period=Period.DAY)
        assert stores.spent(AINO, LIBRARY, tariff, NOON.replace(hour=21, minute=59)) == 30
        assert stores.spent(AINO, LIBRARY, tariff, NOON.replace(hour=22)) == 0

    def test_a_desk_knows_the_card_its_service_and_what_is_spent(self, stores: Stores) -> None:
        """Of a service without a cap nothing is counted."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(LIBRARY)])
        stores.cache.turn_page("c", last=True)
        stores.record(covered(1, 30))
        stores.record(covered(2, 500, Service.OVERDUE))
        known = stores.known_for(AINO, Choice(LIBRARY, COPYING), NOON, ask=True)
        assert known == Known(LIBRARY, card(), whole=True, ask=True, spent=30)
        overdue = stores.known_for(AINO, Choice(LIBRARY, Tariff(Service.OVERDUE)), NOON, ask=False)
        assert overdue.spent == 0
        assert stores.known_for(None, Choice(LIBRARY, COPYING), NOON, ask=False).card is None

    def test_a_sent_fee_awaits_its_tally_where_sums_are_capped(self, stores: Stores) -> None:
        """Then it is fetched soon; without a cap there is none."""
        stores.cache.apply([OfferingRow(LIBRARY)])
        stores.record(replace(covered(1, 30), standing=Standing.SENT))
        assert stores.awaits_tally()
        stores.cache.apply([OfferingRow(replace(LIBRARY, tariffs=(Tariff(Service.COPYING),)))])
        assert not stores.awaits_tally()


class TestGroups:
    """A group's use counts for its members."""

    @pytest.fixture
    def pool(self, stores: Stores) -> Stores:
        """Give a store that knows two holders at a pool."""
        stores.cache.apply([CardRow(AINO, card()), CardRow(ELLI, card()), OfferingRow(POOL)])
        return stores

    def visits(self, stores: Stores, digest: bytes) -> int:
        """Return what the store knows of a card's visits."""
        return stores.known(digest, NOON, ask=False).facts.visits

    def test_the_members_are_known_in_their_order(self, pool: Stores) -> None:
        """Each with the card and what it did before; one that nobody knows too (OM-38)."""
        pool.record(accepted(1, Party(children=2)))
        known = pool.known(WORKER, NOON, ask=False, members=(ELLI, b"?" * 16, AINO))
        assert known.members == (
            Member(card()),
            Member(None),
            Member(card(), Facts(uses=1, visits=3)),
        )

    def test_before_the_first_contact_members_are_cards_at_most(self, stores: Stores) -> None:
        """There is no offering that they could have used."""
        stores.cache.apply([CardRow(AINO, card())])
        assert stores.known(None, NOON, ask=False, members=(AINO,)).members == (Member(card()),)

    def test_how_large_a_group_may_be_is_the_registers_word(self, stores: Stores) -> None:
        """The usual size until it has said so (OM-37, promise P5)."""
        assert stores.known(None, NOON, ask=False).size == USUAL_SIZE
        size = GroupSize(7, leader_counts=False)
        stores.cache.apply([StationRow(Text.same("Pool"), "[0-9]{8}", size)])
        assert stores.known(None, NOON, ask=False).size == size

    def test_it_counts_once_for_each_member_and_not_for_its_leader(self, pool: Stores) -> None:
        """Before the register has told of it (OM-38, OM-60)."""
        pool.cache.apply([CardRow(WORKER, card())])
        pool.record(group(1, AINO, ELLI))
        pool.record(accepted(2))
        assert (self.visits(pool, AINO), self.visits(pool, ELLI)) == (2, 1)
        assert self.visits(pool, WORKER) == 0

    def test_once_to_the_same_performance_counts_a_group(self, stores: Stores) -> None:
        """Whoever came in with one has been in (OM-58)."""
        stores.cache.apply([CardRow(AINO, card()), OfferingRow(show(OncePerPerformance()))])
        use = replace(group(1, AINO).use, offering=SHOW)
        stores.record(replace(group(1, AINO), use=use))
        assert stores.known(AINO, NOON, ask=False).facts.uses == 1

    def test_a_group_that_was_refused_or_taken_back_counts_nothing(self, pool: Stores) -> None:
        """Nobody came in."""
        came = group(1, AINO)
        pool.record(came)
        voided = replace(came.use, voided=True, revision=2)
        pool.record(replace(came, use=voided, admitted=NOBODY))
        refused = replace(group(2, AINO).use, outcome=Outcome.REFUSED)
        pool.record(Record(refused, NOBODY, "local"))
        assert self.visits(pool, AINO) == 0

    def test_what_the_tally_holds_is_not_counted_twice(self, pool: Stores) -> None:
        """It settles for all members at once."""
        pool.record(group(1, AINO, ELLI))
        pool.journal.mark(pool.journal.unsent(10))
        assert pool.awaits_tally()
        counts = pool.journal.sent_counts()
        pool.cache.apply([TallyRow(each, ENTRY, NEW_YEAR, 1, 1) for each in (AINO, ELLI)])
        pool.journal.settle(counts)
        assert (self.visits(pool, AINO), self.visits(pool, ELLI)) == (1, 1)
        assert not pool.awaits_tally()

    def test_a_forgotten_group_leaves_nothing_behind(self, pool: Stores) -> None:
        """Neither the use nor under whose cards it counted (promise P6)."""
        pool.record(group(1, AINO, ELLI))
        pool.journal.mark(pool.journal.unsent(10))
        pool.journal.settle(pool.journal.sent_counts())
        pool.record(group(2, AINO))
        pool.journal.prune(NOON + timedelta(days=30))
        rows = pool.journal._db.execute("SELECT use FROM group_member").fetchall()
        assert rows == [(str(UUID(int=2)),)]


class KioskAndRegister(RuleBasedStateMachine):
    """One card at a pool: uses here and elsewhere, sent, lost, amended, taken back and fetched."""

    @initialize()
    def begin(self) -> None:
        """Begin with a card that both know."""
        self.folder = tempfile.TemporaryDirectory()
        self.stores = Stores(Path(self.folder.name))
        self.stores.cache.apply([CardRow(AINO, card()), OfferingRow(POOL)])
        self.uses: dict[UUID, Use] = {}
        self.register: dict[UUID, Use] = {}
        self.under_way: list[Use] = []
        self.elsewhere = 0
        self.told_elsewhere = 0
        self.counts: Sequence[tuple[str, int]] | None = None
        self.given_up = 0
        self.number = 0

    @staticmethod
    def visits(use: Use) -> int:
        """Return what a use takes of the card's visits."""
        if use.voided or use.outcome is Outcome.REFUSED:
            return 0
        return use.party.visits if use.members is None else 1

    def use(self, children: int) -> Use:
        """Return a new use."""
        return accepted(self.number, Party(children=children)).use

    def tally(self, uses: int, taken: int) -> TallyRow:
        """Return what the register tells of the card."""
        return TallyRow(AINO, ENTRY, NEW_YEAR, uses, taken)

    def record(self, use: Use) -> None:
        """Record a use, or a revision of one, as the desk does."""
        before = self.uses.get(use.id)
        if before is not None:
            self.given_up += max(0, self.visits(before) - self.visits(use))
        self.uses[use.id] = use
        self.stores.record(Record(use, NOBODY if use.voided else use.party, "local"))

    # --- what may happen ---

    @rule(children=st.integers(0, 2))
    def a_card_is_accepted(self, children: int) -> None:
        """At this kiosk."""
        self.number += 1
        self.record(self.use(children))

    @rule()
    def a_group_is_let_in(self) -> None:
        """With the card as one of its members."""
        self.number += 1
        self.record(group(self.number, ELLI, AINO).use)

    @rule(children=st.integers(0, 2))
    def a_card_is_accepted_elsewhere(self, children: int) -> None:
        """At another entrance of the same pool."""
        self.elsewhere += 1 + children

    @precondition(lambda self: self.uses)
    @rule(data=st.data(), children=st.integers(0, 2))
    def a_party_is_amended(self, data: st.DataObject, children: int) -> None:
        """To more or to fewer."""
        use = data.draw(st.sampled_from(list(self.uses.values())))
        if not use.voided and use.members is None and use.fee is None:
            party = Party(children=children)
            self.record(replace(use, party=party, revision=use.revision + 1))

    @precondition(lambda self: self.uses)
    @rule(data=st.data())
    def a_use_is_taken_back(self, data: st.DataObject) -> None:
        """By staff, or because nobody passed."""
        use = data.draw(st.sampled_from(list(self.uses.values())))
        if not use.voided:
            self.record(replace(use, voided=True, revision=use.revision + 1))

    @precondition(lambda self: not self.under_way)
    @rule(most=st.integers(1, 3))
    def a_batch_is_sent(self, most: int) -> None:
        """The register takes it; its reply is on the way."""
        self.under_way = self.stores.journal.unsent(most)
        self.register |= {use.id: use for use in self.under_way}

    @precondition(lambda self: self.under_way)
    @rule(lost=st.booleans())
    def the_reply_comes(self, lost: bool) -> None:
        """Or is lost."""
        if not lost:
            self.stores.journal.mark(self.under_way)
        self.under_way = []

    @precondition(lambda self: self.counts is None)
    @rule()
    def a_fetch_begins(self) -> None:
        """What was sent before it will be part of what it brings."""
        self.counts = self.stores.journal.sent_counts()

    @precondition(lambda self: self.counts is not None)
    @rule(broken=st.booleans())
    def a_fetch_ends(self, broken: bool) -> None:
        """With the register's tally as it is now; it may break off after that."""
        self.told_elsewhere = self.elsewhere
        own = [self.visits(use) for use in self.register.values()]
        uses = sum(visits > 0 for visits in own)
        self.stores.cache.apply([self.tally(uses, sum(own) + self.elsewhere)])
        if not broken:
            assert self.counts is not None
            self.stores.journal.settle(self.counts)
        self.counts = None

    @rule(days=st.sampled_from([0, 6, 8, 30]))
    def old_uses_are_forgotten(self, days: int) -> None:
        """Those that the register has and has counted."""
        self.stores.journal.prune(NOON + timedelta(days=days))

    # --- what always holds ---

    @property
    def truth(self) -> int:
        """What this kiosk has accepted, and what it can have heard of elsewhere."""
        return sum(map(self.visits, self.uses.values())) + self.told_elsewhere

    @property
    def known(self) -> int:
        """What the store would decide by."""
        return self.stores.known(AINO, NOON, ask=False).facts.visits

    @invariant()
    def no_visit_is_forgotten(self) -> None:
        """The store never knows of fewer visits than there were, but for what was given up since.

        A party made smaller or taken back is on its way twice: as a change in the journal and in
        the register's tally.
        """
        if hasattr(self, "stores"):
            assert self.known >= self.truth - self.given_up

    @rule()
    def all_is_sent_and_fetched(self) -> None:
        """When everything has come to rest, the store knows exactly what was."""
        if self.counts is not None:
            self.a_fetch_ends(broken=False)
        self.the_reply_comes(lost=False)
        while self.stores.journal.unsent(10):
            self.a_batch_is_sent(most=10)
            self.the_reply_comes(lost=False)
        self.a_fetch_begins()
        self.a_fetch_ends(broken=False)
        assert (
            self.known == self.truth == sum(map(self.visits, self.uses.values())) + (self.elsewhere)
        )
        self.given_up = 0

    def teardown(self) -> None:
        """Come to rest, and close."""
        if hasattr(self, "stores"):
            self.all_is_sent_and_fetched()
            self.stores.close()
            self.folder.cleanup()


class DeskAndRegister(KioskAndRegister):
    """One card at a library's desks: cents in place of visits, beside visits of the same offering.

    A fee has no party that could be amended.
    """

    @staticmethod
    def visits(use: Use) -> int:
        """Return the cents that a use takes."""
        return 0 if use.voided or use.fee is None else use.fee.cents

    def use(self, children: int) -> Use:
        """Return a fee, larger with more children."""
        return covered(self.number, 10 + children).use

    def tally(self, uses: int, taken: int) -> TallyRow:
        """Return the cents that the register tells of the card."""
        return TallyRow(AINO, ENTRY, NEW_YEAR, uses, 0, Service.COPYING, taken)

    @property
    def known(self) -> int:
        """The cents that the store would decide by."""
        return self.stores.spent(AINO, LIBRARY, COPYING, NOON)


@pytest.mark.parametrize("machine", [KioskAndRegister, DeskAndRegister])
def test_the_tallies_and_the_journal_never_lose_a_visit_or_a_cent(
    machine: type[RuleBasedStateMachine],
) -> None:
    """Through lost replies, broken fetches, amendments and pruning (OM-59, OM-60, promise P3)."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=40, stateful_step_count=40, deadline=None)
    )


class TestThread:
    """Both files belong to one thread."""

    async def test_work_is_done_one_piece_at_a_time_in_order(self, tmp_path: Path) -> None:
        """On the same thread, which is not the event loop's."""
        store = await Store.open(tmp_path)
        order: list[int] = []

        def work(_stores: Stores, number: int) -> int:
            order.append(number)
            return threading.get_ident()

        threads = await asyncio.gather(*(store.call(work, number) for number in range(50)))
        assert order == list(range(50))
        assert len(set(threads)) == 1
        assert threads[0] != threading.get_ident()
        await store.close()

    async def test_an_error_reaches_the_caller_and_the_next_piece_is_done(
        self, tmp_path: Path
    ) -> None:
        """A mistake in one place does not stop the kiosk's memory."""
        store = await Store.open(tmp_path)

        def fail(_stores: Stores) -> None:
            raise LookupError("no")

        with pytest.raises(LookupError):
            await store.call(fail)
        assert await store.call(lambda stores: stores.cache.cards) == 0
        await store.close()

    async def test_closing_finishes_what_has_begun(self, tmp_path: Path) -> None:
        """A use that is being recorded is recorded (promise P1)."""
        store = await Store.open(tmp_path)
        pending = asyncio.gather(
            *(store.call(Stores.record, accepted(number)) for number in range(20))
        )
        await asyncio.sleep(0)
        await store.close()
        await pending
        again = await Store.open(tmp_path)
        assert len(await again.call(lambda stores: stores.journal.unsent(100))) == 20
        await again.close()

    async def test_a_store_that_cannot_be_opened_holds_nothing(self, tmp_path: Path) -> None:
        """Neither a thread nor the other file."""
        (tmp_path / "cache.sqlite").mkdir()
        with pytest.raises(StoreError, match=r"cache\.sqlite cannot be opened"):
            await Store.open(tmp_path)
        (tmp_path / "cache.sqlite").rmdir()
        store = await Store.open(tmp_path)
        await store.close()
        assert not any(thread.name.startswith("store") for thread in threading.enumerate())


def test_a_standing_is_part_of_what_is_recorded(stores: Stores) -> None:
    """What the register has is not sent to it."""
    stores.record(replace(accepted(1), standing=Standing.SENT))
    stores.record(accepted(2))
    assert [use.id.int for use in stores.journal.unsent(10)] == [2]


def test_a_show_after_midnight_lets_a_card_in_once_though_entry_opens_before(
    stores: Stores,
) -> None:
    """The use falls on the evening before the show's own day, and counts all the same (OM-58)."""
    opens = NOON.replace(hour=21, minute=45)
    midnight = show(OncePerPerformance(), starts=NOON.replace(hour=22, minute=15), opens=opens)
    stores.cache.apply([CardRow(bytes(16), card()), OfferingRow(midnight)])
    use = Use(UUID(int=7), SHOW, opens, bytes(16))
    stores.record(Record(use, ALONE, "local"))
    assert stores.known(bytes(16), opens + timedelta(minutes=1), ask=False).facts.uses == 1


def test_after_an_error_nothing_is_half_done_and_the_next_use_is_durable(tmp_path: Path) -> None:
    """A transaction left open would take the next use with it when the power goes (P1)."""
    stores = Stores(tmp_path)
    stores.record(accepted(1))
    with pytest.raises(sqlite3.Error):
        stores.journal.settle([("7", object())])  # type: ignore[list-item]
    stores.record(accepted(2))
    assert not stores.journal._db.in_transaction
    stores.close()
    again = Stores(tmp_path)
    assert len(again.journal.unsent(10)) == 2
    again.close()
