"""What the devices take of the machine: a line, a port or a file.

What two of them want is told, and lines that are seldom meant.
"""

from collections.abc import Iterable, Iterator

from kiosk.ports import LAST_LINE, DriverSettings, lines

_SELDOM = {
    **dict.fromkeys(
        lines(0, 1),
        "is kept for the chip by which a board on the header says what it is; better take another",
    ),
    **dict.fromkeys(
        lines(*range(28, LAST_LINE + 1)),
        "is led out by a Compute Module 1 or 3 alone; the 40-pin header has GPIO 2 to 27",
    ),
}
"""Lines that work on some machines only, and why."""

_PULLED_UP = frozenset(lines(*range(2, 9)))
_LIT = (
    "is pulled high by the Pi until the kiosk has it, and so switched on; take one of GPIO 9 to 27"
)


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


def seldom_meant(devices: Iterable[tuple[str, DriverSettings]]) -> Iterator[tuple[str, str]]:
    """Yield the key of each setting with a line that is better not taken for it, and why."""
    for part, settings in devices:
        for name, things in settings.takes().items():
            why = _SELDOM
            if name in settings.switched_high():
                why = {**_SELDOM, **dict.fromkeys(_PULLED_UP, _LIT)}
            yield from (
                (f"{part}.{name}", f"{thing} {why[thing]}") for thing in things if thing in why
            )
