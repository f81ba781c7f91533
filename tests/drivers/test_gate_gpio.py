"""A gate on GPIO lines: pulses, holding, passages, and what is not left on."""

import asyncio
import threading

import pytest
from gpiozero.pins.mock import MockFactory, MockPin
from pydantic import ValidationError

from kiosk.drivers.gate_gpio import GpioGate, Settings, connect
from kiosk.ports import DeviceError, Passed
from tests.drivers.rigs import SURROUNDINGS, running, until

RELAY, PASSAGE = 17, 27


def gate(**settings: object) -> GpioGate:
    """Return a gate with a relay on GPIO 17."""
    found = connect(
        Settings.model_validate({"driver": "gpio", "pin": RELAY} | settings), SURROUNDINGS
    )
    assert isinstance(found, GpioGate)
    return found


def pulses(pin: MockPin) -> list[float]:
    """Return how long each pulse on a pin lasted, in seconds."""
    return [state.timestamp for state in pin.states[1:] if not state.state]


async def test_a_pulse_a_person(pins: MockFactory) -> None:
    """Three persons are three pulses of the set length, with rests between them."""
    turnstile = gate(pulse=0.1, interval=0.05)
    relay = pins.pin(RELAY)
    await turnstile.open(3)
    assert relay.state
    await until(lambda: len(pulses(relay)) == 3)
    assert all(length >= 0.1 for length in pulses(relay))
    rests = [state.timestamp for state in relay.states[1:] if state.state][1:]
    assert all(rest >= 0.2 for rest in rests)
    await turnstile.close()


async def test_the_next_pulse_follows_a_passage(pins: MockFactory) -> None:
    """With an input, the second person's pulse comes when the first has passed, not before."""
    turnstile = gate(pulse=0.05, interval=30, passage_pin=PASSAGE)
    relay, passage = pins.pin(RELAY), pins.pin(PASSAGE)
    async with running(turnstile) as heard:
        await turnstile.open(2)
        await asyncio.sleep(0.5)
        assert len(pulses(relay)) == 1
        passage.drive_low()
        await heard.next(Passed)
        await until(lambda: len(pulses(relay)) == 2)
        passage.drive_high()
        passage.drive_low()
        await heard.next(Passed)
        await asyncio.sleep(0.3)
        assert len(pulses(relay)) == 2
        await turnstile.open(1)
        assert relay.state
    await turnstile.close()


async def test_persons_who_come_meanwhile_are_added(pins: MockFactory) -> None:
    """A second party at the gate while the first goes through gets its pulses too."""
    turnstile = gate(pulse=0.05, interval=0.01)
    await turnstile.open(1)
    await turnstile.open(2)
    await until(lambda: len(pulses(pins.pin(RELAY))) == 3)
    await asyncio.sleep(0.3)
    assert len(pulses(pins.pin(RELAY))) == 3
    await turnstile.close()


async def test_a_door_is_held_longer_for_more_persons(pins: MockFactory) -> None:
    """One person has the holding time, a further one the interval on top, in one stretch."""
    door = gate(mode="hold", hold=0.3, interval=0.2)
    relay = pins.pin(RELAY)
    await door.open(2)
    await until(lambda: not relay.state)
    assert pulses(relay)[0] >= 0.5
    await door.open(1)
    await asyncio.sleep(0.1)
    await door.open(1)
    await until(lambda: not relay.state)
    assert len(pulses(relay)) == 2
    assert pulses(relay)[1] >= 0.4
    await door.close()


async def test_passages_come_from_another_thread(pins: MockFactory) -> None:
    """GPIO libraries call back in threads of their own; each passage is told once, in order."""
    turnstile = gate(passage_pin=PASSAGE)
    passage = pins.pin(PASSAGE)

    def pass_through() -> None:
        for _ in range(5):
            passage.drive_low()
            passage.drive_high()

    async with running(turnstile) as heard:
        await asyncio.sleep(0)
        thread = threading.Thread(target=pass_through)
        thread.start()
        times = [(await heard.next(Passed)).at for _ in range(5)]
        thread.join()
        assert times == sorted(times)
        await heard.nothing(0.05)
    await turnstile.close()


async def test_the_levels_are_as_set(pins: MockFactory) -> None:
    """An active-low relay rests high, and an input with a pull-down is active high."""
    turnstile = gate(active_high=False, passage_pin=PASSAGE, passage_pull="down", pulse=0.05)
    relay, passage = pins.pin(RELAY), pins.pin(PASSAGE)
    assert relay.state
    assert passage.pull == "down"
    async with running(turnstile) as heard:
        await asyncio.sleep(0)
        passage.drive_high()
        await heard.next(Passed)
    await turnstile.open(1)
    assert not relay.state
    await turnstile.close()


async def test_a_relay_that_breaks_is_told_at_the_next_opening(pins: MockFactory) -> None:
    """An error of the line in the background ends the kiosk when the gate is used next."""
    turnstile = gate(pulse=0.05)
    await turnstile.open(1)
    pins.pin(RELAY).function = "input"
    await asyncio.sleep(0.2)
    pins.pin(RELAY).function = "output"
    with pytest.raises(AttributeError, match="cannot set state"):
        await turnstile.open(1)
    await turnstile.close()


def test_one_line_cannot_serve_twice(pins: MockFactory) -> None:
    """The same number for relay and input is named, and the relay is let go again."""
    with pytest.raises(DeviceError, match=r"GPIO 17: .*in use"):
        gate(passage_pin=RELAY)
    assert gate().check() == "relay on GPIO 17, idle"


def test_a_line_that_the_machine_lacks_is_named(pins: MockFactory) -> None:
    """One of a Compute Module is none of a Raspberry Pi's with a 40-pin header."""
    with pytest.raises(DeviceError, match="GPIO 28: "):
        gate(pin=28)


def test_the_check_tells_how_the_input_stands(pins: MockFactory) -> None:
    """``doctor`` shows a passage input that is stuck."""
    turnstile = gate(passage_pin=PASSAGE)
    assert turnstile.check() == "relay on GPIO 17, idle; passage input on GPIO 27, at rest"
    pins.pin(PASSAGE).drive_low()
    assert turnstile.check().endswith("active")


@pytest.mark.parametrize("wrong", [{"pin": 46}, {"pulse": 0}, {"mode": "open"}, {"active_high": 1}])
def test_settings_are_closed(wrong: dict[str, object]) -> None:
    """A wrong value is an error before any line is touched."""
    with pytest.raises(ValidationError):
        gate(**wrong)
