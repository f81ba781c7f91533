"""Reading rows of one kind in the order of changes, and going on after any of them.

Statements are built once and rows are read as columns, without objects: a first sync is a million
rows, and a change is a request of each kiosk that it concerns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, tuple_
from sqlmodel import Session

from server.kaikukanta.kiosks.cursor import CursorError

Parse = Callable[[str], Any]
Columns = tuple[ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The changes that are read: after one place in the feed, up to and with another."""

    after: int
    bound: int


@dataclass(frozen=True, slots=True)
class Rows:
    """How rows of one kind are read: from the first on, or from the one after a last one.

    A row's first columns are its place; ``parse`` reads their texts back, ``write`` makes a line
    of the other columns.
    """

    first: Select[*tuple[Any, ...]]
    following: Select[*tuple[Any, ...]]
    parse: tuple[Parse, ...]
    write: Callable[..., str]


def in_order(
    rows: Select[*tuple[Any, ...]],
    order: Columns,
    parse: tuple[Parse, ...],
    write: Callable[..., str],
) -> Rows:
    """Return rows in the order of their first columns, ``order``, a change's place before all.

    The statement's own parameters are the span's ``after`` and ``bound`` and any of its own.
    """
    first = rows.order_by(*order).limit(bindparam("most"))
    last = [bindparam(f"last{place}", type_=each.type) for place, each in enumerate(order)]
    following = first.where(order[0] >= last[0], tuple_(*order) > tuple_(*last))
    return Rows(first, following, parse, write)


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that a kiosk needs: of a span, and with other parameters. ``name`` sorts the sources."""

    name: str
    rows: Rows
    span: Span
    parameters: Mapping[str, Any]

    def read(
        self, session: Session, last: tuple[str, ...], most: int
    ) -> tuple[list[str], tuple[str, ...]]:
        """Return up to ``most`` lines after the last row, and the place of the new last row.

        Fewer lines than asked for say that there are no more.
        """
        place = {f"last{at}": value for at, value in enumerate(self.place(last))}
        span = {"after": self.span.after, "bound": self.span.bound, "most": most}
        statement = self.rows.following if last else self.rows.first
        found = session.connection().execute(statement, {**span, **self.parameters, **place}).all()
        width = len(self.rows.parse)
        lines = [self.rows.write(*row[width:]) for row in found]
        return lines, tuple(_text(part) for part in found[-1][:width]) if found else last

    def place(self, last: tuple[str, ...]) -> list[Any]:
        """Return the values of a row's place, none for none; raise :class:`CursorError`."""
        if not last:
            return []
        try:
            return [parse(part) for parse, part in zip(self.rows.parse, last, strict=True)]
        except ValueError:
            raise CursorError("this is no cursor that the register gave") from None


def column(field: Any) -> ColumnElement[Any]:
    """Return a table's field as the column that it stands for."""
    found: ColumnElement[Any] = field
    return found


def within(changed: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a change is in the span of the parameters."""
    return changed > bindparam("after"), changed <= bindparam("bound")


def number(part: str) -> int:
    """Return an integer of a column; raise ``ValueError`` for what no column holds."""
    value = int(part)
    if value >= 2**31:
        raise ValueError("too large")
    return value


def word(part: str) -> str:
    """Return a text of a column; raise ``ValueError`` for what is none."""
    return bytes.fromhex(part).decode().removesuffix(".")


def _text(part: object) -> str:
    match part:
        case bytes():
            return part.hex()
        case UUID():
            return part.hex
        case date():
            return part.strftime("%Y%m%d")
        case str():
            return f"{part}.".encode().hex()
        case _:
            return str(part)
