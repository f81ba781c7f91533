"""A numeric keypad on USB: digits, ``+`` a helper, ``*`` a supporter, ``-`` to take back, Enter.

It is named by path like a scanner (see :mod:`kiosk.drivers.scanner_hid`). Backspace and Delete
clear. Digits count whatever NumLock is, and the NumLock that some keypads send around each key is
passed over. ``grab`` keeps the keys from the console.
"""

import os
from collections.abc import Iterable, Mapping

from kiosk.drivers._evdev import Devices, describe, follow_keyboards, require_evdev
from kiosk.drivers._keymap import KEYPAD_DIGITS, TOP_ROW_DIGITS
from kiosk.drivers._wedge import DOWN
from kiosk.ports import DriverSettings, Emit, Key, Pressed, Reader, Surroundings

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
    """``device`` is a path or a list of paths."""

    device: Devices
    grab: bool = True

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
            self._settings.device, emit, lambda _held, _caps: _Keys(emit), grab=self._settings.grab
        )

    def check(self) -> str:
        """Say which devices are there."""
        return describe(self._settings.device)


class _Keys:
    """What is pressed on one device; each key stands alone, and a lost one spoils no other."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    def key(self, code: int, value: int, at: float) -> None:
        if value == DOWN and code in _KEYS:
            self._emit(Pressed(_KEYS[code], at))

    def missed(self, held: Iterable[int], at: float) -> None:
        pass

    def close(self) -> None:
        pass
