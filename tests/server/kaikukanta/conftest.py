"""A register for each test, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from server.kaikukanta.migrations import migrate
from server.kaikukanta.settings import Settings
from tests.databases import Databases
from tests.server.kaikukanta.town import Town, found


def _migrated(url: str) -> None:
    with TemporaryDirectory() as directory:
        migrate(Settings(database_url=url, digest_key_file=Path(directory) / "key"))


@pytest.fixture
async def town(databases: Databases, tmp_path: Path) -> AsyncIterator[Town]:
    """Give a register of a small town, with nothing recorded yet."""
    key = tmp_path / "digest.key"
    key.write_text("5a" * 32)
    with databases.prepared(_migrated) as url:
        town = found(Settings(database_url=url, digest_key_file=key))
        yield town
        await town.close()
