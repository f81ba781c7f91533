"""The wires to a virtual machine: commands into it, lines out of it, and qemu's own monitor."""

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 180.0
"""Seconds after which a machine that says nothing has failed: it is emulated, and slow."""


class MachineError(Exception):
    """The machine does not do what it was told."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command in the machine came to."""

    status: int
    out: str
    err: str


class Lines:
    """The lines that come out of a socket, kept as they come."""

    def __init__(self, path: Path) -> None:
        """Connect, and read until the machine is gone."""
        self.seen: list[str] = []
        self._came = threading.Condition()
        self._socket = connect(path)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, line: str) -> None:
        """Send a line."""
        self._socket.sendall(line.encode() + b"\n")

    def wait(self, begin: int, patience: float) -> bool:
        """Wait until there are more lines than ``begin``; tell whether there are."""
        with self._came:
            return self._came.wait_for(lambda: len(self.seen) > begin, patience)

    def close(self) -> None:
        """Read what is still there, and hang up."""
        self._reader.join(5.0)
        self._socket.close()

    def _read(self) -> None:
        with self._socket.makefile(errors="replace") as lines:
            try:
                for line in lines:
                    with self._came:
                        self.seen.append(line.rstrip("\n"))
                        self._came.notify_all()
            except OSError:
                pass


class Agent:
    """Runs commands in the machine."""

    def __init__(self, path: Path) -> None:
        """Connect; :meth:`wait` says when somebody answers."""
        self._lines = Lines(path)
        self._numbers = itertools.count(1)

    def wait(self, is_on: Callable[[], bool]) -> None:
        """Wait for the machine to be up. What is said before that is lost, so it is repeated."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            if not is_on():
                raise MachineError("the machine has ended while starting")
            if self._ask("true", 1.0, 2.0) is not None:
                return
        raise MachineError("the machine does not come up")

    def run(self, command: str, timeout: float) -> Done:
        """Run a shell command in the machine."""
        done = self._ask(command, timeout, timeout + PATIENCE)
        if done is None:
            raise MachineError(f"no answer from the machine to: {command}")
        return done

    def close(self) -> None:
        """Hang up."""
        self._lines.close()

    def _ask(self, command: str, timeout: float, patience: float) -> Done | None:
        number = next(self._numbers)
        begin = len(self._lines.seen)
        self._lines.send("\n" + json.dumps({"id": number, "run": command, "timeout": timeout}))
        limit = time.monotonic() + patience
        while self._lines.wait(begin, max(0.0, limit - time.monotonic())):
            answer = json.loads(self._lines.seen[begin])
            if answer["id"] == number:
                return Done(answer["status"], answer["out"], answer["err"])
            begin += 1
        return None


class Monitor:
    """qemu's own monitor: plugs, keys, cables."""

    def __init__(self, channel: socket.socket) -> None:
        """Take a connection over, past its greeting."""
        self._lines = channel.makefile("rw")
        self._lines.readline()
        self.call("qmp_capabilities")

    def call(self, command: str, **arguments: object) -> Any:
        """Carry a command out and return its result."""
        self._lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._lines.flush()
        while True:
            told = json.loads(self._lines.readline())
            if "error" in told:
                raise MachineError(f"{command}: {told['error']['desc']}")
            if "return" in told:
                return told["return"]

    def wait_for(self, event: str) -> None:
        """Wait for an event."""
        while json.loads(self._lines.readline()).get("event") != event:
            pass


@contextmanager
def monitor(path: Path) -> Iterator[Monitor]:
    """Speak with qemu."""
    with connect(path) as channel:
        channel.settimeout(60.0)
        yield Monitor(channel)


def connect(path: Path) -> socket.socket:
    """Connect to a socket of the machine that may be about to be there."""
    limit = time.monotonic() + 20.0
    while True:
        channel = socket.socket(socket.AF_UNIX)
        try:
            channel.connect(str(path))
        except OSError:
            channel.close()
            if time.monotonic() > limit:
                raise
            time.sleep(0.05)
        else:
            return channel
