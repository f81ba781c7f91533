"""What systemd is told of a server, over a real socket, and what becomes of a loop that hangs."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = """
import asyncio, sys, time
from server.systemd import tell_serving
async def main():
    await tell_serving()
    await tell_serving()
    await asyncio.sleep(float(sys.argv[1]))
    time.sleep(float(sys.argv[2]))
asyncio.run(main())
time.sleep(1)
"""


@pytest.fixture(params=["{}", "@{}"], ids=["file", "abstract"])
def manager(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, str]]:
    """Listen as the service manager does; give the socket, and its address as it is told."""
    address = request.param.format(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0"))
        listener.settimeout(30)
        yield listener, address


def run(seconds: float, hangs: float, **environment: str) -> int:
    """Run a server that serves for a while, and whose loop then hangs; return its status."""
    command = [sys.executable, "-c", SERVER, str(seconds), str(hangs)]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def told(listener: socket.socket) -> list[str]:
    """Return the states that were told so far."""
    listener.setblocking(False)
    states = []
    while True:
        try:
            states.append(listener.recv(4096).decode())
        except BlockingIOError:
            return states


def test_it_is_ready_once_and_alive_twice_within_the_limit(
    manager: tuple[socket.socket, str],
) -> None:
    """Until it has ended well: then no alarm is left to end what comes after its loop."""
    listener, address = manager
    assert run(2.2, 0, NOTIFY_SOCKET=address, WATCHDOG_USEC="900000") == 0
    first, *alive = told(listener)
    assert first == "READY=1"
    assert set(alive) == {"WATCHDOG=1"}
    assert len(alive) >= 3


def test_a_loop_that_hangs_is_ended_by_the_kernel(manager: tuple[socket.socket, str]) -> None:
    """So that one of several processes is replaced, though the others say that they live."""
    _, address = manager
    assert run(0.1, 60, NOTIFY_SOCKET=address, WATCHDOG_USEC="1000000") == -signal.SIGALRM


@pytest.mark.parametrize("watched", [{}, {"NOTIFY_SOCKET": ""}], ids=["none", "empty"])
def test_without_systemd_nothing_happens(watched: dict[str, str]) -> None:
    """As in a terminal."""
    assert run(0, 0, **watched) == 0
