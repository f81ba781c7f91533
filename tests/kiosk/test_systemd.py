"""What systemd is told, over a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.systemd import more_time, notify, watchdog_interval


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Listen as the service manager does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def test_states_are_told_in_one_datagram(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line each, as sd_notify(3) says."""
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    notify("READY=1", "STATUS=98000 cards")
    assert manager.recv(4096) == b"READY=1\nSTATUS=98000 cards"


def test_an_abstract_socket_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its address begins with ``@``."""
    name = f"kaikuportti{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name)
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        notify("WATCHDOG=1")
        assert listener.recv(4096) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, ""])
def test_without_systemd_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    """As in a terminal."""
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


def test_it_says_it_is_alive_twice_as_often_as_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is late is forgiven; without a limit there is nothing to say."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    assert watchdog_interval() == 15.0
    monkeypatch.delenv("WATCHDOG_USEC")
    assert watchdog_interval() is None


def test_more_time_is_asked_for_in_whole_microseconds() -> None:
    """As systemd reads it."""
    assert more_time(30.0000004) == "EXTEND_TIMEOUT_USEC=30000000"
