"""How the kiosk opens its two SQLite files, and brings their tables to this version's shape."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kiosk.disk import with_mend
from kiosk.erasing import overwrite
from kiosk.integrity import fault_of_cache, fault_of_journal, is_spoiled
from kiosk.log import log
from kiosk.owners import hindrance
from kiosk.wal import TAKEN_IN

CACHE_VERSION = 4
JOURNAL_VERSION = 2

_JOURNAL_STEPS = {
    1: (
        "ALTER TABLE entry RENAME COLUMN visits TO taken",
        "ALTER TABLE entry RENAME COLUMN sent_visits TO sent_taken",
        "ALTER TABLE entry RENAME COLUMN counted_visits TO counted",
        "ALTER TABLE entry ADD COLUMN fee_service VARCHAR",
        "ALTER TABLE entry ADD COLUMN fee_cents INTEGER",
        "ALTER TABLE entry ADD COLUMN members VARCHAR",
        "ALTER TABLE entry ADD COLUMN lease VARCHAR",
        "ALTER TABLE entry ADD COLUMN leased INTEGER DEFAULT '0' NOT NULL",
        "ALTER TABLE entry ADD COLUMN booked INTEGER DEFAULT '0' NOT NULL",
        "CREATE INDEX entry_leased ON entry (lease) WHERE leased > 0",
        """CREATE TABLE group_member (
            digest BLOB NOT NULL, use VARCHAR NOT NULL, PRIMARY KEY (digest, use)
        ) WITHOUT ROWID""",
        """CREATE TABLE given_back (
            lease VARCHAR NOT NULL, told INTEGER, PRIMARY KEY (lease)
        )""",
        "CREATE TABLE note (key VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (key))",
    ),
}
"""What brings a journal of an earlier version to the next one; the unsent uses stay in it."""

_CACHE_STEPS = {
    3: tuple(
        f"ALTER TABLE {table} ADD COLUMN told INTEGER DEFAULT '0' NOT NULL"
        for table in ("card", "offering", "tally", "booking", "lease")
    ),
}
"""What brings a cache of the version before to this one, so that an update keeps the cards."""


class StoreError(Exception):
    """A file of the store cannot be used; the message says which and what to do."""


class UnavailableError(StoreError):
    """A file cannot be read or written now: its disk is full, read-only or failing, or another's.

    What hinders it may pass, and the kiosk tries again by itself.
    """

    def __init__(self, path: Path, why: object, does: str = "opened") -> None:
        """Take the file and what the system says; what to do about it is added."""
        told = hindrance(path.parent, *parts(path))
        if told is None:
            told = with_mend(why) if isinstance(why, Exception) else str(why)
        super().__init__(f"{path} cannot be {does}: {told}")


class SpoiledError(StoreError):
    """A file of the store is not what the kiosk wrote, as after a failing memory card."""

    def __init__(self, path: Path, fault: object) -> None:
        """Take the file, and what was found in it."""
        super().__init__(f"{path} is spoiled ({fault}); the next start sees to it")
        self.path, self.fault = path, str(fault)


def open_cache(path: Path) -> sqlite3.Connection:
    """Open the cache; one that is spoiled, newer, or much older is erased and made anew.

    The register tells it all again. Nothing of it is set aside, for it holds cards (promise P6).
    """
    try:
        _raise_for_mark(path)
        _examine(path, fault_of_cache)
        connection = _open(path, synchronous="NORMAL")
        if _version(connection) in (0, *_CACHE_STEPS, CACHE_VERSION):
            _bring_up(path, connection, _CACHE_STEPS, CACHE_VERSION)
            return _shape(path, connection, "CACHE", CACHE_VERSION)
        connection.close()
    except SpoiledError as error:
        log("spoiled", file=path.name, why=error.fault)
    with available(path):
        for part in parts(path):
            with contextlib.suppress(OSError):  # a sector that takes nothing any more
                overwrite(part)
            part.unlink(missing_ok=True)
        unmark(path)
    return _shape(path, _open(path, synchronous="NORMAL"), "CACHE", CACHE_VERSION)


def mark_spoiled(path: Path) -> None:
    """Have the next opening take a file for spoiled: what was found in use, a look may not show."""
    with contextlib.suppress(OSError):  # a disk that takes nothing
        _mark(path).touch(mode=0o600)


def unmark(path: Path) -> None:
    """Take a file for whole again: it is another one now."""
    _mark(path).unlink(missing_ok=True)


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}-spoiled")


def _raise_for_mark(path: Path) -> None:
    if _mark(path).exists():
        raise SpoiledError(path, "found while the kiosk ran")


def parts(path: Path) -> tuple[Path, ...]:
    """Return the files that SQLite makes of one: itself, its log, and the log's index."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))


