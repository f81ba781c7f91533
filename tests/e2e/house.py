"""The house as its users run it: the register and kiosks as processes, a pty as the serial port."""

import json
import os
import queue
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import tty
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any, ClassVar, Self

BIN = Path(sys.executable).parent
PATIENCE = 60.0
"""Seconds after which a process that says nothing has failed."""

Line = dict[str, Any]


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Register:
    """The register: a database, and a process that serves it while it is up."""

    def __init__(self, folder: Path) -> None:
        """Take the register whose database lies in the folder."""
        self.folder, self.port = folder, free_port()
        self.database = folder / "kanta.sqlite"
        self.environment = {
            **os.environ,
            "KAIKUKANTA_DATABASE_URL": f"sqlite:///{self.database}",
            "KAIKUKANTA_DIGEST_KEY_FILE": str(folder / "digest.key"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def seeded(cls, folder: Path, cards: int = 50) -> Self:
        """Make a register with a sample network in the folder."""
        register = cls(folder)
        register.command("seed", "--cards", str(cards), "--out", str(folder / "seed.json"))
        return register

    @cached_property
    def seed(self) -> dict[str, Any]:
        """What the seeding wrote: cards, offerings, codes."""
        seed: dict[str, Any] = json.loads((self.folder / "seed.json").read_text())
        return seed

    @property
    def url(self) -> str:
        """The address of the register itself."""
        return f"http://127.0.0.1:{self.port}"

    def call(self, path: str, body: Line | None = None) -> Any:
        """Return the register's answer to the sample venue's till: to a GET, or to a POST."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/api/v1{path}",
            None if body is None else json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {self.seed['vars']['token']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
            return json.loads(reply.read())

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run a ``kaikukanta`` command on the database; return what it prints."""
        done = subprocess.run(
            [BIN / "kaikukanta", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> Self:
        """Serve, and return once the register answers."""
        with (self.folder / "register.log").open("ab") as log:
            self._process = subprocess.Popen(
                [BIN / "kaikukanta", "serve", "--host", "127.0.0.1", "--port", str(self.port)],
                env=self.environment,
                stderr=log,
                stdout=log,
            )
        wait_until(self._answers, "the register does not answer")
        return self

    def kill(self) -> None:
        """Kill the register at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Stop the register in an orderly way."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "register.log").read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1) as reply:  # noqa: S310
                return bool(reply.status == 200)
        except OSError:
            return False


class KioskProcess:
    """One run of ``kaikuportti run``; its log is read as it comes."""

    running: ClassVar[set["KioskProcess"]] = set()
    """Those that were started and have not ended."""

    def __init__(
        self,
        config: Path,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[bytes] = subprocess.DEVNULL,
    ) -> None:
        """Start the kiosk."""
        self._process = subprocess.Popen(
            [BIN / "kaikuportti", "run", "--config", config],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        self.running.add(self)
        self.lines: list[Line] = []
        self._fresh: queue.Queue[Line | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for raw in self._process.stderr:
            line = json.loads(raw)
            self.lines.append(line)
            self._fresh.put(line)
        self._fresh.put(None)

    def wait_for(self, event: str, **fields: object) -> Line:
        """Return the next line of an event with these fields."""
        limit = time.monotonic() + PATIENCE
        while True:
            line = self._fresh.get(timeout=max(0.01, limit - time.monotonic()))
            assert line is not None, f"the kiosk ended before {event}: {self.lines[-5:]}"
            if line["event"] == event and all(line.get(k) == v for k, v in fields.items()):
                return line

    def wait_in_touch(self) -> None:
        """Wait until the kiosk has reached the register; that may come before it is ready."""
        wait_until(self._in_touch, "the kiosk does not reach the register")

    def _in_touch(self) -> bool:
        return any(line.get("state") == "up" for line in self.lines if line["event"] == "contact")

    def type(self, text: str) -> None:
        """Write to the kiosk's standard input, and end it."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.close()

    def verdicts(self) -> list[Line]:
        """Return the verdicts so far."""
        return [line for line in self.lines if line["event"] == "verdict"]

    def kill(self) -> None:
        """Kill the kiosk at once, and read what it had still said."""
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """Stop the kiosk in an orderly way; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        self._end()
        return self._process.returncode

    def _end(self) -> None:
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self._process.stderr is not None:
            self._process.stderr.close()
        self.running.discard(self)

    def limit_files(self, size: int) -> None:
        """Let the kiosk write no file beyond a size in bytes: a full disk, as far as it can see."""
        _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def longest_core(self) -> int:
        """Return how large a core dump the kiosk would leave, in bytes."""
        return resource.prlimit(self._process.pid, resource.RLIMIT_CORE)[1]

    def resident(self) -> float:
        """Return the resident memory in megabytes."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise AssertionError("the kiosk is gone")


class SerialScanner:
    """A serial scanner: the far end of a pty whose near end is the kiosk's port."""

    def __init__(self) -> None:
        """Make the wire."""
        self._far, self._near = os.openpty()
        tty.setraw(self._near)

    @property
    def port(self) -> str:
        """The path of the kiosk's end."""
        return os.ttyname(self._near)

    def scan(self, code: str, end: bytes = b"\r\n") -> None:
        """Read a code, as a scanner sends it."""
        self.send(code.encode() + end)

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        os.write(self._far, data)

    def close(self) -> None:
        """Pull the wire."""
        os.close(self._far)
        os.close(self._near)


def write_config(folder: Path, url: str, scanner: Mapping[str, str], extra: str = "") -> Path:
    """Write a kiosk's configuration into its folder; return its path."""
    config = folder / "kiosk.toml"
    driver = "\n".join(f"{key} = {json.dumps(value)}" for key, value in scanner.items())
    config.write_text(
        f"""
[station]
name = "Test gate"
state = {json.dumps(str(folder / "state"))}
attended = true
{extra}
[registry]
url = {json.dumps(url)}

[[scanner]]
{driver}
"""
    )
    return config


def enrol(config: Path, code: str) -> str:
    """Enrol a kiosk with its own command; return what it prints."""
    done = subprocess.run(
        [BIN / "kaikuportti", "enrol", "--config", config, code],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_until(true: Callable[[], bool], words: str, patience: float = PATIENCE) -> None:
    """Wait until something holds; fail with the words where it never does."""
    limit = time.monotonic() + patience
    while not true():
        assert time.monotonic() < limit, words
        time.sleep(0.02)


@contextmanager
def serving(folder: Path) -> Iterator[Register]:
    """Serve the register in a folder, and stop it at the end."""
    register = Register(folder).start()
    try:
        yield register
    finally:
        register.kill()
