"""Which postcode is in which municipality, from a file of lines (OM-13)."""

import csv
import re
from collections.abc import Iterable

from sqlalchemy import delete
from sqlmodel import Session

from server.kaikukanta.network.tables import Postcode


class PostcodesError(ValueError):
    """A file of postcodes does not fit; the text names the line."""


def read_postcodes(lines: Iterable[str]) -> list[Postcode]:
    """Read lines of ``postcode;municipality code;name in Finnish;name in Swedish``.

    A first line that is a heading is passed over; a postcode that comes twice counts as it came
    last. Raise :class:`PostcodesError` for a line that does not fit.
    """
    found: dict[str, Postcode] = {}
    for number, row in enumerate(csv.reader(lines, delimiter=";"), 1):
        cells = [cell.strip().removeprefix("\ufeff") for cell in row]
        if not any(cells):
            continue
        if number == 1 and not cells[0].isdecimal():
            continue
        if len(cells) < 3 or not _fits(*cells[:2]) or not cells[2]:
            raise PostcodesError(
                f"line {number}: write postcode;municipality code;name in Finnish;name in Swedish,"
                " such as 20100;853;Turku;Åbo"
            )
        swedish = cells[3] if len(cells) > 3 and cells[3] else cells[2]
        found[cells[0]] = Postcode(
            code=cells[0], municipality_code=cells[1], name_fi=cells[2], name_sv=swedish
        )
    return list(found.values())


def set_postcodes(session: Session, postcodes: Iterable[Postcode]) -> None:
    """Put these postcodes in the place of all that were there."""
    session.execute(delete(Postcode))
    session.add_all(postcodes)


def _fits(postcode: str, municipality: str) -> bool:
    return re.fullmatch(r"[0-9]{5};[0-9]{3}", f"{postcode};{municipality}") is not None