@contextlib.contextmanager
def intact(path: Path) -> Iterator[None]:
    """Take for spoiled what holds a value that the kiosk never wrote."""
    try:
        yield
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise SpoiledError(path, f"a value that is none: {type(error).__name__}") from None


@contextlib.contextmanager
def available(path: Path) -> Iterator[None]:
    """Take what the system refuses within for a file that is not available now."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(path, error) from None


@contextlib.contextmanager
def committing(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done within, or leave nothing of it and no transaction open."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def shut(path: Path, connection: sqlite3.Connection) -> None:
    """Close a file. Its log is overwritten first, for SQLite only removes it (promise P6).

    A log that could not be taken in whole stays as it is: the next opening takes it in. Of one that
    was, the head goes first: a power cut within the overwriting would else leave a beginning that
    SQLite puts over what is newer in the file (promise P1). To close twice is harmless.
    """
    with contextlib.suppress(sqlite3.Error, OSError):
        busy, frames, taken = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        if not busy and frames == taken:
            overwrite(path.with_name(f"{path.name}-wal"), TAKEN_IN)
    connection.close()


def open_journal(path: Path) -> sqlite3.Connection:
    """Open the journal, each commit durable.

    Raises :class:`StoreError` for a newer version's, and :class:`SpoiledError`, with the files as
    they were, for one that is spoiled.
    """
    _raise_for_mark(path)
    _examine(path, lambda file: fault_of_journal(file, JOURNAL_VERSION))
    connection = _open(path, synchronous="FULL")
    connection.execute("PRAGMA wal_autocheckpoint=250")  # what a start after a power cut looks at
    version = _version(connection)
    if version > JOURNAL_VERSION:
        connection.close()
        raise StoreError(
            f"{path} was written by a newer version of this program; install that version again"
        )
    _bring_up(path, connection, _JOURNAL_STEPS, JOURNAL_VERSION)
    return _shape(path, connection, "JOURNAL", JOURNAL_VERSION)


def _examine(path: Path, fault_of: Callable[[Path], str | None]) -> None:
    """Raise :class:`SpoiledError` where a file is not what the kiosk wrote; change nothing."""
    try:
        fault = fault_of(path)
    except sqlite3.DatabaseError as error:
        raise _explained(path, error) from None
    if fault is not None:
        raise SpoiledError(path, fault)


def _open(path: Path, synchronous: str) -> sqlite3.Connection:
    try:
        with available(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _keep_private(path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise UnavailableError(path, error) from None
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA cache_size=-2048")
        connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is gone from the file
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _explained(path, error) from None
    return connection


def _keep_private(path: Path) -> None:
    """Let the kiosk's user alone read a file and its log, which SQLite makes with its rights."""
    if not path.exists():
        path.touch(mode=0o600)
    for part in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(OSError):  # another's, or on a disk that takes nothing
            if part.is_file():
                part.chmod(0o600)


def _explained(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    if is_spoiled(error):
        return SpoiledError(path, error)
    if "locked" in str(error):
        return StoreError(f"{path} is in use: a kiosk is running; systemctl stop kaikuportti first")
    return UnavailableError(path, error)


def rewrite_version(connection: sqlite3.Connection) -> None:
    """Write the file's version as it is: the least that shows whether the disk takes anything."""
    connection.execute(f"PRAGMA user_version={_version(connection)}")


def _bring_up(
    path: Path, connection: sqlite3.Connection, steps: Mapping[int, Sequence[str]], version: int
) -> None:
    """Bring the tables of an earlier version to this one, a version at a time."""
    try:
        for step in range(_version(connection) or version, version):
            with committing(connection):
                for statement in steps[step]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={step + 1}")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _explained(path, error) from None


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _shape(
    path: Path, connection: sqlite3.Connection, name: str, version: int
) -> sqlite3.Connection:
    """Make the tables of a new file, all or none of them."""
    if _version(connection) == 0:
        from kiosk.shape import File, make_tables

        try:
            make_tables(connection, File[name], version)
        except sqlite3.OperationalError as error:
            connection.close()
            raise UnavailableError(path, error, "made") from None
    return connection
