"""The two kinds of database, opened the same way."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from server.database import open_database, read, snapshot, transact, transaction


def test_an_error_never_shows_the_values_of_a_statement(database_url: str) -> None:
    """A card number in a statement does not reach a log through its error."""
    engine = open_database(database_url)
    with pytest.raises(Exception, match="nowhere") as caught, transaction(engine) as session:
        session.execute(text("SELECT * FROM nowhere WHERE number = :n"), {"n": "SECRET12"})
    assert "SECRET12" not in str(caught.value)
    engine.dispose()


def test_an_error_rolls_the_transaction_back(database_url: str) -> None:
    """Nothing of a transaction that failed is kept."""
    engine = open_database(database_url)
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))

    def fail(session: Session) -> None:
        session.execute(text("INSERT INTO thing VALUES (1)"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transact(engine, fail)
    with read(engine) as session:
        assert session.execute(text("SELECT count(*) FROM thing")).scalar_one() == 0
    engine.dispose()


def test_who_comes_second_with_a_key_tries_once_more(database_url: str) -> None:
    """The second attempt sees what the first of all has written; a third there is not."""
    engine = open_database(database_url)
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    attempts = []

    def add(session: Session) -> None:
        attempts.append(1)
        session.execute(text("INSERT INTO thing VALUES (1)"))

    transact(engine, add)
    with pytest.raises(IntegrityError):
        transact(engine, add)
    assert len(attempts) == 3
    engine.dispose()


def test_a_snapshot_is_of_one_instant(database_url: str) -> None:
    """What is committed while it is read is not in it."""
    engine = open_database(database_url)
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets nobody commit meanwhile")
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    count = text("SELECT count(*) FROM thing")
    with snapshot(engine) as session:
        assert session.execute(count).scalar_one() == 0
        with transaction(engine) as other:
            other.execute(text("INSERT INTO thing VALUES (1)"))
        assert session.execute(count).scalar_one() == 0
    with read(engine) as session:
        assert session.execute(count).scalar_one() == 1
    engine.dispose()
