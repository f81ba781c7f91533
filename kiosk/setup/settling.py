"""Asks for a device's settings and tries it, until it works or is given up."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kaiku.text import Language
from kiosk.config import ConfigError, Device, Role, configure, read_device, without_file
from kiosk.ports import DeviceError, Surroundings
from kiosk.setup.talk import Talk

Part = dict[str, Any]
"""A device's part of the configuration."""

Asking = Callable[[Talk, Part], Awaitable[None]]
"""Asks for a device's settings, into its part; a setting that is None is left out."""

Trial = Callable[[Talk, Device], Awaitable[bool]]
"""Uses a device, and tells whether it did what it was told."""

_SURROUNDINGS = Surroundings("setup", tuple(Language))


async def settle(
    talk: Talk,
    parts: Mapping[str, Any],
    role: Role,
    chosen: list[Part],
    part: Part,
    ask_settings: Asking,
    try_it: Trial,
) -> None:
    """Ask for a device's settings and try it until it works or is given up; add it to chosen."""
    while True:
        await ask_settings(talk, part)
        for key in [key for key, value in part.items() if value is None]:
            del part[key]
        try:
            _fits(parts, role, [*chosen, part])
            works = await try_it(talk, read_device(role, part))
        except ConfigError as error:
            talk.say(f"  {without_file(error)}")
            works = False
        except DeviceError as error:
            talk.say(f"  It cannot be used: {error}.")
            works = False
        if works or await talk.confirm("Keep it as it is all the same?", default=False):
            chosen.append(part)
            return
        if not await talk.confirm("Try other settings?"):
            return


async def ask_level(talk: Talk, part: Part, question: str) -> None:
    """Ask which level of a line switches something on."""
    part["active_high"] = await talk.confirm(question, default=part.get("active_high", True))


@asynccontextmanager
async def connected(device: Device) -> AsyncIterator[Any]:
    """Hold a device for as long as it is tried, and leave it idle."""
    part = device.module.connect(device.settings, _SURROUNDINGS)
    try:
        yield part
    finally:
        await part.close()


def _fits(parts: Mapping[str, Any], role: Role, chosen: list[Part]) -> None:
    """Raise ConfigError where two devices want the same line."""
    whole = {**parts, role.value: chosen if role is Role.DISPLAY else chosen[-1]}
    configure(Path("setup"), whole)
