"""What the gate's relay does when the kiosk ends, well or badly: it goes idle, in mid-pulse too."""

import asyncio
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from kiosk import words
from kiosk.app import App
from kiosk.config import load
from kiosk.identity import Identity
from kiosk.ports import Scanned
from tests.drivers.fixtures import pins, pty
from tests.drivers.rigs import Pty

pytestmark = pytest.mark.anyio

__all__ = ["pins", "pty"]

RELAY = 17


def kiosk(folder: Path, port: Pty, identity: Identity) -> App:
    """Return a kiosk with a gate that takes ten seconds for a person; the register is away."""
    config = folder / "kiosk.toml"
    config.write_text(
        f"""
[station]
name = "Gate"
state = "{folder / "state"}"
[registry]
url = "http://127.0.0.1:9"
[[scanner]]
driver = "serial"
port = "{port.path}"
[gate]
driver = "gpio"
pin = {RELAY}
pulse = 10.0
"""
    )
    return App(load(config), identity)


@pytest.mark.parametrize("ends", ["in order", "by an error"])
async def test_a_kiosk_that_ends_within_a_pulse_leaves_the_relay_idle(
    tmp_path: Path,
    pins: MockFactory,
    pty: Pty,
    monkeypatch: pytest.MonkeyPatch,
    ends: str,
) -> None:
    """Whether it is stopped or something breaks in it; the line is then let go."""
    app = kiosk(tmp_path, pty, Identity("k", "t", bytes(32)))

    async def end_in_mid_pulse() -> None:
        await app._shell._outputs.gate.open(1)
        await asyncio.sleep(0.1)
        assert pins.pin(RELAY).state
        if ends == "by an error":
            raise RuntimeError("broken")
        app._stop.set()

    monkeypatch.setattr(app, "_prune", end_in_mid_pulse)
    if ends == "by an error":
        with pytest.raises(ExceptionGroup):
            await app.run()
    else:
        await app.run()
    assert not pins.pin(RELAY).state
    assert pins.pin(RELAY).function == "input"


async def test_a_kiosk_that_waits_for_its_key_keeps_the_relay_idle_and_reads_nothing(
    tmp_path: Path, pins: MockFactory, pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its start to its end: the port of the scanner is not even opened."""
    app = kiosk(tmp_path, pty, Identity("k", "t", None))
    pty.plug()

    async def look_and_end() -> None:
        await asyncio.sleep(0.3)
        assert "not tried yet" in app._devices.told().values()
        assert not pins.pin(RELAY).state
        app._stop.set()

    monkeypatch.setattr(app, "_prune", look_and_end)
    await app.run()
    assert [state.state for state in pins.pin(RELAY).states if state.state] == []


async def test_a_kiosk_whose_store_cannot_be_opened_keeps_the_relay_idle(
    tmp_path: Path, pins: MockFactory, pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads the card and answers with a fault: without a record nobody is let in."""
    app = kiosk(tmp_path, pty, Identity("k", "t", bytes(32)))
    (tmp_path / "state" / "journal.sqlite").mkdir(parents=True)
    pty.plug()

    async def scan_and_end() -> None:
        app._shell.emit(Scanned(b"CARD0001", 0.0))
        await app._shell.join()
        assert app._shell._desk.notice == words.DISK_FULL
        assert app._shell._desk.shown_until is not None
        app._stop.set()

    monkeypatch.setattr(app, "_prune", scan_and_end)
    await app.run()
    assert [state.state for state in pins.pin(RELAY).states if state.state] == []
