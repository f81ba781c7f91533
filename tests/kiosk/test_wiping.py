"""What is taken off the disk, and when: on real files, with the clock's instants written down."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from kaiku.party import ALONE
from kaiku.wire import CardRow, Use
from kiosk import wiping
from kiosk.desk import Record, Standing
from kiosk.files import mark_spoiled
from kiosk.identity import Identity, NotEnrolledError, UnreadableIdentityError, load_identity
from kiosk.journal import UseJournal
from kiosk.link import Link
from kiosk.store import Store, Stores
from kiosk.wiping import forget_cards, out_of_touch, wipe
from tests.kaiku.made import card, entry

pytestmark = pytest.mark.anyio

IDENTITY = Identity("k1", "token", bytes(range(32)))
AINO, ELLI, SANNI = b"A" * 16, b"E" * 16, b"S" * 16
MONTH = timedelta(days=30)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give a store with a card and an unsent use of another, and an identity beside it."""
    store = await Store.open(tmp_path)
    await store.call(lambda stores: stores.cache.apply([CardRow(AINO, card())]))
    use = Use(uuid4(), entry().id, datetime.now(UTC), ELLI, ALONE)
    await store.call(Stores.record, Record(use, ALONE, "local"))
    IDENTITY.save(tmp_path)
    yield store
    await store.close()


def held(folder: Path) -> bytes:
    """Return every byte in the folder's files."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def hear(store: Store, ago: timedelta) -> None:
    """Write down that the register was heard so long ago."""
    await store.call(lambda stores: stores.cache.hear(datetime.now(UTC) - ago))


async def returned(waiting: "asyncio.Task[None]", seconds: float = 0.2) -> bool:
    """Tell whether a task ends within a moment; it is then over."""
    done, _ = await asyncio.wait([waiting], timeout=seconds)
    waiting.cancel()
    return bool(done)


async def test_a_wiped_kiosk_has_its_unsent_uses_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    """No card, no key, no token in any file (promise P6)."""
    await wipe(store, tmp_path)
    assert not any(secret in held(tmp_path) for secret in (AINO, b"token", b"000102"))
    assert ELLI in held(tmp_path)
    with pytest.raises(NotEnrolledError, match="not enrolled"):
        load_identity(tmp_path)


async def test_a_spoiled_journal_that_was_set_aside_is_wiped_too(tmp_path: Path) -> None:
    """It holds whose the uses were that the register has; what is unsent is in the journal (P6)."""
    with closing(UseJournal(tmp_path / "journal.sqlite")) as journal:
        for digest, standing in ((SANNI, Standing.SENT), (ELLI, Standing.UNSENT)):
            use = Use(uuid4(), entry().id, datetime.now(UTC), digest, ALONE)
            journal.record(use, ALONE, "local", standing)
    mark_spoiled(tmp_path / "journal.sqlite")
    store = await Store.open(tmp_path)
    (name,) = await store.call(Stores.set_aside)
    os.link(tmp_path / name / "journal.sqlite", tmp_path / "same")
    assert SANNI in held(tmp_path / name)
    await wipe(store, tmp_path)
    assert await store.call(Stores.set_aside) == {}
    assert SANNI not in held(tmp_path)
    assert ELLI in held(tmp_path)
    await store.close()


async def test_a_kiosk_that_forgets_its_cards_keeps_its_token(store: Store, tmp_path: Path) -> None:
    """By which the register tells them again."""
    await forget_cards(store, tmp_path)
    assert not any(secret in held(tmp_path) for secret in (AINO, b"000102"))
    assert load_identity(tmp_path) == IDENTITY.without_key()
    assert ELLI in held(tmp_path)


async def test_a_spoiled_identity_is_wiped_too(store: Store, tmp_path: Path) -> None:
    """It may still hold the key."""
    (tmp_path / "identity.json").write_bytes(b'{"digest_key": "000102')
    await wipe(store, tmp_path)
    assert b"000102" not in held(tmp_path)


async def test_an_identity_that_cannot_be_read_keeps_no_card(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cards go all the same; the identity is tried again, and staff are told (promise P6)."""

    def unreadable(_folder: Path) -> bool:
        raise UnreadableIdentityError("Input/output error")

    failed = asyncio.Event()
    store.disk.changed = failed.set
    monkeypatch.setattr(wiping, "forget_key", unreadable)
    waiting = asyncio.create_task(wipe(store, tmp_path))
    await failed.wait()
    assert AINO not in held(tmp_path)
    assert ELLI in held(tmp_path)
    monkeypatch.undo()
    await waiting
    assert b"token" not in held(tmp_path)


