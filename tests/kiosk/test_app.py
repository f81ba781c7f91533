"""What the kiosk takes up from its last run."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from kaiku.party import ALONE
from kaiku.wire import Use
from kiosk.app import App
from kiosk.clock import is_synchronised
from kiosk.config import load
from kiosk.desk import Record
from kiosk.identity import Identity
from kiosk.store import Store, Stores
from tests.display.patience import until
from tests.display.scenes import IDLE
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


async def started(store: Store, tmp_path: Path) -> App:
    """Return a kiosk that has come up on the store."""
    path = tmp_path / "kiosk.toml"
    path.write_text(CONFIG)
    app = App(load(path), Identity("k", "t", bytes(32)))
    app._store = store
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


async def test_a_clock_that_a_time_service_keeps_is_trusted(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on record ahead of it was recorded with a wrong one (promise P7)."""
    await record(store, datetime.now(UTC) + timedelta(days=1))
    assert (await started(store, tmp_path))._link.clock_suspect
    monkeypatch.setattr("kiosk.app.is_synchronised", lambda: True)
    assert not (await started(store, tmp_path))._link.clock_suspect


def test_the_kernel_says_whether_the_clock_is_kept() -> None:
    """Whichever it is here, asking changes nothing."""
    assert is_synchronised() in (True, False)


async def test_staff_are_told_of_a_display_that_takes_no_picture(
    store: Store, tmp_path: Path
) -> None:
    """It stands among the devices until it does: visitors cannot tell that a picture is old."""
    path, door = tmp_path / "kiosk.toml", tmp_path / "door"
    door.mkdir()
    display = f'[[display]]\ndriver = "png"\npath = "{door}/door.png"\n'
    path.write_text(CONFIG + display)
    app = App(load(path), Identity("k", "t", bytes(32)))
    app._store = store
    async with AsyncExitStack() as stack:
        outputs = await app._outputs(stack)
        assert app._devices()["display/png"] == "ok"
        door.rmdir()
        await outputs.displays[0].show(IDLE)
        await until(lambda: "takes no picture" in app._devices()["display/png"])
