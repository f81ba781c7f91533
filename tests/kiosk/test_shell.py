"""The shell carries out what the desk decides, and what it cannot record it does not accept."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.offering import Seats
from kaiku.wire import CardRow, LeaseRow, OfferingRow
from kiosk import desk, ports
from kiosk.link import Contact, Link
from kiosk.reading import Reading
from kiosk.registry import RegistryClient
from kiosk.shell import Outputs, Shell
from kiosk.store import Store, Stores
from kiosk.sync import Sync
from tests.kaiku.made import SHOW, card, entry, show

pytestmark = pytest.mark.anyio

KEY = bytes(32)
NUMBER = "CARD0001"
OTHER = "CARD0002"


class Recorder:
    """A display, a buzzer and a gate that remember what they were told, in order."""

    watches = False

    def __init__(self) -> None:
        self.told: list[object] = []

    async def show(self, scene: ports.Scene) -> None:
        """Remember a scene's signal."""
        self.told.append(scene.signal)

    async def sound(self, signal: ports.Signal) -> None:
        """Remember a sound."""
        self.told.append(f"sound {signal}")

    async def run(self, emit: ports.Emit) -> None:
        """See nobody."""

    async def open(self, persons: int) -> None:
        """Remember for how many the gate was opened."""
        self.told.append(persons)

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def running(
    store: Store, told: Recorder, link: Link, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Shell]:
    """Run a shell on a store that knows two cards and an entry without limits."""
    rows = [CardRow(digest(number, KEY), card(0)) for number in (NUMBER, OTHER)]
    await store.call(lambda stores: stores.cache.apply([*rows, OfferingRow(entry())]))
    await store.call(lambda stores: stores.cache.turn_page("1", last=True))

    async def nothing() -> None:
        return None

    async def condition() -> dict[str, Any]:
        return {}

    async with RegistryClient("http://register", "t", transport) as registry:
        sync = Sync(registry, store, link, nothing, nothing, condition)
        outputs = Outputs([told], told, told)
        shell = Shell(
            desk.Manners(), store, registry, sync, link, Reading(KEY), outputs, budget=0.3
        )
        task = asyncio.create_task(shell.run())
        try:
            yield shell
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def scan(shell: Shell, number: str) -> None:
    """Scan a number and wait until it is dealt with."""
    shell.emit(ports.Scanned(number.encode(), time.monotonic()))
    await shell.join()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty store."""
    store = await Store.open(tmp_path)
    yield store
    await store.close()


def verdicts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the verdicts in the log."""
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == "verdict"]


