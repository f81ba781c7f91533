"""What the devices take of the machine: a line, a port or a file that two of them want is told."""

from collections.abc import Iterable, Iterator

from kiosk.ports import DriverSettings


def taken_twice(devices: Iterable[tuple[str, DriverSettings]]) -> Iterator[tuple[str, str]]:
    """Yield the key of each setting that takes what another has, and what to do about it.

    ``devices`` are keys as they stand in the configuration, and the settings below them. Of what
    two settings both take, the first is told.
    """
    owners: dict[str, tuple[str, bool]] = {}
    for part, settings in devices:
        shared = settings.shares()
        for name, things in settings.takes().items():
            key, told = f"{part}.{name}", set[str]()
            for thing in things:
                owner, of_bus = owners.setdefault(thing, (key, thing in shared))
                if owner != key and not (of_bus and thing in shared) and owner not in told:
                    told.add(owner)
                    yield key, f"{thing} is taken by {owner} already; each has its own"
                elif things.count(thing) > 1:
                    yield key, f"names {thing} twice; name it once"
                    break
