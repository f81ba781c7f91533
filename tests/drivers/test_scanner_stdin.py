"""Standard input as a scanner, whatever it is: a pipe, a file, a terminal, nothing."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk.drivers.scanner_stdin import StdinScanner
from kiosk.ports import LONGEST_SCAN, Event, InputEnded, Key, Pressed, Scanned
from tests.drivers.rigs import standard_input


async def read(descriptor: int) -> list[bytes | str]:
    """Read a file to its end: scans as bytes, keys as text."""
    events: list[Event] = []
    with standard_input(descriptor):
        await StdinScanner().run(events.append)
    assert events.count(InputEnded()) == 1
    assert events[-1] == InputEnded()
    return brief(events)


def brief(events: Sequence[Event]) -> list[bytes | str]:
    """Return scans as bytes and keys as text."""
    found: list[bytes | str] = []
    for event in events:
        match event:
            case Scanned(data):
                found.append(data)
            case Pressed(key):
                found.append(str(key))
            case _:
                pass
    return found


async def read_file(folder: Path, data: bytes) -> list[bytes | str]:
    """Read these bytes from a regular file, which no event loop can wait for."""
    path = folder / "scans"
    path.write_bytes(data)
    with path.open("rb") as file:
        return await read(file.fileno())


async def test_a_file_is_read_line_by_line(tmp_path: Path) -> None:
    """Scans and keys come in their order, a last line without an end among them."""
    lines = b"KAIKU1\n2\n12\n123\n+\n*\n-\n\nKAIKU2\r\n 7 \nKAIKU3"
    assert await read_file(tmp_path, lines) == [
        b"KAIKU1", "2", "1", "2", b"123", "+", "*", "-", b"", b"KAIKU2", "7", b"KAIKU3",
    ]  # fmt: skip


async def test_any_bytes_make_a_line(tmp_path: Path) -> None:
    """Bytes that are no text are handed on; only the line end is taken off."""
    line = bytes(byte for byte in range(256) if byte != 0x0A)
    assert await read_file(tmp_path, line + b"\n" + b"\x00\xff\r\n") == [line, b"\x00\xff"]


async def test_a_long_line_is_bounded(tmp_path: Path) -> None:
    """Of an endless line the first part is kept, and the next line is read."""
    data = b"x" * (5 * LONGEST_SCAN) + b"\nNEXT\n"
    assert await read_file(tmp_path, data) == [b"x" * LONGEST_SCAN, b"NEXT"]


async def test_an_empty_file_ends_at_once(tmp_path: Path) -> None:
    """Nothing to read is no scan."""
    assert await read_file(tmp_path, b"") == []


async def test_the_null_device_ends_at_once() -> None:
    """A service without input, as systemd starts it, has a scanner that has ended."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    assert await read(descriptor) == []
    os.close(descriptor)


async def test_no_standard_input_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started with standard input closed, nobody else's file is read in its place."""
    monkeypatch.setattr(sys, "__stdin__", None)
    events: list[Event] = []
    await StdinScanner().run(events.append)
    assert events[-1] == InputEnded()


async def test_a_terminal_has_an_enter_key() -> None:
    """In a terminal an empty line is Enter; Ctrl-D ends the input."""
    master, slave = os.openpty()
    os.write(master, b"KAIKU1\n3\n\n\x04")
    assert await read(slave) == [b"KAIKU1", "3", str(Key.ENTER)]
    os.close(master)
    os.close(slave)


async def test_a_terminal_that_hangs_up_ends_the_input() -> None:
    """Closing the window is the end of the input."""
    master, slave = os.openpty()
    os.close(master)
    assert await read(slave) == []
    os.close(slave)