async def test_a_valid_card_is_told_aloud_and_opens_the_gate(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sound, picture and gate follow the record, and the log says what was decided."""
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await scan(shell, NUMBER)
    assert told.told == ["idle", "sound accepted", "accepted", 1]
    (verdict,) = verdicts(capsys)
    assert (verdict["outcome"], verdict["adults"], verdict["children"]) == ("accepted", 1, 0)
    assert NUMBER not in json.dumps(verdict)


async def test_a_full_disk_lets_nobody_in_without_a_record(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """A use that cannot be recorded is not accepted: staff see a fault, the gate stays shut."""
    told = Recorder()
    pages = await store.call(
        lambda stores: stores.journal._db.execute("PRAGMA page_count").fetchone()[0]
    )
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await store.call(
            lambda stores: stores.journal._db.execute(f"PRAGMA max_page_count = {pages}")
        )
        outcomes = []
        for turn in range(60):
            await scan(shell, f"UNKNOWN{turn:02}")
            outcomes += verdicts(capsys)
        told.told.clear()
        await scan(shell, NUMBER)
        (full,) = verdicts(capsys)
        assert (full["outcome"], full["reason"]) == ("refused", "cannot_check_now")
        assert told.told == ["sound fault", "fault"]
        await store.call(lambda stores: stores.journal._db.execute("PRAGMA max_page_count = 9999"))
        await scan(shell, NUMBER)
        (free,) = verdicts(capsys)
        assert (free["outcome"], told.told[-1]) == ("accepted", 1)


async def test_a_register_that_does_not_answer_delays_one_visitor_and_not_the_next(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown card waits for the budget, told so meanwhile; then the register is left alone."""

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    told = Recorder()
    link = Link(Contact.UP)
    async with running(store, told, link, httpx.MockTransport(never)) as shell:
        await scan(shell, "UNKNOWN1")
        assert told.told == ["idle", "wait", "sound refused", "refused"]
        await scan(shell, "UNKNOWN2")
    slow, quick = verdicts(capsys)
    assert [v["reason"] for v in (slow, quick)] == ["unknown_card", "unknown_card"]
    assert slow["ms"] >= 300 > quick["ms"]


async def test_a_burst_of_scans_is_answered_one_by_one(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thousand scans at once are a thousand verdicts, in order."""
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        for turn in range(1000):
            shell.emit(ports.Scanned(b"" if turn % 2 else OTHER.encode(), time.monotonic()))
        await shell.join()
    outcomes = [verdict["outcome"] for verdict in verdicts(capsys)]
    assert outcomes == ["accepted", "refused"] * 500


class LeasedStore(Store):
    """A store in which the register takes the lease back right after each look."""

    recalls = 0

    async def call(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """Do the work; after a look at a card, a recall is taken in and answered."""
        done = await super().call(work, *args, **kwargs)
        if isinstance(done, desk.Known) and done.lease is not None:
            self.recalls += 1
            await super().call(recall, done.lease)
        return done


def recall(stores: Stores, lease: UUID) -> None:
    """Take in that the lease is recalled, and give it back."""
    (row,) = stores.cache.leases()
    stores.cache.apply([replace(row, recalled=True)])
    assert [each.lease for each in stores.leases.give_back(datetime.now(UTC))] == [lease]


async def test_a_lease_given_back_between_look_and_record_is_not_spent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is let in on it, nothing is recorded of it, and the desk goes on (promise P2)."""
    store = await LeasedStore.open(tmp_path)
    now = datetime.now(UTC)
    play = show(Seats(40), starts=now, ends=now + timedelta(hours=1))
    journal = await store.call(lambda stores: stores.journal.id)
    row = LeaseRow(UUID(int=7), SHOW, day_of(now), 5, journal)
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await store.call(lambda stores: stores.cache.apply([OfferingRow(play), row]))
        await scan(shell, NUMBER)
        await scan(shell, OTHER)
        leased = await store.call(lambda stores: stores.journal.leased(row.id))
        backlog = await store.call(lambda stores: stores.journal.backlog())
    await store.close()
    assert (store.recalls, leased, backlog.unsent) == (1, 0, 2)
    assert [verdict["reason"] for verdict in verdicts(capsys)] == ["cannot_check_now"] * 2


async def test_what_was_leased_while_the_register_was_asked_is_spent(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an answer the store is looked at anew: a lease may have come, or gone."""
    now = datetime.now(UTC)
    play = show(Seats(40), starts=now, ends=now + timedelta(hours=1))
    journal = await store.call(lambda stores: stores.journal.id)
    row = LeaseRow(UUID(int=7), SHOW, day_of(now), 5, journal)

    async def silent(request: httpx.Request) -> httpx.Response:
        await store.call(lambda stores: stores.cache.apply([row]))
        return httpx.Response(503)

    told = Recorder()
    async with running(store, told, Link(Contact.UP), httpx.MockTransport(silent)) as shell:
        await store.call(lambda stores: stores.cache.apply([OfferingRow(play)]))
        await scan(shell, NUMBER)
        leased = await store.call(lambda stores: stores.journal.leased(row.id))
    assert leased == 1
    (verdict,) = verdicts(capsys)
    assert (verdict["outcome"], verdict["source"]) == ("accepted", "local")
