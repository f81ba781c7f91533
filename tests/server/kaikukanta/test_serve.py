"""Serving by several processes, and what a log line keeps of an error."""

import json
import logging
import socket
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from server.kaikukanta.serve import JsonLines
from tests.databases import Databases
from tests.server.kaikukanta.process import PATIENCE, made, seeded, serving


def test_several_processes_share_a_port(databases: Databases, tmp_path: Path) -> None:
    """They serve one register, and end together at the signal."""
    with databases.prepared(seeded) as url, serving(url, tmp_path, workers=2) as served:
        token = served.enrol(made()["vars"]["enrolment"])["token"]
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(10):
            changes = f"{served.url}/api/v1/kiosk/changes"
            assert httpx.get(changes, headers=headers, timeout=PATIENCE).status_code == 200
        assert served.end() < 5
        assert served.process.returncode == 0
        events = [json.loads(line)["event"] for line in served.log.read_text().splitlines()]
        assert sum(event.startswith("Started server process") for event in events) == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_systemd_is_told_once_calls_are_taken(
    databases: Databases, tmp_path: Path, workers: int
) -> None:
    """Each process tells so, and no earlier than a call is taken; and then that it lives."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, ExitStack() as stack:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        watched = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
        url = stack.enter_context(databases.prepared(seeded))
        served = stack.enter_context(serving(url, tmp_path, watched, workers, wait=False))
        told = [manager.recv(64)]
        assert httpx.get(f"{served.url}/health", timeout=PATIENCE).status_code == 200
        told += [manager.recv(64) for _ in range(2 * workers - 1)]
    assert Counter(told) == {b"READY=1": workers, b"WATCHDOG=1": workers}


def test_a_logged_error_keeps_where_it_was_and_not_what_it_says() -> None:
    """The text of an exception may hold a card's number; its type and place do not."""

    def break_() -> None:
        raise LookupError("SECRET") from ValueError("SECRET")

    with pytest.raises(LookupError) as raised:
        break_()
    error = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "It broke", None, error)
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "SECRET" not in line
    assert told["event"] == "It broke"
    assert [error["type"] for error in told["error"]] == [
        "builtins.LookupError", "builtins.ValueError",
    ]  # fmt: skip
    assert "test_serve.py" in told["error"][0]["at"][-1]
