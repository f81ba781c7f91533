"""The steps that choose the lights, the displays, the gate and the buzzer, and try each."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kaiku.text import Language, Text
from kiosk import words
from kiosk.config import ConfigError, Device, Role, configure, read_device, without_file
from kiosk.ports import DeviceError, Event, Passed, Scene, Signal, Surroundings
from kiosk.setup.talk import Talk

PASSAGE = 30.0
"""Seconds that somebody has to walk through the gate."""

_SURROUNDINGS = Surroundings("setup", tuple(Language))
_REFUSED = Text("Kortti ei kelpaa", "Kortet gäller inte", "The card is not valid")

_TRIED = {
    Signal.ACCEPTED: (words.WELCOME, "a welcome (lights: green, steady)"),
    Signal.REFUSED: (_REFUSED, "a refusal (lights: red, blinking fast)"),
    Signal.ASK: (words.CHILDREN, "a question (lights: yellow, slowly on and off)"),
}


async def ask_displays(talk: Talk, parts: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Choose what shows the verdict, one display or several, into ``parts``."""
    talk.say("\n5. What shows the verdict")
    standing = {part.get("driver"): part for part in before.get("display", [])}
    offered = {
        "lights": "two or three lamps on GPIO lines",
        "led-matrix": "a row of LED blocks on SPI",
        "eink": "an e-ink panel, beside lamps: it is slow",
        "none": "nothing more",
    }
    chosen: list[dict[str, Any]] = []
    while len(offered) > 1:
        default = next((name for name in standing if name in offered), None)
        default = default or ("none" if chosen else "lights")
        driver = await talk.choose("Which display?", offered, default)
        if driver == "none":
            break
        part = dict(standing.pop(driver, {"driver": driver}))
        await _settle(talk, parts, Role.DISPLAY, chosen, part)
        if chosen and chosen[-1] is part:
            del offered[driver]
    if chosen:
        parts["display"] = chosen


