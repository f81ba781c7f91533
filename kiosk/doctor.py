"""``kaikuportti doctor``: tries each thing the kiosk needs and says, for each, what to mend."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kiosk.config import EXPOSED, MUTE, Config, Device, KeyPlace, is_mute
from kiosk.disk import DiskError
from kiosk.files import StoreError
from kiosk.identity import Identity, NotEnrolledError, UnreadableIdentityError, load_identity
from kiosk.journal import Backlog
from kiosk.metrics import MetricsError, serving
from kiosk.ports import DeviceError, SelfTest, Surroundings
from kiosk.registry import (
    RegistryClient,
    RegistryError,
    RevokedError,
    TokenRefusedError,
    UntrustedError,
)
from kiosk.rescue import is_under_way, set_aside
from kiosk.status import FOREIGN_KEY, UNDER_WAY, describe_spoiled, find_status, to_be_mended
from kiosk.store import Store, Stores


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: what, whether it is well, and what was found or is to be mended."""

    what: str
    ok: bool
    words: str

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return asdict(self)


async def examine(config: Config) -> list[Finding]:
    """Try identity, register, store and devices; what a running kiosk holds is left alone."""
    running = find_status(config.station.state)
    findings = await _register(config)
    if running is not None:
        return [*findings, *_of_running(running)]
    try:
        findings.append(await _store(config))
        found = set_aside(config.station.state)
        findings += _spoiled({name: asdict(each) for name, each in found.items()})
    except PermissionError:
        words = "closed to this user; run this as root or as the kiosk's user"
        findings.append(Finding(f"store {config.station.state}", ok=False, words=words))
    findings += _figures(config.metrics.port)
    if is_mute(config):
        findings.append(Finding("display", ok=False, words=MUTE))
    return [*findings, *[await _device(config, device) for device in config.devices]]


def _of_running(condition: Mapping[str, Any]) -> list[Finding]:
    """Return what the kiosk that runs says of itself: it holds the store and the devices."""
    told = (each.partition(": ") for each in to_be_mended(condition))
    mend = [Finding(what, ok=False, words=words) for what, _, words in told]
    holds = "a kiosk is running and holds the store and the devices; stop it to try those"
    return [Finding("kiosk", ok=True, words=holds), *mend]


async def _register(config: Config) -> list[Finding]:
    what = f"register {config.registry.url}"
    if config.registry.is_exposed:
        exposed = Finding("registry.url", ok=False, words=EXPOSED)
        return [exposed, *await _greeting(config, what)]
    return await _greeting(config, what)


async def _greeting(config: Config, what: str) -> list[Finding]:
    try:
        identity = load_identity(config.station.state)
        async with RegistryClient(config.registry.url, identity.token) as registry:
            key = await registry.digest_key()
        found = Finding(what, ok=True, words="answers and knows this kiosk")
        return [found, _key(config.station.key, identity, key)]
    except (NotEnrolledError, UnreadableIdentityError) as error:
        return [Finding("identity", ok=False, words=str(error))]
    except RevokedError:
        return [Finding(what, ok=False, words="this kiosk was revoked; enrol it again")]
    except TokenRefusedError as error:
        return [Finding(what, ok=False, words=f"{error}; enrol this kiosk again")]
    except UntrustedError as error:
        words = f"{error}; look at the register's certificate and at this machine's clock"
        return [Finding(what, ok=False, words=words)]
    except RegistryError as error:
        return [Finding(what, ok=False, words=f"{error}; look at the network and the address")]


def _key(place: KeyPlace, identity: Identity, theirs: bytes) -> Finding:
    what = "key of the card digests"
    if place is KeyPlace.DISK:
        if identity.digest_key is None:
            words = "not there; the register tells it at the next start"
            return Finding(what, ok=True, words=words)
        if identity.digest_key != theirs:
            return Finding(what, ok=False, words=FOREIGN_KEY)
        return Finding(what, ok=True, words="on the disk, apart from the cards; the register's")
    if identity.digest_key is not None:
        words = "still on the disk from before; the next start erases it there"
        return Finding(what, ok=True, words=words)
    return Finding(what, ok=True, words="in memory only; the register tells it at each start")


async def _store(config: Config) -> Finding:
    """Try the store; one that is not there is not made, for it would be whoever's calls this."""
    what = f"store {config.station.state}"
    if is_under_way(config.station.state):
        return Finding(what, ok=False, words=UNDER_WAY)
    if not (config.station.state / "journal.sqlite").exists():
        words = "nothing is there yet; run the kiosk with the register in reach"
        if (config.station.state / "cache.sqlite").exists():
            words = "the journal is gone, and what was unsent in it; replace the memory card"
        return Finding(what, ok=False, words=words)
    try:
        store = await Store.open(config.station.state)
    except StoreError as error:
        return Finding(what, ok=False, words=str(error))
    try:
        cards, whole, backlog = await store.call(_look)
    except DiskError as error:
        return Finding(what, ok=False, words=str(error))
    finally:
        await store.close()
    if not whole:
        words = f"{cards} cards, not all yet; run the kiosk with the register in reach"
        return Finding(what, ok=False, words=words)
    return Finding(
        what, ok=True, words=f"{cards} cards, {backlog.unsent} uses unsent, {backlog.parked} parked"
    )


def _spoiled(found: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    return [Finding("journal", ok=False, words=words) for words in describe_spoiled(found)]


def _figures(port: int | None) -> list[Finding]:
    """Try the port of the figures, where they are asked for."""
    if port is None:
        return []
    try:
        with serving(port):
            return [Finding("figures", ok=True, words=f"can be served at port {port}")]
    except MetricsError as error:
        return [Finding("figures", ok=False, words=str(error))]


def _look(stores: Stores) -> tuple[int, bool, Backlog]:
    """Write a little, as each use will, and return how many cards and uses there are."""
    stores.try_to_write()
    return stores.cache.cards, stores.cache.whole, stores.journal.backlog()


async def _device(config: Config, device: Device) -> Finding:
    surroundings = Surroundings(config.station.name, config.station.languages)
    try:
        part = device.module.connect(device.settings, surroundings)
        words = part.check() if isinstance(part, SelfTest) else "is there"
    except DeviceError as error:
        return Finding(device.name, ok=False, words=str(error))
    close = getattr(part, "close", None)
    if close is not None:
        closing = close()
        if asyncio.iscoroutine(closing):
            await closing
    return Finding(device.name, ok=True, words=words)
