"""The schema: what the migrations make is what the tables say."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from server.database import open_database
from server.kaikukanta.migrations import migrate
from server.kaikukanta.settings import Settings, read_digest_key
from server.kaikukanta.tables import METADATA


def test_the_migrations_make_what_the_tables_say(database_url: str, tmp_path: Path) -> None:
    """Tables, columns, types, indexes and constraints agree; a second run changes nothing."""
    settings = Settings(database_url=database_url, digest_key_file=tmp_path / "key")
    migrate(settings)
    migrate(settings)
    assert read_digest_key(settings)
    engine = open_database(database_url)
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.execute(text("SELECT seq FROM feed WHERE id = 1")).scalar_one() == 0
    engine.dispose()


def test_no_column_is_made_for_a_person(database_url: str, tmp_path: Path) -> None:
    """No name of a holder, no identity code, phone, e-mail or address (OM-27, OM-48)."""
    migrate(Settings(database_url=database_url, digest_key_file=tmp_path / "key"))
    engine = open_database(database_url)
    columns = {
        (table, column["name"])
        for table in inspect(engine).get_table_names()
        for column in inspect(engine).get_columns(table)
    }
    engine.dispose()
    named = {table for table, column in columns if column.startswith("name")}
    places = {"municipality", "postcode"}
    assert named <= places | {"distributor", "venue", "credential", "kiosk", "offering"}
    words = ("phone", "mail", "address", "ssn", "hetu", "surname", "first")
    assert not [column for _, column in columns if any(word in column for word in words)]
