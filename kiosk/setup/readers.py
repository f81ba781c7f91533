"""The steps that find the scanner and the keypad by asking to scan and to press."""

import contextlib
import os
from collections.abc import Iterable
from typing import Any

from kaiku.text import Language
from kiosk.config import Device
from kiosk.desk import Profile
from kiosk.ports import Pressed, Scanned, Surroundings
from kiosk.setup.finding import Heard, keypads, listen, place_of, scanners
from kiosk.setup.talk import Talk

WITHIN = 60.0
"""Seconds that somebody has to scan or to press."""

_SURROUNDINGS = Surroundings("setup", tuple(Language))


async def ask_scanners(talk: Talk, parts: dict[str, Any], *, grab: bool) -> None:
    """Find one scanner, and more where there are more, into ``parts``."""
    talk.say("\n3. The scanner")
    found: list[Device] = []
    baud = 9600
    while True:
        places = _but(scanners(baud), found)
        if places:
            talk.say(
                f"Scan a card or any barcode now, within {WITHIN:.0f} seconds; Enter gives up."
            )
        heard = await _hear(talk, places, Scanned, grab=grab)
        if heard.device is not None and isinstance(heard.event, Scanned):
            talk.say(f"  Heard {_code(heard.event)} from {place_of(heard.device)}.")
            if await talk.confirm("Was that the scanner?"):
                found.append(heard.device)
        else:
            _explain_silence(talk, [place_of(place) for place in places], heard)
            if places:
                baud = await _ask_baud(talk, baud)
        if found and not await talk.confirm("Is there another scanner?", default=False):
            break
        if not found and not await talk.confirm("Listen again?"):
            path = await talk.ask(
                "Then type the path of its port or its input device", wrong=_wrong_path
            )
            parts["scanner"] = [_named(path, baud)]
            return
    parts["scanner"] = [_part(device) for device in found]


async def ask_keypad(talk: Talk, parts: dict[str, Any], *, grab: bool) -> None:
    """Find the keypad, where there is one, into ``parts``."""
    talk.say("\n4. The keypad")
    needed = parts["station"]["profile"] == Profile.LIBRARY
    if needed:
        talk.say("A library's desk needs one, for the service and the sum.")
    elif not await talk.confirm("Is there one, for the number of children?"):
        return
    taken = [path for part in parts["scanner"] for path in _paths(part)]
    while True:
        places = keypads(taken)
        if places:
            talk.say(f"Press 5 on it now, within {WITHIN:.0f} seconds; Enter gives up.")
        heard = await _hear(talk, places, Pressed, grab=grab)
        if heard.device is not None and isinstance(heard.event, Pressed):
            talk.say(f"  Heard {heard.event.key} from {place_of(heard.device)}.")
            if await talk.confirm("Was that the keypad?"):
                parts["keypad"] = _part(heard.device)
                return
        else:
            _explain_silence(talk, [place_of(place) for place in places], heard)
        if not await talk.confirm("Listen again?"):
            if needed:
                path = await talk.ask("Then type the path of its input device", wrong=_wrong_path)
                parts["keypad"] = {"driver": "hid", "device": path}
            else:
                talk.say("  Then there is none; run this again when there is.")
            return


async def _hear(
    talk: Talk, places: list[Device], kind: type[Scanned] | type[Pressed], *, grab: bool
) -> Heard:
    """Listen until something is heard, the time is over, or a line is typed."""
    if not places:
        return Heard(None)
    found = await talk.unless_typed(listen(places, kind, _SURROUNDINGS, WITHIN, grab=grab))
    return Heard(None) if isinstance(found, str) else found


def _wrong_path(answer: str) -> str | None:
    return None if answer.startswith("/dev/") else "Type all of it, such as /dev/ttyACM0."


def _explain_silence(talk: Talk, places: list[str], heard: Heard) -> None:
    if not places:
        talk.say("  Nothing is plugged in that could be one. Plug it in, then press Enter.")
        return
    talk.say("  Nothing was heard. These were listened to:")
    for place in places:
        why = heard.deaf.get(place)
        talk.say(f"    {place}" + (f": {why}" if why else ""))


async def _ask_baud(talk: Talk, baud: int) -> int:
    answer = await talk.whole_number("At which speed (baud) does a serial scanner send", baud)
    return answer or baud


def _code(event: Scanned) -> str:
    """Say what was scanned without telling it, for it may be somebody's card."""
    count = len(event.data)
    with contextlib.suppress(UnicodeDecodeError):
        if event.data.decode("ascii").isalnum():
            return f"a code of {count} letters and digits"
    return (
        f"a code of {count} characters, some no letters or digits"
        " (for a card: set the scanner to a US keyboard, and its prefix off)"
    )


def _but(places: Iterable[Device], found: Iterable[Device]) -> list[Device]:
    known = {place_of(device) for device in found}
    return [place for place in places if place_of(place) not in known]


def _part(device: Device) -> dict[str, Any]:
    """Return what stands in the configuration: what was set, without the defaults."""
    part = device.settings.model_dump(mode="json", exclude_unset=True)
    if len(part.get("device", ())) == 1:
        part["device"] = part["device"][0]
    return part


def _paths(part: dict[str, Any]) -> list[str]:
    named = part.get("device", [])
    return [os.path.realpath(path) for path in ([named] if isinstance(named, str) else named)]


def _named(path: str, baud: int) -> dict[str, Any]:
    if "/input/" in path:
        return {"driver": "hid", "device": path}
    return {"driver": "serial", "port": path, "baud": baud}
