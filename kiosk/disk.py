"""Whether the disk takes what the kiosk writes: a trouble is logged once, and told to staff."""

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.integrity import is_spoiled
from kiosk.log import log
from kiosk.owners import hindrance


class DiskError(Exception):
    """The disk does not do what is asked of it now; the message says why and what to do."""


_NOT_NOW = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


_ROOM = "free some space or replace the memory card"
_CARD = "replace the memory card"
_RIGHTS = "let the account that the kiosk runs with write there"
_CLOSED = {errno.EACCES, errno.EPERM}
_FAILING = {errno.EROFS, errno.EIO}


def with_mend(error: Exception) -> str:
    """Return what the disk says, with what a person does about it, each cause its own.

    An error that is not the system's or SQLite's says it already.
    """
    match error:
        case sqlite3.Error():
            is_read_only = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY
            return f"{error}; {_CARD if is_read_only else _ROOM}"
        case OSError(filename=file):
            words = error.strerror or str(error)
            told = f"{file}: {words}" if file else words
            if error.errno in _CLOSED:
                seen = hindrance(Path(file).parent, Path(file)) if file else None
                return f"{told}; {_RIGHTS}" if seen is None else f"{told}: {seen}"
            return f"{told}; {_CARD if error.errno in _FAILING else _ROOM}"
    return str(error)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite says of the disk into :class:`DiskError`; what is a mistake stays one."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_spoiled(error) or error.sqlite_errorcode & 0xFF not in _NOT_NOW:
            raise
        raise DiskError(with_mend(error)) from None


class Disk:
    """What cannot be written now, by its name. Lives on the event loop."""

    def __init__(self) -> None:
        """Begin with a disk that is well; ``changed`` may be set to be told of changes.

        Each of the ``troubles`` says what to do about it.
        """
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
        why = self.troubles[what] = with_mend(error)
        self._failed.set()
        log("disk_failed", what=what, why=why)
        self.changed()

    def works(self, what: str) -> None:
        """Take note that it can be written, again or as ever."""
        if self.troubles.pop(what, None) is None:
            return
        if not self.troubles:
            self._failed.clear()
        log("disk_works", what=what)
        self.changed()
