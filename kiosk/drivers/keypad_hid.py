"""A numeric keypad on USB: digits, ``+`` a helper, ``*`` a supporter, ``-`` to take back, Enter.

It is named by path like a scanner (see :mod:`kiosk.drivers.scanner_hid`). Backspace and Delete
clear. Digits count whatever NumLock is, and the NumLock that some keypads send around each key is
passed over. ``grab`` keeps the keys from the console.

Staff ask how the kiosk does by holding ``status_keys`` together, and no other, for ``status_hold``
seconds: 0 and Enter by default, which every keypad has and nobody presses together by accident.
Each of them counts as a key, too: neither lets anybody in nor adds to what is typed.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from kiosk.drivers._evdev import Devices, describe, follow_keyboards, require_evdev
from kiosk.drivers._keymap import KEYPAD_DIGITS, LOCKS, TOP_ROW_DIGITS
from kiosk.drivers._silence import Silence
from kiosk.drivers._wedge import DOWN, UP
from kiosk.ports import DriverSettings, Emit, Key, Pressed, Reader, StatusAsked, Surroundings

_KEYS: Mapping[int, Key] = {
    **{code: Key(digit) for code, digit in (KEYPAD_DIGITS | TOP_ROW_DIGITS).items()},
    78: Key.HELPER,
    55: Key.SUPPORTER,
    74: Key.TAKE_BACK,
    14: Key.CLEAR,  # Backspace
    111: Key.CLEAR,  # Delete
    28: Key.ENTER,
    96: Key.ENTER,
}


class Settings(DriverSettings):
    """``device`` is a path or a list of paths; without ``status_keys`` nobody asks by keys."""

    device: Devices
    grab: bool = True
    status_keys: tuple[Annotated[Key, Field(strict=False)], ...] = Field(
        default=(Key.DIGIT_0, Key.ENTER), strict=False
    )
    status_hold: float = Field(default=2.0, ge=0.5, le=10)

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its devices."""
        return {"device": tuple(map(os.path.realpath, self.device))}


def connect(settings: Settings, surroundings: Surroundings) -> Reader:  # noqa: ARG001
    """Return the keypad; it need not be plugged in yet."""
    require_evdev()
    return HidKeypad(settings)


class HidKeypad:
    """A keypad that may come and go."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def run(self, emit: Emit) -> None:
        """Hand on each key that goes down."""
        await follow_keyboards(
            self._settings.device,
            emit,
            lambda held, _caps: _Keys(self._settings, held, emit),
            grab=self._settings.grab,
        )

    def check(self) -> str:
        """Say which devices are there."""
        return describe(self._settings.device)


class _Keys:
    """What is pressed on one device; each key stands alone, and a lost one spoils no other."""

    def __init__(self, settings: Settings, held: Iterable[int], emit: Emit) -> None:
        self._emit = emit
        self._asking = frozenset(settings.status_keys)
        self._held = set(held) - LOCKS
        self._hold = Silence(settings.status_hold, lambda: emit(StatusAsked()))

    def key(self, code: int, value: int, at: float) -> None:
        if value == DOWN and code in _KEYS:
            self._emit(Pressed(_KEYS[code], at))
        if value in (DOWN, UP) and code not in LOCKS:
            self._held = self._held | {code} if value == DOWN else self._held - {code}
            self._look()

    def missed(self, held: Iterable[int], at: float) -> None:  # noqa: ARG002
        self._held = set(held) - LOCKS
        self._look()

    def close(self) -> None:
        self._hold.stop()

    def _look(self) -> None:
        """Wait for the hold to be long enough while the keys that ask are held, and only those."""
        if self._asking and {_KEYS.get(code) for code in self._held} == self._asking:
            self._hold.heard()
        else:
            self._hold.stop()
