"""A file that is found spoiled while the kiosk works with it, told from a disk that fails."""

import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from kaiku.party import ALONE
from kaiku.wire import CardRow, Use
from kiosk.desk import Record
from kiosk.disk import DiskError
from kiosk.files import SpoiledError, StoreError
from kiosk.store import Store, Stores
from tests.kaiku.made import card, entry

pytestmark = pytest.mark.anyio

PAGE = 4096


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give a store with a card and a use."""
    store = await Store.open(tmp_path)
    await store.call(lambda stores: stores.cache.apply([CardRow(bytes(16), card())]))
    use = Use(uuid4(), entry().id, datetime.now(UTC), bytes(16), ALONE)
    await store.call(Stores.record, Record(use, ALONE, "local"))
    yield store
    await store.close()


def damage(path: Path, connection: sqlite3.Connection) -> None:
    """Write noise over all pages of a file but the first; SQLite reads them from the disk again."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(os.urandom(path.stat().st_size - PAGE))
    connection.execute("PRAGMA shrink_memory")


async def test_pages_of_the_journal(store: Store, tmp_path: Path) -> None:
    """The kiosk is to end, and the next start rescues it."""
    path = tmp_path / "journal.sqlite"
    await store.call(lambda stores: damage(path, stores.journal._db))
    with pytest.raises(SpoiledError) as found:
        await store.call(lambda stores: stores.journal.unsent(10))
    assert found.value.path == path
    await store.call(Stores.close)
    again = await Store.open(tmp_path)
    assert len(await again.call(Stores.set_aside)) == 1
    await again.close()


async def test_pages_of_the_cache(store: Store, tmp_path: Path) -> None:
    """The next start makes it anew; the journal is left as it is."""
    path = tmp_path / "cache.sqlite"
    await store.call(lambda stores: damage(path, stores.cache._db))
    with pytest.raises(SpoiledError) as found:
        await store.call(lambda stores: stores.cache.card(bytes(16)))
    assert found.value.path == path
    await store.call(Stores.close)
    again = await Store.open(tmp_path)
    assert await again.call(lambda stores: (stores.cache.cards, stores.set_aside())) == (0, {})
    assert len(await again.call(lambda stores: stores.journal.unsent(10))) == 1
    await again.close()


@pytest.mark.parametrize("value", [b"accepteD", b"\xff"])
async def test_a_value_that_the_kiosk_never_wrote(
    store: Store, tmp_path: Path, value: bytes
) -> None:
    """No look at the pages shows it; the next start must not find the same again, for ever."""
    change = "UPDATE entry SET outcome = CAST(? AS TEXT)"
    await store.call(lambda stores: stores.journal._db.execute(change, (value,)))
    with pytest.raises(SpoiledError):
        await store.call(lambda stores: stores.journal.unsent(10))
    await store.call(Stores.close)
    again = await Store.open(tmp_path)
    (rescued,) = (await again.call(Stores.set_aside)).values()
    assert (rescued.rescued, rescued.unreadable) == (0, 1)
    assert await again.call(lambda stores: stores.journal.unsent(10)) == []
    await again.close()


async def test_a_card_that_is_none(store: Store, tmp_path: Path) -> None:
    """Of the cache the same holds."""
    await store.call(lambda stores: stores.cache._db.execute("UPDATE card SET status = 'actiwe'"))
    with pytest.raises(SpoiledError):
        await store.call(lambda stores: stores.cache.card(bytes(16)))
    await store.call(Stores.close)
    again = await Store.open(tmp_path)
    assert await again.call(lambda stores: stores.cache.cards) == 0
    await again.close()


@pytest.mark.parametrize("heard", ["2026-11-24T1?:00:00+00:00", "2026-11-24T12:00:00"])
async def test_a_time_that_is_none(store: Store, heard: str) -> None:
    """It is asked for at each look at how the kiosk does."""
    change = "INSERT INTO note VALUES ('heard', ?)"
    await store.call(lambda stores: stores.cache._db.execute(change, (heard,)))
    with pytest.raises(SpoiledError):
        await store.call(lambda stores: stores.cache.heard)


async def test_a_lease_that_is_none(store: Store) -> None:
    """So are the seats that are left."""
    change = "INSERT INTO lease VALUES ('x', 'x', 1, 1, 'x', 0, 0)"
    await store.call(lambda stores: stores.cache._db.execute(change))
    with pytest.raises(SpoiledError):
        await store.call(lambda stores: stores.leases.seats_left())


async def test_a_disk_that_takes_nothing_is_no_spoiled_file(store: Store, tmp_path: Path) -> None:
    """Nor is a file that another kiosk has."""
    await store.call(lambda stores: stores.journal._db.execute("PRAGMA query_only = ON"))
    with pytest.raises(DiskError):
        await store.call(Stores.try_to_write)
    with pytest.raises(StoreError, match="a kiosk is running"):
        await Store.open(tmp_path)
    assert names(tmp_path) == {"cache.sqlite", "cache.sqlite-wal"} | {
        "journal.sqlite",
        "journal.sqlite-wal",
    }


def names(folder: Path) -> set[str]:
    """Return what is in a folder."""
    return {path.name for path in folder.iterdir()}
