"""A register for each test, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.kaikukanta.settings import Settings
from tests.databases import Databases
from tests.server.kaikukanta.town import Town, found, migrated


@pytest.fixture
async def town(databases: Databases, tmp_path: Path) -> AsyncIterator[Town]:
    """Give a register of a small town, with nothing recorded yet."""
    key = tmp_path / "digest.key"
    key.write_text("5a" * 32)
    with databases.prepared(migrated) as url:
        town = found(Settings(database_url=url, digest_key_file=key))
        yield town
        await town.close()
