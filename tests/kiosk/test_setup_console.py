"""``kaikuportti setup`` at the machine's own console, where scanners and keypads type too."""

import asyncio
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import Role, configure
from kiosk.drivers._keymap import KEYMAPS
from kiosk.setup import finding
from kiosk.setup.readers import ask_keypad, ask_scanners
from kiosk.setup.talk import EndedError, talk_at
from tests.drivers.fixtures import input_layer
from tests.drivers.rigs import InputLayer, events
from tests.kiosk.setup_terminal import Console

__all__ = ["input_layer"]

CARD = "246800012345"
KEYPAD_FIVE = 76

LISTENS = """
import asyncio, sys
from kiosk.setup.talk import talk_at

async def listen():
    async with talk_at(0, sys.stdout) as talk:
        await talk.unless_typed(sleep())

async def sleep():
    print("listening", flush=True)
    await asyncio.sleep(60)

asyncio.run(listen())
"""


@pytest.fixture
def console() -> Iterator[Console]:
    """Give a console."""
    console = Console()
    yield console
    console.close()


@pytest.fixture
def keyboards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which udev names the keyboards: nothing yet, and no port."""
    monkeypatch.setattr(finding, "KEYBOARDS", tmp_path)
    monkeypatch.setattr(finding, "PORTS", tmp_path / "none")
    monkeypatch.setattr(finding, "PI_PORT", tmp_path / "none")
    return tmp_path


def plug(keyboards: Path, layer: InputLayer, name: str) -> str:
    """Plug a keyboard in at a socket; return its path."""
    path = keyboards / f"{name}-event-kbd"
    path.touch()
    layer.plug(str(path))
    return str(path)


async def test_what_types_at_the_console_is_not_shown_and_answers_nothing(
    console: Console, keyboards: Path, input_layer: InputLayer
) -> None:
    """It is opened ungrabbed for the talk only: the kiosk will keep its keys for itself."""
    scanner, keypad = (plug(keyboards, input_layer, f"usb-{number}") for number in (1, 2))
    input_layer.busy = True  # the console holds them: grabbing would fail
    parts: dict[str, Any] = {
        "station": {"name": "Pool", "profile": "entrance"},
        "registry": {"url": "https://kanta.example"},
    }

    async def talk_it_through() -> None:
        async with talk_at(console.descriptor, console.said) as talk:
            await ask_scanners(talk, parts, {}, grab=False)
            await ask_keypad(talk, parts, {}, grab=False)

    talking = asyncio.create_task(talk_it_through())
    await console.hear("Scan a card")
    await asyncio.sleep(0.3)
    await input_layer.type(scanner, KEYMAPS["us"], CARD)
    console.type(CARD)
    await asyncio.sleep(0.1)
    console.type(f"{CARD}\n{CARD}")
    await console.hear("Was that the scanner?")
    await asyncio.sleep(0.2)
    assert "Type y or n" not in console.said.getvalue()
    assert CARD not in console.shown()
    console.type("y")
    await console.answer("another scanner?", "n")
    await console.answer("Is there one", "y")
    await console.hear("Press 5")
    await asyncio.sleep(0.3)
    os.write(console.typing, b"5")
    await input_layer.send(keypad, events([(KEYPAD_FIVE,)]))
    await console.answer("Was that the keypad?", "y")
    await talking
    assert "5" not in console.shown()
    assert console.echoes()
    config = configure(Path("kiosk.toml"), parts)
    devices = [*config.of(Role.SCANNER), *config.of(Role.KEYPAD)]
    assert [each.settings.model_dump(exclude_unset=True) for each in devices] == [
        {"driver": "hid", "device": (scanner,)},
        {"driver": "hid", "device": (keypad,)},
    ]


async def test_what_is_typed_is_an_answer_still(console: Console) -> None:
    """A code that is typed, which is not shown either; the end of the input ends the talk."""
    async with talk_at(console.descriptor, console.said) as talk:
        asking = asyncio.create_task(talk.unless_typed(asyncio.sleep(60)))
        await asyncio.sleep(0.1)
        assert not console.echoes()
        console.type("ABCD-EFGH")
        assert await asking == "ABCD-EFGH"
        assert console.echoes()
        asking = asyncio.create_task(talk.unless_typed(asyncio.sleep(60)))
        await asyncio.sleep(0.1)
        os.write(console.typing, b"\x04")
        with pytest.raises(EndedError):
            await asking
        with pytest.raises(EndedError):
            await talk.line()
    assert console.shown() == ""
    assert console.echoes()


async def test_a_device_that_breaks_leaves_the_console_as_it_was(console: Console) -> None:
    """An error in the middle of listening."""

    async def breaks() -> None:
        await asyncio.sleep(0.1)
        assert not console.echoes()
        raise OSError("broken")

    async with talk_at(console.descriptor, console.said) as talk:
        with pytest.raises(OSError, match="broken"):
            await talk.unless_typed(breaks())
    assert console.echoes()


def test_an_interrupt_leaves_the_console_as_it_was(console: Console) -> None:
    """Ctrl-C while a process of its own listens."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENS],
        stdin=console.descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        assert not console.echoes()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) != 0
    assert console.echoes()
    assert termios.tcgetattr(console.descriptor)[3] & termios.ICANON
