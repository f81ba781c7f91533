"""Keeps a device open for as long as it is there, reads it by the event loop, looks for it again.

Serial ports and input devices share it; each brings its own way to open and to read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from kiosk.ports import DeviceChanged, Emit

RETRY = 0.5
"""Seconds between two looks for a device that is not there."""


SHARE = 0.1
"""Of the processor's time, for what one device sends without end."""

AT_ONCE = 0.05
"""Seconds of the processor that a device may take at once: some thousands of scans."""


class AbsentError(Exception):
    """The device cannot be opened now; the message says why, for staff."""


class Link(Protocol):
    """An open device whose descriptor does not block."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when something has come."""
        ...

    def read(self) -> None:
        """Read what has come and hand it on. Raises ``OSError`` when the device has gone."""
        ...

    def close(self) -> None:
        """Free the device."""
        ...


@dataclass
class Pace:
    """How long a device is left alone after a read, so that none takes the processor for itself.

    A device may take :data:`SHARE` of it; what it takes at once, as for many scans, is not held
    against it up to :data:`AT_ONCE`. What it sends meanwhile waits in the kernel.
    """

    taken: float = 0.0
    at: float = 0.0

    def rest(self, took: float, now: float) -> float:
        """Take note that a read took so many seconds of the processor; return seconds to rest."""
        self.taken = max(0.0, self.taken - max(0.0, now - self.at) * SHARE) + took
        self.at = now
        return self.taken / SHARE if self.taken > AT_ONCE else 0.0


async def follow(device: str, emit: Emit, connect: Callable[[], Awaitable[Link]]) -> NoReturn:
    """Read a device whenever it is there, until cancelled.

    ``connect`` opens it or raises :class:`AbsentError`. Whether it is there is the first
    thing said, and each change of that is said once. An error that is no ``OSError`` is raised.
    """
    present: bool | None = None
    while True:
        try:
            link = await connect()
        except AbsentError as absent:
            if present is not False:
                present = False
                emit(DeviceChanged(device, present=False, why=str(absent)))
        else:
            present = True
            try:
                emit(DeviceChanged(device, present=True))
                why = await _read_until_lost(link)
            finally:
                link.close()
            present = False
            emit(DeviceChanged(device, present=False, why=why))
        await asyncio.sleep(RETRY)


async def _read_until_lost(link: Link) -> str:
    """Read until the device goes, and return why."""
    loop = asyncio.get_running_loop()
    lost: asyncio.Future[str] = loop.create_future()
    pace = Pace()
    resting: asyncio.TimerHandle | None = None

    def read() -> None:
        nonlocal resting
        began = time.thread_time()
        try:
            link.read()
            rest = pace.rest(time.thread_time() - began, time.monotonic())
            if rest:
                loop.remove_reader(fd)
                resting = loop.call_later(rest, loop.add_reader, fd, read)
        except BlockingIOError:
            return
        except OSError as error:
            loop.remove_reader(fd)
            lost.set_result(error.strerror or str(error))
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            loop.remove_reader(fd)
            lost.set_exception(error)

    fd = link.fileno()
    loop.add_reader(fd, read)
    try:
        return await lost
    finally:
        if resting is not None:
            resting.cancel()
        loop.remove_reader(fd)
