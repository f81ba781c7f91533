"""The steps from any earlier schema to this one, and the function that takes them."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, text

from server.database import open_database
from server.kaikukanta.settings import (
    DigestKeyError,
    Settings,
    make_digest_key,
    read_digest_key,
)

_LOCK = 0x6B61696B75
"""Makes processes that start at once migrate one after the other."""


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, and make the digest key where there is none yet.

    A register that has cards has had a key: another would make all of them unknown, so its loss is
    a :class:`DigestKeyError` and no occasion for a new one.
    """
    engine = open_database(settings.database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _let_references_be)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(config(connection), "head")
            if connection.dialect.name == "sqlite":
                _check_references(connection)
            cards = connection.execute(text("SELECT 1 FROM card LIMIT 1")).first()
            if cards is not None and not settings.digest_key_file.exists():
                raise DigestKeyError(
                    f"{settings.digest_key_file} is missing, and the register has cards: put the"
                    " key back from its safe copy, or mend KAIKUKANTA_DIGEST_KEY_FILE"
                )
            make_digest_key(settings)
            read_digest_key(settings)
    finally:
        engine.dispose()


def _let_references_be(connection: Any, _record: object) -> None:
    """Let SQLite drop a table that others refer to: it has no other way to make one anew."""
    connection.execute("PRAGMA foreign_keys=OFF")


def _check_references(connection: Connection) -> None:
    """Raise ``RuntimeError``, which undoes the migration, where a row refers to none."""
    if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise RuntimeError("the migration would leave rows that refer to none")


def is_current(engine: Engine) -> bool:
    """Tell whether a database has the newest schema."""
    with engine.connect() as connection:
        newest = ScriptDirectory.from_config(config(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == newest


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    found = Config(attributes={"connection": connection})
    found.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return found
