"""The steps from any earlier schema to this one, and the function that takes them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from server.database import open_database
from server.kaikukanta.settings import Settings, make_digest_key

_LOCK = 0x6B61696B75
"""Makes processes that start at once migrate one after the other."""


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, and make the digest key where it is missing."""
    make_digest_key(settings)
    engine = open_database(settings.database_url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(config(connection), "head")
    finally:
        engine.dispose()


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
