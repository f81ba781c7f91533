"""Writing millions of rows: COPY on PostgreSQL, prepared statements on SQLite."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Date, Enum, Table
from sqlmodel import SQLModel

BATCH = 20_000
_SQLITE_CACHE_KB = 400_000
_VALUES = 10_000

Row = Sequence[Any]


def insert(
    connection: Connection, model: type[SQLModel], names: Sequence[str], rows: Iterable[Row]
) -> None:
    """Insert rows of the named columns, in the transaction of the connection.

    Values are as in the table's class; nothing is validated but by the database. A line of
    progress goes to standard error for each 100,000.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]
    ready = _progress(table.name, _bound(connection, table, names, rows))
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        columns, values = ", ".join(names), ", ".join("?" * len(names))
        raw.execute(f"PRAGMA cache_size=-{_SQLITE_CACHE_KB}")
        raw.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})', ready)  # noqa: S608 - names of ours
        return
    columns = ", ".join(names)
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in ready:
            copy.write_row(row)


def _bound(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]
) -> Iterator[Row]:
    """Yield the rows as the driver takes them: with each column type's own conversion."""
    converts: list[tuple[int, Callable[[Any], Any]]] = []
    for place, name in enumerate(names):
        kind = table.c[name].type.dialect_impl(connection.dialect)
        processor = kind.bind_processor(connection.dialect)
        if isinstance(table.c[name].type, (Date, Enum)) and processor is not None:
            processor = lru_cache(maxsize=_VALUES)(processor)  # few values, and again and again
        if processor is not None:
            converts.append((place, processor))
    for row in rows:
        bound = list(row)
        for place, convert in converts:
            bound[place] = convert(bound[place])
        yield bound


def _progress(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    done = 0
    while batch := list(islice(rows, BATCH)):
        yield from batch
        done += len(batch)
        if done % 100_000 == 0:
            sys.stderr.write(f"{name}: {done:,} rows\n")
