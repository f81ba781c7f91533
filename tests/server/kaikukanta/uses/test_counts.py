"""What must always hold: the counts say what the uses say, and the API what the rules say (P5)."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, select

from kaiku.booking import BookingFacts, book
from kaiku.card import Card, Kind
from kaiku.days import day_of
from kaiku.decide import Decision, Facts, decide
from kaiku.fee import Fee, decide_fee, period_start
from kaiku.group import Member, decide_group
from kaiku.lease import is_over
from kaiku.offering import (
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
    Year,
)
from kaiku.party import ALONE, Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Use, read_answer, write_fee, write_party, write_use
from server.database import read, transaction
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.service import card_at, end_card, to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.settings import Settings
from server.kaikukanta.uses.tables import SeatCount, Tally, UseMember, UseRecord
from tests.databases import Databases
from tests.server.kaikukanta.town import NOON, card_row, found, migrated

LIMITS: tuple[tuple[Limit, ...], ...] = (
    (),
    (Seats(6),),
    (Seats(4, Per.DAY), Visits(5)),
    (OncePerPerformance(), Seats(5)),
    (Visits(4),),
    (Visits(7, Year.CARD), OncePerPerformance()),
    (OpenBookings(1), Seats(6)),
)
LIMIT_REASONS = {
    Reason.SEATS_FULL,
    Reason.ALREADY_USED,
    Reason.VISITS_USED_UP,
    Reason.FEES_USED_UP,
}
TARIFFS: tuple[tuple[Tariff, ...], ...] = (
    (),
    (Tariff(Service.COPYING, cap=300, period=Period.DAY),),
    (Tariff(Service.COPYING, cap=500), Tariff(Service.OVERDUE)),
    (Tariff(Service.COPYING), Tariff(Service.OVERDUE, cap=400, period=Period.MONTH)),
)
WINDOWS = (None, Window(NOON - timedelta(hours=1), NOON + timedelta(days=3)))
PARTIES = st.builds(
    Party,
    children=st.integers(0, 3),
    helpers=st.integers(0, 1),
    supporters=st.integers(0, 1),
)


def _counted(uses: Iterable[UseRecord]) -> Iterator[tuple[UseRecord, Party]]:
    for use in uses:
        if use.outcome is Outcome.ACCEPTED and use.voided_at is None:
            yield use, Party(use.children, use.helpers, use.supporters, use.adults)


def _live(session: Session, offering: Offering) -> list[BookingRecord]:
    query = select(BookingRecord).where(BookingRecord.offering_id == offering.id)
    return [booking for booking in session.exec(query) if booking.cancelled_at is None]


def _seats_day(offering: Offering, at: datetime) -> date:
    assert offering.seats is not None
    by_day = replace(offering, window=None)
    return (by_day if offering.seats.per is Per.DAY else offering).day(at)


class Register(RuleBasedStateMachine):
    """A register to which anything is done in any order."""

    uses: Bundle[UUID] = Bundle("uses")
    bookings: Bundle[UUID] = Bundle("bookings")

    def __init__(self, databases: Databases, key: Path) -> None:
        super().__init__()
        self._stack = ExitStack()
        url = self._stack.enter_context(databases.prepared(migrated))
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._town = found(Settings(database_url=url, digest_key_file=key))
        self._cards = [self._town.card(children=children) for children in (0, 2, 3)]
        self._offerings = [
            self._town.offering(*LIMITS[2], window=WINDOWS[1]),
            self._town.offering(*LIMITS[3], window=WINDOWS[1]),
        ]
        self._venue = self._town.venue()
        self._kiosk = self._town.kiosk(*self._offerings)
        self._items: dict[UUID, Use] = {}
        self._leader = self._town.card(kind=Kind.COMMUNITY)
        self._desk = self._town.offering(kind=OfferingKind.LIBRARY, tariffs=TARIFFS[1])
        self._former: dict[UUID, list[tuple[datetime, Offering]]] = defaultdict(list)
        with read(self._town.context.engine) as session:
            everywhere = (*self._offerings, self._desk)
            records = [session.get_one(OfferingRecord, id_) for id_ in everywhere]
            self._current = {record.id: to_offering(record) for record in records}

    def teardown(self) -> None:
        """Close the register."""
        self._loop.run(self._town.close())
        self._stack.close()

    @rule(
        target=uses,
        card=st.integers(0, 2),
        offering=st.integers(0, 1),
        party=PARTIES,
        days=st.sampled_from([0, 0, 0, 1, 2]),
    )
    def record(self, card: int, offering: int, party: Party, days: int) -> UUID:
        """Record a use at a venue, now or of a day before; the rules say the same."""
        at = self._town.clock() - timedelta(days=days)
        expected = self._expected(card, offering, party, at)
        where = self._offerings[offering]
        fields = {"card": self._cards[card], "offering": where, "party": write_party(party)}
        return self._recorded(expected, self._in_force(where, at).free(party), at=at, **fields)

    @rule(
        target=uses,
        members=st.permutations([0, 1, 2]).flatmap(
            lambda cards: st.integers(0, 3).map(lambda size: cards[:size])
        ),
        offering=st.integers(0, 1),
        party=PARTIES,
        days=st.sampled_from([0, 0, 1]),
    )
    def record_a_group(self, members: list[int], offering: int, party: Party, days: int) -> UUID:
        """Record a group at a venue, now or of a day before; the rules say the same."""
        where, at = self._offerings[offering], self._town.clock() - timedelta(days=days)
        expected = self._expected_of_group(members, where, party, at)
        came = self._in_force(where, at).free(replace(party, adults=1 + len(members)))
        group = {"members": [{"card": self._cards[card]} for card in members]}
        fields = {"card": self._leader, "offering": where, "party": write_party(party)}
        return self._recorded(expected, came, at=at, group=group, **fields)

    @rule(
        target=uses,
        card=st.integers(0, 2),
        service=st.sampled_from([Service.COPYING, Service.OVERDUE]),
        cents=st.sampled_from([50, 120, 290]),
        days=st.sampled_from([0, 0, 1, 30]),
    )
    def record_a_fee(self, card: int, service: Service, cents: int, days: int) -> UUID:
        """Record a fee at the library's desk, now or of a day before; the rules say the same."""
        fee, at = Fee(service, cents), self._town.clock() - timedelta(days=days)
        expected = self._expected_of_fee(card, fee, at)
        fields = {"card": self._cards[card], "offering": self._desk, "fee": write_fee(fee)}
        return self._recorded(expected, ALONE, at=at, **fields)

    @rule(tariffs=st.sampled_from(TARIFFS))
    def change_the_tariffs(self, tariffs: tuple[Tariff, ...]) -> None:
        """Cover other services, or cap them otherwise."""
        self._set(self._desk, tariffs=tariffs)

    def _recorded(self, expected: Decision, came: Party, at: datetime, **fields: Any) -> UUID:
        """Record a use; it is answered as the rules expect, and leniently where it is late."""
        id_ = uuid4()
        answer = read_answer(self._loop.run(self._venue.use(id=id_, at=at, **fields)).json())
        reasons = {*expected.reasons, *(missing.reason for missing in expected.missing)}
        against = reasons - {Reason.GROUP_CARD_MISSING}
        if self._is_late(fields["offering"], at) and against and against <= LIMIT_REASONS:
            assert (answer.reason, answer.admitted, answer.remaining) == (None, came, None)
            assert answer.conflict in against
        else:
            assert (answer.reason, answer.admitted) == (expected.reason, expected.admitted)
            assert (answer.remaining, answer.conflict) == (expected.remaining, None)
            assert answer.missing == expected.missing
        return id_

    @rule(use=uses, party=PARTIES)
    def amend(self, use: UUID, party: Party) -> None:
        """Change the party of a use."""
        self._loop.run(self._venue.amend(use, **write_party(party)))

    @rule(use=uses)
    def void(self, use: UUID) -> None:
        """Take a use back."""
        self._loop.run(self._venue.void(use))

    @rule(target=bookings, card=st.integers(0, 2), offering=st.integers(0, 1), party=PARTIES)
    def reserve(self, card: int, offering: int, party: Party) -> Any:
        """Book places, where the offering has a time; the rules say the same."""
        id_, expected = uuid4(), self._expected_booking(card, offering, party)
        answer = self._loop.run(
            self._venue.book(
                id=id_,
                card=self._cards[card],
                offering=self._offerings[offering],
                party=write_party(party),
            )
        )
        if expected is None:
            assert answer.status_code == 422
            return multiple()
        said = answer.json()
        assert (said["reason"], said["remaining"]) == (expected.reason, expected.remaining)
        return id_ if expected.accepted else multiple()

    @rule(booking=bookings, party=PARTIES)
    def rebook(self, booking: UUID, party: Party) -> None:
        """Change the party of a booking."""
        self._loop.run(self._venue.rebook(booking, **write_party(party)))

    @rule(booking=bookings)
    def cancel(self, booking: UUID) -> None:
        """Cancel a booking."""
        self._loop.run(self._venue.cancel(booking))

    @rule(
        card=st.integers(0, 2),
        offering=st.integers(0, 1),
        party=PARTIES,
        outcome=st.sampled_from(Outcome),
        voided=st.booleans(),
        asked_before=st.booleans(),
    )
    def upload(
        self,
        card: int,
        offering: int,
        party: Party,
        outcome: Outcome,
        voided: bool,
        asked_before: bool,
    ) -> None:
        """Send what a kiosk decided offline, or after a lost reply."""
        digest = self._town.digest(self._cards[card])
        where, at = self._offerings[offering], self._town.clock()
        item = Use(uuid4(), where, at, bytes.fromhex(digest), party, outcome, voided=voided)
        self._items[item.id] = item
        if asked_before:
            companions = write_party(party)
            asked = self._kiosk.use(id=item.id, digest=digest, offering=where, party=companions)
            self._loop.run(asked)
        self._send(item)

    @rule(party=PARTIES, outcome=st.sampled_from(Outcome))
    def revise(self, party: Party, outcome: Outcome) -> None:
        """Send the newest of a kiosk's uses with another party or outcome, and the old one late."""
        for item in list(self._items.values())[-1:]:
            later = replace(item, party=party, outcome=outcome, revision=item.revision + 1)
            self._items[item.id] = later
            self._send(later)
            self._send(item)

    @rule(minutes=st.sampled_from([1, 10, 60 * 24]))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self._town.clock.pass_(minutes=minutes)

    @rule(card=st.integers(0, 2))
    def end(self, card: int) -> None:
        """End a card."""
        with transaction(self._town.context.engine) as session:
            end_card(session, card_row(session, self._cards[card]), self._town.clock())

    @rule(
        offering=st.integers(0, 1), limits=st.sampled_from(LIMITS), window=st.sampled_from(WINDOWS)
    )
    def change(self, offering: int, limits: tuple[Limit, ...], window: Window | None) -> None:
        """Set other limits, or another time."""
        self._set(self._offerings[offering], limits=limits, window=window)

    def _set(self, id_: UUID, **settings: Any) -> None:
        now = self._town.clock()
        with transaction(self._town.context.engine) as session:
            row = session.get_one(OfferingRecord, id_)
            before = to_offering(row)
            change_offering(session, row, replace(before, **settings), now)
            self._current[id_] = to_offering(row)
        self._former[id_].append((now, before))

    def _is_late(self, id_: UUID, at: datetime) -> bool:
        """Tell whether what a use of an instant was of is over: nobody shares its cap any more."""
        now, window = self._town.clock(), self._set_at(id_, at).window
        over = day_of(at) < day_of(now) if window is None else window.ends < now
        return now - at > timedelta(minutes=10) and over

    def _in_force(self, id_: UUID, at: datetime) -> Offering:
        """Return the settings by which a use is decided: today's, or those of a late one's day."""
        return self._set_at(id_, at if self._is_late(id_, at) else self._town.clock())

    def _set_at(self, id_: UUID, at: datetime) -> Offering:
        for until, former in self._former[id_]:
            if until > at:
                return former
        return self._current[id_]

    @invariant()
    def counts_say_what_the_uses_say(self) -> None:
        """Every count is the sum over the bookings and the uses that fall under it."""
        with read(self._town.context.engine) as session:
            for id_ in (*self._offerings, self._desk):
                offering = to_offering(session.get_one(OfferingRecord, id_))
                seats, tallies = self._sums(session, offering)
                for count in session.exec(select(SeatCount).where(SeatCount.offering_id == id_)):
                    assert count.taken == seats.pop(count.day, 0)
                for tally in session.exec(select(Tally).where(Tally.offering_id == id_)):
                    key = (tally.card_id, tally.since, tally.service)
                    expected = tallies.pop(key, Counter())
                    assert (tally.uses, tally.visits) == (expected["uses"], expected["visits"])
                    assert tally.cents == expected["cents"]
                assert not seats
                assert not tallies

    def _sums(
        self, session: Session, offering: Offering
    ) -> tuple[Counter[object], dict[object, Counter[str]]]:
        seats: Counter[object] = Counter()
        tallies: dict[object, Counter[str]] = {}
        uses = session.exec(select(UseRecord).where(UseRecord.offering_id == offering.id)).all()
        attended: Counter[object] = Counter()
        for booking in _live(session, offering):
            day = offering.day(booking.booked_at)
            attended[booking.use_id, day] += booking.seats
            if offering.seats is not None:
                seats[day] += booking.seats
        for use, party in _counted(uses):
            if offering.seats is not None:
                on = _seats_day(offering, use.at)
                seats[on] += max(0, party.seats - attended[use.id, on])
            for key, visits in self._tallied(session, offering, use, party):
                counts = tallies.setdefault(key, Counter())
                counts.update(uses=1, visits=visits, cents=use.cents or 0)
        return seats, tallies

    def _tallied(
        self, session: Session, offering: Offering, use: UseRecord, party: Party
    ) -> Iterator[tuple[object, int]]:
        """Yield the tallies that a use falls under, and the visits that it adds to each."""
        if use.service is not None:
            tariff = offering.tariff(use.service)
            if tariff is not None and tariff.cap is not None:
                since = period_start(tariff, day_of(use.at))
                yield (use.card_id, since, use.service.value), party.visits
            return
        if not offering.counts_cards:
            return
        members = session.exec(select(UseMember).where(UseMember.use_id == use.id)).all()
        for card_id in [use.card_id] if use.members is None else [row.card_id for row in members]:
            if card_id is not None:
                card = to_card(session.get_one(CardRecord, card_id))
                key = (card_id, offering.counted_since(card, use.at), "")
                yield key, party.visits if use.members is None else 1

    def _expected(self, card: int, offering: int, party: Party, at: datetime) -> Decision:
        """Return what the rules say, from the uses alone."""
        what = self._in_force(self._offerings[offering], at)
        with read(self._town.context.engine) as session:
            judged, facts = self._facts(session, card, what, at)
            return decide(judged, party, what, facts, at)

    def _facts(
        self, session: Session, card: int, what: Offering, at: datetime
    ) -> tuple[Card, Facts]:
        """Return a card, and what it and others did before."""
        row = card_row(session, self._cards[card])
        seats, tallies = self._sums(session, what)
        judged = card_at(session, row, at)
        tally = tallies.get((row.id, what.counted_since(judged, at), ""), Counter())
        if what.seats is None:
            return judged, Facts(None, tally["uses"], tally["visits"])
        day = _seats_day(what, at)
        late = self._is_late(what.id, at)
        if late and is_over(self._current[what.id], day, self._town.clock()):
            came = _counted(session.exec(select(UseRecord).where(UseRecord.offering_id == what.id)))
            taken = sum(party.seats for use, party in came if _seats_day(what, use.at) == day)
            return judged, Facts(taken, tally["uses"], tally["visits"])
        booked = sum(
            booking.seats
            for booking in _live(session, what)
            if booking.card_id == row.id
            and booking.use_id is None
            and what.day(booking.booked_at) == day
        )
        return judged, Facts(seats[day], tally["uses"], tally["visits"], booked)

    def _expected_of_group(
        self, members: list[int], where: UUID, party: Party, at: datetime
    ) -> Decision:
        what = self._in_force(where, at)
        with read(self._town.context.engine) as session:
            leader = card_at(session, card_row(session, self._leader), at)
            cards = [Member(*self._facts(session, card, what, at)) for card in members]
            _, shared = self._facts(session, 0, what, at)
            shared = replace(shared, booked=sum(each.facts.booked for each in cards))
            return decide_group(leader, cards, party.children, what, shared, at, along=party)

    def _expected_of_fee(self, card: int, fee: Fee, at: datetime) -> Decision:
        what = self._in_force(self._desk, at)
        with read(self._town.context.engine) as session:
            row = card_row(session, self._cards[card])
            _, tallies = self._sums(session, what)
            tariff = what.tariff(fee.service)
            since = None if tariff is None else period_start(tariff, day_of(at))
            spent = tallies.get((row.id, since, fee.service.value), Counter())["cents"]
            return decide_fee(card_at(session, row, at), fee, what, spent, at)

    def _expected_booking(self, card: int, offering: int, party: Party) -> Decision | None:
        """Return what the rules say, from the uses and bookings alone; None without a time."""
        now = self._town.clock()
        with read(self._town.context.engine) as session:
            row = card_row(session, self._cards[card])
            all_ = [to_offering(session.get_one(OfferingRecord, id_)) for id_ in self._offerings]
            what, judged = all_[offering], to_card(row)
            if what.window is None:
                return None
            seats, tallies = self._sums(session, what)
            tally = tallies.get((row.id, what.counted_since(judged, now), ""), Counter())
            open_ = [
                booking.offering_id
                for each in all_
                for booking in _live(session, each)
                if (booking.card_id, booking.use_id) == (row.id, None)
                and (each.window is None or each.window.ends > now)
            ]
            facts = BookingFacts(
                seats[what.day(now)],
                tally["uses"] + open_.count(what.id),
                len(open_),
                tally["visits"],
            )
            return book(judged, party, what, facts, now)

    def _send(self, item: Use) -> None:
        (result,) = self._loop.run(self._kiosk.upload(write_use(item)))
        assert result["result"] in {"recorded", "conflict"}
        (kept,) = (use for use in self._town.uses() if use.id == item.id)
        current = self._items[item.id]
        assert kept.outcome is current.outcome


def test_counts_and_uses_agree_after_anything(databases: Databases, tmp_path: Path) -> None:
    """After any sequence of calls the counts are sums of the uses, and the rules' word holds."""
    key = tmp_path / "digest.key"
    key.write_text("5a" * 32)

    class Here(Register):
        def __init__(self) -> None:
            super().__init__(databases, key)

    run_state_machine_as_test(
        Here,
        settings=hypothesis.settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
