"""What every gate does, whatever it is: one suite over all of them."""

import asyncio
from dataclasses import dataclass

import pytest
from gpiozero.pins.mock import MockFactory

from kiosk.drivers import gate_gpio, gate_none
from kiosk.ports import Gate
from tests.drivers.rigs import SURROUNDINGS, Heard, until

RELAY, PASSAGE = 17, 27


@dataclass
class Rig:
    """A gate, and the relay behind it if there is one."""

    gate: Gate
    pins: MockFactory | None = None

    @property
    def opened(self) -> bool:
        """Tell whether the relay is on."""
        return self.pins is not None and bool(self.pins.pin(RELAY).state)


def gpio(pins: MockFactory, **settings: object) -> Rig:
    """Give a gate on a relay."""
    valid = gate_gpio.Settings.model_validate({"driver": "gpio", "pin": RELAY} | settings)
    return Rig(gate_gpio.connect(valid, SURROUNDINGS), pins)


@pytest.fixture(params=["none", "pulse", "hold", "watched"])
def rig(request: pytest.FixtureRequest, pins: MockFactory) -> Rig:
    """Give each gate."""
    match request.param:
        case "none":
            return Rig(gate_none.connect(gate_none.Settings(driver="none"), SURROUNDINGS))
        case "pulse":
            return gpio(pins, pulse=0.05, interval=0.05)
        case "hold":
            return gpio(pins, mode="hold", hold=0.05, interval=0.05)
        case _:
            return gpio(pins, pulse=0.05, interval=0.05, passage_pin=PASSAGE)


async def test_a_gate_is_shut_until_it_is_opened(rig: Rig) -> None:
    """Connecting lets nobody through, nor does running."""
    assert not rig.opened
    task = asyncio.create_task(rig.gate.run(Heard()))
    await asyncio.sleep(0.02)
    assert not rig.opened
    task.cancel()
    await rig.gate.close()


async def test_an_opened_gate_shuts_by_itself(rig: Rig) -> None:
    """Nobody has to shut a gate after the last person."""
    await rig.gate.open(2)
    assert rig.opened == (rig.pins is not None)
    await until(lambda: not rig.opened)
    await rig.gate.close()


async def test_only_a_gate_that_watches_runs_on(rig: Rig) -> None:
    """Where nothing sees persons pass there is nothing to wait for."""
    task = asyncio.create_task(rig.gate.run(Heard()))
    await asyncio.sleep(0.05)
    assert task.done() != rig.gate.watches
    task.cancel()
    await rig.gate.close()


async def test_closing_shuts_at_once_and_twice_is_harmless(rig: Rig) -> None:
    """A kiosk that ends in the middle of a party leaves the relay idle and the lines free."""
    await rig.gate.open(5)
    await rig.gate.close()
    assert not rig.opened
    await rig.gate.close()
    await asyncio.sleep(0.3)
    assert not rig.opened
    if rig.pins is not None:
        again = gpio(rig.pins)
        await again.gate.close()
