"""The schema: what the migrations make is what the tables say."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlmodel import select

from kaiku.card import Status
from server.database import open_database, read, transaction
from server.kaikukanta.cards.service import card_at
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.service import Place, newest, next_seq, was_at
from server.kaikukanta.migrations import config, migrate
from server.kaikukanta.settings import Settings, read_digest_key
from server.kaikukanta.tables import METADATA
from server.kaikukanta.uses.tables import UseRecord
from tests.server.kaikukanta.town import NOON


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


def test_a_card_that_was_ended_keeps_since_when(database_url: str, tmp_path: Path) -> None:
    """A register of before goes on with its uses, and knows what each card was (OM-30, OM-47)."""
    ended, at, ids = NOON, NOON - timedelta(days=1), [uuid4() for _ in range(5)]
    engine = open_database(database_url)
    with engine.begin() as connection:
        command.upgrade(config(connection), "0002")
        _fill(connection, ids, ended, at)
    engine.dispose()
    key = tmp_path / "key"
    key.write_text("5a" * 32)
    migrate(Settings(database_url=database_url, digest_key_file=key))
    with read(engine) as session:
        card, use = session.exec(select(CardRecord)).one(), session.exec(select(UseRecord)).one()
        states = [card_at(session, card, instant).status for instant in (at, ended)]
        assert states == [Status.ACTIVE, Status.ENDED]
        assert (use.card_id, use.late, use.at) == (card.id, False, at)
    engine.dispose()


def test_a_register_of_before_has_its_newest_place_marked(
    database_url: str, tmp_path: Path
) -> None:
    """Kiosks go on from there, and no two migrations of one backup mark it alike."""
    engine = open_database(database_url)
    with engine.begin() as connection:
        command.upgrade(config(connection), "0003")
        connection.execute(text("UPDATE feed SET seq = 7"))
    engine.dispose()
    migrate(Settings(database_url=database_url, digest_key_file=tmp_path / "key"))
    with transaction(engine) as session:
        before = newest(session)
        assert (before.seq, was_at(session, before)) == (7, True)
        assert not was_at(session, Place(7, before.drawn ^ 1))
        assert not was_at(session, Place(6, before.drawn))
        assert next_seq(session) == 8
        assert was_at(session, newest(session))
        assert was_at(session, before)
    engine.dispose()


def _fill(connection: Connection, ids: list[UUID], ended: datetime, at: datetime) -> None:
    """Put a card that was used and then ended into a register of the second schema."""
    distributor, venue, offering, card, use = ids
    place = {"name_fi": "Turku", "name_sv": "Åbo"}
    where = {**place, "name_en": "Turku", "changed": 0}
    came = dict.fromkeys(("children", "helpers", "supporters"), 0)
    rows: dict[str, dict[str, Any]] = {
        "municipality": {"code": "853", **place},
        "distributor": {"id": distributor, "name": "Turku", "municipality_code": "853"},
        "venue": {"id": venue, "kind": "pool", "municipality_code": "853", **where},
        "offering": {
            "id": offering, "venue_id": venue, "category": "sports", "limits": [], "version": 1,
            "children_welcome": True, "supporters_free": True, "kind": "pool", "tariffs": [],
            **where,
        },
        "card": {
            "id": card, "number": "A1", "digest": b"1", "kind": "personal", "children": 0,
            "valid_from": at.date(), "valid_until": ended.date(), "status": "ended",
            "status_since": ended, "distributor_id": distributor, "registered_at": at, "changed": 1,
        },
        "use": {
            "id": use, "card_id": card, "offering_id": offering, "offering_version": 1,
            "recorder": "venue", "recorder_id": venue, "at": at, "received_at": at,
            "day": at.date(), "adults": 1, "asked_children": 0, "asked_helpers": 0,
            "asked_supporters": 0, "outcome": "accepted", "offline": False,
            "clock_suspect": False, "revision": 0, **came,
        },
    }  # fmt: skip
    there = MetaData()
    there.reflect(connection)
    for name, row in rows.items():
        uuids = {
            column: value.hex if connection.dialect.name == "sqlite" else value
            for column, value in row.items()
            if isinstance(value, UUID)
        }
        connection.execute(there.tables[name].insert().values({**row, **uuids}))


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
