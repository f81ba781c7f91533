"""Keeps a device open for as long as it is there, reads it by the event loop, looks for it again.

Serial ports and input devices share it; each brings its own way to open and to read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, Protocol

from kiosk.ports import DeviceChanged, Emit

RETRY = 0.5
"""Seconds between two looks for a device that is not there."""


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

    def read() -> None:
        try:
            link.read()
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
        loop.remove_reader(fd)
