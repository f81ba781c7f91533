"""Whether the disk takes what the kiosk writes: a trouble is logged once, and told to staff."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kiosk.integrity import is_spoiled
from kiosk.log import log


class DiskError(Exception):
    """The disk does not do what is asked of it now: full, read-only or failing."""


_NOT_NOW = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite says of the disk into :class:`DiskError`; what is a mistake stays one."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_spoiled(error) or error.sqlite_errorcode & 0xFF not in _NOT_NOW:
            raise
        raise DiskError(str(error)) from None


class Disk:
    """What cannot be written now, by its name. Lives on the event loop."""

    def __init__(self) -> None:
        """Begin with a disk that is well; ``changed`` may be set to be told of changes."""
        self.troubles: dict[str, str] = {}
        self.changed: Callable[[], None] = lambda: None
        self._failed = asyncio.Event()

    async def failed(self) -> None:
        """Wait until something could not be written."""
        await self._failed.wait()

    def fails(self, what: str, error: Exception) -> None:
        """Take note that something could not be written; it is logged once until it can be."""
        if what in self.troubles:
            return
        self.troubles[what] = str(error)
        self._failed.set()
        log("disk_failed", what=what, why=str(error))
        self.changed()

    def works(self, what: str) -> None:
        """Take note that it can be written, again or as ever."""
        if self.troubles.pop(what, None) is None:
            return
        if not self.troubles:
            self._failed.clear()
        log("disk_works", what=what)
        self.changed()
