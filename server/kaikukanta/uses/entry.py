"""A row of a table as the use that it is to become, read as spreadsheets write dates and counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kaiku.party import LARGEST, Party
from server.kaikukanta.uses.sheet import Column, Row, RowError

_ROUNDED = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,2})([.,]0+)?", re.ASCII)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_NORDIC = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)
_YEARS = range(1970, 9000)


@dataclass(frozen=True, slots=True)
class Entry:
    """A use to be entered; ``day`` is None where the performance's own is meant."""

    card: str
    offering: UUID
    day: date | None
    party: Party
    id: UUID | None


def read_entry(row: Row, offering: UUID | None) -> Entry:
    """Return what a row says; ``offering`` is the one of a row that names none.

    Raise :class:`RowError` for a row that does not fit.
    """
    cells = row.cells()
    return Entry(
        card=_card(cells[Column.CARD]),
        offering=_offering(cells.get(Column.OFFERING, ""), offering),
        day=_day(cells.get(Column.DAY, "")),
        party=Party(
            _count(cells, Column.CHILDREN),
            _count(cells, Column.HELPERS),
            _count(cells, Column.SUPPORTERS),
        ),
        id=_uuid(cells.get(Column.ID, ""), Column.ID),
    )


def _card(cell: str) -> str:
    if not cell:
        raise RowError("card is missing")
    if _ROUNDED.fullmatch(cell):
        raise RowError("the spreadsheet has rounded the card: set its column to text, type it anew")
    return cell


def _offering(cell: str, otherwise: UUID | None) -> UUID:
    found = _uuid(cell, Column.OFFERING) or otherwise
    if found is None:
        raise RowError("offering is missing: give it in the row, or for the whole file")
    return found


def _uuid(cell: str, column: Column) -> UUID | None:
    if not cell:
        return None
    try:
        return UUID(cell)
    except ValueError:
        raise RowError(f"{column} must be a UUID") from None


def _day(cell: str) -> date | None:
    if not cell:
        return None
    found = _ISO.fullmatch(cell) or _NORDIC.fullmatch(cell)
    if found is not None and int(found["year"]) in _YEARS:
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            pass
    raise RowError("day must be a day such as 20.11.2026 or 2026-11-20")


def _count(cells: Mapping[Column, str], column: Column) -> int:
    cell = cells.get(column, "")
    if not cell:
        return 0
    found = _COUNT.fullmatch(cell)
    if found is None:
        raise RowError(f"{column} must be a whole number from 0 to {LARGEST}")
    return int(found[1])
