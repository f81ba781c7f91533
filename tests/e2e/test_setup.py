"""``kaikuportti setup``: somebody at a terminal finds, tries and enrols a kiosk."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from kiosk.config import KeyPlace, Role, load
from kiosk.drivers._keymap import KEYMAPS
from kiosk.identity import Identity, load_identity
from kiosk.setup import finding, set_up
from tests.drivers.fixtures import input_layer, pins
from tests.drivers.rigs import InputLayer, events
from tests.e2e.house import KioskProcess, Register, SerialScanner
from tests.kiosk.setup_terminal import Terminal

__all__ = ["input_layer", "pins"]

US = KEYMAPS["us"]
KEYPAD_FIVE = 76


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a terminal."""
    terminal = Terminal()
    yield terminal
    os.close(terminal.descriptor)


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which udev names what is plugged in: nothing yet."""
    for name in ("KEYBOARDS", "PORTS"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setattr(finding, name, folder)
    monkeypatch.setattr(finding, "PI_PORT", tmp_path / "none")
    return tmp_path


def plug_keyboard(sockets: Path, layer: InputLayer, name: str) -> str:
    """Plug a keyboard in at a socket; return its path."""
    path = sockets / "keyboards" / f"{name}-event-kbd"
    path.touch()
    layer.plug(str(path))
    return str(path)


async def test_a_kiosk_is_set_up_from_nothing(
    tmp_path: Path,
    sockets: Path,
    register: Register,
    terminal: Terminal,
    input_layer: InputLayer,
    pins: MockFactory,
) -> None:
    """Scanner, keypad, lights and gate are found and tried; the kiosk then lets a card in."""
    config = tmp_path / "etc" / "kiosk.toml"
    state = tmp_path / "state"
    config.parent.mkdir()
    config.write_text(
        f'[station]\nname = "Old"\nstate = "{state}"\nshown = 7.0\n[metrics]\nport = 9464\n'
    )
    scanner = SerialScanner()
    (sockets / "ports" / "usb-1").symlink_to(scanner.port)
    keypad = plug_keyboard(sockets, input_layer, "usb-2")
    plug_keyboard(sockets, input_layer, "usb-3")
    card = register.seed["codes"][0]
    talking = asyncio.create_task(set_up(config, terminal.descriptor, terminal.said))

    await terminal.answer("What staff call it", "Pool, gate 1")
    await terminal.answer("Which [entrance]")
    await terminal.answer("Languages", "sv fi fi")
    await terminal.hear("at most once")
    terminal.type("sv fi en")
    await terminal.answer("Does staff stand beside it")
    await terminal.answer("Which [disk]")
    await terminal.answer("Its address", "kaikukanta")
    await terminal.hear("no address")
    terminal.type(register.url)
    await terminal.hear("It answers")
    await terminal.hear("Scan a card")
    await asyncio.sleep(0.3)
    scanner.scan(card)
    await terminal.hear("letters and digits from")
    await terminal.answer("Was that the scanner?")
    await terminal.answer("another scanner?")
    await terminal.answer("Is there one, for the number of children?")
    await terminal.hear("Press 5")
    await asyncio.sleep(0.3)
    await input_layer.send(keypad, events([(KEYPAD_FIVE,)]))
    await terminal.hear(f"Heard 5 from {keypad}")
    await terminal.answer("Was that the keypad?")
    await terminal.answer("Which [lights]")
    await terminal.answer("green lamp", "12")
    await terminal.answer("red lamp", "16")
    await terminal.answer("yellow lamp")
    await terminal.answer("line is high?")
    await terminal.hear("Does it show a welcome")
    assert pins.pin(12).state == 1
    terminal.type("y")
    await terminal.answer("Does it show a refusal")
    await terminal.answer("Does it show a question")
    await terminal.answer("Which [none]")
    await terminal.answer("Is there a gate", "y")
    await terminal.answer("Line of the relay", "12")
    await terminal.answer("relay pull")
    await terminal.answer("Which [pulse]")
    await terminal.answer("sees people pass")
    await terminal.hear("taken by display")
    terminal.type("n")
    await terminal.answer("Try other settings?")
    await terminal.answer("Line of the relay", "26")
    await terminal.answer("relay pull")
    await terminal.answer("Which [pulse]", "hold")
    await terminal.answer("sees people pass", "-")
    await terminal.answer("Is everybody clear of it?")
    await terminal.hear("Did it open?")
    assert pins.pin(26).state == 1
    terminal.type("y")
    await terminal.answer("7. The buzzer\nIs there one?")
    await terminal.hear("Type the code or scan it")
    await asyncio.sleep(0.3)
    scanner.scan(register.seed["vars"]["enrolment"])
    await terminal.hear("The kiosk is set up")
    assert await talking == 0
    assert pins.pin(26).state == 0

    read = load(config)
    assert (read.station.name, read.station.shown) == ("Pool, gate 1", 7.0)
    assert read.metrics.port == 9464
    assert [device.settings.model_dump(exclude_unset=True) for device in read.devices] == [
        {"driver": "serial", "port": str(sockets / "ports" / "usb-1")},
        {"driver": "hid", "device": (keypad,)},
        {"driver": "lights", "green": 12, "red": 16, "active_high": True},
        {"driver": "gpio", "pin": 26, "active_high": True, "mode": "hold"},
        {"driver": "none"},
    ]
    assert card not in config.read_text() + terminal.said.getvalue()
    without_pins = config.read_text().split("[[display]]")[0]
    config.write_text(without_pins.split("[keypad]")[0])
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    scanner.scan(card)
    assert kiosk.wait_for("verdict")["outcome"] == "accepted"
    kiosk.kill()
    scanner.close()


@pytest.mark.usefixtures("sockets")
async def test_a_closed_terminal_leaves_everything_as_it_was(
    tmp_path: Path, terminal: Terminal
) -> None:
    """What was not answered to its end is not written."""
    config = tmp_path / "kiosk.toml"
    talking = asyncio.create_task(set_up(config, terminal.descriptor, terminal.said))
    await terminal.answer("What staff call it", "Pool")
    terminal.close()
    assert await talking == 1
    assert not config.exists()
    assert "Nothing more was done" in terminal.said.getvalue()


async def test_silence_is_explained_and_a_path_can_be_typed(
    tmp_path: Path,
    sockets: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    input_layer: InputLayer,
) -> None:
    """Who cannot scan sees what was listened to and why it was deaf, and goes on by hand."""
    monkeypatch.setattr("kiosk.setup.readers.WITHIN", 0.2)
    input_layer.refused[plug_keyboard(sockets, input_layer, "usb-1")] = 13
    config = tmp_path / "kiosk.toml"
    talking = asyncio.create_task(set_up(config, terminal.descriptor, terminal.said))
    await terminal.answer("What staff call it", "Pool")
    await terminal.answer("Which [entrance]")
    await terminal.answer("Languages")
    await terminal.answer("Does staff stand beside it")
    await terminal.answer("Which [disk]", "memory")
    await terminal.answer("Its address", "http://127.0.0.1:9")
    await terminal.hear("look at the network and the address")
    await terminal.answer("Try another address, or again?", "n")
    await terminal.hear("usb-1-event-kbd: permission denied")
    await terminal.answer("speed (baud)")
    await terminal.answer("Listen again?", "n")
    await terminal.answer("type the path", "n")
    await terminal.hear("Type all of it, such as /dev/ttyACM0.")
    terminal.type("/dev/ttyS0")
    await terminal.answer("Is there one, for the number of children?", "n")
    await terminal.answer("Which [lights]", "none")
    await terminal.answer("Is there a gate", "n")
    await terminal.answer("Is there one?", "n")
    await terminal.hear("to mend: a visitor would learn nothing")
    await terminal.answer("Type the code or scan it")
    await terminal.hear("kaikuportti enrol --config")
    assert await talking == 0
    assert load(config).station.key is KeyPlace.MEMORY
    [scanner] = load(config).of(Role.SCANNER)
    assert scanner.settings.model_dump()["port"] == "/dev/ttyS0"


async def test_a_file_that_cannot_be_written_loses_no_answer(
    tmp_path: Path, sockets: Path, terminal: Terminal, input_layer: InputLayer, pins: MockFactory
) -> None:
    """Enter gives up listening; a panel that is not there is told; the answers are printed."""
    plug_keyboard(sockets, input_layer, "usb-1")
    (tmp_path / "file").touch()
    config = tmp_path / "file" / "kiosk.toml"
    talking = asyncio.create_task(set_up(config, terminal.descriptor, terminal.said))
    await terminal.answer("What staff call it", "Pool")
    await terminal.answer("Which [entrance]")
    await terminal.answer("Languages")
    await terminal.answer("Does staff stand beside it")
    await terminal.answer("Where is the key")
    await terminal.answer("Its address", "http://127.0.0.1:9")
    await terminal.answer("Try another address, or again?", "n")
    await terminal.answer("Enter gives up")
    await terminal.answer("speed (baud)")
    await terminal.answer("Listen again?", "n")
    await terminal.answer("type the path", "/dev/ttyS0")
    await terminal.answer("Is there one, for the number of children?", "n")
    await terminal.answer("Which [lights]", "eink")
    await terminal.answer("Who has made the panel?", "waveshare")
    await terminal.answer("Which [epd2in13_V3]", "epd9")
    await terminal.hear("or a name")
    terminal.type("epd4in2_V2")
    await terminal.answer("hang upside down?")
    await terminal.hear("  It cannot be used: epd4in2_V2 ")
    await terminal.answer("Keep it as it is all the same?")
    await terminal.answer("Try other settings?", "n")
    await terminal.answer("Which", "none")
    await terminal.answer("Is there a gate", "n")
    await terminal.answer("Is there one?", "n")
    await terminal.hear("cannot be written")
    assert await talking == 1
    assert 'name = "Pool"' in terminal.said.getvalue()


async def until_the_register_is_asked(terminal: Terminal) -> None:
    """Answer the first questions as they stand."""
    await terminal.answer("What staff call it, such as Pool, gate 1 [Pool]")
    await terminal.answer("Which [entrance]")
    await terminal.answer("Languages")
    await terminal.answer("Does staff stand beside it")
    await terminal.answer("Which [disk]")


async def from_the_devices_on(terminal: Terminal) -> None:
    """Answer what is asked of the devices."""
    await terminal.answer("Keep the one there is (stdin)? [y]")
    await terminal.answer("another scanner? [n]")
    await terminal.answer("Is there one, for the number of children? [n]")
    await terminal.answer("Which [lights]", "none")
    await terminal.answer("Is there a gate")
    await terminal.answer("Is there one?")


@pytest.fixture
def enrolled(tmp_path: Path) -> Path:
    """Give the configuration of a kiosk that is enrolled in a register at another address."""
    config, state = tmp_path / "kiosk.toml", tmp_path / "state"
    config.write_text(
        f'[station]\nname = "Pool"\nstate = "{state}"\n'
        '[registry]\nurl = "http://127.0.0.1:9"\n[[scanner]]\ndriver = "stdin"\n'
    )
    Identity("former", "former token", bytes(32)).save(state)
    return config


@pytest.mark.usefixtures("sockets")
async def test_another_registers_kiosk_is_enrolled_anew(
    enrolled: Path, register: Register, terminal: Terminal
) -> None:
    """Else the former register's token would go to the new one."""
    talking = asyncio.create_task(set_up(enrolled, terminal.descriptor, terminal.said))
    await until_the_register_is_asked(terminal)
    await terminal.answer("Its address", register.url)
    await terminal.hear("The address has changed")
    await terminal.answer("Enrol it anew, with a code of the new register? [y]")
    await from_the_devices_on(terminal)
    await terminal.answer("Type the code or scan it", register.seed["vars"]["enrolment_pool"])
    await terminal.hear("The kiosk is set up")
    assert await talking == 0
    read = load(enrolled)
    assert read.registry.url == register.url
    assert load_identity(read.station.state).kiosk != "former"


@pytest.mark.usefixtures("sockets")
async def test_who_does_not_enrol_anew_is_told_how(enrolled: Path, terminal: Terminal) -> None:
    """As where the same register has moved, or the code is not at hand yet."""
    for answer in ("n", "y"):
        again = f"kaikuportti enrol --again --config {enrolled}"
        talking = asyncio.create_task(set_up(enrolled, terminal.descriptor, terminal.said))
        await until_the_register_is_asked(terminal)
        await terminal.answer("Its address", f"http://127.0.0.1:9/{answer}")
        await terminal.answer("Try another address, or again?", "n")
        await terminal.answer("Enrol it anew", answer)
        if answer == "n":
            await terminal.hear(again)
        await from_the_devices_on(terminal)
        if answer == "n":
            await terminal.hear("The kiosk is set up")
        else:
            await terminal.answer("Type the code or scan it")
            await terminal.hear(f"Later: {again}")
        assert await talking == 0
        assert load_identity(load(enrolled).station.state).kiosk == "former"
