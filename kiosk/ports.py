"""The seam between the kiosk's core and its devices: what a driver must and may do.

A driver is a module named by the configuration: ``kiosk.drivers.<role>_<driver>`` for a scanner, a
keypad, a gate or a buzzer, ``kiosk.display.<driver>`` for a display (``-`` in the name is ``_`` in
the file). It holds

- ``Settings``, a subclass of :class:`DriverSettings`: its closed, typed configuration;
- ``connect(settings, surroundings)``, which returns the device as one of the protocols below.
  Hardware libraries are imported inside it and nowhere else. It raises :class:`DeviceError` for
  what a person must mend before the kiosk can run at all (a library that is not installed, a pin
  that does not exist). A device that is merely absent is no error: a reader waits for it and
  reports it with :class:`DeviceChanged`.

Every driver and display, real or fake, passes the one suite in ``tests/contract``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Protocol, TypeVar, runtime_checkable

from pydantic import AfterValidator, BaseModel, ConfigDict

from kaiku.party import Party
from kaiku.text import Language, Text

T = TypeVar("T", str, Path)


class DeviceError(Exception):
    """A device cannot be served as configured; the message says what to do about it."""


class DriverSettings(BaseModel):
    """A driver's part of the configuration.

    Closed (an unknown key is an error), strict and immutable.

    Strict means that ``"9600"`` is no integer and ``1`` no boolean. A tuple or an enum, for which
    TOML has no word of its own, says ``Field(strict=False)``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    driver: str

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the device takes of the machine for itself, by the setting that says so."""
        return {}

    def ends(self) -> bool:
        """Tell whether its input comes to an end, so that all of it is wanted, however fast."""
        return False

    def shares(self) -> tuple[str, ...]:
        """Return what of it is a bus's, which other devices of that bus may take too."""
        return ()

    def switched_high(self) -> tuple[str, ...]:
        """Return the settings whose lines switch something on by a high level."""
        return ()

    def lacks(self) -> Mapping[str, str]:
        """Return what is not there on this machine and must be, by the setting that names it."""
        return {}


def _is_line(number: int) -> int:
    if not 0 <= number <= LAST_LINE:
        raise ValueError("no Raspberry Pi has this line; its 40-pin header has GPIO 2 to 27")
    return number


def _is_place(path: T) -> T:
    """Refuse a path that the system would not even look for."""
    named = str(path)
    parts = named.encode(errors="replace").split(b"/")
    is_short = len(named.encode(errors="replace")) < _PATH_MAX and max(map(len, parts)) <= _NAME_MAX
    if not named.strip(" ./") or not named.isprintable() or not is_short:
        raise ValueError("needs a path that the system can have")
    return path


_PATH_MAX, _NAME_MAX = 4096, 255

Place = Annotated[Path, AfterValidator(_is_place)]
"""A path of a file or a folder."""

DevicePath = Annotated[str, AfterValidator(_is_place)]
"""A path of a device, as it is written."""

LAST_LINE = 45
"""The highest GPIO line that a Raspberry Pi leads out, on the earlier Compute Modules."""

Line = Annotated[int, AfterValidator(_is_line)]
"""The number of a GPIO line, as Broadcom counts (GPIO 17, not header pin 11)."""


def lines(*numbers: int | None) -> tuple[str, ...]:
    """Return GPIO lines as they are called; None is no line."""
    return tuple(f"GPIO {number}" for number in numbers if number is not None)


SPI_BUS = lines(10, 11)
"""The lines that all devices on the first SPI bus share: data out, and the clock."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a driver is told of the kiosk it serves."""

    station: str
    languages: tuple[Language, ...]


# --- what devices tell ---


