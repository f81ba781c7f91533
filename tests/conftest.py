"""What every test may ask for: an event loop, and databases of both kinds."""

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.left_out import leave_out, left_out


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every async test on asyncio, the loop that the programs use."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """Run a PostgreSQL for the whole session."""
    programs = postgres.binaries()
    if programs is None:
        leave_out("PostgreSQL", "apt-get install postgresql")
    else:
        with postgres.running(programs) as server:
            yield server


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Give the session's one source of SQLite databases."""
    return SqliteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgresql_databases(postgresql: postgres.Server) -> Databases:
    """Give the session's one source of PostgreSQL databases."""
    return PostgresDatabases(postgresql)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Give a source of databases; a test that asks for it runs once on each kind.

    pytest makes this one anew whenever the kind changes: what the sources hold lasts longer.
    """
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Give each test a database of its own with nothing in it, on SQLite and on PostgreSQL."""
    with databases.empty() as url:
        yield url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last, and loudly, what this machine left out and how to get it."""
    for reason, count in left_out(terminalreporter.stats.get("skipped", [])).items():
        terminalreporter.section("LEFT OUT", sep="!", yellow=True, bold=True)
        terminalreporter.line(f"{reason} ({count} tests)", yellow=True)
