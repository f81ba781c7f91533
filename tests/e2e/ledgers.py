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


@dataclass(frozen=True, slots=True)
class Covered:
    """A fee as one of the two tells it."""

    outcome: str
    reason: str | None
    service: str
    cents: int
    voided: bool


def journal_fees(state: Path) -> dict[str, Covered]:
    """Read the fees in the journal of a kiosk that is not running."""
    query = "SELECT id, outcome, reason, fee_service, fee_cents, voided FROM entry"
    return _fees(state / "journal.sqlite", f"{query} WHERE fee_service IS NOT NULL")


def register_fees(database: Path) -> dict[str, Covered]:
    """Read the fees in a register's SQLite database."""
    query = 'SELECT id, outcome, reason, service, cents, voided_at IS NOT NULL FROM "use"'
    return _fees(database, f"{query} WHERE service IS NOT NULL")


def library(database: Path) -> tuple[str, str]:
    """Return the ids of the sample library's venue and offering."""
    query = "SELECT venue_id, id FROM offering WHERE kind = 'library'"
    ((venue, offering),) = _rows(database, query)
    return str(UUID(venue)), str(UUID(offering))


def venue(database: Path, offering: str) -> str:
    """Return the id of the venue that has an offering."""
    query = "SELECT id, venue_id FROM offering"
    venues = {str(UUID(id_)): str(UUID(venue)) for id_, venue in _rows(database, query)}
    return venues[offering]


def members(database: Path) -> dict[str, int]:
    """Count the members of each group in a register's SQLite database."""
    query = "SELECT use_id, count(*) FROM use_member GROUP BY use_id"
    return {str(UUID(use)): count for use, count in _rows(database, query)}


def _fees(path: Path, query: str) -> dict[str, Covered]:
    return {
        str(UUID(use)): Covered(outcome, reason, service, cents, bool(voided))
        for use, outcome, reason, service, cents, voided in _rows(path, query)
    }


def _entries(path: Path, query: str) -> dict[str, Entry]:
    return {
        str(UUID(use)): Entry(outcome, reason, children, helpers, supporters, bool(voided))
        for use, outcome, reason, children, helpers, supporters, voided in _rows(path, query)
    }


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, timeout=30)) as db:
        return db.execute(query).fetchall()
