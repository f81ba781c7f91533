"""The shell carries out what the desk decides, and what it cannot record it does not accept."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kaiku.digest import digest
from kaiku.wire import CardRow, OfferingRow
from kiosk import desk, ports
from kiosk.link import Contact, Link
from kiosk.reading import Reading
from kiosk.registry import RegistryClient
from kiosk.shell import Outputs, Shell
from kiosk.store import Store
from kiosk.sync import Sync
from tests.kaiku.made import card, entry

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
    store: Store,
    told: Recorder,
    link: Link,
    transport: httpx.AsyncBaseTransport | None = None,
    manners: desk.Manners | None = None,
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
        manners = manners or desk.Manners()
        shell = Shell(manners, store, registry, sync, link, Reading(KEY), outputs, budget=0.3)
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


async def press(shell: Shell, key: ports.Key) -> None:
    """Press a key and wait until it is dealt with."""
    shell.emit(ports.Pressed(key, time.monotonic()))
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


async def writable(store: Store, *, yes: bool) -> None:
    """Let the journal be written, or not, as on a file system that went read-only."""
    pragma = f"PRAGMA query_only = {not yes}"
    await store.call(lambda stores: stores.journal._db.execute(pragma))


async def test_a_question_whose_answer_cannot_be_recorded_is_sent_as_it_stands(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """The visitor was let in by nobody, so the register's yes is overruled at once (P1)."""

    async def accept(request: httpx.Request) -> httpx.Response:
        await writable(store, yes=False)
        use = json.loads(request.content)["id"]
        admitted = {"adults": 1, "children": 0, "helpers": 0, "supporters": 0}
        body = {"id": use, "outcome": "accepted", "reason": None, "admitted": admitted}
        return httpx.Response(200, json={**body, "remaining": None})

    told = Recorder()
    async with running(store, told, Link(Contact.UP), httpx.MockTransport(accept)) as shell:
        await scan(shell, "UNKNOWN1")
        (verdict,) = verdicts(capsys)
        assert (verdict["outcome"], verdict["reason"]) == ("refused", "cannot_check_now")
        assert told.told[-1] == "fault"
        (use,) = await store.call(lambda stores: stores.journal.unsent(10))
        assert (str(use.id), use.outcome, use.revision) == (verdict["use"], "refused", 1)


async def test_a_use_that_cannot_be_taken_back_was_not_refused(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stands, staff see a fault, and once there is room it is taken back."""
    told = Recorder()
    manners = desk.Manners(attended=True)
    async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
        await scan(shell, NUMBER)
        (accepted,) = verdicts(capsys)
        await writable(store, yes=False)
        await press(shell, ports.Key.TAKE_BACK)
        assert told.told[-2:] == ["sound fault", "fault"]
        assert verdicts(capsys) == []
        await writable(store, yes=True)
        await press(shell, ports.Key.TAKE_BACK)
    last = await store.call(lambda stores: stores.journal.last_accepted())
    assert last is not None
    assert (str(last.use.id), last.use.voided) == (accepted["use"], True)


async def test_a_use_that_nobody_passed_for_is_annulled_once_there_is_room(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is disturbed meanwhile: what is shown is what waits for a card."""
    told = Recorder()
    manners = desk.Manners(shown=0.1, passage=0.1)
    async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
        await scan(shell, NUMBER)
        await writable(store, yes=False)
        await asyncio.sleep(0.4)
        assert told.told == ["idle", "sound accepted", "accepted", 1, "idle"]
        await writable(store, yes=True)
        await asyncio.sleep(0.3)
    assert "annulled" in capsys.readouterr().err
    last = await store.call(lambda stores: stores.journal.last_accepted())
    assert last is not None
    assert last.use.voided


async def test_a_power_cut_between_the_record_and_the_gate_locks_nobody_out(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shown again when the kiosk is back, the card opens the gate, and is counted once (P1)."""

    class DarkGate(Recorder):
        async def open(self, persons: int) -> None:
            reached.set()
            await asyncio.sleep(60 * persons)  # the power is gone: it never opens

    reached = asyncio.Event()
    async with running(store, DarkGate(), Link(Contact.DOWN)) as shell:
        shell.emit(ports.Scanned(NUMBER.encode(), time.monotonic()))
        await reached.wait()
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await scan(shell, NUMBER)
        await scan(shell, NUMBER)
    assert told.told == ["idle", "sound accepted", "accepted", 1, "sound accepted", "accepted"]
    assert [verdict["repeat"] for verdict in verdicts(capsys)] == [True, True]
    assert len(await store.call(lambda stores: stores.journal.unsent(10))) == 1


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
