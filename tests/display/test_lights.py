"""Lamps on GPIO lines: every signal is told apart without colour."""

import asyncio
import itertools

import pytest
from gpiozero.pins.mock import MockFactory

from kaiku.text import Text
from kiosk.display.lights import Lights, Settings, connect, rhythms
from kiosk.ports import DeviceError, Scene, Signal
from tests.drivers.fixtures import pins
from tests.drivers.rigs import SURROUNDINGS

__all__ = ["pins"]
RED, YELLOW, GREEN = 5, 6, 13


def settings(**more: object) -> Settings:
    """Return settings of two lamps, or as given."""
    return Settings.model_validate({"driver": "lights", "red": RED, "green": GREEN} | more)


def lights(**more: object) -> Lights:
    """Return lamps that are connected."""
    found = connect(settings(**more), SURROUNDINGS)
    assert isinstance(found, Lights)
    return found


def scene(signal: Signal, title: str = "x") -> Scene:
    """Return a scene; its words do not matter here."""
    return Scene(signal, Text.same(title))


def lit(pins: MockFactory) -> set[int]:
    """Return the pins of the lamps that are lit."""
    return {pin for pin in (RED, YELLOW, GREEN) if pins.pin(pin).state}


@pytest.mark.parametrize("yellow", [None, YELLOW])
def test_every_two_signals_differ_in_place_or_rhythm(yellow: int | None) -> None:
    """No two signals light the same lamps in the same rhythm."""
    shown = rhythms(settings(yellow=yellow))
    assert set(shown) == set(Signal)
    assert all(one != other for one, other in itertools.combinations(shown.values(), 2))


@pytest.mark.parametrize(
    ("signal", "lamps"),
    [
        (Signal.ACCEPTED, {GREEN}),
        (Signal.REFUSED, {RED}),
        (Signal.ASK, {YELLOW}),
        (Signal.WAIT, {YELLOW}),
        (Signal.FAULT, {RED, GREEN}),
    ],
)
async def test_a_signal_is_shown_at_once(
    pins: MockFactory, signal: Signal, lamps: set[int]
) -> None:
    """When ``show`` returns, the signal's lamps and no others are lit."""
    display = lights(yellow=YELLOW)
    await display.show(scene(signal))
    assert lit(pins) == lamps
    await display.close()
    assert lit(pins) == set()


async def test_accepted_is_steady_and_refused_blinks(pins: MockFactory) -> None:
    """Green stays as it is; red goes on and off several times a second."""
    display = lights()
    await display.show(scene(Signal.ACCEPTED))
    pins.pin(GREEN).clear_states()
    await asyncio.sleep(0.6)
    assert len(pins.pin(GREEN).states) == 1
    await display.show(scene(Signal.REFUSED))
    assert lit(pins) == {RED}
    pins.pin(RED).clear_states()
    await asyncio.sleep(1.2)
    assert len(pins.pin(RED).states) >= 5
    await display.close()


async def test_idle_comes_back(pins: MockFactory) -> None:
    """After a verdict the lamps go dark; the heartbeat can be left out."""
    display = lights(heartbeat=False)
    await display.show(scene(Signal.REFUSED))
    await display.show(scene(Signal.IDLE))
    assert lit(pins) == set()
    await asyncio.sleep(0.3)
    assert lit(pins) == set()
    await display.close()


async def test_a_heartbeat_is_short(pins: MockFactory) -> None:
    """Idle, green blips and is dark again."""
    display = lights()
    await display.show(scene(Signal.IDLE))
    assert lit(pins) == {GREEN}
    await asyncio.sleep(0.4)
    assert lit(pins) == set()
    await display.close()


async def test_new_words_under_the_same_signal_keep_the_rhythm(pins: MockFactory) -> None:
    """Digits typed under a question do not make the lamp stutter."""
    display = lights()
    await display.show(scene(Signal.ASK))
    pins.pin(GREEN).clear_states()
    for count in range(10):
        await display.show(scene(Signal.ASK, str(count)))
        await asyncio.sleep(0.02)
    assert len(pins.pin(GREEN).states) == 1
    await display.close()


async def test_closing_twice_is_harmless_and_frees_the_lines(pins: MockFactory) -> None:
    """What was closed can be connected again."""
    display = lights()
    await display.show(scene(Signal.FAULT))
    await display.close()
    await display.close()
    assert lit(pins) == set()
    await lights().close()


def test_a_line_in_use_is_named_and_the_others_are_let_go(pins: MockFactory) -> None:
    """Two lamps on one line are for a person to mend."""
    with pytest.raises(DeviceError, match="GPIO 13: "):
        lights(yellow=GREEN)
    display = lights()
    assert lit(pins) == set()
    del display
