"""Lamps on GPIO lines: told apart by place and rhythm, so that colour is never alone.

Mount red left of or above green, as in traffic. Accepted: green, steady. Refused: red, fast. Ask:
yellow (without one green), slowly on and off. Wait: the same lamp, short blips. Fault: red and
green together, slowly. Idle: dark but for a blip of green every few seconds, which says that the
kiosk is alive (``heartbeat = false`` leaves it out).
"""

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kiosk.gpio import Output, Player, output
from kiosk.ports import Display, DriverSettings, Line, Scene, Signal, Surroundings, lines


class Lamp(StrEnum):
    """The lamps by their colour."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Lamps that are lit for so many seconds and then dark; dark for 0 is steady."""

    lamps: frozenset[Lamp]
    lit: float = 0.0
    dark: float = 0.0


_STEADY_GREEN = Rhythm(frozenset({Lamp.GREEN}))
_HEARTBEAT = Rhythm(frozenset({Lamp.GREEN}), lit=0.05, dark=4.0)
_DARK = Rhythm(frozenset())


_LAMPS = ("red", "green", "yellow")


class Settings(DriverSettings):
    """Lines are Broadcom numbers; ``yellow`` may be left out.

    The defaults keep clear of the lines of SPI, of e-ink panels and of the gate, and of GPIO 2 to
    8, which a Raspberry Pi pulls high until the kiosk has them: a green lamp would say welcome.
    """

    red: Line = 20
    green: Line = 16
    yellow: Line | None = None
    active_high: bool = True
    heartbeat: bool = True

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its lines."""
        return {name: lines(getattr(self, name)) for name in _LAMPS}

    def switched_high(self) -> tuple[str, ...]:
        """Return the lamps, where a high level lights them."""
        return _LAMPS if self.active_high else ()


def rhythms(settings: Settings) -> Mapping[Signal, Rhythm]:
    """Return how each signal is shown with the lamps that there are."""
    middle = frozenset({Lamp.GREEN if settings.yellow is None else Lamp.YELLOW})
    return {
        Signal.IDLE: _HEARTBEAT if settings.heartbeat else _DARK,
        Signal.WAIT: Rhythm(middle, lit=0.1, dark=0.4),
        Signal.ACCEPTED: _STEADY_GREEN,
        Signal.ASK: Rhythm(middle, lit=0.6, dark=0.6),
        Signal.REFUSED: Rhythm(frozenset({Lamp.RED}), lit=0.12, dark=0.12),
        Signal.FAULT: Rhythm(frozenset({Lamp.RED, Lamp.GREEN}), lit=1.0, dark=1.0),
    }


def connect(settings: Settings, surroundings: Surroundings) -> Display:  # noqa: ARG001
    """Take the lines, dark."""
    pins = {Lamp.RED: settings.red, Lamp.YELLOW: settings.yellow, Lamp.GREEN: settings.green}
    lines: dict[Lamp, Output] = {}
    try:
        for lamp, pin in pins.items():
            if pin is not None:
                lines[lamp] = output(pin, active_high=settings.active_high)
    except BaseException:
        for line in lines.values():
            line.close()
        raise
    return Lights(lines, rhythms(settings))


class Lights:
    """Two or three lamps that show the signal of the newest scene."""

    def __init__(self, lines: Mapping[Lamp, Output], shown_as: Mapping[Signal, Rhythm]) -> None:
        self._lines = lines
        self._rhythms = shown_as
        self._shown: Signal | None = None
        self._player = Player()
        self._closed = False

    async def show(self, scene: Scene) -> None:
        """Light the signal's lamps at once and keep up their rhythm; the words are for others."""
        if scene.signal is self._shown:
            return
        self._player.stop()
        self._shown = scene.signal
        rhythm = self._rhythms[scene.signal]
        self._light(rhythm.lamps)
        if rhythm.dark:
            self._player.play(functools.partial(self._blink, rhythm))

    async def close(self) -> None:
        """Go dark and free the lines."""
        try:
            self._player.stop()
        finally:
            if not self._closed:
                self._closed = True
                self._light(frozenset())
                for line in self._lines.values():
                    line.close()

    def _light(self, lamps: frozenset[Lamp]) -> None:
        for lamp, line in self._lines.items():
            if lamp in lamps:
                line.on()
            else:
                line.off()

    async def _blink(self, rhythm: Rhythm) -> None:
        while True:
            self._light(rhythm.lamps)
            await asyncio.sleep(rhythm.lit)
            self._light(frozenset())
            await asyncio.sleep(rhythm.dark)
