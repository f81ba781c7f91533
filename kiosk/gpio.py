"""Opens GPIO lines through gpiozero and plays rhythms on them: for the gate, buzzer and lights.

Lines are numbered as Broadcom does (GPIO 17, not header pin 11). The library below gpiozero is
lgpio, unless ``GPIOZERO_PIN_FACTORY`` names another: which one drives the relay is never left to a
silent fallback.
"""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from kiosk.ports import DeviceError


class Output(Protocol):
    """A line that is on or off; off when it is opened."""

    def on(self) -> None:
        """Switch on."""
        ...

    def off(self) -> None:
        """Switch off."""
        ...

    def close(self) -> None:
        """Free the line, which then floats."""
        ...


class Tone(Protocol):
    """A line that carries a square wave of so many hertz while its value is above 0."""

    frequency: float
    value: float

    def close(self) -> None:
        """Free the line, which then floats."""
        ...


class Input(Protocol):
    """A line that is read; ``when_activated`` is called in another thread."""

    when_activated: Any

    @property
    def is_active(self) -> bool:
        """Tell whether the line is at its active level now."""
        ...

    def close(self) -> None:
        """Free the line."""
        ...


def output(pin: int, *, active_high: bool) -> Output:
    """Open a line to switch, and switch it off. Raises :class:`DeviceError`."""
    with _mending(pin):
        import gpiozero

        return cast("Output", gpiozero.OutputDevice(pin, active_high=active_high))


def tone(pin: int, *, active_high: bool) -> Tone:
    """Open a line for tones, silent. Raises :class:`DeviceError`."""
    with _mending(pin):
        import gpiozero

        return cast("Tone", gpiozero.PWMOutputDevice(pin, active_high=active_high))


def contact(pin: int, *, pull_up: bool, debounce: float) -> Input:
    """Open a line that a contact ties to ground (or, without ``pull_up``, to 3.3 V).

    ``debounce`` is in seconds. Raises :class:`DeviceError`.
    """
    with _mending(pin):
        import gpiozero

        return cast(
            "Input", gpiozero.DigitalInputDevice(pin, pull_up=pull_up, bounce_time=debounce)
        )


class Player:
    """Plays one routine at a time in the background; a new one takes the old one's place.

    A routine is dropped where it sleeps: who starts another, or stops, sets the lines.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    @property
    def playing(self) -> bool:
        """Tell whether a routine is under way."""
        return self._task is not None and not self._task.done()

    def play(self, routine: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a routine. Raises what the one before broke with."""
        self.stop()
        self._task = asyncio.get_running_loop().create_task(routine())

    def stop(self) -> None:
        """Drop the routine. Raises what it broke with."""
        task, self._task = self._task, None
        if task is None:
            return
        if task.done():
            task.result()
        else:
            task.cancel()


@contextmanager
def _mending(pin: int) -> Iterator[None]:
    """Turn whatever the GPIO libraries raise into what a person can mend."""
    load_factory()
    try:
        yield
    except Exception as error:
        raise DeviceError(f"GPIO {pin}: {error}") from error


def load_factory() -> None:
    """Have gpiozero use lgpio, also where a library opens lines by itself. Raises DeviceError."""
    try:
        from gpiozero import Device

        if Device.pin_factory is not None:
            return
        name = os.environ.get("GPIOZERO_PIN_FACTORY", "lgpio")
        if name != "lgpio":
            Device.ensure_pin_factory()
            return
        _give_lgpio_a_folder()
        from gpiozero.pins.lgpio import LGPIOFactory

        Device.pin_factory = LGPIOFactory()
    except ImportError as error:
        raise DeviceError(
            f"no GPIO library ({error}): install python3-gpiozero and python3-lgpio, "
            "or the extra 'pi'"
        ) from error
    except Exception as error:
        raise DeviceError(
            f"no GPIO ({error}): is this a Raspberry Pi, and the kiosk's user in group gpio?"
        ) from error


def _give_lgpio_a_folder() -> None:
    """Say where lgpio makes its pipe: by default the working directory, which may be read-only."""
    if "LG_WD" not in os.environ:
        folder = tempfile.mkdtemp(prefix="kaikuportti-gpio-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["LG_WD"] = folder
