"""How a kiosk comes to the key of the card digests where its disk does not hold it (decision 12).

The register tells it. Until it has, no card can be read, and the kiosk shows what it waits for.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kaiku.text import Text
from kiosk import systemd, words
from kiosk.backoff import Backoff
from kiosk.config import KeyPlace, Station
from kiosk.disk import Disk
from kiosk.identity import Identity, forget_key
from kiosk.log import log
from kiosk.ports import Display, Scene, Signal
from kiosk.reading import Reading
from kiosk.registry import RegistryClient, RegistryError, RevokedError

LONGEST_WAIT = 15.0
"""Seconds until the register is asked again at the most, for nobody is let in meanwhile."""


def identity_to_keep(identity: Identity, station: Station) -> Identity:
    """Return what of an identity may lie on the disk."""
    return identity if station.key is KeyPlace.DISK else identity.without_key()


class Keying:
    """The key of this run: there from the start, or waited for. Lives on the event loop."""

    def __init__(self, identity: Identity, station: Station) -> None:
        """Take who the kiosk is, and where the key is kept."""
        self._identity, self._station = identity, station
        self._turned = asyncio.Event()
        self._notice: Text | None = None
        self.known = asyncio.Event()
        """Set once cards can be read."""

    def begin(self) -> Reading:
        """Return how cards are read, with the key of the disk where that is its place.

        Where it is not, a key that lies there from before is erased and not used.
        """
        if self._station.key is KeyPlace.MEMORY:
            _take_off_the_disk(self._station.state)
            return Reading()
        if self._identity.digest_key is None:
            return Reading()
        self.known.set()
        return Reading(self._identity.digest_key)

    async def learn(self, registry: RegistryClient, reading: Reading, disk: Disk) -> None:
        """Have the register tell the key where it is not there; return once it is, and is kept.

        Return without where the register has revoked the kiosk, which others see to: while the
        answer was under way, too.
        """
        if self.known.is_set():
            return
        systemd.notify("STATUS=waiting for the register to tell the key: no card is read yet")
        nobodys = reading.key
        key = await _ask_for_key(registry)
        if key is None or reading.key != nobodys:
            return
        reading.key = key
        log("key_told")
        self.known.set()
        self._turned.set()
        if self._station.key is KeyPlace.DISK:
            await self._keep(key, reading, disk)

    async def _keep(self, key: bytes, reading: Reading, disk: Disk) -> None:
        """Keep the key on the disk, tried again for as long as that takes nothing; staff are told.

        One that is forgotten meanwhile is kept no more: the kiosk was revoked (promise P6).
        """
        identity = replace(self._identity, digest_key=key)
        backoff = Backoff()
        while reading.key == key:
            try:
                identity.save(self._station.state)
            except OSError as error:
                disk.fails("identity", error)
                await backoff.wait()
            else:
                break
        disk.works("identity")

    def noticed(self, notice: Text | None) -> None:
        """Take the word to staff that the waiting screen shows."""
        self._notice = notice
        self._turned.set()

    async def show_waiting(self, displays: Sequence[Display]) -> None:
        """Show what is waited for; return once cards can be read."""
        while not self.known.is_set():
            self._turned.clear()
            for display in displays:
                await display.show(_waiting(self._notice))
            await self._turned.wait()


def _waiting(notice: Text | None) -> Scene:
    if notice == words.NOT_ENROLLED:
        return Scene(Signal.WAIT, words.NOT_ENROLLED, detail=words.ASK_STAFF)
    if notice in (words.TOKEN_REFUSED, words.UNTRUSTED):  # no network would help
        return Scene(Signal.WAIT, words.NO_CARDS_YET, detail=words.ASK_STAFF, notice=notice)
    shown = None if notice == words.NO_NETWORK else notice
    return Scene(Signal.WAIT, words.NO_CARDS_YET, detail=words.WAITS_FOR_NETWORK, notice=shown)


async def _ask_for_key(registry: RegistryClient) -> bytes | None:
    """Return the key once the register has told it, or None where it has revoked the kiosk."""
    backoff = Backoff(most=LONGEST_WAIT)
    told = ""
    while True:
        try:
            return await registry.digest_key()
        except RevokedError:
            return None
        except RegistryError as error:
            if str(error) != told:
                told = str(error)
                log("key_awaited", why=told)
            await backoff.wait()


def _take_off_the_disk(state: Path) -> None:
    """Erase the key there; a disk that takes nothing now is tried again at the next start."""
    try:
        if forget_key(state):
            log("key_removed")
    except OSError as error:
        log("disk_failed", what="identity", why=str(error))
