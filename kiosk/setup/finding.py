"""Finds the scanner and the keypad by listening to all that is plugged in until one speaks.

They are named by the socket they are plugged into, so that a scanner of the same make that takes a
broken one's place works at once, and two alike are told apart.
"""

import asyncio
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.config import Device, Role, read_device
from kiosk.ports import (
    DeviceChanged,
    DeviceError,
    DriverSettings,
    Event,
    Pressed,
    Reader,
    Scanned,
    Surroundings,
)

KEYBOARDS = Path("/dev/input/by-path")
"""Where udev names the input devices by their sockets."""

PORTS = Path("/dev/serial/by-path")
"""Where udev names the serial ports by their sockets."""

PI_PORT = Path("/dev/serial0")
"""What Raspberry Pi OS calls the port on the header."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Which device spoke, and what it said; what could not be listened to, with the reasons."""

    device: Device | None
    event: Event | None = None
    deaf: Mapping[str, str] = field(default_factory=dict)


def scanners(taken: Iterable[str], settings: Mapping[str, Mapping[str, Any]]) -> list[Device]:
    """Return every place where a scanner may be plugged in, but for those that are taken.

    ``settings`` are what one of each driver is set to.
    """
    serial = [
        read_device(Role.SCANNER, {"driver": "serial", "port": str(path), **settings["serial"]})
        for path in _ports()
    ]
    return _but([*serial, *_typing(Role.SCANNER, settings["hid"])], taken)


def keypads(taken: Iterable[str], settings: Mapping[str, Any]) -> list[Device]:
    """Return every place where a keypad may be plugged in, but for those that are taken."""
    return _but(_typing(Role.KEYPAD, settings), taken)


async def listen(
    devices: Iterable[Device],
    kind: type[Scanned] | type[Pressed],
    surroundings: Surroundings,
    within: float,
    *,
    grab: bool,
) -> Heard:
    """Listen to all the devices until one says something of a kind, for so many seconds.

    Without ``grab`` what they type is left to the console as well, whatever is configured.
    """
    readers: dict[str, tuple[Device, Reader]] = {}
    deaf: dict[str, str] = {}
    for device in devices:
        place = place_of(device)
        try:
            settings = device.settings if grab else _ungrabbed(device.settings)
            readers[place] = device, device.module.connect(settings, surroundings)
        except DeviceError as error:
            deaf[place] = str(error)
    heard: asyncio.Future[tuple[Device, Event]] = asyncio.get_running_loop().create_future()

    async def follow(place: str, device: Device, reader: Reader) -> None:
        def take(event: Event) -> None:
            match event:
                case DeviceChanged(present=False, why=why):
                    deaf[place] = why
                case Scanned(data=b""):
                    pass
                case _ if isinstance(event, kind) and not heard.done():
                    heard.set_result((device, event))

        try:
            await reader.run(take)
        except DeviceError as error:
            deaf[place] = str(error)

    tasks = [asyncio.create_task(follow(place, *found)) for place, found in readers.items()]
    try:
        device, event = await asyncio.wait_for(heard, within)
    except TimeoutError:
        return Heard(None, deaf=deaf)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return Heard(device, event, deaf)


def place_of(device: Device) -> str:
    """Return the path that names a scanner or a keypad."""
    settings = device.settings.model_dump(mode="json")
    if "port" in settings:
        return str(settings["port"])
    named = settings["device"]
    return str(named if isinstance(named, str) else named[0])


def _ports() -> list[Path]:
    found = sorted(PORTS.glob("*")) if PORTS.is_dir() else []
    seen: dict[Path, Path] = {}
    for path in [*found, PI_PORT]:
        if path.exists():
            seen.setdefault(path.resolve(), path)
    return [*seen.values()]


def _but(places: Iterable[Device], taken: Iterable[str]) -> list[Device]:
    others = set(taken)
    return [place for place in places if os.path.realpath(place_of(place)) not in others]


def _typing(role: Role, settings: Mapping[str, Any]) -> list[Device]:
    """Return the devices that type; two names of one are one."""
    paths = sorted(KEYBOARDS.glob("*-event-kbd")) if KEYBOARDS.is_dir() else []
    each = {path.resolve(): path for path in reversed(paths)}
    return [
        read_device(role, {"driver": "hid", "device": str(path), **settings})
        for path in sorted(each.values())
    ]


def _ungrabbed(settings: DriverSettings) -> DriverSettings:
    """Return how a device is opened at the machine's own keyboard, which is needed for the talk."""
    return settings.model_copy(update={"grab": False}) if hasattr(settings, "grab") else settings
