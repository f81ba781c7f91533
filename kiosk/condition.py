"""How the kiosk does: the body of a heartbeat, and what ``kaikuportti status`` tells."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from kiosk.config import Config
from kiosk.keying import Keying
from kiosk.link import Link
from kiosk.store import Store, Stores


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
        return self._with(await self.store.call(_held))

    def without_store(self) -> dict[str, Any]:
        """Return how it does where the disk gives nothing: what it holds is not known then."""
        return self._with(_NOT_KNOWN)

    def _with(self, held: Mapping[str, Any]) -> dict[str, Any]:
        link = self.link
        told = {name: value for name, value in held.items() if name != "heard"}
        heard = link.last_contact or held["heard"]
        age = None if heard is None else max(timedelta(), datetime.now(UTC) - heard)
        return {
            "version": version("kaikuportti"),
            **told,
            "leased": None if link.clock_suspect else held["leased"],
            "cache_age": None if age is None else round(age.total_seconds(), 1),
            "clock": datetime.now(UTC).isoformat(),
            "devices": self.devices.told(),
            "key": self.config.station.key.value,
            "key_known": self.keying.known.is_set(),
            "contact": link.contact.value,
            "clock_suspect": link.clock_suspect,
            "disk": next(iter(self.store.disk.troubles.values()), None),
            "uptime": round(time.monotonic() - self.began, 1),
        }


_NOT_KNOWN: Mapping[str, Any] = {
    **dict.fromkeys(("unsent", "parked", "leased", "journal", "cards", "cards_whole")),
    "heard": None,
    "spoiled": {},
}
"""What the store holds, where it cannot be read."""


def _held(stores: Stores) -> dict[str, Any]:
    backlog = stores.journal.backlog()
    return {
        "unsent": backlog.unsent,
        "parked": backlog.parked,
        "leased": stores.leases.seats_left(),
        "journal": str(stores.journal.id),
        "cards": stores.cache.cards,
        "cards_whole": stores.cache.whole,
        "heard": stores.cache.heard,
        "spoiled": {name: asdict(found) for name, found in stores.set_aside().items()},
    }
