"""Leases at the register: granted at heartbeats, spent by journals, asked back and given back."""

import asyncio
import threading
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from kaiku.offering import Per, Seats, Window
from kaiku.wire import LeaseRow
from server.database import read, transaction
from server.kaikukanta.context import WAITING
from server.kaikukanta.kiosks.service import revoke
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.leases.service import release
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from tests.server.kaikukanta.kiosks.feed import fetch, kiosk_id
from tests.server.kaikukanta.town import NOON, Somebody, Town

pytestmark = pytest.mark.anyio

JOURNAL = UUID(int=1)


@dataclass(frozen=True)
class Door:
    """A kiosk of a test."""

    town: Town
    id: UUID
    caller: Somebody

    async def beat(self, leased: int | None = 0, journal: UUID = JOURNAL) -> None:
        """Send a heartbeat."""
        said = {
            "version": "1", "unsent": 0, "clock": NOON.isoformat(), "leased": leased,
            "journal": str(journal),
        }  # fmt: skip
        answer = await self.caller.send("POST", "/kiosk/heartbeat", json=said)
        assert answer.status_code == 200, answer.text

    def lease(self) -> Lease:
        """Return the newest lease."""
        with read(self.town.context.engine) as session:
            query = select(Lease).where(Lease.kiosk_id == self.id)
            return session.exec(query.order_by(col(Lease.changed).desc())).first() or Lease(
                kiosk_id=self.id,
                offering_id=self.id,
                day=NOON.date(),
                journal=JOURNAL,
                granted=0,
                granted_at=NOON,
            )

    async def give_back(self, unsent: int = 0, lease: UUID | None = None) -> int:
        """Give the newest lease back; return the status."""
        path = f"/kiosk/leases/{lease or self.lease().id}/return"
        return (await self.caller.send("POST", path, json={"unsent": unsent})).status_code

    async def spend(self, offering: UUID, seats: int, **fields: Any) -> dict[str, Any]:
        """Send an accepted use of so many persons, all on leased seats."""
        item = {
            "id": str(uuid4()),
            "offering": str(offering),
            "at": NOON.isoformat(),
            "digest": self.town.digest(self.town.card(children=9)),
            "party": {"children": seats - 1},
            "lease": str(self.lease().id),
            "leased": seats,
            **fields,
        }
        (result,) = await self.caller.upload(item)
        assert result["result"] in {"recorded", "conflict"}
        return {**item, "result": result}


def door(town: Town, offering: UUID) -> Door:
    """Return a new kiosk at an offering."""
    token = town.kiosk_token(offering)
    return Door(town, kiosk_id(town, token), town.bearer(token))


