"""Panels and LED blocks for the tests of the displays: the makers' drivers over recorded buses."""

import sys
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from types import ModuleType

import pytest
from gpiod.line import Value
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from tests.display.bus import Lines, Wire

_WAVESHARE_DATA_LINE, _INKY_DATA_LINE = 25, 22


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Give a recorded SPI bus in the place of the kernel's."""
    wire = Wire()
    monkeypatch.setitem(sys.modules, "spidev", wire.module())
    return wire


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the pauses of the makers' drivers: nothing is charged up here."""
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def waveshare(
    wire: Wire, no_pauses: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Wire]:
    """Let Waveshare's library find a Raspberry Pi whose SPI and GPIO are recorded.

    The library asks ``cat /proc/cpuinfo`` for the machine and opens its lines when it is imported;
    some of its modules import ``RPi.GPIO`` and leave it at that.
    """
    cat = tmp_path / "cat"
    cat.write_text("#!/bin/sh\necho 'Model : Raspberry Pi'\n")
    cat.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setitem(sys.modules, "RPi", ModuleType("RPi"))
    monkeypatch.setitem(sys.modules, "RPi.GPIO", ModuleType("RPi.GPIO"))
    factory = MockFactory(pin_class=MockPWMPin)
    monkeypatch.setattr(Device, "pin_factory", factory)
    wire.is_data = lambda: bool(factory.pin(_WAVESHARE_DATA_LINE).state)
    _forget("epaper")
    yield wire
    _forget("epaper")
    factory.reset()


@pytest.fixture
def lines() -> Lines:
    """Give GPIO lines on which the panel is ready."""
    return Lines(busy=repeat(Value.INACTIVE))


@pytest.fixture
def inky(wire: Wire, lines: Lines, no_pauses: None, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Let Pimoroni's library find lines that are recorded."""
    monkeypatch.setattr("gpiodevice.find_chip_by_platform", lambda: lines)
    monkeypatch.setattr("gpiodevice.check_pins_available", lambda *_: True)
    monkeypatch.setattr("gpiodevice.wait_for_edge", lambda *_: True)
    wire.is_data = lambda: lines.values[_INKY_DATA_LINE] is Value.ACTIVE
    return wire


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
