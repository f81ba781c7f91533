"""Which GPIO library is used is decided openly, and what is missing is said."""

import os
import sys
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from kiosk import gpio
from kiosk.ports import DeviceError


@pytest.fixture(autouse=True)
def no_library_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a fresh process does."""
    monkeypatch.setattr(Device, "pin_factory", None)
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.delenv("LG_WD", raising=False)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)


def test_without_lgpio_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other library takes the relay in silence."""
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(DeviceError, match="python3-lgpio"):
        gpio.output(17, active_high=True)


def test_lgpio_gets_a_folder_that_it_can_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pipe lands neither in the working directory nor where it cannot be made."""
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(DeviceError):
        gpio.output(17, active_high=True)
    folder = Path(os.environ["LG_WD"])
    assert folder.is_dir()
    assert folder != Path.cwd()


def test_the_environment_may_choose_another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """``GPIOZERO_PIN_FACTORY`` counts, as everywhere with gpiozero."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    line = gpio.output(17, active_high=True)
    assert isinstance(Device.pin_factory, MockFactory)
    line.close()


def test_an_unknown_library_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name in the environment is no reason to take another."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nonsense")
    with pytest.raises(DeviceError, match="nonsense"):
        gpio.output(17, active_high=True)
