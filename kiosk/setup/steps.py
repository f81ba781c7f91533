"""The steps of the first run, in their order."""

import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

from kaiku.text import Language
from kiosk.config import (
    MUTE,
    Config,
    ConfigError,
    KeyPlace,
    configure,
    doubtful,
    is_mute,
    unfit,
    without_file,
)
from kiosk.desk import Profile
from kiosk.registry import RegistryClient, RegistryError
from kiosk.setup.before import read_before
from kiosk.setup.displays import ask_displays
from kiosk.setup.enrolling import ask_again, enrol_here, is_enrolled
from kiosk.setup.outputs import ask_buzzer, ask_gate
from kiosk.setup.readers import ask_keypad, ask_scanners
from kiosk.setup.talk import EndedError, Talk, talk_at
from kiosk.setup.units import held, start_here, warn_of_start
from kiosk.setup.writing import as_toml, write_configuration
from kiosk.status import find_status

DONE, BROKEN_OFF = 0, 1

_BEGIN = """\
This sets the kiosk up: its name, its register, its devices. Have the scanner and the keypad plugged
in, and a card or any barcode at hand. Enter takes what stands in brackets. Nothing is written
before all devices are settled; until then Ctrl-C leaves everything as it was.
"""

_KEY = """\
The kiosk knows cards by digests, which tell nothing without a key. Kept on the disk, the key is
stolen with the kiosk. Kept in memory only, it is gone when the plug is pulled, and a kiosk that you
have revoked does not get it again; but a kiosk that starts without a network waits for it.
"""


async def set_up(path: Path, descriptor: int = 0, out: TextIO = sys.stdout) -> int:
    """Talk the first run through and write ``path``; return an exit code."""
    async with talk_at(descriptor, out) as talk:
        try:
            return await _steps(talk, path, at_console=_is_console(descriptor))
        except EndedError:
            talk.say("\nThe input ended. Nothing more was done.")
            return BROKEN_OFF


async def _steps(talk: Talk, path: Path, *, at_console: bool) -> int:
    before = read_before(talk, path)
    station = dict(before.get("station", {}))
    if find_status(Path(station.get("state", "/var/lib/kaikuportti"))) is not None:
        talk.say("A kiosk is running here and holds the devices. Stop it first:")
        talk.say("  systemctl stop kaikuportti")
        return BROKEN_OFF
    talk.say(_BEGIN)
    parts: dict[str, Any] = {"station": await _ask_station(talk, station)}
    parts["registry"] = await _ask_registry(talk, dict(before.get("registry", {})))
    again = await _ask_again(talk, path, parts, before)
    await ask_scanners(talk, parts, before, grab=not at_console)
    await ask_keypad(talk, parts, before, grab=not at_console)
    await ask_displays(talk, parts, before)
    await ask_gate(talk, parts, before)
    await ask_buzzer(talk, parts, before)
    if "metrics" in before:  # is not asked about, and stays
        parts["metrics"] = before["metrics"]
    config = _read_whole(talk, path, parts)
    if config is None:
        return BROKEN_OFF
    await warn_of_start(talk, path)
    async with held(path) if again else nullcontext():
        if not _write(talk, path, config, as_toml(parts)):
            return BROKEN_OFF
        is_ready = await enrol_here(talk, path, config, again=again, grab=not at_console)
    if is_ready:
        await start_here(talk, path)
    return DONE


async def _ask_again(
    talk: Talk, path: Path, parts: Mapping[str, Any], before: Mapping[str, Any]
) -> bool:
    """Ask whether to enrol anew, where the kiosk is enrolled at another address."""
    former = before.get("registry", {}).get("url")
    if former is None or former.rstrip("/") == parts["registry"]["url"].rstrip("/"):
        return False
    state = Path(parts["station"].get("state", "/var/lib/kaikuportti"))
    return is_enrolled(state) and await ask_again(talk, path, former)


def _write(talk: Talk, path: Path, config: Config, text: str) -> bool:
    """Write the configuration, and tell what is to be mended in it; or tell why not."""
    try:
        kept = write_configuration(path, text)
    except OSError as error:
        talk.say(f"\n{path} cannot be written ({error.strerror}); run this as root.")
        talk.say(f"So that your answers are not lost, this is what it was to hold:\n\n{text}")
        return False
    talk.say(f"\nWritten: {path}" + (f" (what stood there: {kept})" if kept else ""))
    for problem in unfit(path, config):
        talk.say(f"  to mend: {problem}")
    for words in doubtful(path, config):
        talk.say(f"  to consider: {words}")
    if is_mute(config):
        talk.say(f"  to mend: {MUTE}")
    return True


def _read_whole(talk: Talk, path: Path, parts: dict[str, Any]) -> Config | None:
    try:
        return configure(path, parts)
    except ConfigError as error:
        talk.say(f"\nThis cannot work, and nothing was written:\n{without_file(error)}")
        return None


async def _ask_station(talk: Talk, station: dict[str, Any]) -> dict[str, Any]:
    talk.say("1. The kiosk")

    def wrong_name(name: str) -> str | None:
        return None if len(name) <= 100 else "At most 100 characters."

    def wrong_languages(answer: str) -> str | None:
        named = answer.split()
        known = named and {*named} <= {*Language} and len({*named}) == len(named)
        return None if known else "Name each of fi, sv, en at most once, with blanks between them."

    station["name"] = await talk.ask(
        "What staff call it, such as Pool, gate 1", station.get("name"), wrong_name
    )
    station["profile"] = await talk.choose(
        "Where does it stand?",
        {
            Profile.ENTRANCE.value: "at an entrance or a gate",
            Profile.LIBRARY.value: "at a library's desk, for fees",
        },
        station.get("profile", Profile.ENTRANCE.value),
    )
    languages = " ".join(station.get("languages", [*Language]))
    answer = await talk.ask("Languages, the largest first", languages, wrong_languages)
    station["languages"] = answer.split()
    station["attended"] = await talk.confirm(
        "Does staff stand beside it, who may take a use back with the - key?",
        default=station.get("attended", False),
    )
    station["key"] = await _ask_key(talk, station)
    return station


async def _ask_key(talk: Talk, station: dict[str, Any]) -> str:
    talk.say(_KEY)
    return await talk.choose(
        "Where is the key kept?",
        {
            KeyPlace.DISK.value: "cards are read without a network, too",
            KeyPlace.MEMORY.value: "after each start the network is needed before cards are read",
        },
        station.get("key", KeyPlace.DISK.value),
    )


async def _ask_registry(talk: Talk, registry: dict[str, Any]) -> dict[str, Any]:
    talk.say("\n2. The register")
    while True:
        registry["url"] = await talk.ask(
            "Its address, such as https://kaikukanta.example", registry.get("url"), _wrong_address
        )
        try:
            async with RegistryClient(registry["url"], None) as client:
                await client.find()
        except RegistryError as error:
            talk.say(f"  It cannot be reached: look at the network and the address ({error}).")
            if await talk.confirm("Try another address, or again?"):
                continue
        else:
            talk.say("  It answers.")
        return registry


def _wrong_address(answer: str) -> str | None:
    part = {"station": {"name": "x"}, "registry": {"url": answer}, "scanner": [{"driver": "stdin"}]}
    try:
        configure(Path("kiosk.toml"), part)
    except ConfigError:
        return "That is no address; it begins with https://"
    return None


def _is_console(descriptor: int) -> bool:
    """Tell whether the keyboard of this machine types here: it must not be grabbed then."""
    try:
        name = os.ttyname(descriptor)
    except OSError:
        return False
    return name.startswith("/dev/tty") and name[8:].isdecimal()
