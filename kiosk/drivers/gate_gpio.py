"""A gate behind a relay on a GPIO line, with an optional input that sees persons pass.

``mode = "pulse"`` serves a turnstile: a pulse lets one person through. The next pulse follows when
the input has seen a passage, or after ``interval`` seconds. ``mode = "hold"`` serves a door or a
swing gate: the relay is held for ``hold`` seconds, and ``interval`` more for each further person;
who comes meanwhile extends it.

The relay is off when the kiosk starts, when it ends and when anything breaks. After the process has
ended nobody drives the line: it floats or, where the process was killed within a pulse, may keep
its level until the kiosk starts again. So the relay's board must pull its input to idle by itself.
Whether an idle relay leaves the gate locked or free is chosen by its contacts, normally open or
normally closed; a way out in an emergency must not depend on it.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from kiosk.gpio import Input, Output, Player, contact, output
from kiosk.ports import DriverSettings, Emit, Gate, Line, Passed, Surroundings, lines

_REST = 0.2
"""Seconds between two pulses at the least, so that a turnstile's controller tells them apart."""


class Settings(DriverSettings):
    """Lines are Broadcom numbers, times are seconds.

    ``passage_pull`` is the resting level of the passage input: ``up`` for a contact to ground,
    ``down`` for one to 3.3 V.
    """

    pin: Line = 26
    active_high: bool = True
    mode: Literal["pulse", "hold"] = "pulse"
    pulse: float = Field(default=0.5, gt=0, le=10)
    hold: float = Field(default=5.0, gt=0, le=60)
    interval: float = Field(default=3.0, ge=0, le=60)
    passage_pin: Line | None = None
    passage_pull: Literal["up", "down"] = "up"
    debounce: float = Field(default=0.05, ge=0, le=1)

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its lines."""
        return {"pin": lines(self.pin), "passage_pin": lines(self.passage_pin)}

    def switched_high(self) -> tuple[str, ...]:
        """Return the relay, where a high level pulls it."""
        return ("pin",) if self.active_high else ()


def connect(settings: Settings, surroundings: Surroundings) -> Gate:  # noqa: ARG001
    """Take the lines, with the relay off."""
    relay = output(settings.pin, active_high=settings.active_high)
    if settings.passage_pin is None:
        return GpioGate(settings, relay, None)
    try:
        passage = contact(
            settings.passage_pin,
            pull_up=settings.passage_pull == "up",
            debounce=settings.debounce,
        )
    except BaseException:
        relay.close()
        raise
    return GpioGate(settings, relay, passage)


class GpioGate:
    """A relay that lets persons through, and perhaps an input that counts them."""

    def __init__(self, settings: Settings, relay: Output, passage: Input | None) -> None:
        self._settings = settings
        self._relay = relay
        self._passage = passage
        self._passed = asyncio.Event()
        self._waiting = 0
        self._until = 0.0
        self._player = Player()
        self._closed = False

    @property
    def watches(self) -> bool:
        """Tell whether an input sees persons pass."""
        return self._passage is not None

    async def run(self, emit: Emit) -> None:
        """Report each passage."""
        if self._passage is None:
            return
        loop = asyncio.get_running_loop()

        def passed(at: float) -> None:
            self._passed.set()
            emit(Passed(at))

        self._passage.when_activated = lambda: loop.call_soon_threadsafe(passed, time.monotonic())
        try:
            await loop.create_future()
        finally:
            if not self._closed:
                self._passage.when_activated = None

    async def open(self, persons: int) -> None:
        """Let so many more persons through, after those who may already."""
        match self._settings.mode:
            case "pulse":
                self._waiting += persons
                if not self._player.playing:
                    self._relay.on()
                    self._player.play(self._pulse)
            case "hold":
                self._extend(persons)
                self._relay.on()
                self._player.play(self._hold)

    async def close(self) -> None:
        """Switch the relay off and free the lines."""
        self._waiting = 0
        try:
            self._player.stop()
        finally:
            if not self._closed:
                self._closed = True
                self._free()

    def check(self) -> str:
        """Say which lines the gate has, and how its input stands."""
        if self._passage is None:
            return f"relay on GPIO {self._settings.pin}, idle"
        level = "active" if self._passage.is_active else "at rest"
        return (
            f"relay on GPIO {self._settings.pin}, idle; "
            f"passage input on GPIO {self._settings.passage_pin}, {level}"
        )

    async def _pulse(self) -> None:
        """Give one pulse a person, each after the passage of the one before."""
        while self._waiting:
            self._waiting -= 1
            self._passed.clear()
            self._relay.on()
            await asyncio.sleep(self._settings.pulse)
            self._relay.off()
            await asyncio.sleep(_REST)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._passed.wait(), self._settings.interval)

    def _extend(self, persons: int) -> None:
        """Move the end of the holding on for so many more persons."""
        now = time.monotonic()
        first = max(now + self._settings.hold, self._until + self._settings.interval)
        self._until = first + (persons - 1) * self._settings.interval

    async def _hold(self) -> None:
        await asyncio.sleep(self._until - time.monotonic())
        self._relay.off()

    def _free(self) -> None:
        try:
            self._relay.off()
        finally:
            self._relay.close()
            if self._passage is not None:
                self._passage.close()
