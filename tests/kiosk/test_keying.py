"""A kiosk that has no key on its disk: what it waits for, what it shows, and what it keeps (P6)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from kaiku.digest import digest
from kaiku.number import make
from kaiku.text import Language
from kiosk import words
from kiosk.backoff import Backoff
from kiosk.config import KeyPlace, Station
from kiosk.disk import Disk
from kiosk.identity import Identity, forget_identity, load_identity
from kiosk.keying import Keying, identity_to_keep
from kiosk.ports import Scene
from kiosk.reading import Reading
from kiosk.registry import RegistryClient

pytestmark = pytest.mark.anyio

KEY = bytes(range(32))
IDENTITY = Identity("k1", "token", KEY)
NUMBER = make(lambda below: below // 3)
ON_DISK = digest(NUMBER, KEY)


class FakeRegister:
    """Answers the question for the key with one status after the other, then with the key."""

    def __init__(self, *refusals: httpx.Response) -> None:
        self.refusals = list(refusals)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        assert request.url.path == "/api/v1/kiosk/key"
        if self.refusals:
            return self.refusals.pop(0)
        return httpx.Response(200, json={"digest_key": KEY.hex()})


class RevokedMeanwhile(FakeRegister):
    """Tells the key, and the kiosk hears of its revocation before the answer is there."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self._reading.forget()
        return super().__call__(request)


class Shown:
    """A display that remembers what it was given."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    async def show(self, scene: Scene) -> None:
        """Remember it."""
        self.scenes.append(scene)

    async def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def register() -> FakeRegister:
    """Give a register that tells the key."""
    return FakeRegister()


@pytest.fixture
async def client(register: FakeRegister) -> AsyncIterator[RegistryClient]:
    """Give the calls to it."""
    transport = httpx.MockTransport(register)
    async with RegistryClient("http://kanta", "token", transport) as client:
        yield client


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment only between two questions."""
    monkeypatch.setattr(Backoff, "__init__", lambda self, **_: _hurry(self))


def _hurry(backoff: Backoff) -> None:
    backoff._first, backoff._most, backoff._next = 0.001, 0.01, 0.001


def station(folder: Path, key: KeyPlace) -> Station:
    """Return a kiosk that keeps its key there."""
    return Station(name="Gate", state=folder, key=key)


async def test_a_key_on_the_disk_is_there_at_once(tmp_path: Path, client: RegistryClient) -> None:
    """The network is not needed, nor asked."""
    IDENTITY.save(tmp_path)
    keying = Keying(IDENTITY, station(tmp_path, KeyPlace.DISK))
    assert keying.begin().digest(NUMBER.encode()) == ON_DISK
    assert keying.known.is_set()
    assert load_identity(tmp_path) == IDENTITY


