"""Looks cheaply, before the kiosk works with its files, whether they are still what it wrote.

Nothing is written meanwhile: what a spoiled file holds stays as it is for the rescue.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kiosk.wal import read_log

JOURNAL: Mapping[str, tuple[str, ...]] = {
    "entry": (
        *("seq", "id", "digest", "offering", "offering_version", "at", "day"),
        *("children", "helpers", "supporters"),
        *("admitted_adults", "admitted_children", "admitted_supporters"),
        *("outcome", "reason", "source", "voided", "clock_suspect"),
        *("revision", "sent_revision", "asked", "parked", "flagged"),
        *("taken", "sent_taken", "counted", "fee_service", "fee_cents", "members"),
        *("lease", "leased", "booked"),
    ),
    "given_back": ("lease", "told"),
    "group_member": ("digest", "use"),
    "note": ("key", "value"),
}
"""The columns of a journal of this version, in the order in which its rows hold them."""

_NO_VERSION = 1000
"""Versions go up by one: from here on it is a number that was never written."""


def is_spoiled(error: sqlite3.Error) -> bool:
    """Tell whether SQLite found a file that it did not write so: not one that is full or in use.

    A text that is none Python finds, and gives its error no code.
    """
    if isinstance(error, sqlite3.OperationalError) and not hasattr(error, "sqlite_errorcode"):
        return True
    return _code(error) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def fault_of_journal(path: Path, version: int) -> str | None:
    """Return what is wrong with a journal, or None.

    Looked at are all its pages and indexes (it is small: 40 ms for 20,000 uses), its tables, and
    whether SQLite would pass over transactions in its log. Raises ``sqlite3.OperationalError``
    where another program has it.
    """
    log = path.with_name(f"{path.name}-wal")
    if not path.exists() or path.stat().st_size == 0:
        return "only its log is there" if log.exists() and log.stat().st_size > 0 else None
    fault = _look(path, lambda connection: _look_at_journal(connection, version))
    if fault is None and read_log(log).severed:
        return "its log is broken within"
    return fault


def fault_of_cache(path: Path) -> str | None:
    """Return what is wrong with a cache, or None, without reading a million cards.

    Looked at are the file's head, all that is small, and the first and the last card; a spoiled
    page among the cards is found when one of them is shown. Raises as of a journal.
    """
    return _look(path, _look_at_cache)


def _look(path: Path, look: Callable[[sqlite3.Connection], str | None]) -> str | None:
    if not path.is_file():
        return None
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        _no_index_left(path.with_name(f"{path.name}-shm")),
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection,
    ):
        try:
            return look(connection)
        except UnicodeDecodeError:
            return "its own words are garbled"
        except sqlite3.DatabaseError as error:
            if is_spoiled(error) or _code(error) in _OF_THE_FILE:
                return str(error)
            if _code(error) & 0xFF == sqlite3.SQLITE_BUSY:
                raise
            return None  # what hinders a look, such as a full disk, the opening can tell or mend


@contextmanager
def _no_index_left(index: Path) -> Iterator[None]:
    """Remove the log's index where it is made only for a look; the kiosk has it in its memory."""
    was_there = index.exists()
    try:
        yield
    finally:
        if not was_there:
            with suppress(OSError):
                index.unlink(missing_ok=True)


_OF_THE_FILE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)
"""A table that is not there, and a sector that the disk does not give."""


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)


def _look_at_journal(connection: sqlite3.Connection, version: int) -> str | None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        return str(found)
    (written,) = connection.execute("PRAGMA user_version").fetchone()
    if written == 0 or version < written < _NO_VERSION:  # a newer program's is told as such
        return None
    if written >= _NO_VERSION or (_shape(connection) == JOURNAL) != (written == version):
        return f"its tables are not those of version {written}"
    return None


def _look_at_cache(connection: sqlite3.Connection) -> str | None:
    for table in ("offering", "lease", "note"):
        connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  ours
    connection.execute("SELECT min(digest), max(digest) FROM card").fetchone()
    return None


def _shape(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    columns = "SELECT name FROM pragma_table_info(?)"
    return {
        name: tuple(column for (column,) in connection.execute(columns, (name,)))
        for (name,) in tables
    }
