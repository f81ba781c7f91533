"""A buzzer on a GPIO line: each signal's sound differs in rhythm from every other."""

import asyncio
import itertools

import pytest
from gpiozero.pins.mock import MockFactory

from kiosk.drivers.buzzer_gpio import SOUNDS, GpioBuzzer, Settings, connect
from kiosk.ports import DeviceError, Signal
from tests.drivers.rigs import SURROUNDINGS, until

PIN = 22


def buzzer(**settings: object) -> GpioBuzzer:
    """Return a buzzer on GPIO 22."""
    found = connect(
        Settings.model_validate({"driver": "gpio", "pin": PIN} | settings), SURROUNDINGS
    )
    assert isinstance(found, GpioBuzzer)
    return found


def beeps(pins: MockFactory) -> list[float]:
    """Return how long each beep lasted, in seconds."""
    return [state.timestamp for state in pins.pin(PIN).states[1:] if not state.state]


def test_ears_tell_every_two_signals_apart() -> None:
    """Two sounds differ in the number of beeps, or last at least twice as long."""
    assert set(SOUNDS) == set(Signal)
    for one, other in itertools.combinations(SOUNDS.values(), 2):
        lengths = sorted(sum(beep.seconds for beep in sound) for sound in (one, other))
        assert len(one) != len(other) or lengths[1] >= 2 * lengths[0]


@pytest.mark.parametrize("signal", [Signal.ACCEPTED, Signal.ASK, Signal.REFUSED])
async def test_a_sound_has_its_rhythm(pins: MockFactory, signal: Signal) -> None:
    """The line goes on and off once a beep, for the beep's time at least."""
    sounder = buzzer()
    await sounder.sound(signal)
    await until(lambda: len(beeps(pins)) == len(SOUNDS[signal]))
    for length, beep in zip(beeps(pins), SOUNDS[signal], strict=True):
        assert length >= beep.seconds
    await asyncio.sleep(0.3)
    assert len(beeps(pins)) == len(SOUNDS[signal])
    await sounder.close()


async def test_a_passive_buzzer_has_pitches(pins: MockFactory) -> None:
    """The wave on the line has the beep's frequency, half on and half off."""
    sounder = buzzer(tone=True)
    await sounder.sound(Signal.FAULT)
    assert pins.pin(PIN).frequency == SOUNDS[Signal.FAULT][0].hertz
    assert pins.pin(PIN).state == 0.5
    await sounder.close()


async def test_a_new_sound_takes_the_old_ones_place(pins: MockFactory) -> None:
    """What is left of the old sound is not heard within the new one."""
    sounder = buzzer()
    await sounder.sound(Signal.ASK)
    await asyncio.sleep(0.02)
    await sounder.sound(Signal.FAULT)
    await until(lambda: len(beeps(pins)) == 2)
    assert beeps(pins)[-1] >= SOUNDS[Signal.FAULT][0].seconds
    await sounder.close()


def test_a_line_in_use_is_named(pins: MockFactory) -> None:
    """Two devices on one line are for a person to mend."""
    first = buzzer()
    with pytest.raises(DeviceError, match="GPIO 22: "):
        buzzer(tone=True)
    del first