class TestGranting:
    """What a heartbeat brings."""

    async def test_a_kiosk_is_leased_its_share(self, town: Town) -> None:
        """Of what is free, divided by the kiosks and all who ask; and it is told (promise P2)."""
        offering = town.offering(Seats(30))
        one, two = door(town, offering), door(town, offering)
        await two.beat(None)
        await one.beat()
        assert one.lease().granted == 10
        await two.beat()
        assert two.lease().granted == 6
        assert town.seats_taken(offering) == 16
        told = (await fetch(one.caller)).of(LeaseRow)
        assert told == [LeaseRow(one.lease().id, offering, NOON.date(), 10, JOURNAL)]

    async def test_what_is_spent_is_topped_up(self, town: Town) -> None:
        """The same lease grows; its uses take no seat that was not kept for them."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        await kiosk.spend(offering, 8)
        assert town.seats_taken(offering) == 10
        await kiosk.beat()
        lease = kiosk.lease()
        assert (lease.granted, lease.spent, lease.unspent) == (13, 8, 5)
        assert town.seats_taken(offering) == 13

    async def test_who_takes_no_leases_is_granted_none(self, town: Town) -> None:
        """An older kiosk, or one that doubts its clock (promise P7)."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat(None)
        assert town.seats_taken(offering) == 0

    async def test_without_a_cap_or_before_the_day_there_is_none(self, town: Town) -> None:
        """Nor for a performance that is over."""
        later = Window(NOON + timedelta(days=1), NOON + timedelta(days=1, hours=2))
        for offering in (town.offering(), town.offering(Seats(20), window=later)):
            await door(town, offering).beat()
            assert town.seats_taken(offering) == 0

    async def test_a_lease_that_is_asked_back_does_not_grow(self, town: Town) -> None:
        """Until it has been given back; then a new one comes."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        recall(town)
        await kiosk.spend(offering, 8)
        await kiosk.beat()
        assert kiosk.lease().granted == 10
        first = kiosk.lease().id
        assert await kiosk.give_back() == 200
        await kiosk.beat()
        assert kiosk.lease().id != first
        assert kiosk.lease().granted == 6

    async def test_a_day_has_its_own(self, town: Town) -> None:
        """A cap by day begins anew, and so do its leases (OM-55)."""
        offering = town.offering(Seats(20, Per.DAY))
        kiosk = door(town, offering)
        await kiosk.beat()
        town.clock.pass_(days=1)
        await kiosk.beat()
        with read(town.context.engine) as session:
            leases = session.exec(select(Lease)).all()
        assert sorted((lease.day - NOON.date()).days for lease in leases) == [0, 1]


class TestGivingBack:
    """What a kiosk has not spent is everybody's again."""

    async def test_what_was_not_spent_is_free(self, town: Town) -> None:
        """But for what uses have taken that are still to be sent; told again, for fewer."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        await kiosk.give_back(unsent=3)
        assert town.seats_taken(offering) == 3
        await kiosk.spend(offering, 2)
        await kiosk.give_back(unsent=1)
        assert town.seats_taken(offering) == 3
        await kiosk.give_back(unsent=0)
        assert town.seats_taken(offering) == 2

    async def test_a_late_call_takes_nothing_again(self, town: Town) -> None:
        """What was freed may be somebody else's by then."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        await kiosk.give_back(unsent=0)
        await kiosk.give_back(unsent=5)
        assert town.seats_taken(offering) == 0

    async def test_a_lost_journal_keeps_all_until_the_term(self, town: Town) -> None:
        """Nobody knows what was given away; a person may free it. The kiosk is leased anew."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        first = kiosk.lease()
        await kiosk.beat(journal=UUID(int=2))
        second = kiosk.lease()
        assert (first.granted, second.granted, second.journal) == (10, 5, UUID(int=2))
        assert town.seats_taken(offering) == 15
        assert release(town.context, first.id) == 10
        assert town.seats_taken(offering) == 5

    async def test_anothers_lease_is_not_given_back(self, town: Town) -> None:
        """Nor one that never was."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        assert await door(town, offering).give_back(lease=kiosk.lease().id) == 404
        assert await kiosk.give_back(lease=uuid4()) == 404

    async def test_what_a_use_gives_up_of_a_returned_lease_is_free(self, town: Town) -> None:
        """And what others of its uses are still to tell stays kept."""
        offering = town.offering(Seats(20))
        kiosk = door(town, offering)
        await kiosk.beat()
        use = await kiosk.spend(offering, 4)
        await kiosk.give_back(unsent=2)
        smaller = {**use, "party": {"children": 1}, "leased": 2, "revision": 2}
        await kiosk.caller.upload(smaller)
        assert town.seats_taken(offering) == 4
        await kiosk.caller.upload({**smaller, "voided": True, "leased": 0, "revision": 3})
        assert town.seats_taken(offering) == 2
        assert kiosk.lease().unspent == 2

    async def test_a_released_kiosk_that_comes_back_is_flagged(self, town: Town) -> None:
        """What it gave away is kept, and the full house says so (promise P1)."""
        offering = town.offering(Seats(2))
        kiosk = door(town, offering)
        await kiosk.beat()
        assert release(town.context, kiosk.lease().id) == 1
        assert release(town.context, uuid4()) is None
        for _ in range(2):
            await town.venue().use(card=town.card(), offering=offering)
        use = await kiosk.spend(offering, 1)
        assert use["result"]["reason"] == "seats_full"


class TestSpending:
    """How uses and leases are counted together."""

    async def test_a_live_change_takes_nothing_that_the_kiosk_may_have_spent(
        self, town: Town
    ) -> None:
        """Only the use's own seats are known to be its own; the rest must be free (promise P2)."""
        offering = town.offering(Seats(4))
        kiosk = door(town, offering)
        await kiosk.beat()
        use = await kiosk.spend(offering, 1)
        for _ in range(2):
            await town.venue().use(card=town.card(), offering=offering)
        answer = await kiosk.caller.amend(UUID(use["id"]), children=1)
        assert answer.json()["reason"] == "seats_full"

    async def test_a_batch_is_not_flagged_for_seats_that_were_kept_for_it(self, town: Town) -> None:
        """Though the house is full by then."""
        offering = town.offering(Seats(4))
        kiosk = door(town, offering)
        await kiosk.beat()
        for _ in range(2):
            await town.venue().use(card=town.card(), offering=offering)
        use = await kiosk.spend(offering, 2)
        assert use["result"] == {"id": use["id"], "result": "recorded"}
        assert town.seats_taken(offering) == 4

    async def test_an_event_that_moves_takes_its_leases_along(self, town: Town) -> None:
        """To its new day; the kiosk is told."""
        window = Window(NOON, NOON + timedelta(hours=2))
        offering = town.offering(Seats(20), window=window)
        kiosk = door(town, offering)
        await kiosk.beat()
        day = timedelta(days=1)
        with transaction(town.context.engine) as session:
            row = session.get_one(OfferingRecord, offering)
            moved = Window(NOON + day, NOON + day + timedelta(hours=2))
            change_offering(session, row, replace(to_offering(row), window=moved), town.clock())
        assert kiosk.lease().day == NOON.date() + day
        assert town.seats_taken(offering) == 10


def recall(town: Town) -> None:
    """Ask every lease back."""
    with transaction(town.context.engine) as session:
        for lease in session.exec(select(Lease)):
            lease.recalled_at = town.clock()