class Key(StrEnum):
    """The keys of a kiosk, whatever device they stand on."""

    DIGIT_0 = "0"
    DIGIT_1 = "1"
    DIGIT_2 = "2"
    DIGIT_3 = "3"
    DIGIT_4 = "4"
    DIGIT_5 = "5"
    DIGIT_6 = "6"
    DIGIT_7 = "7"
    DIGIT_8 = "8"
    DIGIT_9 = "9"
    HELPER = "+"
    SUPPORTER = "*"
    TAKE_BACK = "-"
    CLEAR = "backspace"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scanner read a code.

    Its raw bytes without the line end, at most :data:`LONGEST_SCAN` of them.

    ``at`` is ``time.monotonic()`` when the last byte arrived; a verdict's milliseconds count from
    it.
    """

    data: bytes = field(repr=False)  # a traceback must not show a card number
    at: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key went down."""

    key: Key
    at: float


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """Staff have held the keys that ask how the kiosk does."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The gate's input saw one person pass."""

    at: float


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device went away (``present`` false) or came back.

    ``why`` is for staff, without card numbers.
    """

    device: str
    present: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class InputEnded:
    """A scanner has reached its end for good: standard input was closed."""


Event = Scanned | Pressed | StatusAsked | Passed | DeviceChanged | InputEnded
Emit = Callable[[Event], None]
"""Hands an event to the kiosk. Called on the event loop's thread; returns at once."""

LONGEST_SCAN = 16_384
"""A reader gives up collecting a longer code.

Hands on the first part (it will be unreadable) and skips to its end.
"""


# --- what the kiosk tells ---


class Signal(StrEnum):
    """What a display and a buzzer tell apart; never by colour alone."""

    IDLE = "idle"
    WAIT = "wait"
    ACCEPTED = "accepted"
    ASK = "ask"
    REFUSED = "refused"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a display shows.

    A signal, a few words in every language, and the party where there is one.

    ``title`` is readable at two metres; ``detail`` is what mends a refusal or what is asked;
    ``party`` is the party that was admitted, or that is being typed while idle; ``remaining`` are
    the visits left, shown discreetly (OM-60); ``notice`` is a word to staff such as “no network”.
    ``choices`` are what a digit chooses among, from 1 on. ``charge`` is what staff charge at the
    door, such as a wristband (OM-60). ``cents_left`` is what a card can still be covered for,
    shown discreetly (OM-59). ``lines`` are how the kiosk does, for staff who stand near.
    """

    signal: Signal
    title: Text
    detail: Text | None = None
    party: Party | None = None
    remaining: int | None = None
    notice: Text | None = None
    choices: tuple[Text, ...] = ()
    charge: Text | None = None
    cents_left: int | None = None
    lines: tuple[Text, ...] = ()


class Reader(Protocol):
    """A scanner or a keypad: an endless source of events."""

    async def run(self, emit: Emit) -> None:
        """Read until cancelled, or return after :class:`InputEnded`.

        The first event is a :class:`DeviceChanged`, so that the kiosk knows from when on it reads.
        A lost device is reported once (:class:`DeviceChanged`), looked for again and reported when
        back. Anything unexpected is raised: it ends the kiosk and systemd restarts it. Cancelling
        frees the device.
        """
        ...


class Display(Protocol):
    """Something that shows scenes: lights, a terminal, a panel."""

    async def show(self, scene: Scene) -> None:
        """Show a scene.

        Quick devices are done on return; slow ones take it, and the newest scene wins.
        """
        ...

    async def close(self) -> None:
        """Leave the device in its safe, idle state and free it. Calling it twice is harmless."""
        ...


class Gate(Protocol):
    """What stands between the visitor and the inside."""

    @property
    def watches(self) -> bool:
        """Tell whether the gate has an input that sees persons pass."""
        ...

    async def run(self, emit: Emit) -> None:
        """Report :class:`Passed` for each person until cancelled.

        Returns at once where nothing watches.
        """
        ...

    async def open(self, persons: int) -> None:
        """Let so many more persons through.

        Returns once the first may pass; the rest goes on by itself.
        """
        ...

    async def close(self) -> None:
        """Stop letting anybody through, leave the relay idle and free the lines."""
        ...


class Buzzer(Protocol):
    """What makes sounds: each signal has its own, so that ears suffice."""

    async def sound(self, signal: Signal) -> None:
        """Start the signal's sound and return; a new sound replaces one that still plays."""
        ...

    async def close(self) -> None:
        """Fall silent and free the line."""
        ...


@runtime_checkable
class Troubled(Protocol):
    """A device may also tell, while it serves, that it does not do what it is asked to."""

    @property
    def trouble(self) -> str | None:
        """Return what is wrong with it now, for staff; None where nothing is."""
        ...


@runtime_checkable
class SelfTest(Protocol):
    """A device may also offer a check of itself, for ``kaikuportti doctor``."""

    def check(self) -> str:
        """Return a line that says what was found; raise :class:`DeviceError` with what to mend."""
        ...
