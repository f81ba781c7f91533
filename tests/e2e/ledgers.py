"""What the kiosk and the register hold, read from their own files, to be compared."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """A use as one of the two tells it."""

    outcome: str
    reason: str | None
    children: int
    helpers: int
    supporters: int
    voided: bool


def journal(state: Path) -> dict[str, Entry]:
    """Read the journal of a kiosk that is not running."""
    return _entries(
        state / "journal.sqlite",
        "SELECT id, outcome, reason, children, helpers, supporters, voided FROM entry",
    )


def unsent(state: Path) -> int:
    """Count what the register does not have, by the journal of a kiosk that is not running."""
    query = "SELECT count(*) FROM entry WHERE sent_revision < revision OR parked IS NOT NULL"
    return int(_rows(state / "journal.sqlite", query)[0][0])


def register(database: Path) -> dict[str, Entry]:
    """Read the uses in a register's SQLite database."""
    return _entries(
        database,
        "SELECT id, outcome, reason, asked_children, asked_helpers, asked_supporters,"
        ' voided_at IS NOT NULL FROM "use"',
    )


def _entries(path: Path, query: str) -> dict[str, Entry]:
    return {
        str(UUID(use)): Entry(outcome, reason, children, helpers, supporters, bool(voided))
        for use, outcome, reason, children, helpers, supporters, voided in _rows(path, query)
    }


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, timeout=30)) as db:
        return db.execute(query).fetchall()