class TestRecall:
    """Somebody needs seats that kiosks have leased."""

    async def test_they_are_asked_back_and_given(self, town: Town) -> None:
        """The decision waits for them a moment, outside of its transaction."""
        offering = town.offering(Seats(2))
        kiosk = door(town, offering)
        await kiosk.beat()
        asked = asyncio.create_task(
            town.venue().use(card=town.card(children=1), offering=offering, party={"children": 1})
        )
        await asyncio.to_thread(until_asked_back, kiosk)
        await kiosk.give_back()
        answer = (await asked).json()
        assert (answer["outcome"], answer["remaining"]) == ("accepted", 0)
        assert town.seats_taken(offering) == 2

    async def test_without_an_answer_the_house_is_full(self, town: Town) -> None:
        """After the time that is set; the lease stays asked back, and is not asked for again."""
        offering = town.offering(Seats(2))
        kiosk = door(town, offering)
        await kiosk.beat()
        slept = sleepless(town)
        for waits in (10, 10):
            answer = await town.venue().use(
                card=town.card(children=1), offering=offering, party={"children": 1}
            )
            assert answer.json()["reason"] == "seats_full"
            assert len(slept) == waits
            town.clock.pass_(seconds=1)
        assert kiosk.lease().recalled_at == NOON

    @pytest.mark.parametrize("gone", ["silent", "revoked"])
    async def test_a_kiosk_that_cannot_answer_is_not_waited_for(
        self, town: Town, gone: str
    ) -> None:
        """It has not been heard of for a minute, or it is out of the network."""
        offering = town.offering(Seats(2))
        kiosk = door(town, offering)
        await kiosk.beat()
        slept = sleepless(town)
        if gone == "silent":
            town.clock.pass_(seconds=61)
        else:
            with transaction(town.context.engine) as session:
                revoke(session, kiosk.id, town.clock())
        answer = await town.venue().use(
            card=town.card(children=1), offering=offering, party={"children": 1}
        )
        assert answer.json()["reason"] == "seats_full"
        assert (slept, kiosk.lease().recalled_at) == ([], None)

    async def test_nothing_is_asked_back_that_would_not_do(self, town: Town) -> None:
        """Nor for a card that would be refused anyway."""
        offering = town.offering(Seats(2), children_welcome=True)
        kiosk = door(town, offering)
        await kiosk.beat()
        slept = sleepless(town)
        for children in (5, 9):
            await town.venue().use(
                card=town.card(children=5), offering=offering, party={"children": children}
            )
        assert (slept, kiosk.lease().recalled_at) == ([], None)

    async def test_a_check_says_what_a_use_would_get(self, town: Town) -> None:
        """It asks nobody, and counts on what kiosks in touch can give back (OM-50)."""
        offering = town.offering(Seats(4))
        kiosk = door(town, offering)
        await kiosk.beat()
        till, card = town.venue(), town.card(children=9)
        alone, all_, more = (
            {"card": card, "offering": offering, "party": {"children": children}}
            for children in (0, 3, 4)
        )
        for asked, remaining in ((alone, 1), (all_, 0)):
            answer = (await till.check(**asked)).json()
            assert (answer["outcome"], answer["remaining"]) == ("accepted", remaining)
        assert (await till.check(**more)).json()["reason"] == "seats_full"
        assert (kiosk.lease().recalled_at, town.seats_taken(offering)) == (None, 2)
        town.clock.pass_(seconds=61)
        assert (await till.check(**all_)).json()["reason"] == "seats_full"
        assert (await till.use(**all_)).json()["reason"] == "seats_full"

    async def test_many_who_wait_leave_the_others_their_answers(self, town: Town) -> None:
        """Sixty ask at once for seats that a silent kiosk keeps: most are answered without waiting.

        A quarter of the threads wait for it, however long that takes; the rest go on serving.
        """
        offering, other = town.offering(Seats(20)), town.offering()
        kiosk = door(town, offering)
        await kiosk.beat()
        till, cards = town.venue(), [town.card(children=9) for _ in range(61)]
        await till.use(card=cards.pop(), offering=offering, party={"children": 9})
        answered = threading.Event()
        object.__setattr__(town.context, "sleep", lambda _seconds: answered.wait(60))
        asked = [
            asyncio.create_task(till.use(card=card, offering=offering, party={"children": 9}))
            for card in cards
        ]
        try:
            async with asyncio.timeout(20):
                for first in islice(asyncio.as_completed(asked), len(asked) - WAITING):
                    await first
                sold = await till.use(card=cards[0], offering=other)
        finally:
            answered.set()
        assert sold.json()["outcome"] == "accepted"
        assert sum(not task.done() for task in asked) == WAITING
        for answer in await asyncio.gather(*asked):
            assert answer.json()["reason"] == "seats_full"


def until_asked_back(kiosk: Door) -> None:
    """Wait until the kiosk's lease is asked back."""
    while kiosk.lease().recalled_at is None:
        time.sleep(0.01)


def sleepless(town: Town) -> list[float]:
    """Let the register not sleep; return how long it would have, each time."""
    slept: list[float] = []
    object.__setattr__(town.context, "sleep", slept.append)
    return slept
