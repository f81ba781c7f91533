"""What the kiosk takes up from its last run."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from kaiku.digest import check_value
from kaiku.party import ALONE
from kaiku.wire import Use
from kiosk import ports, words
from kiosk.app import RUBBISH, App
from kiosk.clock import is_synchronised
from kiosk.condition import Condition
from kiosk.config import load
from kiosk.desk import Record, StatusTold
from kiosk.disk import DiskError
from kiosk.flood import MOST
from kiosk.identity import Identity
from kiosk.store import Store, Stores
from tests.kaiku.made import entry

pytestmark = pytest.mark.anyio

CONFIG = """
[station]
name = "Gate"
[registry]
url = "http://127.0.0.1:9"
[[scanner]]
driver = "stdin"
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty store."""
    store = await Store.open(tmp_path)
    yield store
    await store.close()


@pytest.fixture(autouse=True)
def no_time_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where nobody keeps the clock."""
    monkeypatch.setattr("kiosk.app.is_synchronised", lambda: False)


async def started(store: Store, tmp_path: Path, config: str = CONFIG) -> App:
    """Return a kiosk that has come up on the store."""
    path = tmp_path / "kiosk.toml"
    path.write_text(config)
    app = App(load(path), Identity("k", "t", bytes(32)))
    app._store = store
    app._gauges = Condition(app._config, store, app._link, app._keying, app._devices)
    await app._recall()
    return app


async def record(store: Store, at: datetime) -> None:
    """Record a use at an instant."""
    use = Use(uuid4(), entry().id, at, bytes(16), ALONE)
    await store.call(Stores.record, Record(use, ALONE, "local"))


async def test_a_clock_that_was_suspect_stays_so_over_a_restart(
    store: Store, tmp_path: Path
) -> None:
    """Though the last use was recorded with it, so that it is after what is on record (P7)."""
    now = datetime.now(UTC)
    await record(store, now + timedelta(days=200))
    assert (await started(store, tmp_path))._link.clock_suspect
    await record(store, now)
    again = await started(store, tmp_path)
    assert again._link.clock_suspect
    again._link.clock_doubted = False  # the register agrees with it
    await again._mind_the_clock()
    assert not (await started(store, tmp_path))._link.clock_suspect


async def test_a_clock_that_the_register_found_wrong_stays_suspect(
    store: Store, tmp_path: Path
) -> None:
    """Without a use on record meanwhile (promise P7)."""
    app = await started(store, tmp_path)
    assert not app._link.clock_suspect
    app._link.clock_ahead = timedelta(hours=1)
    await app._mind_the_clock()
    assert (await started(store, tmp_path))._link.clock_suspect


async def test_a_kiosk_that_starts_in_1970_takes_its_last_record_for_the_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No earlier can it be; and time goes on from there (promise P7)."""
    last = datetime.now(UTC)
    await record(store, last)
    link = (await started(store, tmp_path))._link
    link.clock_doubted = True
    now = link.instant(datetime(1970, 1, 1, tzinfo=UTC), time.monotonic() + 60)
    assert timedelta(seconds=60) <= now - last < timedelta(seconds=70)


async def test_a_clock_that_jumped_before_a_late_opening_stays_suspect(
    store: Store, tmp_path: Path
) -> None:
    """What is on record says nothing for it (promise P7)."""
    app = await started(store, tmp_path)
    now = datetime.now(UTC)
    app._link.watch(now + timedelta(hours=1), time.monotonic())
    app._link.watch(now, time.monotonic())
    await app._recall()
    assert app._link.clock_suspect


async def test_a_store_that_opens_late_on_a_full_disk_is_taken_up(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read is enough to speak with the register, which tells of ended cards (P4)."""

    def full(_stores: Stores) -> None:
        raise DiskError("database or disk is full")

    app = await started(store, tmp_path)
    app._recalled.clear()
    app._shell = cast("Any", Told())
    monkeypatch.setattr(Stores, "try_to_write", full)
    store.disk.fails("store", DiskError("disk I/O error"))
    task = asyncio.create_task(app._try_the_disk())
    async with asyncio.timeout(10):
        await app._recalled.wait()
    task.cancel()