async def test_the_register_is_asked_until_it_tells_the_key(
    tmp_path: Path,
    register: FakeRegister,
    client: RegistryClient,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Cards can be read then; each new reason is logged once, and no file holds the key."""
    register.refusals += [httpx.Response(503), httpx.Response(503), httpx.Response(404)]
    IDENTITY.without_key().save(tmp_path)
    keying = Keying(load_identity(tmp_path), station(tmp_path, KeyPlace.MEMORY))
    reading = keying.begin()
    assert reading.digest(NUMBER.encode()) != ON_DISK
    await keying.learn(client, reading, Disk())
    assert keying.known.is_set()
    assert reading.digest(NUMBER.encode()) == ON_DISK
    said = capsys.readouterr().err
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert events == ["key_awaited", "key_awaited", "key_told"]
    assert KEY.hex() not in said
    assert KEY.hex() not in (tmp_path / "identity.json").read_text()


async def test_a_key_that_is_on_the_disk_from_before_is_erased_and_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The venue has chosen the memory since; the log says so."""
    IDENTITY.save(tmp_path)
    keying = Keying(load_identity(tmp_path), station(tmp_path, KeyPlace.MEMORY))
    assert keying.begin().digest(NUMBER.encode()) != ON_DISK
    assert not keying.known.is_set()
    assert load_identity(tmp_path) == IDENTITY.without_key()
    assert json.loads(capsys.readouterr().err)["event"] == "key_removed"


async def test_a_disk_that_takes_nothing_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key is erased at the next start; without a network nobody is let in all the same."""
    IDENTITY.save(tmp_path)

    def read_only(_folder: Path) -> bool:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("kiosk.keying.forget_key", read_only)
    keying = Keying(IDENTITY, station(tmp_path, KeyPlace.MEMORY))
    keying.begin()
    assert not keying.known.is_set()
    assert json.loads(capsys.readouterr().err)["event"] == "disk_failed"


async def test_a_kiosk_that_goes_back_to_the_disk_keeps_what_it_is_told(
    tmp_path: Path, client: RegistryClient
) -> None:
    """Once; the next start needs no network."""
    IDENTITY.without_key().save(tmp_path)
    keying = Keying(load_identity(tmp_path), station(tmp_path, KeyPlace.DISK))
    await keying.learn(client, keying.begin(), Disk())
    assert load_identity(tmp_path) == IDENTITY


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have the disk take no identity; return what makes room."""
    monkeypatch.setattr("kiosk.identity.os.fsync", _no_room)
    return monkeypatch.undo


def _no_room(_file: int) -> None:
    raise OSError(28, "No space left on device")


def files(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return [file.name for file in folder.iterdir()]


async def test_a_key_that_the_disk_does_not_take_is_kept_once_there_is_room(
    tmp_path: Path, client: RegistryClient, full: Callable[[], None]
) -> None:
    """Cards are read meanwhile; the trouble that staff are told of ends with it."""
    keying, disk = Keying(IDENTITY.without_key(), station(tmp_path, KeyPlace.DISK)), Disk()
    learning = asyncio.create_task(keying.learn(client, keying.begin(), disk))
    async with asyncio.timeout(5):
        await keying.known.wait()
        await disk.failed()
        await asyncio.sleep(0.05)
        assert list(disk.troubles) == ["identity"]
        full()
        await learning
    assert not disk.troubles
    assert load_identity(tmp_path) == IDENTITY


async def test_a_key_that_was_forgotten_meanwhile_is_not_kept(
    tmp_path: Path, client: RegistryClient, full: Callable[[], None]
) -> None:
    """A revoked kiosk has erased it, and room that comes later brings nothing back (P6)."""
    keying, disk = Keying(IDENTITY.without_key(), station(tmp_path, KeyPlace.DISK)), Disk()
    reading = keying.begin()
    learning = asyncio.create_task(keying.learn(client, reading, disk))
    async with asyncio.timeout(5):
        await disk.failed()
        reading.forget()
        full()
        forget_identity(tmp_path)
        await learning
    assert not disk.troubles
    assert files(tmp_path) == []


async def test_a_revoked_kiosk_is_not_told(
    tmp_path: Path, register: FakeRegister, client: RegistryClient
) -> None:
    """It asks no more, and reads no card; the synchronisation sees to the wiping."""
    register.refusals.append(httpx.Response(401, json={"code": "revoked", "title": "No"}))
    keying = Keying(IDENTITY.without_key(), station(tmp_path, KeyPlace.DISK))
    await keying.learn(client, keying.begin(), Disk())
    assert not keying.known.is_set()


async def test_what_is_waited_for_is_shown_in_every_language(
    tmp_path: Path, client: RegistryClient
) -> None:
    """With what staff should know besides; a revoked kiosk says that it is not enrolled."""
    keying = Keying(IDENTITY.without_key(), station(tmp_path, KeyPlace.DISK))
    reading, display = keying.begin(), Shown()
    waiting = asyncio.create_task(keying.show_waiting([display]))
    for notice in (
        words.NO_NETWORK,
        words.CLOCK_WRONG,
        words.UNTRUSTED,
        words.NOT_ENROLLED,
    ):
        await asyncio.sleep(0.01)
        keying.noticed(notice)
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await keying.learn(client, reading, Disk())
    await waiting
    told = [(scene.title.en, scene.notice and scene.notice.en) for scene in display.scenes]
    assert told == [
        ("Cards are not read yet", None),
        ("Cards are not read yet", None),
        ("Cards are not read yet", "The clock is wrong"),
        ("Cards are not read yet", "Certificate not valid"),
        ("Not enrolled", None),
    ]
    detail = display.scenes[0].detail
    assert detail is not None
    assert detail.in_(Language.FI) == "Laite odottaa verkkoyhteyttä. Kysy henkilökunnalta."
    assert display.scenes[3].detail == words.ASK_STAFF  # no network would help


def test_only_what_may_lie_on_the_disk_is_kept_at_enrolment(tmp_path: Path) -> None:
    """With the memory as the key's place the file never holds it, not for a moment."""
    assert identity_to_keep(IDENTITY, station(tmp_path, KeyPlace.DISK)) == IDENTITY
    kept = identity_to_keep(IDENTITY, station(tmp_path, KeyPlace.MEMORY))
    assert kept == IDENTITY.without_key()


@pytest.mark.parametrize("place", KeyPlace)
async def test_a_key_that_comes_after_the_revocation_is_not_taken(
    tmp_path: Path, place: KeyPlace
) -> None:
    """Its answer was under way while the cards and the identity were wiped (promise P6)."""
    IDENTITY.without_key().save(tmp_path)
    keying = Keying(IDENTITY.without_key(), station(tmp_path, place))
    reading = keying.begin()
    transport = httpx.MockTransport(RevokedMeanwhile(reading))
    async with RegistryClient("http://kanta", "token", transport) as client:
        await keying.learn(client, reading, Disk())
    assert reading.digest(NUMBER.encode()) != ON_DISK
    assert not keying.known.is_set()
    assert load_identity(tmp_path).digest_key is None
