"""A serial scanner on a real pty: pieces, silence, settings, and a port that others hold."""

import asyncio
import os
import time
from pathlib import Path

import pytest
import serial
from pydantic import ValidationError

from kiosk.drivers.scanner_serial import SerialScanner, Settings
from kiosk.ports import DeviceChanged, DeviceError, Scanned
from tests.drivers.rigs import Pty, running

NUMBER = b"KAIKU12345X"


def scanner(pty: Pty, **settings: object) -> SerialScanner:
    """Return a scanner at the pty."""
    return SerialScanner(
        Settings.model_validate({"driver": "serial", "port": str(pty.path)} | settings)
    )


async def test_pieces_are_joined(pty: Pty) -> None:
    """A code that arrives byte by byte is one code, and its time is that of the last byte."""
    pty.plug()
    async with running(scanner(pty)) as heard:
        await heard.next(DeviceChanged)
        for byte in NUMBER:
            await pty.send(bytes([byte]))
            await asyncio.sleep(0.01)
        await heard.nothing(0.05)
        before = time.monotonic()
        await pty.send(b"\r")
        scanned = await heard.next(Scanned)
        assert scanned.data == NUMBER
        assert scanned.at >= before


async def test_silence_ends_a_code(pty: Pty) -> None:
    """A scanner without a suffix is read; a suffix that comes late is no second scan."""
    pty.plug()
    async with running(scanner(pty, idle=0.2)) as heard:
        await heard.next(DeviceChanged)
        await pty.send(NUMBER)
        scanned = await heard.next(Scanned)
        assert scanned.data == NUMBER
        assert time.monotonic() - scanned.at >= 0.2
        await pty.send(b"\r\n")
        await heard.nothing(0.3)


async def test_any_byte_is_handed_on(pty: Pty) -> None:
    """The line is raw: no byte is swallowed, turned into a signal or echoed."""
    pty.plug()
    everything = bytes(byte for byte in range(256) if byte not in b"\r\n")
    async with running(scanner(pty)) as heard:
        await heard.next(DeviceChanged)
        await pty.send(everything + b"\r")
        assert (await heard.next(Scanned)).data == everything


@pytest.mark.parametrize(
    "settings",
    [{}, {"baud": 115_200}, {"baud": 12_345}, {"stop_bits": 2, "parity": "even"}],
)
async def test_the_settings_of_the_line_are_taken(pty: Pty, settings: dict[str, object]) -> None:
    """A pty knows no speed and is read at any."""
    pty.plug()
    async with running(scanner(pty, **settings)) as heard:
        assert (await heard.next(DeviceChanged)).present
        await pty.send(NUMBER + b"\r")
        assert (await heard.next(Scanned)).data == NUMBER


@pytest.mark.usefixtures("impatient")
async def test_a_port_that_another_program_holds_is_waited_for(pty: Pty) -> None:
    """Two programs on one port would each get a part of a code; the second one waits."""
    pty.plug()
    other = serial.Serial(str(pty.path), exclusive=True)
    async with running(scanner(pty)) as heard:
        held = await heard.next(DeviceChanged)
        assert (held.present, held.why) == (False, "another program holds the port")
        other.close()
        assert (await heard.next(DeviceChanged)).present


@pytest.mark.usefixtures("impatient")
async def test_half_a_code_is_forgotten_with_its_port(pty: Pty) -> None:
    """What a lost port had begun does not stand before the next code."""
    pty.plug()
    async with running(scanner(pty)) as heard:
        await heard.next(DeviceChanged)
        await pty.send(NUMBER[:4])
        await asyncio.sleep(0.05)
        pty.unplug()
        assert not (await heard.next(DeviceChanged)).present
        pty.plug()
        assert (await heard.next(DeviceChanged)).present
        await pty.send(NUMBER + b"\r")
        assert (await heard.next(Scanned)).data == NUMBER


@pytest.mark.usefixtures("impatient")
async def test_no_descriptor_is_left_behind(pty: Pty) -> None:
    """Losing the port many times, or waiting long for it, leaks nothing."""
    async with running(scanner(pty)) as heard:
        await heard.next(DeviceChanged)
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        for _ in range(10):
            pty.plug()
            assert (await heard.next(DeviceChanged)).present
            pty.unplug()
            assert not (await heard.next(DeviceChanged)).present
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_the_check_says_what_to_mend(pty: Pty, tmp_path: Path) -> None:
    """``doctor`` tells an absent port, a file that is no port, and one that is fine."""
    with pytest.raises(DeviceError, match="is the scanner plugged in"):
        scanner(pty).check()
    pty.path.write_text("no port")
    with pytest.raises(DeviceError, match="not a serial port"):
        scanner(pty).check()
    pty.path.unlink()
    pty.plug()
    assert scanner(pty).check() == f"{pty.path} at 9600 baud"


@pytest.mark.parametrize(
    "wrong", [{"port": ""}, {"baud": 0}, {"baud": "9600"}, {"parity": "odd "}, {"speed": 9600}]
)
def test_settings_are_closed(pty: Pty, wrong: dict[str, object]) -> None:
    """A wrong type, a wrong value and an unknown key are errors."""
    with pytest.raises(ValidationError):
        scanner(pty, **wrong)


async def test_a_port_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    """Those of the system, without its numbers."""
    (tmp_path / "port").touch()
    settings = Settings(driver="serial", port=str(tmp_path / "port"))
    async with running(SerialScanner(settings)) as heard:
        assert (await heard.next(DeviceChanged)).why == "Inappropriate ioctl for device"
