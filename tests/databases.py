"""Databases for the tests, the same two ways of getting one for SQLite and for PostgreSQL."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from tests.postgres import Server

Prepare = Callable[[str], None]


class Databases(Protocol):
    """A source of databases of one kind; each is gone after its `with`."""

    def empty(self) -> AbstractContextManager[str]:
        """Give the URL of a database with nothing in it."""

    def prepared(self, prepare: Prepare) -> AbstractContextManager[str]:
        """Give the URL of a copy of what `prepare(url)` made; it is called once, the first time."""

    def copied(self, url: str) -> AbstractContextManager[str]:
        """Give the URL of a copy of a database, as a backup is and as what is restored from it."""


class SqliteDatabases:
    """SQLite files under one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)
        self._templates: dict[Prepare, Path] = {}

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the URL of a file that does not exist yet."""
        path = self._new_path()
        yield f"sqlite:///{path}"
        self._remove(path)

    @contextmanager
    def prepared(self, prepare: Prepare) -> Iterator[str]:
        """Give the URL of a copy of the prepared file."""
        if prepare not in self._templates:
            template = self._new_path()
            prepare(f"sqlite:///{template}")
            self._templates[prepare] = template
        with self._copy(self._templates[prepare]) as url:
            yield url

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """Give the URL of a copy of the file."""
        with self._copy(Path(url.removeprefix("sqlite:///"))) as copy:
            yield copy

    @contextmanager
    def _copy(self, source: Path) -> Iterator[str]:
        path = self._new_path()
        for part in self._parts(source):
            shutil.copyfile(part, path.with_name(part.name.replace(source.name, path.name)))
        yield f"sqlite:///{path}"
        self._remove(path)

    def _new_path(self) -> Path:
        return self._directory / f"{next(self._numbers)}.sqlite"

    def _parts(self, path: Path) -> list[Path]:
        """List the file and what SQLite keeps beside it: the write-ahead log and its index."""
        return sorted(path.parent.glob(f"{path.name}*"))

    def _remove(self, path: Path) -> None:
        for part in self._parts(path):
            part.unlink()


class PostgresDatabases:
    """Databases of one running PostgreSQL."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._templates: dict[Prepare, str] = {}

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the URL of a database just created."""
        with self._copy("template0") as url:
            yield url

    @contextmanager
    def prepared(self, prepare: Prepare) -> Iterator[str]:
        """Give the URL of a copy, made by PostgreSQL itself, of the prepared database."""
        if prepare not in self._templates:
            template = self._new_name()
            self._server.create(template)
            prepare(self._server.url(template))
            self._server.disconnect(template)
            self._templates[prepare] = template
        with self._copy(self._templates[prepare]) as url:
            yield url

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """Give the URL of a copy of the database; whoever is connected to it is cut off."""
        name = make_url(url).database
        assert name is not None
        self._server.disconnect(name)
        with self._copy(name) as copy:
            yield copy

    @contextmanager
    def _copy(self, template: str) -> Iterator[str]:
        name = self._new_name()
        self._server.create(name, template)
        try:
            yield self._server.url(name)
        finally:
            self._server.drop(name)

    def _new_name(self) -> str:
        return f"test_{next(self._numbers)}"
