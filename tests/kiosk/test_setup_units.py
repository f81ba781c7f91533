"""How ``kaikuportti setup`` starts the kiosk where systemd has its units."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from kiosk.setup import units
from kiosk.setup.talk import Talk, talk_at
from kiosk.setup.units import held, start_here, warn_of_start
from tests.kiosk.setup_terminal import Terminal

SYSTEMCTL = """#!/bin/sh
echo "$*" >>"{folder}/calls"
case "$*" in
cat*) ;;
is-active*) test -e "{folder}/watched" ;;
--no-block*) ;;
stop*) ;;
*) sleep 60 ;;
esac
"""

UNITS = "kaikuportti.path kaikuportti.service"


class Machine:
    """A machine whose systemd has the units."""

    def __init__(self, folder: Path) -> None:
        """Put a systemctl into the folder, which notes what it is called with."""
        self.configuration = folder / "kiosk.toml"
        self._folder = folder
        command = folder / "systemctl"
        command.write_text(SYSTEMCTL.format(folder=folder))
        command.chmod(0o755)

    def watch(self) -> None:
        """Let the path unit be active."""
        (self._folder / "watched").touch()

    def done(self) -> list[str]:
        """Return what systemd was told to do."""
        calls = (self._folder / "calls").read_text().splitlines()
        return [call for call in calls if not call.startswith(("cat", "is-active"))]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Give a machine, and be root on it."""
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(units, "CONFIGURATION", machine.configuration)
    return machine


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a terminal."""
    terminal = Terminal()
    yield terminal
    terminal.close()
    os.close(terminal.descriptor)


def talking(
    terminal: Terminal, step: Callable[[Talk, Path], Awaitable[None]], path: Path
) -> "asyncio.Task[None]":
    """Begin a step of the talk."""

    async def talk_it_through() -> None:
        async with talk_at(terminal.descriptor, terminal.said) as talk:
            await step(talk, path)

    return asyncio.create_task(talk_it_through())


async def test_a_kiosk_that_starts_by_itself_is_told_and_not_asked_about(
    machine: Machine, terminal: Terminal
) -> None:
    """Before it starts, with how to stop it; and it is not waited for."""
    machine.watch()
    await talking(terminal, warn_of_start, machine.configuration)
    await terminal.hear("starts by itself")
    await terminal.hear("systemctl stop kaikuportti.path kaikuportti\n")
    assert machine.done() == []
    await asyncio.wait_for(talking(terminal, start_here, machine.configuration), 20)
    await terminal.hear("kaikuportti status")
    assert "Start the kiosk now" not in terminal.said.getvalue()
    assert machine.done() == [f"--no-block start {UNITS}"]


@pytest.mark.parametrize(
    ("answer", "done"), [("", [f"--no-block enable --now {UNITS}"]), ("n", [])]
)
async def test_a_kiosk_that_nothing_starts_is_asked_about(
    machine: Machine, terminal: Terminal, answer: str, done: list[str]
) -> None:
    """And no holds."""
    await talking(terminal, warn_of_start, machine.configuration)
    assert terminal.said.getvalue() == ""
    starting = talking(terminal, start_here, machine.configuration)
    await terminal.answer("Start the kiosk now", answer)
    await asyncio.wait_for(starting, 20)
    assert machine.done() == done


async def test_another_configuration_is_not_the_units(machine: Machine, terminal: Terminal) -> None:
    """They run their own; this one is run by hand."""
    machine.watch()
    other = machine.configuration.with_name("other.toml")
    await talking(terminal, warn_of_start, other)
    await talking(terminal, start_here, other)
    assert terminal.said.getvalue().endswith(f"kaikuportti run --config {other}\n")


async def test_a_kiosk_is_held_while_its_identity_is_the_former_one(machine: Machine) -> None:
    """Only where it would start by itself; it is watched again whatever happens."""
    async with held(machine.configuration):
        assert machine.done() == []
    machine.watch()

    async def break_off() -> None:
        async with held(machine.configuration):
            assert machine.done() == [f"stop {UNITS}"]
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        await break_off()
    assert machine.done() == [f"stop {UNITS}", "--no-block start kaikuportti.path"]