async def test_the_store_is_not_written_for_what_else_fails(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memory card wears out; once the store fails it is tried."""
    tried = asyncio.Event()
    monkeypatch.setattr(Stores, "try_to_write", lambda _stores: tried.set())
    app = await started(store, tmp_path)
    app._shell = cast("Any", Told())
    store.disk.fails("status", OSError("No space left on device"))
    task = asyncio.create_task(app._try_the_disk())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await tried.wait()
    store.disk.fails("store", DiskError("disk I/O error"))
    async with asyncio.timeout(10):
        await tried.wait()
    task.cancel()


async def test_a_folder_that_cannot_be_read_ends_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at before old uses are forgotten, and at each heartbeat."""

    def unreadable(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    app = await started(store, tmp_path)
    monkeypatch.setattr("kiosk.rescue.set_aside", unreadable)
    for work in (app._condition, lambda: store.call(Stores.prune, datetime.now(UTC))):
        with pytest.raises(DiskError):
            await work()


async def test_a_kiosk_that_forgets_its_key_does_not_call_it_foreign(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the disk does not take it: to enrol again would be wrong."""
    app = await started(store, tmp_path)
    app._link.key_check = check_value(app._reading.key)
    begun = asyncio.Event()

    async def out_of_touch(*_: object) -> None:
        return None

    async def never(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("kiosk.app.out_of_touch", out_of_touch)
    monkeypatch.setattr("kiosk.app.forget_cards", never)
    task = asyncio.create_task(app._forget_in_time())
    await begun.wait()
    assert not app._has_foreign_key()
    task.cancel()


async def test_a_clock_that_a_time_service_keeps_is_trusted(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on record ahead of it was recorded with a wrong one (promise P7)."""
    await record(store, datetime.now(UTC) + timedelta(days=1))
    assert (await started(store, tmp_path))._link.clock_suspect
    monkeypatch.setattr("kiosk.app.is_synchronised", lambda: True)
    assert not (await started(store, tmp_path))._link.clock_suspect


async def test_staff_are_told_of_a_key_that_is_not_the_registers(
    store: Store, tmp_path: Path
) -> None:
    """Every holder is unknown under it; of one that is still to be told nothing is said."""
    app = await started(store, tmp_path)
    app._shell = cast("Any", Told())
    app._take_stock()
    assert app._notice != words.KEY_FOREIGN
    app._link.key_check = check_value(bytes(32)[:-1] + b"1")
    app._take_stock()
    assert app._notice == words.KEY_FOREIGN
    app._link.key_check = check_value(app._reading.key)
    app._take_stock()
    assert app._notice != words.KEY_FOREIGN
    app._link.key_check = check_value(bytes(32)[:-1] + b"1")
    app._keying.known.clear()
    app._take_stock()
    assert app._notice != words.KEY_FOREIGN


async def test_the_register_s_silence_is_told_after_a_restart(store: Store, tmp_path: Path) -> None:
    """An alert on it goes off though the kiosk has not reached it in this run."""
    app = await started(store, tmp_path)
    assert (await app._gauges.look())["cache_age"] is None
    heard = datetime.now(UTC) - timedelta(hours=5)
    await store.call(lambda stores: stores.cache.hear(heard))
    assert (await app._gauges.look())["cache_age"] == pytest.approx(5 * 3600, abs=60)


class Told:
    """A shell that keeps what it is told, where the test asks for nothing else."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Any] = asyncio.Queue()

    def emit(self, event: object) -> None:
        """Keep it."""
        self.events.put_nowait(event)


async def test_staff_who_hold_the_keys_are_told_how_the_kiosk_does(
    store: Store, tmp_path: Path
) -> None:
    """Its devices by their role, what is unsent, and nothing of a card; each time they ask."""
    await record(store, datetime.now(UTC))
    app = await started(store, tmp_path)
    shell = Told()
    app._shell = cast("Any", shell)
    app._devices.note("scanner/stdin", "/dev/x", present=False, why="not plugged in")
    task = asyncio.create_task(app._tell_status())
    for _ in range(2):
        app._emit(ports.StatusAsked())
        async with asyncio.timeout(10):
            told = await shell.events.get()
        assert isinstance(told, StatusTold)
        report = told.report
        assert report.unsent == 1
        assert (report.working, report.devices, report.connected) == (0, 1, None)
        lost = words.DEVICE_LOST.fill(device=words.DEVICES["scanner"])
        assert report.troubles == (lost, words.CARDS_AWAITED)
        assert report.version == version("kaikuportti")
    task.cancel()


async def test_staff_are_told_of_a_disk_that_cannot_be_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is then that they ask."""
    app = await started(store, tmp_path)
    shell = Told()
    app._shell = cast("Any", shell)

    async def fail(_act: object) -> None:
        raise DiskError("disk I/O error")

    monkeypatch.setattr(store, "call", fail)
    store.disk.troubles["store"] = "disk I/O error"
    task = asyncio.create_task(app._tell_status())
    app._emit(ports.StatusAsked())
    async with asyncio.timeout(10):
        told = await shell.events.get()
    assert told.report.troubles == (words.DISK_FULL, words.CARDS_AWAITED)
    assert (told.report.serves, told.report.unsent) == (False, None)
    task.cancel()


async def test_a_device_that_is_lost_is_shown_by_its_role(store: Store, tmp_path: Path) -> None:
    """Staff at the desk cannot do anything with a path."""
    app = await started(store, tmp_path)
    shell = Told()
    app._shell = cast("Any", shell)
    app._note_device("scanner/stdin", "/dev/x", present=False, why="not plugged in")
    notice = await shell.events.get()
    assert notice.notice == words.DEVICE_LOST.fill(device=words.DEVICES["scanner"])


def test_the_kernel_says_whether_the_clock_is_kept() -> None:
    """Whichever it is here, asking changes nothing."""
    assert is_synchronised() in (True, False)


class TestRubbish:
    """A serial scanner that has broken."""

    @pytest.fixture
    async def app(self, store: Store, tmp_path: Path) -> App:
        """Give a kiosk with such a scanner, whose shell keeps what it is told."""
        config = CONFIG.replace('driver = "stdin"', 'driver = "serial"\nport = "/dev/ttyUSB0"')
        app = await started(store, tmp_path, config)
        app._shell = cast("Any", Told())
        return app

    async def test_it_is_passed_over_and_staff_are_told(self, app: App) -> None:
        """Cards that it reads in between are decided all the same; then it is well again."""
        emit = app._heard("scanner/serial", asyncio.Event())
        for _ in range(1000):
            emit(ports.Scanned(b"\x00", 100.0))
        emit(ports.Scanned(b"CARD0001", 100.0))
        events = cast("Told", app._shell).events
        scans = [e for e in events._queue if isinstance(e, ports.Scanned)]  # type: ignore[attr-defined]
        assert len(scans) == MOST + 1
        assert scans[-1].data == b"CARD0001"
        assert app._devices.told()["scanner/serial"] == RUBBISH
        await app._condition()
        assert app._devices.told()["scanner/serial"] == "ok"

    async def test_standard_input_is_told_whole(self, store: Store, tmp_path: Path) -> None:
        """It has an end: a file of what is no card is decided line by line."""
        app = await started(store, tmp_path)
        app._shell = cast("Any", Told())
        emit = app._heard("scanner/stdin", asyncio.Event())
        for _ in range(1000):
            emit(ports.Scanned(b"\x00", 100.0))
        assert cast("Told", app._shell).events.qsize() == 1000
