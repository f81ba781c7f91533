"""The other end of each device: a pty for a serial port, a pipe for standard input, mock GPIO pins.

Only the kernel's input layer has a stand-in: its events come through a socket, parsed by evdev.
"""

import asyncio
import errno
import os
import socket
import struct
import tty
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

from evdev.eventio import EventIO

from kiosk.drivers._keymap import Code, Keymap
from kiosk.ports import Event, Reader, Surroundings

SURROUNDINGS = Surroundings(station="Test", languages=())
PATIENCE = 10.0
"""Seconds after which something expected is held not to come."""


AT_ONCE = 64
"""Events that one read takes, as the kernel hands over whole events only."""

E = TypeVar("E", bound=Event)


class Heard:
    """Collects what a device tells."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    def __call__(self, event: Event) -> None:
        """Take an event, as the kiosk does."""
        self._events.put_nowait(event)

    async def next(self, kind: type[E]) -> E:
        """Wait for the next event, which must be of this kind."""
        async with asyncio.timeout(PATIENCE):
            event = await self._events.get()
        assert isinstance(event, kind), event
        return event

    async def nothing(self, seconds: float = 0.15) -> None:
        """Wait to see that nothing more is told."""
        await asyncio.sleep(seconds)
        assert self._events.empty(), self._events.get_nowait()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(reader: Reader) -> AsyncIterator[Heard]:
    """Run a reader meanwhile; what breaks it breaks the test."""
    heard = Heard()
    task = asyncio.create_task(reader.run(heard))
    try:
        yield heard
    finally:
        if not task.done():
            task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


class Pty:
    """A serial scanner: a pty that stands behind a link, as udev's by-id links do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = -1

    def plug(self) -> None:
        """Make a new pty and let the link point to it."""
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)

    def unplug(self) -> None:
        """Hang up and take the link away."""
        self.path.unlink(missing_ok=True)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    async def send(self, data: bytes) -> None:
        """Write all of it, at the pace at which it is read."""
        master = self._master

        def write() -> None:
            left = memoryview(data)
            while left:
                left = left[os.write(master, left) :]

        await asyncio.to_thread(write)


class Keyboard(EventIO):
    """A stand-in for an open ``evdev.InputDevice``."""

    def __init__(self, fd: int, held: Iterable[int], leds: Iterable[int], *, busy: bool) -> None:
        self.fd = fd
        self.name = "Stand-in"
        self.held = list(held)
        self._leds = list(leds)
        self._busy = busy

    def read(self) -> Iterator[object]:  # type: ignore[override]
        """Parse what has come as evdev does; the end of the socket is the loss of the device."""
        events = list(super().read())
        if not events:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return iter(events)

    def grab(self) -> None:
        """Take the keys from everybody else, unless somebody has."""
        if self._busy:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    def active_keys(self) -> list[int]:
        """Return the keys that are held."""
        return self.held

    def leds(self) -> list[int]:
        """Return the lamps that are lit."""
        return self._leds

    def close(self) -> None:
        """Close the socket."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class InputLayer:
    """What ``evdev.InputDevice`` opens: keyboards by their paths, or the error that they give."""

    def __init__(self) -> None:
        self._plugged: dict[str, socket.socket] = {}
        self._ends: dict[str, socket.socket] = {}
        self.refused: dict[str, int] = {}
        self.busy = False
        self.held: tuple[int, ...] = ()
        self.leds: tuple[int, ...] = ()
        self.opened: list[Keyboard] = []

    def plug(self, path: str) -> None:
        """Let a keyboard appear at a path."""
        pair = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._ends[path], self._plugged[path] = pair
        self._plugged[path].setblocking(False)

    def unplug(self, path: str) -> None:
        """Let it go."""
        self._ends.pop(path).close()
        self._plugged.pop(path).close()

    def close(self) -> None:
        """Pull out every keyboard."""
        for path in list(self._ends):
            self.unplug(path)

    def open(self, path: str) -> Keyboard:
        """Stand in for ``evdev.InputDevice(path)``."""
        if path in self.refused:
            raise OSError(self.refused[path], os.strerror(self.refused[path]))
        if path not in self._plugged:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        device = Keyboard(
            os.dup(self._plugged[path].fileno()), self.held, self.leds, busy=self.busy
        )
        self.opened.append(device)
        return device

    async def send(self, path: str, events: Iterable[tuple[int, int, int]]) -> None:
        """Let a keyboard send events: type, code, value."""
        packed = [struct.pack("@llHHi", 0, 0, *event) for event in events]
        end = self._ends[path]

        def send() -> None:
            for start in range(0, len(packed), AT_ONCE):
                end.sendall(b"".join(packed[start : start + AT_ONCE]))

        await asyncio.to_thread(send)

    async def type(self, path: str, keymap: Keymap, text: str) -> None:
        """Let a keyboard type a text and Enter."""
        await self.send(path, events((*strokes(keymap, text), (Code.ENTER,))))


def events(keystrokes: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, int, int]]:
    """Return the events of strokes: each is its keys, pressed in that order."""
    for keys in keystrokes:
        for key in keys:
            yield (1, key, 1)
            yield (0, 0, 0)
        for key in reversed(keys):
            yield (1, key, 0)
            yield (0, 0, 0)


def strokes(keymap: Keymap, text: str) -> Iterator[tuple[int, ...]]:
    """Return how a scanner set to a layout types a text: a dead key is followed by a space."""
    levels = ((keymap.altgr, Code.RIGHT_ALT), (keymap.shift, Code.LEFT_SHIFT), (keymap.plain, None))
    way = {
        character: (code,) if modifier is None else (modifier, code)
        for level, modifier in levels
        for code, character in reversed(tuple(level.items()))
    }
    for character in text:
        yield way[character]
        if character in keymap.dead:
            yield way[" "]


@contextmanager
def standard_input(descriptor: int) -> Iterator[None]:
    """Let a file stand in the place of standard input."""
    kept = os.dup(0)
    os.dup2(descriptor, 0)
    try:
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)
