"""A real PostgreSQL of the tests' own, reached by a socket in a private directory, removed after.

Nothing of the machine's own PostgreSQL is touched. PostgreSQL refuses to run as root, so root's
tests run it as an account without privileges.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

OWNER = "kaiku"
START_SECONDS = 30.0
# Nothing here outlives the tests, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL, and the databases in it."""

    socket_directory: Path

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of the database `name`."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.socket_directory}"

    def create(self, name: str, template: str = "template0") -> None:
        """Create the database `name` as a copy of `template`, to which nobody may be connected."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)

    def drop(self, name: str) -> None:
        """Drop the database `name`, and cut whoever is still connected to it."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def disconnect(self, name: str) -> None:
        """Cut every connection to the database `name`, so that it can serve as a template."""
        with self._connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )

    def _execute(self, statement: LiteralString, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket_directory), user=OWNER, dbname="postgres", autocommit=True
        )


def binaries() -> Path | None:
    """Find the directory of the newest PostgreSQL's server programs; None without any."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest_first = sorted(versions, key=lambda path: int(path.parts[-3]), reverse=True)
    if newest_first:
        return newest_first[0].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def running(programs: Path) -> Iterator[Server]:
    """Run a PostgreSQL with `programs` in a new directory; at the end stop it and remove all."""
    directory = Path(tempfile.mkdtemp(prefix="kaiku-postgres-"))
    try:
        account = _account()
        if account is not None:
            os.chown(directory, account.pw_uid, account.pw_gid)
        with _process(programs, directory, account):
            yield Server(directory)
    finally:
        shutil.rmtree(directory)


def _account() -> pwd.struct_passwd | None:
    """Choose the account that runs PostgreSQL: None is the one that runs the tests."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


@contextlib.contextmanager
def _process(programs: Path, directory: Path, account: pwd.struct_passwd | None) -> Iterator[None]:
    cluster, log = directory / "cluster", directory / "log"
    user, group = (account.pw_uid, account.pw_gid) if account else (None, None)
    groups: list[str | int] | None = [] if account else None
    initdb: list[str | Path] = [
        programs / "initdb", "--pgdata", cluster, "--username", OWNER, "--auth", "trust",
        "--encoding", "UTF8", "--no-locale", "--no-sync",
    ]  # fmt: skip
    subprocess.run(
        initdb,
        user=user,
        group=group,
        extra_groups=groups,
        cwd=directory,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    options = [option for setting in SETTINGS.items() for option in ("-c", "=".join(setting))]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "postgres", "-D", cluster, "-k", directory, *options],
            user=user, group=group, extra_groups=groups, cwd=directory,
            stdout=output, stderr=output,
        )  # fmt: skip
    try:
        _wait(process, directory, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], directory: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            Server(directory).disconnect("nobody-is-here")
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
