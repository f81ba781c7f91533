"""The databases that other tests stand on."""

import sqlalchemy as sa

from tests.databases import Databases

NOTES = sa.Table("notes", sa.MetaData(), sa.Column("text", sa.String))


def _make_notes(url: str) -> None:
    engine = sa.create_engine(url)
    NOTES.metadata.create_all(engine)
    engine.dispose()


def _tables(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        return sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_a_fresh_database_is_empty(database_url: str) -> None:
    """A test's database holds no table of any other test."""
    assert _tables(database_url) == []
    _make_notes(database_url)


def test_a_fresh_database_is_ones_own(databases: Databases) -> None:
    """Two databases given at the same time do not see one another's tables."""
    with databases.empty() as one, databases.empty() as other:
        _make_notes(one)
        assert _tables(one) == ["notes"]
        assert _tables(other) == []


def test_a_prepared_database_is_copied_each_time(databases: Databases) -> None:
    """What a test writes into its copy of a prepared database is not in the next copy."""
    for _ in range(2):
        with databases.prepared(_make_notes) as url:
            engine = sa.create_engine(url)
            with engine.begin() as connection:
                assert connection.scalar(sa.select(sa.func.count()).select_from(NOTES)) == 0
                connection.execute(NOTES.insert().values(text="pääsy"))
                assert connection.scalar(sa.select(NOTES.c.text)) == "pääsy"
            engine.dispose()


def test_a_database_is_copied_as_it_is(databases: Databases) -> None:
    """A copy has what its original has, and each is then its own."""
    with databases.prepared(_make_notes) as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(NOTES.insert().values(text="pääsy"))
        engine.dispose()
        with databases.copied(url) as copy:
            other = sa.create_engine(copy)
            with other.begin() as connection:
                assert connection.scalar(sa.select(NOTES.c.text)) == "pääsy"
                connection.execute(NOTES.delete())
            other.dispose()
        with engine.begin() as connection:
            assert connection.scalar(sa.select(NOTES.c.text)) == "pääsy"
        engine.dispose()
