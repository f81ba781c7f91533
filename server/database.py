"""The database of a service: SQLite or PostgreSQL by URL, opened the same way for both.

SQLite runs with durable commits, and every transaction that may write begins as one (``BEGIN
IMMEDIATE``), so that two of them never deadlock. It runs in WAL only where the library is new
enough: before 3.51.3, two connections that reset a WAL at once can corrupt it, and a register has
many.
PostgreSQL runs at READ COMMITTED, but for a :func:`snapshot`; what must not race is locked by row.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Dialect, Engine, Enum, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import Session, SQLModel

T = TypeVar("T")

WAL_IS_SAFE_FROM = (3, 51, 3)

# SQLite lets one writer in at a time and makes the rest sleep and try again, some for seconds. Here
# they wait in line for the one connection of the process instead.
_SQLITE_POOL = {"pool_size": 1, "max_overflow": 0}
# One connection for each of the threads that answer requests.
_POSTGRESQL_POOL = {"pool_size": 10, "max_overflow": 30}


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the instant in UTC; raise ``ValueError`` where it says no offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset from UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the instant with its offset, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(kind: type[StrEnum]) -> Any:
    """Return the column type of an enum: its stable values as text, checked both ways."""
    return Enum(
        kind,
        native_enum=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def open_database(url: str) -> Engine:
    """Return an engine for a URL: ``sqlite:///kanta.db`` or ``postgresql+psycopg://…``.

    Its errors never show the values of a statement.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url, connect_args={"timeout": 30}, hide_parameters=True, **_SQLITE_POOL
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    return create_engine(url, pool_pre_ping=True, hide_parameters=True, **_POSTGRESQL_POOL)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Give a session whose work is committed at the end, or rolled back at an error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def transact(engine: Engine, act: Callable[[Session], T]) -> T:
    """Return what ``act`` does in a transaction.

    Where another transaction came first with the same key, it is done anew and finds that row.
    """
    try:
        with transaction(engine) as session:
            return act(session)
    except IntegrityError:
        with transaction(engine) as session:
            return act(session)


@contextmanager
def read(engine: Engine) -> Iterator[Session]:
    """Give a session for reading only; it shuts no writer out before it reads."""
    reader = engine.execution_options(read_only=True)
    with Session(reader, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Give a session for reading that sees the database as it is at one instant."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with read(engine) as session:
        yield session


def upsert(session: Session, table: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT into a table that can say what to do ``on_conflict_…``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to be IMMEDIATE
    mode = "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "TRUNCATE"
    for pragma in (f"journal_mode={mode}", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql(
        "BEGIN" if connection.get_execution_options().get("read_only") else "BEGIN IMMEDIATE"
    )
