"""Changes come down and uses go up, whatever the register answers meanwhile."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kaiku.card import Card, Status
from kaiku.decide import decide
from kaiku.offering import Per, Seats, Visits
from kaiku.party import ALONE
from kaiku.wire import (
    Anew,
    CardRow,
    CursorRow,
    LeaseRow,
    OfferingRow,
    Row,
    TallyRow,
    Use,
    write_row,
)
from kiosk.backoff import Backoff
from kiosk.desk import Record
from kiosk.disk import DiskError
from kiosk.link import Contact, Link
from kiosk.registry import RegistryClient, UnreachableError
from kiosk.store import Store, Stores
from kiosk.sync import Sync, fetch
from tests.kaiku.made import NOON, card, entry

pytestmark = pytest.mark.anyio

Answering = Callable[[httpx.Request], httpx.Response]
DIGEST = bytes(range(16))
POOL = entry(Visits(30))


class FakeRegister:
    """A register whose answers a test decides; what was asked of it is kept."""

    def __init__(self) -> None:
        self.pages: list[list[Row]] = []
        self.batches: list[list[str]] = []
        self.returned: list[int | None] = []
        self.failures = 0
        self.unknown = False
        self.events = httpx.Response(503)
        self.on_batch: Callable[[list[dict[str, Any]]], httpx.Response] = self.take_all

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        match request.url.path:
            case "/api/v1/kiosk/changes":
                rows = self.pages.pop(0) if self.pages else [CursorRow("9")]
                text = "\n".join(json.dumps(write_row(row)) for row in rows)
                return httpx.Response(200, text=text + "\n")
            case "/api/v1/kiosk/events":
                return self.events
            case "/api/v1/uses/batch":
                uses = json.loads(request.content)["uses"]
                self.batches.append([use["id"] for use in uses])
                return self.on_batch(uses)
            case path if path.startswith("/api/v1/kiosk/leases/"):
                if self.failures:
                    self.failures -= 1
                    return httpx.Response(503)
                self.returned.append(json.loads(request.content)["unsent"])
                return problem(404) if self.unknown else httpx.Response(200, json={})
            case _:
                return httpx.Response(200, json={"now": NOON.isoformat()})

    @staticmethod
    def take_all(uses: list[dict[str, Any]]) -> httpx.Response:
        """Record whatever comes."""
        return results({use["id"]: "recorded" for use in uses})


def results(outcomes: dict[str, str]) -> httpx.Response:
    """Return the answer to a batch."""
    items = [{"id": use, "result": result, "detail": "why"} for use, result in outcomes.items()]
    return httpx.Response(200, json={"results": items})


def problem(status: int) -> httpx.Response:
    """Return a problem of the register's."""
    return httpx.Response(status, json={"title": "no", "status": status})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty store."""
    store = await Store.open(tmp_path)
    yield store
    await store.close()


@pytest.fixture
def register() -> FakeRegister:
    """Give a register that takes everything and has nothing new."""
    return FakeRegister()


@pytest.fixture
async def client(register: FakeRegister) -> AsyncIterator[RegistryClient]:
    """Give the kiosk's client, wired to the fake register."""
    async with RegistryClient("http://register", "t", httpx.MockTransport(register)) as client:
        yield client


@asynccontextmanager
async def syncing(store: Store, client: RegistryClient, link: Link) -> AsyncIterator[Sync]:
    """Keep the two alike for a while."""

    async def nothing() -> None:
        return None

    async def condition() -> dict[str, Any]:
        return {}

    sync = Sync(client, store, link, nothing, nothing, condition)
    task = asyncio.create_task(sync.run())
    try:
        yield sync
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def record(store: Store, count: int, visits: int = 1) -> list[Use]:
    """Record so many accepted uses of the pool."""
    admitted = replace(ALONE, children=visits - 1)
    uses = [Use(uuid4(), POOL.id, NOON, DIGEST, admitted) for _ in range(count)]
    for use in uses:
        await store.call(Stores.record, Record(use, admitted, "local"))
    return uses


