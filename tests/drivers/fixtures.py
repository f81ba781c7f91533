"""Devices for the tests of the drivers and of their contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from tests.drivers.rigs import InputLayer, Pty


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for absent devices more often than a kiosk does."""
    monkeypatch.setattr("kiosk.drivers._link.RETRY", 0.02)


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[Pty]:
    """Give a serial scanner that is not plugged in."""
    port = Pty(tmp_path / "scanner")
    yield port
    port.unplug()


@pytest.fixture
def input_layer(monkeypatch: pytest.MonkeyPatch) -> Iterator[InputLayer]:
    """Put a stand-in in the place of the kernel's input layer."""
    layer = InputLayer()
    monkeypatch.setattr("evdev.InputDevice", layer.open)
    yield layer
    layer.close()


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    """Give gpiozero mock pins, tones included."""
    factory = MockFactory(pin_class=MockPWMPin)
    monkeypatch.setattr(Device, "pin_factory", factory)
    yield factory
    factory.reset()
