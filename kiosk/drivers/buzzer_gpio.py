"""A buzzer on a GPIO line: each signal has a rhythm of its own, and a pitch too if it is passive.

An active buzzer sounds by itself when it is switched on; a passive one (``tone = true``) plays the
pitch that it is given. Rhythm alone tells the signals apart: who misses the pitch misses nothing.
"""

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from kiosk.gpio import Output, Player, Tone, output, tone
from kiosk.ports import Buzzer, DriverSettings, Line, Signal, Surroundings, lines


@dataclass(frozen=True, slots=True)
class Beep:
    """A sound of so many seconds, then a pause; ``hertz`` counts for a passive buzzer."""

    seconds: float
    hertz: float
    pause: float = 0.08


SOUNDS: Mapping[Signal, tuple[Beep, ...]] = {
    Signal.IDLE: (),
    Signal.WAIT: (Beep(0.03, 1500),),
    Signal.ACCEPTED: (Beep(0.25, 2600),),
    Signal.ASK: (Beep(0.08, 1500), Beep(0.08, 2000), Beep(0.08, 2600)),
    Signal.REFUSED: (Beep(0.4, 1000, pause=0.15), Beep(0.4, 800)),
    Signal.FAULT: (Beep(1.2, 600),),
}


class Settings(DriverSettings):
    """``pin`` is a Broadcom number."""

    pin: Line
    active_high: bool = True
    tone: bool = False

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its line."""
        return {"pin": lines(self.pin)}

    def switched_high(self) -> tuple[str, ...]:
        """Return its line, where a high level sounds it."""
        return ("pin",) if self.active_high else ()


def connect(settings: Settings, surroundings: Surroundings) -> Buzzer:  # noqa: ARG001
    """Take the line, silent."""
    if settings.tone:
        return GpioBuzzer(_Passive(tone(settings.pin, active_high=settings.active_high)))
    return GpioBuzzer(_Active(output(settings.pin, active_high=settings.active_high)))


class _Voice(Protocol):
    def start(self, hertz: float) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


class GpioBuzzer:
    """Plays one sound at a time."""

    def __init__(self, voice: _Voice) -> None:
        self._voice = voice
        self._player = Player()
        self._closed = False

    async def sound(self, signal: Signal) -> None:
        """Start the signal's sound in place of any other."""
        self._player.stop()
        self._voice.stop()
        if beeps := SOUNDS[signal]:
            self._voice.start(beeps[0].hertz)
            self._player.play(functools.partial(self._play, beeps))

    async def close(self) -> None:
        """Fall silent and free the line."""
        try:
            self._player.stop()
        finally:
            if not self._closed:
                self._closed = True
                self._voice.stop()
                self._voice.close()

    async def _play(self, beeps: tuple[Beep, ...]) -> None:
        for beep in beeps:
            self._voice.start(beep.hertz)
            await asyncio.sleep(beep.seconds)
            self._voice.stop()
            await asyncio.sleep(beep.pause)


class _Active:
    """A buzzer with a pitch of its own."""

    def __init__(self, line: Output) -> None:
        self._line = line

    def start(self, hertz: float) -> None:  # noqa: ARG002
        self._line.on()

    def stop(self) -> None:
        self._line.off()

    def close(self) -> None:
        self._line.close()


class _Passive:
    """A buzzer that takes the pitch of the wave on its line."""

    def __init__(self, line: Tone) -> None:
        self._line = line

    def start(self, hertz: float) -> None:
        self._line.frequency = hertz
        self._line.value = 0.5

    def stop(self) -> None:
        self._line.value = 0

    def close(self) -> None:
        self._line.close()
