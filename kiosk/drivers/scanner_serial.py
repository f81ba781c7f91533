"""A scanner on a serial line: RS-232, or USB that presents itself as a port (ttyUSB, ttyACM).

A code ends at CR, LF or CR LF; other control characters are part of it, so that one scan stays one
scan. A scanner without a suffix is served too: its code is handed on after ``idle`` seconds of
silence, which must be longer than any pause within a code (at 9600 baud a byte takes 1 ms, a USB
adapter may add 16 ms and a radio link some 100 ms). What was sent while nobody had the port open is
not read later.

The kiosk holds the port for itself. Name it by ``/dev/serial/by-id/…`` to survive another order of
plugging in.
"""

import asyncio
import errno
import os
import stat
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from kiosk.drivers._frames import Frames
from kiosk.drivers._link import AbsentError, Link, follow
from kiosk.drivers._silence import Silence
from kiosk.ports import (
    DeviceError,
    DevicePath,
    DriverSettings,
    Emit,
    Reader,
    Scanned,
    Surroundings,
    lines,
)

if TYPE_CHECKING:
    from serial import Serial

_HEADER_PORTS = {"/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0"}
_ENDS = b"\r\n"
_DENIED = "permission denied; the kiosk's user belongs in group dialout"
_PARITIES = {"none": "N", "even": "E", "odd": "O"}


class Settings(DriverSettings):
    """``port`` is a path, ``idle`` is in seconds, the rest is how the scanner is set up."""

    port: DevicePath
    baud: int = Field(default=9600, gt=0, le=4_000_000)
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1
    idle: float = Field(default=0.3, gt=0)

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its port, and the lines of the one that is on a Raspberry Pi's header."""
        port = os.path.realpath(self.port)
        on_header = {self.port, port} & _HEADER_PORTS
        return {"port": (port, *(lines(14, 15) if on_header else ()))}


def connect(settings: Settings, surroundings: Surroundings) -> Reader:  # noqa: ARG001
    """Return the scanner; its port need not be there yet."""
    try:
        import serial  # noqa: F401
    except ImportError as error:
        raise DeviceError("a serial scanner needs pyserial: install the extra 'kiosk'") from error
    return SerialScanner(settings)


class SerialScanner:
    """A scanner behind a port that may come and go."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def run(self, emit: Emit) -> None:
        """Hand on each code that is read."""

        async def connect_port() -> Link:
            return _Port(await asyncio.to_thread(_open, self._settings), self._settings.idle, emit)

        await follow(self._settings.port, emit, connect_port)

    def check(self) -> str:
        """Say that the port is there and may be opened; a running kiosk holding it is no error."""
        path = Path(self._settings.port)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise DeviceError(f"{path}: {error.strerror}; is the scanner plugged in?") from error
        if not stat.S_ISCHR(mode):
            raise DeviceError(f"{path} is not a serial port")
        if not os.access(path, os.R_OK | os.W_OK):
            raise DeviceError(f"{path}: {_DENIED}")
        return f"{path} at {self._settings.baud} baud"


class _Port:
    """An open port whose bytes become scans."""

    def __init__(self, serial: "Serial", idle: float, emit: Emit) -> None:
        self._serial = serial
        self._emit = emit
        self._frames = Frames(_ENDS)
        self._silence = Silence(idle, self._ended_by_silence)
        self._at = 0.0

    def fileno(self) -> int:
        return self._serial.fileno()

    def read(self) -> None:
        data = os.read(self.fileno(), 4096)
        if not data:
            raise OSError(errno.EIO, "the port was hung up")
        self._at = time.monotonic()
        for code in self._frames.feed(data):
            self._emit(Scanned(code, self._at))
        if self._frames.pending:
            self._silence.heard()
        else:
            self._silence.stop()

    def close(self) -> None:
        self._silence.stop()
        self._serial.close()

    def _ended_by_silence(self) -> None:
        self._emit(Scanned(self._frames.flush(), self._at))


def _open(settings: Settings) -> "Serial":
    """Open the port, or raise :class:`AbsentError`. Blocks as long as a broken device does."""
    import serial

    try:
        return serial.Serial(
            settings.port,
            settings.baud,
            bytesize=settings.data_bits,
            parity=_PARITIES[settings.parity],
            stopbits=settings.stop_bits,
            timeout=0,
            exclusive=True,
        )
    except (OSError, termios.error) as error:
        raise AbsentError(_reason(error)) from error


def _reason(error: Exception) -> str:
    match error:
        case OSError(errno=errno.ENOENT | errno.ENODEV | errno.ENXIO):
            return "not plugged in"
        case OSError(errno=errno.EACCES | errno.EPERM):
            return _DENIED
        case OSError(errno=errno.EAGAIN | errno.EBUSY):
            return "another program holds the port"
        case _:  # what the system said, without its number
            return str((error.__context__ or error).args[-1])