async def ask_gate(talk: Talk, parts: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Choose the gate into ``parts``, and have it opened and walked through."""
    talk.say("\n6. The gate")
    await _one(talk, parts, before, Role.GATE, "Is there a gate or a door to open?")


async def ask_buzzer(talk: Talk, parts: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Choose the buzzer into ``parts``."""
    talk.say("\n7. The buzzer")
    await _one(talk, parts, before, Role.BUZZER, "Is there one?")


async def _one(
    talk: Talk, parts: dict[str, Any], before: Mapping[str, Any], role: Role, question: str
) -> None:
    """Settle the one device that a role may have."""
    part = dict(before.get(role.value, {"driver": "none"}))
    if not await talk.confirm(question, default=part["driver"] != "none"):
        return
    if part["driver"] == "none":
        part = {"driver": "gpio"}
    chosen: list[dict[str, Any]] = []
    await _settle(talk, parts, role, chosen, part)
    if chosen:
        parts[role.value] = part


async def _settle(
    talk: Talk,
    parts: Mapping[str, Any],
    role: Role,
    chosen: list[dict[str, Any]],
    part: dict[str, Any],
) -> None:
    """Ask for a device's settings and try it until it works or is given up; add it to chosen."""
    while True:
        await _ask_settings(talk, role, part)
        try:
            _fits(parts, role, [*chosen, part])
            works = await _try(talk, read_device(role, part))
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


def _fits(parts: Mapping[str, Any], role: Role, chosen: list[dict[str, Any]]) -> None:
    """Raise ConfigError where two devices want the same line."""
    whole = {**parts, role.value: chosen if role is Role.DISPLAY else chosen[-1]}
    configure(Path("setup"), whole)


async def _ask_settings(talk: Talk, role: Role, part: dict[str, Any]) -> None:
    match role, part["driver"]:
        case Role.DISPLAY, "lights":
            talk.say("Lines are Broadcom numbers: GPIO 17 is pin 11 of the header.")
            part["green"] = await talk.whole_number("Line of the green lamp", part.get("green", 5))
            part["red"] = await talk.whole_number("Line of the red lamp", part.get("red", 6))
            part["yellow"] = await talk.whole_number(
                "Line of a yellow lamp, - for none", part.get("yellow"), optional=True
            )
            await _ask_level(talk, part, "Is a lamp lit when its line is high?")
        case Role.DISPLAY, "eink":
            part["panel"] = await talk.ask(
                "The panel, by its maker's name, such as epd4in2_V2",
                part.get("panel"),
                _wrong_panel,
            )
        case Role.GATE, _:
            part["pin"] = await talk.whole_number("Line of the relay", part.get("pin", 26))
            await _ask_level(talk, part, "Does the relay pull when its line is high?")
            part["mode"] = await talk.choose(
                "How is it opened?",
                {"pulse": "a turnstile: one pulse a person", "hold": "a door: held open a while"},
                part.get("mode", "pulse"),
            )
            part["passage_pin"] = await talk.whole_number(
                "Line of an input that sees people pass, - for none",
                part.get("passage_pin"),
                optional=True,
            )
        case Role.BUZZER, _:
            part["pin"] = await talk.whole_number("Line of the buzzer", part.get("pin", 22))
            part["tone"] = await talk.confirm(
                "Does it need a tone (passive), or does it sound by itself (n)?",
                default=part.get("tone", False),
            )
    for key in [key for key, value in part.items() if value is None]:
        del part[key]


async def _ask_level(talk: Talk, part: dict[str, Any], question: str) -> None:
    part["active_high"] = await talk.confirm(question, default=part.get("active_high", True))


def _wrong_panel(name: str) -> str | None:
    try:
        read_device(Role.DISPLAY, {"driver": "eink", "panel": name})
    except ConfigError as error:
        return without_file(error)
    return None


async def _try(talk: Talk, device: Device) -> bool:
    """Use the device, and ask whether it did what it was told."""
    match device.role:
        case Role.DISPLAY:
            return await _try_display(talk, device)
        case Role.GATE:
            return await _try_gate(talk, device)
        case _:
            return await _try_buzzer(talk, device)


async def _try_display(talk: Talk, device: Device) -> bool:
    async with _connected(device) as display:
        for signal, (title, expected) in _TRIED.items():
            await display.show(Scene(signal, title))
            if not await talk.confirm(f"Does it show {expected}?"):
                return False
    return True


async def _try_gate(talk: Talk, device: Device) -> bool:
    async with _connected(device) as gate:
        if not await talk.confirm("The gate will open now. Is everybody clear of it?"):
            return False
        passed = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, Passed):
                passed.set()

        watching = asyncio.create_task(gate.run(hear))
        try:
            await gate.open(1)
            if not await talk.confirm("Did it open?"):
                return False
            return not gate.watches or await _walk_through(talk, passed)
        finally:
            watching.cancel()


async def _walk_through(talk: Talk, passed: asyncio.Event) -> bool:
    talk.say(f"Walk through it now, within {PASSAGE:.0f} seconds.")
    try:
        await asyncio.wait_for(passed.wait(), PASSAGE)
    except TimeoutError:
        talk.say("  Nobody was seen to pass. Look at the input's line and its resting level.")
        return False
    talk.say("  Seen.")
    return True


async def _try_buzzer(talk: Talk, device: Device) -> bool:
    async with _connected(device) as buzzer:
        await buzzer.sound(Signal.ACCEPTED)
        if not await talk.confirm("Did you hear the welcome?"):
            return False
        await buzzer.sound(Signal.REFUSED)
        return await talk.confirm("And now the refusal, which is another?")


@asynccontextmanager
async def _connected(device: Device) -> AsyncIterator[Any]:
    """Hold a device for as long as it is tried, and leave it idle."""
    part = device.module.connect(device.settings, _SURROUNDINGS)
    try:
        yield part
    finally:
        await part.close()
