"""How the kiosk does: the body of a heartbeat, and what ``kaikuportti status`` tells."""

import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from kiosk.config import Config
from kiosk.keying import Keying
from kiosk.link import Link
from kiosk.store import Store


class Devices:
    """Which of the configured devices are there; a reader may have several parts."""

    def __init__(self, names: tuple[str, ...], readers: tuple[str, ...]) -> None:
        """Take all that are configured; a reader is not tried until it says how it is."""
        self._names = names
        self._untried = set(readers)
        self._missing: dict[tuple[str, str], str] = {}

    def note(self, name: str, part: str, *, present: bool, why: str) -> None:
        """Remember that a part of a device has gone or come back."""
        self._untried.discard(name)
        if present:
            self._missing.pop((name, part), None)
        else:
            self._missing[name, part] = why

    def lacks(self, name: str) -> bool:
        """Tell whether a device, or a part of it, is known to be missing."""
        return any(owner == name for owner, _ in self._missing)

    def is_faulty(self, name: str) -> bool:
        """Tell whether a device is there and does not do its work."""
        return (name, name) in self._missing

    def told(self) -> dict[str, str]:
        """Return how each device is."""
        found = dict.fromkeys(self._names, "ok")
        found |= dict.fromkeys(self._untried, "not tried yet")
        for name in found:
            lost = [
                why if part == name else f"{part}: {why or 'missing'}"
                for (owner, part), why in self._missing.items()
                if owner == name
            ]
            if lost:
                found[name] = "; ".join(lost)
        return found


@dataclass(frozen=True, slots=True)
class Condition:
    """All that says how a running kiosk does."""

    config: Config
    store: Store
    link: Link
    keying: Keying
    devices: Devices
    began: float = field(default_factory=time.monotonic)

    async def look(self) -> dict[str, Any]:
        """Return how it does at this moment; raise :class:`kiosk.disk.DiskError`."""
        backlog, cards, leased, journal, whole, set_aside = await self.store.call(
            lambda stores: (
                stores.journal.backlog(),
                stores.cache.cards,
                stores.leases.seats_left(),
                stores.journal.id,
                stores.cache.whole,
                stores.set_aside(),
            )
        )
        link = self.link
        age = None if link.last_contact is None else datetime.now(UTC) - link.last_contact
        return {
            "version": version("kaikuportti"),
            "unsent": backlog.unsent,
            "parked": backlog.parked,
            "leased": None if link.clock_suspect else leased,
            "journal": str(journal),
            "cache_age": None if age is None else round(age.total_seconds(), 1),
            "clock": datetime.now(UTC).isoformat(),
            "devices": self.devices.told(),
            "key": self.config.station.key.value,
            "key_known": self.keying.known.is_set(),
            "contact": link.contact.value,
            "cards": cards,
            "cards_whole": whole,
            "spoiled": {name: asdict(rescued) for name, rescued in set_aside.items()},
            "clock_suspect": link.clock_suspect,
            "disk": next(iter(self.store.disk.troubles.values()), None),
            "uptime": round(time.monotonic() - self.began, 1),
        }
