"""Standard input as a scanner and a keypad: for demonstrations, tests, scanners in a terminal.

Each line is a scan. A line of one or two digits is as many digit keys, ``+``, ``*`` and ``-`` are
those keys, and an empty line is Enter in a terminal and an empty scan elsewhere. Where the input
ends, so does the scanner.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping

from kiosk.drivers._frames import Frames
from kiosk.ports import (
    DeviceChanged,
    DriverSettings,
    Emit,
    Event,
    InputEnded,
    Key,
    Pressed,
    Reader,
    Scanned,
    Surroundings,
)

_STDIN = 0
_NAME = "standard input"


class Settings(DriverSettings):
    """There is nothing to set."""

    def ends(self) -> bool:
        """Tell that it does, as a file or a pipe."""
        return True

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the one standard input."""
        return {"driver": (_NAME,)}


def connect(settings: Settings, surroundings: Surroundings) -> Reader:  # noqa: ARG001
    """Return standard input as a scanner."""
    return StdinScanner()


class StdinScanner:
    """Reads lines of a terminal, a pipe or a file; bytes of any kind."""

    async def run(self, emit: Emit) -> None:
        """Hand on each line, also a last one without a line end, then say that it ended."""
        emit(DeviceChanged(_NAME, present=True))
        lines = Frames(b"\n")
        terminal = _open() and os.isatty(_STDIN)
        while data := await _read():
            for line in lines.feed(data):
                for event in _events(line, time.monotonic(), terminal=terminal):
                    emit(event)
        if lines.pending:
            for event in _events(lines.flush(), time.monotonic(), terminal=terminal):
                emit(event)
        emit(InputEnded())


def _events(line: bytes, at: float, *, terminal: bool) -> Iterator[Event]:
    match line.strip():
        case b"" if terminal:
            yield Pressed(Key.ENTER, at)
        case b"+" | b"*" | b"-" as key:
            yield Pressed(Key(key.decode()), at)
        case digits if re.fullmatch(rb"[0-9]{1,2}", digits):
            for digit in digits.decode():
                yield Pressed(Key(digit), at)
        case _:
            yield Scanned(line.removesuffix(b"\r"), at)


def _open() -> bool:
    """Tell whether there is a standard input; without one its number is another file's."""
    return sys.__stdin__ is not None


async def _read() -> bytes:
    """Return what comes next, or nothing at the end. A cancelled wait loses nothing."""
    if not _open():
        return b""
    await _readable()
    try:
        return os.read(_STDIN, 65_536)
    except OSError:  # the terminal was hung up
        return b""


async def _readable() -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(_STDIN, ready.set)
    except PermissionError:  # epoll takes no regular file, which never blocks
        await asyncio.sleep(0)
        return
    try:
        await ready.wait()
    finally:
        loop.remove_reader(_STDIN)
