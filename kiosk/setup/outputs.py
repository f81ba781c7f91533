"""The steps that choose the gate and the buzzer, and try each."""

import asyncio
from collections.abc import Mapping
from typing import Any

from kiosk.config import Device, Role
from kiosk.ports import Event, Passed, Signal
from kiosk.setup.settling import Asking, Part, Trial, ask_level, connected, settle
from kiosk.setup.talk import Talk

PASSAGE = 30.0
"""Seconds that somebody has to walk through the gate."""


async def ask_gate(talk: Talk, parts: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Choose the gate into ``parts``, and have it opened and walked through."""
    talk.say("\n6. The gate")
    if await _is_there(talk, before, Role.GATE, "Is there a gate or a door to open?"):
        await _one(talk, parts, before, Role.GATE, _ask_relay, _try_gate)


async def ask_buzzer(talk: Talk, parts: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Choose the buzzer into ``parts``."""
    talk.say("\n7. The buzzer")
    if await _is_there(talk, before, Role.BUZZER, "Is there one?"):
        await _one(talk, parts, before, Role.BUZZER, _ask_sounder, _try_buzzer)


async def _is_there(talk: Talk, before: Mapping[str, Any], role: Role, question: str) -> bool:
    return await talk.confirm(question, default=_part(before, role)["driver"] != "none")


async def _one(
    talk: Talk,
    parts: dict[str, Any],
    before: Mapping[str, Any],
    role: Role,
    ask_settings: Asking,
    try_it: Trial,
) -> None:
    """Settle the one device that a role may have."""
    part = _part(before, role)
    if part["driver"] == "none":
        part = {"driver": "gpio"}
    chosen: list[Part] = []
    await settle(talk, parts, role, chosen, part, ask_settings, try_it)
    if chosen:
        parts[role.value] = part


def _part(before: Mapping[str, Any], role: Role) -> Part:
    return dict(before.get(role.value, {"driver": "none"}))


async def _ask_relay(talk: Talk, part: Part) -> None:
    part["pin"] = await talk.whole_number("Line of the relay", part.get("pin", 26))
    await ask_level(talk, part, "Does the relay pull when its line is high?")
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


async def _ask_sounder(talk: Talk, part: Part) -> None:
    part["pin"] = await talk.whole_number("Line of the buzzer", part.get("pin", 22))
    part["tone"] = await talk.confirm(
        "Does it need a tone (passive), or does it sound by itself (n)?",
        default=part.get("tone", False),
    )


async def _try_gate(talk: Talk, device: Device) -> bool:
    async with connected(device) as gate:
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
    async with connected(device) as buzzer:
        await buzzer.sound(Signal.ACCEPTED)
        if not await talk.confirm("Did you hear the welcome?"):
            return False
        await buzzer.sound(Signal.REFUSED)
        return await talk.confirm("And now the refusal, which is another?")
