"""A table of uses as a spreadsheet saves it: CSV, its columns named in Finnish, Swedish or English.

Every line is read on its own, so that a stray quotation mark spoils one row and not the rest.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from unicodedata import normalize

_LINES = re.compile(r"\r\n|\r|\n")
_SPACE = " \t\u00a0\u200b\ufeff"
_APOSTROPHES = "'’‘`"
UNREADABLE = "the row cannot be read: look for a quotation mark or a cell too long"


class Column(StrEnum):
    """What a column holds; the value is its English name."""

    CARD = "card"
    OFFERING = "offering"
    DAY = "day"
    CHILDREN = "children"
    HELPERS = "helpers"
    SUPPORTERS = "supporters"
    SERVICE = "service"
    SUM = "sum"
    COUNT = "count"
    ID = "id"


NAMES: dict[Column, tuple[str, ...]] = {
    Column.CARD: ("card", "kortti", "kort", "card number", "kortin numero", "kortnummer"),
    Column.OFFERING: ("offering", "tarjonta", "utbud", "tilaisuus", "evenemang"),
    Column.DAY: ("day", "päivä", "dag", "date", "pvm", "päivämäärä", "datum"),
    Column.CHILDREN: ("children", "lapset", "barn"),
    Column.HELPERS: ("helpers", "avustajat", "assistenter"),
    Column.SUPPORTERS: ("supporters", "tukihenkilöt", "stödpersoner"),
    Column.SERVICE: ("service", "palvelu", "tjänst"),
    Column.SUM: ("sum", "summa", "euros", "eurot", "belopp", "euro"),
    Column.COUNT: ("count", "kappaleet", "kpl", "antal", "st", "pieces"),
    Column.ID: ("id", "tunniste"),
}
"""The names that a column may have, in three languages, in small letters or capitals."""

_BY_NAME = {name: column for column, names in NAMES.items() for name in names}


class SheetError(Exception):
    """A file cannot be read as a table of uses; the text says how to mend it, and no value."""


class RowError(Exception):
    """A row cannot be read; the text says how to mend it, and no value."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its line in the file, the header's being 1, and its cells."""

    line: int
    columns: tuple[Column | None, ...]
    text: str = field(repr=False)
    delimiter: str

    def cells(self) -> Mapping[Column, str]:
        """Return the cells under their columns; raise :class:`RowError` for more than there are."""
        cells: dict[Column, str] = {}
        for column, cell in zip_longest(self.columns, _split(self.text, self.delimiter)):
            if column is not None:
                cells[column] = cell or ""
            elif cell:
                raise RowError("a cell stands under no column: look for a delimiter too many")
        return cells


def read_sheet(content: bytes) -> list[Row]:
    """Return the rows of a file; raise :class:`SheetError` where it is no table of uses."""
    try:
        lines = _LINES.split(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SheetError("The file is not UTF-8: save it as “CSV UTF-8”.") from None
    header, delimiter = lines[0], ";" if ";" in lines[0] else ","
    try:
        columns = tuple(_columns(_split(header, delimiter)))
    except RowError:
        raise SheetError("The first row cannot be read.") from None
    if Column.CARD not in columns:
        raise SheetError("The first row must name the columns, and one of them must be card.")
    named = [column for column in columns if column is not None]
    if len(set(named)) < len(named):
        raise SheetError("A column is there twice.")
    return [
        Row(number, columns, line, delimiter)
        for number, line in enumerate(lines[1:], 2)
        if line.strip(f'{_SPACE}{delimiter}"')
    ]


def _columns(names: Sequence[str]) -> Iterator[Column | None]:
    for place, name in enumerate(names, 1):
        column = _BY_NAME.get(normalize("NFC", name).casefold())
        if name and column is None:
            raise SheetError(f"Column {place} is not known; the columns are {', '.join(Column)}.")
        yield column


def _split(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line, without the marks that spreadsheets and hands put around them."""
    if line.count('"') % 2:
        raise RowError(UNREADABLE)
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        raise RowError(UNREADABLE) from None
    return [cell.strip(_SPACE).lstrip(_APOSTROPHES).strip(_SPACE) for cell in cells]
