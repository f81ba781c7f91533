"""A scanner that types its codes like a keyboard: most USB scanners as they come.

It is named by path: ``/dev/input/by-id/…`` follows the scanner, ``/dev/input/by-path/…`` the socket
that it is plugged into; event numbers change. Several paths make one scanner. The scanner must be
set to the layout that ``keymap`` names. A code ends with Enter or Tab, or after ``idle`` seconds of
silence, which must be longer than the scanner's pause between two keys. ``grab`` keeps the codes
from the login prompt on the console; without it they are typed there too.

Digits of the numeric pad are digits whatever NumLock is. Alt with a number typed on the pad is not
understood: such a code is unreadable.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from kiosk.drivers._evdev import Devices, describe, follow_keyboards, require_evdev
from kiosk.drivers._keymap import KEYMAPS
from kiosk.drivers._silence import Silence
from kiosk.drivers._wedge import Wedge
from kiosk.ports import DriverSettings, Emit, Reader, Scanned, Surroundings


class Settings(DriverSettings):
    """``device`` is a path or a list of paths; ``idle`` is in seconds."""

    device: Devices
    keymap: Literal["us", "fi"] = "us"
    grab: bool = True
    idle: float = Field(default=0.3, gt=0)

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its devices."""
        return {"device": tuple(map(os.path.realpath, self.device))}


def connect(settings: Settings, surroundings: Surroundings) -> Reader:  # noqa: ARG001
    """Return the scanner; its devices need not be plugged in yet."""
    require_evdev()
    return HidScanner(settings)


class HidScanner:
    """The devices that make one scanner, each with its own code under way."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def run(self, emit: Emit) -> None:
        """Hand on each code that is typed."""
        keymap, idle = KEYMAPS[self._settings.keymap], self._settings.idle
        await follow_keyboards(
            self._settings.device,
            emit,
            lambda held, caps: _Typing(Wedge(keymap, held, caps=caps), idle, emit),
            grab=self._settings.grab,
        )

    def check(self) -> str:
        """Say which devices are there."""
        return describe(self._settings.device)


class _Typing:
    """What one device types, from its opening to its loss."""

    def __init__(self, wedge: Wedge, idle: float, emit: Emit) -> None:
        self._wedge = wedge
        self._emit = emit
        self._silence = Silence(idle, self._ended_by_silence)
        self._at = 0.0

    def key(self, code: int, value: int, at: float) -> None:
        self._at = at
        data = self._wedge.key(code, value, at)
        if data is not None:
            self._emit(Scanned(data, at))
        if self._wedge.pending:
            self._silence.heard()
        else:
            self._silence.stop()

    def missed(self, held: Iterable[int], at: float) -> None:
        self._at = at
        self._wedge.missed(held)
        self._silence.heard()

    def close(self) -> None:
        self._silence.stop()

    def _ended_by_silence(self) -> None:
        self._emit(Scanned(self._wedge.flush(), self._at))