async def test_uses_go_up_oldest_first_and_in_batches(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """Five hundred uses arrive in their order, in batches of two hundred."""
    uses = await record(store, 500)
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
    assert [len(batch) for batch in register.batches] == [200, 200, 100]
    assert [use for batch in register.batches for use in batch] == [str(use.id) for use in uses]


async def test_what_the_register_cannot_take_is_parked_and_blocks_nothing(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """An invalid use is set aside with its reason, and those behind it are sent."""
    uses = await record(store, 5)
    bad = str(uses[2].id)

    def one_is_invalid(sent: list[dict[str, Any]]) -> httpx.Response:
        return results({u["id"]: "invalid" if u["id"] == bad else "recorded" for u in sent})

    register.on_batch = one_is_invalid
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
    backlog = await store.call(lambda stores: stores.journal.backlog())
    assert (backlog.unsent, backlog.parked) == (0, 1)
    assert len(register.batches) == 1


async def test_what_is_parked_is_tried_again_and_goes_once_the_register_is_mended(
    store: Store,
    client: RegistryClient,
    register: FakeRegister,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a restart; meanwhile it stays parked, and fresh uses go before it."""
    monkeypatch.setattr("kiosk.sync.PARKED_AGAIN", 0.2)
    old = [str(use.id) for use in await record(store, 3)]
    mended = False

    def refuse_the_old(sent: list[dict[str, Any]]) -> httpx.Response:
        refused = not mended and any(use["id"] in old for use in sent)
        return problem(422) if refused else register.take_all(sent)

    async def backlog() -> tuple[int, int]:
        found = await store.call(lambda stores: stores.journal.backlog())
        return found.unsent, found.parked

    register.on_batch = refuse_the_old
    async with syncing(store, client, Link()) as sync, asyncio.timeout(10.0):
        await sync.drained()
        assert await backlog() == (0, 3)
        (fresh,) = await record(store, 1)
        sync.wake()
        await sync.drained()
        assert await backlog() == (0, 3)
        assert [str(fresh.id)] in register.batches
        mended = True
        while await backlog() != (0, 0):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert register.batches[-1] == old
    assert await store.call(lambda stores: stores.journal.unpark()) == 0


@pytest.mark.parametrize("place", [0, 4, 11])
async def test_a_parked_use_at_which_the_register_fails_keeps_back_no_other(
    store: Store,
    client: RegistryClient,
    register: FakeRegister,
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    """The others go at the next try, in few calls and at a pace; it is tried at each (P1)."""
    monkeypatch.setattr(Backoff.__init__, "__defaults__", (0.001, 0.01))
    monkeypatch.setattr("kiosk.sync.PARKED_AGAIN", 0.2)
    bad = str((await record(store, 12))[place].id)
    fails = True

    def fail_at_the_bad(sent: list[dict[str, Any]]) -> httpx.Response:
        failing = fails and bad in [use["id"] for use in sent]
        return problem(500) if failing else register.take_all(sent)

    async def left() -> list[str]:
        return [str(use.id) for use in await store.call(lambda stores: stores.journal.parked())]

    register.on_batch = lambda sent: results({use["id"]: "invalid" for use in sent})
    async with syncing(store, client, Link()) as sync, asyncio.timeout(10.0):
        await sync.drained()
        assert len(await left()) == 12
        register.batches.clear()
        register.on_batch = fail_at_the_bad
        while await left() != [bad]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert len(register.batches) <= 20
        fails = False
        while await left():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_register_that_fails_at_all_that_is_parked_is_asked_at_a_pace(
    store: Store,
    client: RegistryClient,
    register: FakeRegister,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each failure makes the wait longer: no storm of requests, and nothing is lost."""
    monkeypatch.setattr(Backoff.__init__, "__defaults__", (0.05, 60.0))
    monkeypatch.setattr("kiosk.sync.PARKED_AGAIN", 0.05)
    uses = await record(store, 12)
    register.on_batch = lambda sent: results({use["id"]: "invalid" for use in sent})
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
        register.batches.clear()
        register.on_batch = lambda _sent: problem(500)
        await asyncio.sleep(1.0)
    assert 1 <= len(register.batches) <= 6
    assert await store.call(lambda stores: stores.journal.parked()) == uses


async def test_a_batch_that_is_refused_whole_is_halved_until_the_bad_one_is_found(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """A register that says no to a whole batch is asked about its parts; one use is parked."""
    uses = await record(store, 16)
    bad = str(uses[11].id)

    def refuse_the_bad(sent: list[dict[str, Any]]) -> httpx.Response:
        return problem(422) if bad in [u["id"] for u in sent] else register.take_all(sent)

    register.on_batch = refuse_the_bad
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
    backlog = await store.call(lambda stores: stores.journal.backlog())
    assert (backlog.unsent, backlog.parked) == (0, 1)
    assert len(register.batches) < 12


@pytest.mark.parametrize(
    "answer",
    [*map(problem, (500, 401, 403, 404, 429)), httpx.Response(200)],
)
async def test_a_register_in_trouble_gets_the_uses_later(
    answer: httpx.Response, store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """An error that is not about the uses parks none of them: they are sent again."""
    await record(store, 3)
    answers = [answer]
    register.on_batch = lambda sent: answers.pop() if answers else register.take_all(sent)
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
    assert len(register.batches) == 2
    assert register.batches[0] == register.batches[1]


async def test_a_use_at_which_the_register_fails_blocks_nothing(
    store: Store, client: RegistryClient, register: FakeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those behind it are sent; it is not parked, and is sent when the register can (P1)."""
    monkeypatch.setattr(Backoff.__init__, "__defaults__", (0.001, 0.01))
    monkeypatch.setattr("kiosk.sync.ASIDE", 0.5)
    monkeypatch.setattr("kiosk.pacing.ASIDE", 0.5)
    uses = await record(store, 12)
    bad = str(uses[4].id)
    mended = asyncio.Event()

    def fail_at_the_bad(sent: list[dict[str, Any]]) -> httpx.Response:
        fails = bad in [use["id"] for use in sent] and not mended.is_set()
        return problem(500) if fails else register.take_all(sent)

    register.on_batch = fail_at_the_bad
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
        left = await store.call(lambda stores: stores.journal.unsent(100))
        assert [str(use.id) for use in left] == [bad]
        assert (await store.call(lambda stores: stores.journal.backlog())).parked == 0
        mended.set()
        async with asyncio.timeout(5):
            while await store.call(lambda stores: stores.journal.unsent(1)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_a_conflict_is_sent_and_counted_for_staff(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """What the register keeps and flags is not sent again."""
    await record(store, 1)
    register.on_batch = lambda sent: results({sent[0]["id"]: "conflict"})
    link = Link()
    async with syncing(store, client, link) as sync:
        await sync.drained()
    assert link.flagged == 1
    assert (await store.call(lambda stores: stores.journal.backlog())).unsent == 0


async def test_the_feed_is_taken_in_page_by_page(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """Each page moves the cursor; only the last makes the store whole."""
    register.pages = [
        [CardRow(DIGEST, card()), CursorRow("1", more=True)],
        [OfferingRow(POOL), CursorRow("2")],
    ]
    await fetch(client, store, lambda _: None)
    cursor, whole, cards = await store.call(
        lambda stores: (stores.cache.cursor, stores.cache.whole, stores.cache.cards)
    )
    assert (cursor, whole, cards) == ("2", True, 1)


async def test_a_feed_that_breaks_off_is_taken_up_where_it_broke(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """What came before the break is kept, and the store is not whole before the end."""
    register.pages = [[CardRow(DIGEST, card()), CursorRow("1", more=True)], [OfferingRow(POOL)]]
    with pytest.raises(UnreachableError):
        await fetch(client, store, lambda _: None)
    cursor, whole = await store.call(lambda stores: (stores.cache.cursor, stores.cache.whole))
    assert (cursor, whole) == ("1", False)


async def known(store: Store, *digests: bytes) -> list[bool]:
    """Return which of some cards the store knows."""
    return await store.call(
        lambda stores: [stores.cache.card(digest) is not None for digest in digests]
    )


async def test_what_a_feed_that_begins_anew_does_not_tell_is_forgotten_at_its_end(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """Not before: until then cards are let in by what was told before, over any break."""
    other = bytes(16)
    register.pages = [[CardRow(DIGEST, card()), CursorRow("9")]]
    await fetch(client, store, lambda _: None)
    register.pages = [
        [Anew(), CardRow(other, card()), CursorRow("1", more=True)],
        [OfferingRow(POOL)],
    ]
    with pytest.raises(UnreachableError):
        await fetch(client, store, lambda _: None)
    assert await known(store, DIGEST, other) == [True, True]
    register.pages = [[OfferingRow(POOL), CursorRow("2")]]
    await fetch(client, store, lambda _: None)
    assert await known(store, DIGEST, other) == [False, True]


async def test_forgetting_that_broke_off_is_ended_without_the_register(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """All that is needed for it is there."""

    def cut_off(stores: Stores) -> None:
        stores.cache.apply([CardRow(DIGEST, card())])
        stores.cache.apply([Anew()])
        stores.cache.turn_page("1", last=True)

    await store.call(cut_off)
    register.pages = [[OfferingRow(POOL)]]
    with pytest.raises(UnreachableError):
        await fetch(client, store, lambda _: None)
    assert await known(store, DIGEST) == [False]


class Page(httpx.AsyncByteStream):
    """A page of the feed that breaks off in the middle until it may go on."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        *rows, last = self._rows
        for row in rows:
            yield json.dumps(write_row(row)).encode() + b"\n"
        self.begun.set()
        await self.go_on.wait()
        yield json.dumps(write_row(last)).encode() + b"\n"


async def test_an_event_overrules_a_page_under_way_and_nothing_newer_is_lost(store: Store) -> None:
    """A card that an event names stays as it says, and the page is fetched once more (P4).

    The page may hold what the card was before, or what it is since then: the event cannot tell.
    """
    before, ended, since = card(1), card(1, status=Status.ENDED), card(2, status=Status.ENDED)
    first = Page(CardRow(DIGEST, before), CursorRow("1"))
    second = Page(CardRow(DIGEST, since), CursorRow("1"))
    pages = [first, second]

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/changes"):
            return httpx.Response(200, stream=pages.pop(0))
        return httpx.Response(503)

    async def known() -> Card | None:
        return await store.call(lambda stores: stores.cache.card(DIGEST))

    told: set[bytes] = set()
    async with RegistryClient("http://register", "t", httpx.MockTransport(answer)) as client:
        fetching = asyncio.create_task(fetch(client, store, lambda _: None, told))
        await first.begun.wait()
        told.add(DIGEST)
        await store.call(lambda stores: stores.cache.apply([CardRow(DIGEST, ended)]))
        first.go_on.set()
        await second.begun.wait()
        assert await known() == ended
        assert await store.call(lambda stores: stores.cache.cursor) is None
        second.go_on.set()
        await fetching
    assert await known() == since
    assert await store.call(lambda stores: stores.cache.cursor) == "1"


async def test_a_tally_that_came_before_its_reply_is_fetched_for(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """Without another change in the feed the visit would be counted twice for good (P5)."""
    tally = TallyRow(DIGEST, POOL.id, date(2026, 1, 1), 1, 1)
    register.pages = [[CardRow(DIGEST, card()), OfferingRow(POOL), tally, CursorRow("1")]]
    await record(store, 1)
    await fetch(client, store, lambda _: None)

    async def visits() -> int:
        known = await store.call(lambda stores: stores.known(DIGEST, NOON, ask=False))
        return known.facts.visits

    assert await visits() == 2
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
        async with asyncio.timeout(5):
            while await visits() != 1:  # noqa: ASYNC110  the store tells nobody
                await asyncio.sleep(0.01)


async def test_a_busy_feed_does_not_hurry_what_is_tried_again(store: Store) -> None:
    """Events say that the register is there, not that it takes uses now."""
    batches = 0

    class Busy(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b"event: changed\ndata: {}\n\n"
                await asyncio.sleep(0.02)

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal batches
        match request.url.path.rpartition("/")[2]:
            case "batch":
                batches += 1
                return httpx.Response(503)
            case "changes":
                return httpx.Response(200, text='{"cursor": "9"}\n')
            case "events":
                return httpx.Response(200, stream=Busy())
            case _:
                return httpx.Response(200, json={})

    await record(store, 1)
    async with (
        RegistryClient("http://register", "t", httpx.MockTransport(answer)) as client,
        syncing(store, client, Link()),
    ):
        await asyncio.sleep(1.0)
    assert 1 <= batches <= 4


async def test_a_clock_that_the_register_agrees_with_is_right_again(
    store: Store, client: RegistryClient
) -> None:
    """Whatever the journal had said of it (P7)."""
    link = Link(clock_doubted=True)
    async with syncing(store, client, link) as sync:
        await sync._compare_clocks(time.monotonic(), (NOON - timedelta(days=9)).isoformat())
        assert link.clock_suspect
        await sync._compare_clocks(time.monotonic(), datetime.now(UTC).isoformat())
        assert not link.clock_suspect


@pytest.mark.parametrize(
    "told",
    [None, 5, "soon", "2026-01-01", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:00+00:00"],
)
async def test_a_time_that_is_none_is_passed_over(
    store: Store, client: RegistryClient, told: object
) -> None:
    """The kiosk goes on, with what it knew of the time."""
    link = Link()
    async with syncing(store, client, link) as sync:
        link.hear_time(NOON, NOON, time.monotonic())
        await sync._compare_clocks(time.monotonic(), told)
        assert abs(link.instant(NOON, time.monotonic()) - NOON) < timedelta(minutes=1)


async def test_a_clock_that_is_set_during_the_call_does_not_spoil_the_time_that_is_told(
    store: Store, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long the call took is not for the clock to say (promise P7)."""

    class Set:
        """A clock that goes back to the beginning of time between two looks."""

        fromisoformat = staticmethod(datetime.fromisoformat)
        ahead = timedelta(days=9)

        @classmethod
        def now(cls, zone: tzinfo) -> datetime:
            cls.ahead -= timedelta(days=1000)
            return datetime.now(zone) + cls.ahead

    link, register = Link(), NOON + timedelta(days=3)
    async with syncing(store, client, link) as sync:
        monkeypatch.setattr("kiosk.sync.datetime", Set)
        await sync._compare_clocks(time.monotonic() - 2.0, register.isoformat())
        assert link.clock_suspect
        now = link.instant(Set.now(UTC), time.monotonic())
        assert timedelta(0) <= now - register < timedelta(seconds=10)


async def test_a_register_that_comes_back_is_asked_the_time_at_once(store: Store) -> None:
    """A kiosk that started with a wrong clock decides by the right one within seconds (P7)."""
    told = NOON - timedelta(days=9)
    there, beaten = asyncio.Event(), asyncio.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        if not there.is_set():
            raise httpx.ConnectError("no network")
        if request.url.path.endswith("/changes"):
            return httpx.Response(200, text=json.dumps(write_row(CursorRow("1"))) + "\n")
        if request.url.path.endswith("/heartbeat"):
            beaten.set()
            return httpx.Response(200, json={"now": told.isoformat()})
        return httpx.Response(503)

    link = Link(clock_doubted=True)
    async with (
        RegistryClient("http://register", "t", httpx.MockTransport(answer)) as client,
        syncing(store, client, link),
    ):
        await asyncio.sleep(0.3)
        assert link.contact is Contact.DOWN
        there.set()
        async with asyncio.timeout(10):
            await beaten.wait()
        await asyncio.sleep(0.1)
    assert link.instant(NOON, time.monotonic()) < NOON


@pytest.mark.parametrize(("said", "noted"), [("ab", "ab"), (None, None), (7, None), ([], None)])
async def test_which_key_the_register_has_is_noted(
    store: Store, said: object, noted: str | None
) -> None:
    """An older register does not tell."""
    beats = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal beats
        beats += request.url.path.endswith("heartbeat")
        return httpx.Response(200, json={"now": NOON.isoformat(), "key_check": said})

    link = Link(key_check="before")
    async with (
        RegistryClient("http://register", "t", httpx.MockTransport(answer)) as client,
        syncing(store, client, link),
        asyncio.timeout(5.0),
    ):
        while link.key_check == "before":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert link.key_check == noted
    assert beats == 1


async def test_a_visit_is_counted_once_whether_the_tally_knows_it_or_not(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """Own visits count before they are sent, after, and when the register's tally has them."""
    holder = card(children=4)
    register.pages = [[CardRow(DIGEST, holder), OfferingRow(POOL), CursorRow("1")]]
    await fetch(client, store, lambda _: None)
    await record(store, 2, visits=3)

    async def visits() -> int:
        known = await store.call(lambda stores: stores.known(DIGEST, NOON, ask=False))
        assert known.offering is not None
        decision = decide(known.card, ALONE, known.offering, known.facts, NOON)
        assert decision.visits_left == 30 - known.facts.visits - 1
        return known.facts.visits

    assert await visits() == 6
    async with syncing(store, client, Link()) as sync:
        await sync.drained()
        assert await visits() == 6
    register.pages = [[TallyRow(DIGEST, POOL.id, date(2026, 1, 1), 2, 6), CursorRow("2")]]
    await fetch(client, store, lambda _: None)
    assert await visits() == 6


async def test_a_full_disk_ends_nothing_and_what_waited_is_taken_in_later(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """Cards that come down and uses that went up are written once there is room (P1, P4)."""

    def limit(stores: Stores, pages: int) -> None:
        for db in (stores.cache._db, stores.journal._db):
            db.execute(f"PRAGMA max_page_count = {pages}")
            db.execute(f"PRAGMA query_only = {pages == 1}")

    many = [CardRow(bytes([n, m]) * 8, card()) for n in range(20) for m in range(20)]
    register.pages = [[*many, CursorRow("1")], [*many, CursorRow("1")]]
    await record(store, 3)
    await store.call(limit, 1)
    link = Link()
    async with syncing(store, client, link) as sync:
        async with asyncio.timeout(5):
            await store.disk.failed()
            while not register.batches:  # noqa: ASYNC110  the fake tells nobody
                await asyncio.sleep(0.01)
        assert list(store.disk.troubles) == ["store"]
        assert await store.call(lambda stores: stores.cache.cards) == 0
        await store.call(limit, 9999)
        async with asyncio.timeout(10):
            await sync.drained()
            await sync.synced.wait()
    assert await store.call(lambda stores: stores.cache.cards) == len(many)
    assert (await store.call(lambda stores: stores.journal.backlog())).unsent == 0


async def test_contact_is_down_while_the_stream_of_events_cannot_be_had(
    store: Store, client: RegistryClient
) -> None:
    """A register that answers but cannot tell of changes is not one to wait for at the gate."""
    link = Link()
    async with syncing(store, client, link) as sync:
        await sync.synced.wait()
        async with asyncio.timeout(5):
            while link.contact is not Contact.DOWN:  # noqa: ASYNC110  a link has no event
                await asyncio.sleep(0.01)
    assert not link.may_ask(0.0)


async def test_a_token_that_the_register_does_not_take_is_no_missing_network(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """It does not heal by itself, so staff are told; no scan waits for the register."""
    link = Link()
    register.events = problem(401)
    async with syncing(store, client, link), asyncio.timeout(5):
        while link.contact is not Contact.REFUSED:  # noqa: ASYNC110  a link has no event
            await asyncio.sleep(0.01)
    assert not link.may_ask(0.0)


async def test_a_certificate_that_is_not_valid_is_no_missing_network(store: Store) -> None:
    """Whatever makes it so, people mend it."""

    def refuse(_request: httpx.Request) -> httpx.Response:
        error = ssl.SSLCertVerificationError()
        error.verify_message = "certificate has expired"
        raise httpx.ConnectError("") from error

    link = Link()
    transport = httpx.MockTransport(refuse)
    async with (
        RegistryClient("https://register", "t", transport) as client,
        syncing(store, client, link),
        asyncio.timeout(5),
    ):
        while link.contact is not Contact.UNTRUSTED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert link.why == "the register's certificate is not valid: certificate has expired"


async def test_a_recalled_lease_is_given_back_at_once_and_told_again(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """What uses took of it is kept until they are sent; a call that fails is made again (P2)."""
    lease = uuid4()
    use = replace(Use(uuid4(), POOL.id, NOON, DIGEST), lease=lease, leased=1)
    journal = await store.call(lambda stores: stores.journal.id)
    row = LeaseRow(lease, POOL.id, NOON.date(), 3, journal)
    capped = entry(Seats(40, Per.DAY))
    await store.call(lambda stores: stores.cache.apply([OfferingRow(capped), row]))
    await store.call(Stores.record, Record(use, ALONE, "local"))
    recalled = replace(row, recalled=True)
    register.pages = [[OfferingRow(capped), recalled, CursorRow("9")]]
    register.failures = 1
    async with syncing(store, client, Link()):
        await all_returned(store, register)
    assert register.returned[-1] == 0
    assert register.returned in ([1, 0], [0])


async def test_a_lease_that_the_register_does_not_know_is_done_with(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """As after it was put back from a backup: it is not told for ever."""
    await store.call(lambda stores: stores.journal.give_back([uuid4()]))
    register.unknown = True
    async with syncing(store, client, Link()):
        await all_returned(store, register)
    assert register.returned == [0]


async def test_a_lease_that_cannot_be_given_back_is_tried_at_a_pace(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """In contact too: the register may fail at this alone."""
    await store.call(lambda stores: stores.journal.give_back([uuid4()]))
    register.events = httpx.Response(200, text="event: x\n\n")
    register.failures = 10_000
    async with syncing(store, client, Link()):
        await asyncio.sleep(1)
    assert 10_000 - register.failures < 20


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_a_disk_that_gives_nothing_ends_no_contact(
    store: Store, register: FakeRegister, is_revoked: bool
) -> None:
    """As staff are told of the register: it is tried again, and one that has revoked obeyed."""
    revoked = asyncio.Event()

    async def unreadable() -> None:
        raise DiskError("disk I/O error")

    async def wipe() -> None:
        revoked.set()

    async def condition() -> dict[str, Any]:
        return {}

    def answer(_request: httpx.Request) -> httpx.Response:
        body = {"code": "revoked", "title": "no", "status": 401}
        return httpx.Response(401, json=body) if is_revoked else httpx.Response(503)

    async with RegistryClient("http://register", "t", httpx.MockTransport(answer)) as client:
        sync = Sync(client, store, Link(), unreadable, wipe, condition)
        task = asyncio.create_task(sync.run())
        await asyncio.wait([task], timeout=0.3)
        assert (task.done(), revoked.is_set()) == (is_revoked, is_revoked)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def all_returned(store: Store, register: FakeRegister) -> None:
    """Wait until leases were given back, and the kiosk has no more to tell of them."""
    for _ in range(1000):
        waiting = await store.call(lambda stores: stores.journal.returning())
        if register.returned[-1:] == [0] and not waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the leases are not given back")


async def test_a_full_disk_keeps_a_lease_from_being_given_back_and_ends_nothing(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """It is given back once there is room; the kiosk serves meanwhile (P2)."""

    def writable(stores: Stores, yes: bool) -> None:
        stores.journal._db.execute(f"PRAGMA query_only = {not yes}")

    journal = await store.call(lambda stores: stores.journal.id)
    capped = entry(Seats(40, Per.DAY))
    row = LeaseRow(uuid4(), POOL.id, NOON.date(), 3, journal, recalled=True)
    await store.call(lambda stores: stores.cache.apply([OfferingRow(capped), row]))
    register.pages = [[OfferingRow(capped), row, CursorRow("9")]]
    await store.call(writable, False)
    async with syncing(store, client, Link()) as sync:
        async with asyncio.timeout(5):
            await store.disk.failed()
            await sync.synced.wait()
        assert register.returned == []
        await store.call(writable, True)
        await all_returned(store, register)
    assert register.returned == [0]


async def test_a_feed_that_promises_more_and_does_not_go_on_is_no_contact(
    store: Store, client: RegistryClient, register: FakeRegister
) -> None:
    """It is fetched again as any failure is, later and later."""
    register.pages = [[CursorRow("c", more=True)] for _ in range(1000)]
    link = Link()
    async with syncing(store, client, link):
        async with asyncio.timeout(5.0):
            while link.contact is not Contact.DOWN:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
    assert link.why == "the change feed does not go on"
    assert len(register.pages) > 990


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"cursor": "\\ud800", "results": []}\n'], ids=["deep", "surrogate"]
)
async def test_whatever_the_register_answers_it_is_tried_again(store: Store, body: bytes) -> None:
    """No answer ends the tasks that ask."""
    await record(store, 1)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, content=body)

    link = Link()
    async with (
        RegistryClient("http://register", "t", httpx.MockTransport(answer)) as client,
        syncing(store, client, link),
        asyncio.timeout(5.0),
    ):
        while len(asked) < 8 or link.contact is not Contact.DOWN:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert link.why
    assert (await store.call(lambda stores: stores.journal.backlog())).unsent == 1
