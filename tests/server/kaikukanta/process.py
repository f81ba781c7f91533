"""The register as its own process over a seeded database, as operators run it."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from server.kaikukanta.cli import main

PATIENCE = 30.0
KEY = "5a" * 32
_MADE: dict[str, Any] = {}


def seeded(url: str) -> None:
    """Seed a database with few cards; :func:`made` tells what is in it."""
    with TemporaryDirectory() as directory:
        out, key = Path(directory) / "out.json", Path(directory) / "key"
        key.write_text(KEY)
        with environment(url, key):
            assert main(["seed", "--cards", "30", "--uses", "200", "--out", str(out)]) == 0
        _MADE.update(json.loads(out.read_text()))


def made() -> dict[str, Any]:
    """Return what the seeded databases hold, which is the same in all."""
    return _MADE


@contextmanager
def environment(url: str, key: Path) -> Iterator[None]:
    """Set the register's settings for the commands that are run inside."""
    before = dict(os.environ)
    os.environ.update(settings(url, key))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def settings(url: str, key: Path) -> Mapping[str, str]:
    """Return the environment that sets a register up."""
    return {"KAIKUKANTA_DATABASE_URL": url, "KAIKUKANTA_DIGEST_KEY_FILE": str(key)}


@dataclass
class Served:
    """A register that serves, and the process that it is."""

    url: str
    database_url: str
    key: Path
    process: subprocess.Popen[bytes]
    log: Path

    def end(self) -> float:
        """Send the signal to end; return the seconds until it did."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        return time.monotonic() - began

    def admin(self, *words: str) -> str:
        """Return what an admin command says; it runs in another process than the register's."""
        said = io.StringIO()
        with environment(self.database_url, self.key), redirect_stdout(said):
            assert main(["admin", *words]) == 0
        return said.getvalue().strip()

    def enrol(self, code: str) -> dict[str, Any]:
        """Return what a new kiosk is told."""
        body = {"code": code, "name": "Gate"}
        answer = httpx.post(f"{self.url}/api/v1/kiosks/enrol", json=body, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@contextmanager
def serving(
    database_url: str,
    directory: Path,
    more: Mapping[str, str] | None = None,
    workers: int = 1,
    *,
    wait: bool = True,
) -> Iterator[Served]:
    """Serve a seeded database until the end of the ``with``; ``more`` are further settings.

    Unless it is not to ``wait``, it answers calls already.
    """
    key, log = directory / "key", directory / "log"
    key.write_text(KEY)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    program = Path(sys.executable).with_name("kaikukanta")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "serve", "--port", str(port), "--workers", str(workers)],
            env={**os.environ, **settings(database_url, key), **(more or {})},
            stderr=output,
        )
    served = Served(f"http://127.0.0.1:{port}", database_url, key, process, log)
    try:
        if wait:
            _wait(served)
        yield served
    finally:
        if workers > 1:  # killed, the first process would leave the others behind
            process.terminate()
            process.wait(PATIENCE)
        process.kill()
        process.wait()


def _wait(served: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and served.process.poll() is None:
        try:
            if httpx.get(f"{served.url}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the register does not serve:\n{served.log.read_text()}")
