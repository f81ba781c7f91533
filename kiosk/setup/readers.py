"""The steps that find the scanner and the keypad by asking to scan and to press."""

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kaiku.text import Language
from kiosk.config import ConfigError, Device, Role, read_device
from kiosk.desk import Profile
from kiosk.ports import Pressed, Scanned, Surroundings
from kiosk.setup.finding import Heard, keypads, listen, place_of, scanners
from kiosk.setup.settling import Part
from kiosk.setup.talk import Talk

WITHIN = 60.0
"""Seconds that somebody has to scan or to press."""

_SURROUNDINGS = Surroundings("setup", tuple(Language))


async def ask_scanners(
    talk: Talk, parts: dict[str, Any], before: Mapping[str, Any], *, grab: bool
) -> None:
    """Keep or find one scanner, and more where there are more, into ``parts``."""
    talk.say("\n3. The scanner")
    found: list[Part] = []
    settings: dict[str, Part] = {"serial": {}, "hid": {}}
    for part in before.get("scanner", []):
        if await _keeps(talk, Role.SCANNER, part, _taken(found)):
            found.append(_written(part))
        else:
            settings[part["driver"]] = settings.get(part["driver"]) or _beside_place(part)
    while not found or await talk.confirm("Is there another scanner?", default=False):
        places = scanners(_taken(found), settings)
        if places:
            talk.say(
                f"Scan a card or any barcode now, within {WITHIN:.0f} seconds; Enter gives up."
            )
        heard = await _hear(talk, places, Scanned, grab=grab)
        if heard.device is not None and isinstance(heard.event, Scanned):
            talk.say(f"  Heard {_code(heard.event)} from {place_of(heard.device)}.")
            if await talk.confirm("Was that the scanner?"):
                found.append(_part(talk, heard.device, settings))
        else:
            _explain_silence(talk, [place_of(place) for place in places], heard)
            if places:
                await _ask_baud(talk, settings["serial"])
        if not found and not await talk.confirm("Listen again?"):
            path = await talk.ask(
                "Then type the path of its port or its input device", wrong=_wrong_path
            )
            found.append(_named(path, settings))
            break
    parts["scanner"] = found


async def ask_keypad(
    talk: Talk, parts: dict[str, Any], before: Mapping[str, Any], *, grab: bool
) -> None:
    """Keep or find the keypad, where there is one, into ``parts``."""
    talk.say("\n4. The keypad")
    needed = parts["station"]["profile"] == Profile.LIBRARY
    standing = before.get("keypad")
    if needed:
        talk.say("A library's desk needs one, for the service and the sum.")
    elif not await talk.confirm(
        "Is there one, for the number of children?",
        default=standing is not None or "scanner" not in before,
    ):
        return
    taken = _taken(parts["scanner"])
    if standing is not None and await _keeps(talk, Role.KEYPAD, standing, taken):
        parts["keypad"] = _written(standing)
        return
    settings = {"hid": {} if standing is None else _beside_place(standing)}
    while True:
        places = keypads(taken, settings["hid"])
        if places:
            talk.say(f"Press 5 on it now, within {WITHIN:.0f} seconds; Enter gives up.")
        heard = await _hear(talk, places, Pressed, grab=grab)
        if heard.device is not None and isinstance(heard.event, Pressed):
            talk.say(f"  Heard {heard.event.key} from {place_of(heard.device)}.")
            if await talk.confirm("Was that the keypad?"):
                parts["keypad"] = _part(talk, heard.device, settings)
                return
        else:
            _explain_silence(talk, [place_of(place) for place in places], heard)
        if not await talk.confirm("Listen again?"):
            if needed:
                path = await talk.ask("Then type the path of its input device", wrong=_wrong_path)
                parts["keypad"] = {"driver": "hid", "device": path, **settings["hid"]}
            else:
                talk.say("  Then there is none; run this again when there is.")
            return


async def _keeps(talk: Talk, role: Role, part: Part, taken: Collection[str]) -> bool:
    """Offer to keep what stands in the configuration, where it can stay."""
    try:
        device = read_device(role, part)
    except ConfigError:
        return False
    if not {*_places(part)}.isdisjoint(taken):
        return False
    named = " ".join([device.settings.driver, *_named_places(part)])
    kept = await talk.confirm(f"Keep the one there is ({named})?")
    if kept and part.get("grab") is False:
        talk.say("  But for grab = false: what is typed on it would go to the login prompt, too.")
    return kept


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


async def _ask_baud(talk: Talk, serial: Part) -> None:
    before = serial.get("baud", 9600)
    baud = await talk.whole_number("At which speed (baud) does a serial scanner send", before)
    if baud and baud != before:
        serial["baud"] = baud


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


def _part(talk: Talk, device: Device, settings: dict[str, Part]) -> Part:
    """Return what stands in the configuration: what was set, without the defaults.

    The former one's settings are used up by it, so that the next has its own.
    """
    part = device.settings.model_dump(mode="json", exclude_unset=True)
    if len(part.get("device", ())) == 1:
        part["device"] = part["device"][0]
    if laid := settings[part["driver"]]:
        talk.say(f"  It is set as the former one: {', '.join(laid)}.")
        settings[part["driver"]] = {}
    return part


def _written(part: Part) -> Part:
    """Return what of a standing device is written again: never that it leaves its keys to all."""
    return {key: value for key, value in part.items() if key != "grab"}


def _beside_place(part: Part) -> Part:
    """Return what a device is set to wherever it is plugged in."""
    return {k: v for k, v in _written(part).items() if k not in ("driver", "device", "port")}


def _named_places(part: Part) -> list[str]:
    named = part.get("device") or part.get("port") or []
    return [named] if isinstance(named, str) else named


def _places(part: Part) -> list[str]:
    return [os.path.realpath(path) for path in _named_places(part)]


def _taken(parts: Iterable[Part]) -> set[str]:
    return {path for part in parts for path in _places(part)}


def _named(path: str, settings: dict[str, Part]) -> Part:
    if "/input/" in path:
        return {"driver": "hid", "device": path, **settings["hid"]}
    return {"driver": "serial", "port": path, **settings["serial"]}
