"""A row of a table as the use that it is to become, read as spreadsheets write dates and counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize
from uuid import UUID

from kaiku.fee import LARGEST_SUM, Fee
from kaiku.money import euros
from kaiku.offering import Service
from kaiku.party import ALONE, LARGEST, Party
from server.kaikukanta.uses.ask import MOST_PIECES, Pieces
from server.kaikukanta.uses.sheet import Column, Row, RowError

_ROUNDED = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,5})([.,]0{1,2})?", re.ASCII)
_SUM = re.compile(
    r"(€ ?)?(?P<euros>\d{1,4})([.,](?P<cents>\d{1,2}))?([ \u00a0]?(€|eur))?", re.ASCII
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_NORDIC = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)
_YEARS = range(1970, 9000)

SERVICES: dict[Service, tuple[str, ...]] = {
    Service.COPYING: ("copying", "kopiointi", "kopiering"),
    Service.OVERDUE: ("overdue", "overdue fee", "myöhästymismaksu", "förseningsavgift"),
    Service.INTERLIBRARY: ("interlibrary", "interlibrary loan", "kaukolaina", "fjärrlån"),
}
"""What a library's services may be called, in three languages, in small letters or capitals."""

_ALONG = (Column.CHILDREN, Column.HELPERS, Column.SUPPORTERS)
_BY_NAME = {name: service for service, names in SERVICES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Entry:
    """A use to be entered; ``day`` is None where the performance's own is meant.

    A ``fee`` at a library's desk is the holder's own: nobody comes along (OM-59).
    """

    card: str = field(repr=False)
    offering: UUID
    day: date | None
    party: Party
    id: UUID | None
    fee: Fee | Pieces | None = None


def read_entry(row: Row, offering: UUID | None) -> Entry:
    """Return what a row says; ``offering`` is the one of a row that names none.

    Raise :class:`RowError` for a row that does not fit.
    """
    cells = row.cells()
    party = Party(*(_along(cells, column) for column in _ALONG))
    fee = _fee(cells)
    if fee is not None and party != ALONE:
        raise RowError("a fee is the holder's own: nobody comes along")
    return Entry(
        card=_card(cells[Column.CARD]),
        offering=_offering(cells.get(Column.OFFERING, ""), offering),
        day=_day(cells.get(Column.DAY, "")),
        party=party,
        id=_uuid(cells.get(Column.ID, ""), Column.ID),
        fee=fee,
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


def _fee(cells: Mapping[Column, str]) -> Fee | Pieces | None:
    """Return the fee of a row, by its sum or by its pieces, None where it is of none."""
    service, sum_ = cells.get(Column.SERVICE, ""), cells.get(Column.SUM, "")
    pieces = cells.get(Column.COUNT, "")
    if not service:
        if sum_ or pieces:
            raise RowError("service is missing: a sum or a count is of one")
        return None
    found = _BY_NAME.get(normalize("NFC", service).casefold())
    if found is None:
        raise RowError(f"service must be one of {', '.join(Service)}")
    if bool(sum_) == bool(pieces):
        raise RowError("a service needs a sum or a count, and not both")
    if sum_:
        return Fee(found, _cents(sum_))
    return Pieces(found, _whole(pieces, Column.COUNT, 1, MOST_PIECES))


def _cents(cell: str) -> int:
    found = _SUM.fullmatch(cell.casefold())
    cents = int(found["euros"]) * 100 + int((found["cents"] or "0").ljust(2, "0")) if found else 0
    if not 0 < cents <= LARGEST_SUM:
        raise RowError(f"sum must be euros such as 1,50, up to {euros(LARGEST_SUM).en}")
    return cents


def _along(cells: Mapping[Column, str], column: Column) -> int:
    cell = cells.get(column, "")
    return _whole(cell, column, 0, LARGEST) if cell else 0


def _whole(cell: str, column: Column, least: int, most: int) -> int:
    found = _COUNT.fullmatch(cell)
    if found is None or not least <= int(found[1]) <= most:
        raise RowError(f"{column} must be a whole number from {least} to {most}")
    return int(found[1])
