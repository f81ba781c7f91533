"""Makes the tables of a new file. Apart, for it takes longer to load than a kiosk to start."""

import sqlite3
from enum import Enum

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from kiosk.tables import Cache, Journal


class File(Enum):
    """Which of the kiosk's files: each has the tables of a metadata of its own."""

    CACHE = Cache.metadata
    JOURNAL = Journal.metadata


def make_tables(connection: sqlite3.Connection, file: File, version: int) -> None:
    """Make a file's tables, all or none of them; raise ``sqlite3.OperationalError``."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.begin() as begun:
            begun.exec_driver_sql("BEGIN IMMEDIATE")
            file.value.create_all(begun)
    except OperationalError as error:
        raise sqlite3.OperationalError(str(error.orig)) from None
    connection.execute(f"PRAGMA user_version={version}")
