"""A copy of the register's database while it serves."""

import os
import shlex
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, make_url

_NAME = "kaikukanta-"


class BackupError(Exception):
    """There is no copy; the text says what to do."""


def back_up(database_url: str, target: Path) -> None:
    """Copy a SQLite database into a new file that its owner alone can read.

    Writers wait while it is read. The copy is checked and on the disk when this returns. Raise
    :class:`BackupError` for PostgreSQL, which has its own way, and where the file is there already.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        raise BackupError(f"PostgreSQL is backed up by its own tool: {pg_dump(url, target)}")
    source = Path(url.database or "")
    if not _is_register(source):
        raise BackupError("there is no register to copy: check KAIKUKANTA_DATABASE_URL")
    if target.exists():
        raise BackupError(f"{target} is there already: name a new file")
    part = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(source, part)
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise BackupError(f"{target} cannot be written: {error}") from None


def back_up_into(database_url: str, folder: Path, now: datetime, keep: int) -> Path:
    """Copy a SQLite database into a folder, under the instant's name; keep so many newest copies.

    Older ones are removed once the new one is whole. Raise :class:`BackupError` as
    :func:`back_up` does.
    """
    target = folder / f"{_NAME}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite"
    for begun in folder.glob(f"{_NAME}*.sqlite.part"):  # which a power cut has left
        begun.unlink(missing_ok=True)
    back_up(database_url, target)
    copies = sorted(folder.glob(f"{_NAME}*.sqlite"))
    for old in copies[:-keep]:
        if old != target:  # which a clock that was set back has put among the old
            old.unlink(missing_ok=True)
    return target


def _is_register(source: Path) -> bool:
    """Tell whether a file is a register's database, and not one that a wrong name has made."""
    if not source.is_file():
        return False
    with closing(sqlite3.connect(source)) as database:
        try:
            return database.execute("SELECT 1 FROM feed").fetchone() is not None
        except sqlite3.DatabaseError:
            return False


def pg_dump(url: URL, target: Path) -> str:
    """Return the command that backs a PostgreSQL database up; it asks for the password itself."""
    host = url.host or url.query.get("host")
    options = {"--host": host, "--port": url.port, "--username": url.username}
    words = ["pg_dump", "--format=custom", f"--file={target}"]
    words += [f"{name}={value}" for name, value in options.items() if value is not None]
    return shlex.join([*words, url.database or ""])


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is damaged")
    with target.open("rb") as file:
        os.fsync(file.fileno())
