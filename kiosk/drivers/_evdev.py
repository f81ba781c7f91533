"""Opens a keyboard of Linux's input layer by its path and reads its keys, losing none unnoticed."""

import array
import asyncio
import contextlib
import errno
import fcntl
import functools
import struct
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import BeforeValidator, Field

from kiosk.drivers._link import AbsentError, Link, follow
from kiosk.ports import DeviceError, DevicePath, Emit

if TYPE_CHECKING:
    from evdev import InputDevice

EV_SYN, SYN_DROPPED = 0, 3
EV_KEY = 1
LED_CAPS = 1
EVIOCSMASK = 0x40104593


Devices = Annotated[
    tuple[DevicePath, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(strict=False, min_length=1),
]
"""The paths of one or several input devices; in the configuration a string or a list."""


class Listener(Protocol):
    """What is done with the keys of one device, from its opening to its loss."""

    def key(self, code: int, value: int, at: float) -> None:
        """Take a key that went down (1), up (0) or repeats (2)."""
        ...

    def missed(self, held: Iterable[int], at: float) -> None:
        """Note that keys were lost; ``held`` are down now."""
        ...

    def close(self) -> None:
        """Forget what had begun: the device has gone."""
        ...


Listen = Callable[[frozenset[int], bool], Listener]
"""Makes a listener from the keys that are held at the opening and whether caps lock is on."""


def require_evdev() -> None:
    """Raise :class:`DeviceError` unless the library can be imported."""
    try:
        import evdev  # noqa: F401
    except ImportError as error:
        raise DeviceError(
            "a device that types needs evdev: install the extra 'kiosk' or 'pi', or python3-evdev"
        ) from error


async def follow_keyboards(paths: Devices, emit: Emit, listen: Listen, *, grab: bool) -> None:
    """Read the keyboards at these paths whenever they are plugged in, until cancelled.

    ``grab`` keeps their keys from everybody else, above all from the login prompt on the console.
    """
    async with asyncio.TaskGroup() as group:
        for path in paths:
            connect = functools.partial(_connect, path, listen, grab=grab)
            group.create_task(follow(path, emit, connect))


async def _connect(path: str, listen: Listen, *, grab: bool) -> Link:
    device = _open(path)
    try:
        if grab:
            device.grab()
        _keep_keys_only(device.fd)
        listener = listen(frozenset(device.active_keys()), LED_CAPS in device.leds())
    except OSError as error:
        device.close()
        raise AbsentError(_reason(error)) from error
    return _Keyboard(device, listener)


def describe(paths: Devices) -> str:
    """Return the paths with the names of the devices there.

    Raises :class:`DeviceError` with what to mend.
    """
    return ", ".join(f"{path} ({_name(path)})" for path in paths)


def _name(path: str) -> str:
    try:
        device = _open(path)
    except AbsentError as absent:
        raise DeviceError(f"{path}: {absent}") from absent
    name = str(device.name)
    device.close()
    return name


class _Keyboard:
    """An open keyboard."""

    def __init__(self, device: "InputDevice[str]", listener: Listener) -> None:
        self._device = device
        self._listener = listener

    def fileno(self) -> int:
        return self._device.fd

    def read(self) -> None:
        at = time.monotonic()
        for event in self._device.read():
            if (event.type, event.code) == (EV_SYN, SYN_DROPPED):
                # Asking for the held keys empties the kernel's queue: what came before is lost too.
                self._listener.missed(self._device.active_keys(), at)
                return
            if event.type == EV_KEY:
                self._listener.key(event.code, event.value, at)

    def close(self) -> None:
        self._listener.close()
        self._device.close()


def _open(path: str) -> "InputDevice[str]":
    """Open an input device, or raise :class:`AbsentError`.

    Raises :class:`DeviceError` for a file that is no input device.
    """
    from evdev import InputDevice

    try:
        return InputDevice(path)
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EINVAL, errno.EISDIR):
            raise DeviceError(f"{path} is not an input device") from error
        raise AbsentError(_reason(error)) from error


def _keep_keys_only(fd: int) -> None:
    """Leave all but keys out of the kernel's queue.

    It holds 64 events, which must last for as long as the kiosk is busy: a code of 14 digits fits
    now, where only 9 did with all that is sent. A kernel that cannot do it is read all the same.
    """
    types = array.array("Q", [1 << EV_KEY])
    with contextlib.suppress(OSError):
        fcntl.ioctl(fd, EVIOCSMASK, struct.pack("@IIQ", EV_SYN, 8, types.buffer_info()[0]))


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return "not plugged in"
        case errno.EACCES | errno.EPERM:
            return "permission denied; the kiosk's user belongs in group input"
        case errno.EBUSY:
            return "another program holds the device"
        case _:
            return error.strerror or str(error)