async def test_a_disk_that_takes_nothing_is_tried_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff are told meanwhile; with a disk that works all is wiped."""
    real, failed = os.fsync, asyncio.Event()

    def fails(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    store.disk.changed = failed.set
    monkeypatch.setattr(os, "fsync", fails)
    wiping_ = asyncio.create_task(wipe(store, tmp_path))
    await failed.wait()
    assert "wiping" in store.disk.troubles
    monkeypatch.setattr(os, "fsync", real)
    await wiping_
    assert not store.disk.troubles
    assert AINO not in held(tmp_path)


async def test_a_register_that_was_not_heard_for_too_long_is_noticed(store: Store) -> None:
    """By what was written down in an earlier run."""
    await hear(store, timedelta(days=31))
    await asyncio.wait_for(out_of_touch(store, Link(), MONTH), 5)


async def test_a_register_that_was_heard_is_waited_for(store: Store) -> None:
    """Yesterday, or in this run; or nothing was written down yet, and the time begins."""
    assert not await returned(asyncio.create_task(out_of_touch(store, Link(), MONTH)))
    await hear(store, timedelta(days=29))
    assert not await returned(asyncio.create_task(out_of_touch(store, Link(), MONTH)))
    await hear(store, timedelta(days=31))
    link = Link(last_contact=datetime.now(UTC))
    assert not await returned(asyncio.create_task(out_of_touch(store, link, MONTH)))
    assert not await returned(asyncio.create_task(out_of_touch(store, Link(), MONTH)))


async def test_a_long_run_without_contact_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register was heard in this run, and not since."""
    monkeypatch.setattr(wiping, "LOOK_EVERY", 0.01)
    link = Link(last_contact=datetime.now(UTC))
    waiting = asyncio.create_task(out_of_touch(store, link, MONTH))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    link.last_contact = datetime.now(UTC) - timedelta(days=31)
    await asyncio.wait_for(waiting, 5)


async def test_a_clock_that_is_suspect_proves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be years ahead; once it is trusted again it counts (promise P7)."""
    monkeypatch.setattr(wiping, "LOOK_EVERY", 0.01)
    await hear(store, timedelta(days=31))
    link = Link(clock_doubted=True)
    waiting = asyncio.create_task(out_of_touch(store, link, MONTH))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    link.clock_doubted = False
    await asyncio.wait_for(waiting, 5)


async def test_an_instant_ahead_of_the_clock_is_put_right(store: Store) -> None:
    """It was written with a wrong clock; the time begins anew."""
    await hear(store, -timedelta(days=300))
    assert not await returned(asyncio.create_task(out_of_touch(store, Link(), MONTH)))
    heard = await store.call(lambda stores: stores.cache.heard)
    assert heard is not None
    assert heard <= datetime.now(UTC)


async def test_a_kiosk_without_cards_has_nothing_to_forget(store: Store, tmp_path: Path) -> None:
    """After it has forgotten them it does not do so again and again."""
    await forget_cards(store, tmp_path)
    await hear(store, timedelta(days=31))
    assert not await returned(asyncio.create_task(out_of_touch(store, Link(), MONTH)))


async def test_without_a_limit_it_is_noted_when_the_register_was_heard(store: Store) -> None:
    """For what is told after a restart; nothing is forgotten, and what never was is not noted."""
    assert not await returned(asyncio.create_task(out_of_touch(store, Link(), None)))
    assert await store.call(lambda stores: stores.cache.heard) is None
    heard = datetime.now(UTC) - timedelta(days=400)
    link = Link(last_contact=heard)
    assert not await returned(asyncio.create_task(out_of_touch(store, link, None)))
    assert await store.call(lambda stores: stores.cache.heard) == heard
