"""What the devices take of the machine: a line, a port or a file that two of them want is told."""

from collections.abc import Iterable, Iterator

from kiosk.ports import DriverSettings


def taken_twice(devices: Iterable[tuple[str, DriverSettings]]) -> Iterator[tuple[str, str]]:
    """Yield the key of each setting that takes what another has, and what to do about it.

    ``devices`` are keys as they stand in the configuration, and the settings below them.
    """
    owners: dict[str, str] = {}
    for part, settings in devices:
        for name, things in settings.takes().items():
            key = f"{part}.{name}"
            for thing in things:
                owner = owners.setdefault(thing, key)
                if owner != key:
                    yield key, f"{thing} is taken by {owner} already; each has its own"
                elif things.count(thing) > 1:
                    yield key, f"names {thing} twice; name it once"
                    break
