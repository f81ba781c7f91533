"""What every buzzer does, whatever it is: one suite over all of them."""

import asyncio
import time
from dataclasses import dataclass

import pytest
from gpiozero.pins.mock import MockFactory

from kiosk.drivers import buzzer_gpio, buzzer_none
from kiosk.ports import Buzzer, Signal
from tests.drivers.rigs import SURROUNDINGS, until

PIN = 22


@dataclass
class Rig:
    """A buzzer, and the line that it stands on if there is one."""

    buzzer: Buzzer
    pins: MockFactory | None = None

    @property
    def sounding(self) -> bool:
        """Tell whether it sounds now."""
        return self.pins is not None and self.pins.pin(PIN).state > 0


@pytest.fixture(params=["none", "active", "passive"])
def rig(request: pytest.FixtureRequest, pins: MockFactory) -> Rig:
    """Give each buzzer."""
    if request.param == "none":
        return Rig(buzzer_none.connect(buzzer_none.Settings(driver="none"), SURROUNDINGS))
    passive = request.param == "passive"
    settings = buzzer_gpio.Settings(driver="gpio", pin=PIN, tone=passive)
    return Rig(buzzer_gpio.connect(settings, SURROUNDINGS), pins)


@pytest.mark.parametrize("signal", Signal)
async def test_every_signal_can_be_sounded_without_waiting(rig: Rig, signal: Signal) -> None:
    """The kiosk does not stand still while a sound plays."""
    before = time.monotonic()
    await rig.buzzer.sound(signal)
    assert time.monotonic() - before < 0.1
    assert rig.sounding == (rig.pins is not None and signal is not Signal.IDLE)
    await rig.buzzer.close()


async def test_a_sound_ends_by_itself(rig: Rig) -> None:
    """Nobody has to silence it."""
    await rig.buzzer.sound(Signal.WAIT)
    await until(lambda: not rig.sounding)
    await asyncio.sleep(0.2)
    assert not rig.sounding
    await rig.buzzer.close()


async def test_idle_ends_a_sound(rig: Rig) -> None:
    """The newest sound counts: that of idle is silence."""
    await rig.buzzer.sound(Signal.FAULT)
    await rig.buzzer.sound(Signal.IDLE)
    assert not rig.sounding
    await asyncio.sleep(0.1)
    assert not rig.sounding
    await rig.buzzer.close()


async def test_closing_is_silence_and_twice_is_harmless(rig: Rig) -> None:
    """A kiosk that ends within a sound ends the sound."""
    await rig.buzzer.sound(Signal.FAULT)
    await rig.buzzer.close()
    assert not rig.sounding
    await rig.buzzer.close()
