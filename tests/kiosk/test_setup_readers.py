"""``kaikuportti setup`` on a kiosk that has a scanner and a keypad already."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.drivers._keymap import KEYMAPS
from kiosk.setup import finding
from kiosk.setup.readers import ask_keypad, ask_scanners
from kiosk.setup.talk import talk_at
from tests.drivers.fixtures import input_layer
from tests.drivers.rigs import InputLayer, events
from tests.kiosk.setup_terminal import Terminal

__all__ = ["input_layer"]

KEYPAD_FIVE = 76
SERIAL = {"driver": "serial", "port": "/dev/ttyACM7", "baud": 115200, "parity": "even"}
TYPING = {"driver": "hid", "device": "/dev/input/by-path/old", "keymap": "fi", "idle": 0.5}
KEYPAD = {
    "driver": "hid",
    "device": ["/dev/input/by-path/a", "/dev/input/by-path/b"],
    "status_keys": ["1", "2", "3"],
    "status_hold": 3.0,
}

Play = Callable[[Terminal], Awaitable[None]]


@pytest.fixture
def keyboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, input_layer: InputLayer
) -> Iterator[str]:
    """Give a keyboard at a socket, and nothing else that is plugged in."""
    monkeypatch.setattr(finding, "KEYBOARDS", tmp_path)
    monkeypatch.setattr(finding, "PORTS", tmp_path / "none")
    monkeypatch.setattr(finding, "PI_PORT", tmp_path / "none")
    path = tmp_path / "usb-1-event-kbd"
    path.touch()
    input_layer.plug(str(path))
    yield str(path)
    monkeypatch.undo()


async def asked(before: dict[str, Any], play: Play) -> dict[str, Any]:
    """Play the installer; return the scanners and the keypad that are to be written."""
    terminal = Terminal()
    parts: dict[str, Any] = {"station": {"name": "Pool", "profile": "entrance"}}

    async def talk_it_through() -> None:
        async with talk_at(terminal.descriptor, terminal.said) as talk:
            await ask_scanners(talk, parts, before, grab=True)
            await ask_keypad(talk, parts, before, grab=True)

    talking = asyncio.create_task(talk_it_through())
    await play(terminal)
    await talking
    terminal.close()
    os.close(terminal.descriptor)
    return {name: part for name, part in parts.items() if name != "station"}


@pytest.mark.usefixtures("keyboard")
async def test_enter_keeps_what_there_is() -> None:
    """With all that is set of it, but never that it types into the login prompt, too."""

    async def play(terminal: Terminal) -> None:
        await terminal.answer("Keep the one there is (serial /dev/ttyACM7)? [y]")
        await terminal.answer("Keep the one there is (hid /dev/input/by-path/old)? [y]")
        await terminal.hear("But for grab = false")
        await terminal.answer("another scanner? [n]")
        await terminal.answer("Is there one, for the number of children? [y]")
        await terminal.answer("(hid /dev/input/by-path/a /dev/input/by-path/b)? [y]")

    before = {"scanner": [SERIAL, {**TYPING, "grab": False}], "keypad": KEYPAD}
    assert await asked(before, play) == {"scanner": [SERIAL, TYPING], "keypad": KEYPAD}


@pytest.mark.usefixtures("keyboard")
async def test_a_kiosk_without_a_keypad_stays_so() -> None:
    """Enter says that there is none."""

    async def play(terminal: Terminal) -> None:
        await terminal.answer("Keep the one there is")
        await terminal.answer("another scanner? [n]")
        await terminal.answer("Is there one, for the number of children? [n]")

    assert await asked({"scanner": [SERIAL]}, play) == {"scanner": [SERIAL]}


async def test_a_scanner_at_another_socket_has_the_former_ones_settings(
    keyboard: str, input_layer: InputLayer
) -> None:
    """And it is listened to with them; another driver's are left out."""

    async def play(terminal: Terminal) -> None:
        await terminal.answer("Keep the one there is (serial", "n")
        await terminal.answer("Keep the one there is (hid", "n")
        await terminal.hear("Scan a card")
        await asyncio.sleep(0.3)
        await input_layer.type(keyboard, KEYMAPS["fi"], "ABC-123")
        await terminal.hear("Heard a code of 7")
        await terminal.answer("Was that the scanner?")
        await terminal.hear("It is set as the former one: keymap, idle.")
        await terminal.answer("another scanner?")
        await terminal.answer("Is there one", "n")

    found = await asked({"scanner": [SERIAL, TYPING]}, play)
    assert found == {"scanner": [{**TYPING, "device": keyboard}]}


async def test_a_keypad_at_another_socket_has_the_former_ones_settings(
    keyboard: str, input_layer: InputLayer
) -> None:
    """One whose socket is a scanner's now is not offered."""

    async def play(terminal: Terminal) -> None:
        await terminal.answer("Keep the one there is (serial")
        await terminal.answer("another scanner?")
        await terminal.answer("Is there one")
        await terminal.answer("Keep the one there is (hid", "n")
        await terminal.hear("Press 5")
        await asyncio.sleep(0.3)
        await input_layer.send(keyboard, events([(KEYPAD_FIVE,)]))
        await terminal.answer("Was that the keypad?")

    found = await asked({"scanner": [SERIAL], "keypad": KEYPAD}, play)
    assert found == {"scanner": [SERIAL], "keypad": {**KEYPAD, "device": keyboard}}


async def test_a_path_that_is_typed_has_the_former_ones_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where nothing is plugged in yet."""
    for name in ("KEYBOARDS", "PORTS", "PI_PORT"):
        monkeypatch.setattr(finding, name, tmp_path / "none")

    async def play(terminal: Terminal) -> None:
        await terminal.answer("Keep the one there is", "n")
        await terminal.answer("Listen again?", "n")
        await terminal.answer("type the path", "/dev/ttyACM8")
        await terminal.answer("Is there one", "n")

    found = await asked({"scanner": [SERIAL]}, play)
    assert found == {"scanner": [{**SERIAL, "port": "/dev/ttyACM8"}]}
