"""A disk that keeps its word and no more: at a power cut it may lose all that was not flushed.

It is served to qemu by NBD's plain protocol. What the machine wrote and did not flush survives a
cut sector by sector, as chance has it: so a program that trusts in the order of its writes, or in
a write that it did not wait for, is found out. A flush can be made to take its time, as on a
memory card: then a cut finds it half way.
"""

import contextlib
import random
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path

SECTOR = 512
_OPTION, _REPLY, _REQUEST, _ANSWER = 0x49484156454F5054, 0x3E889045565A9, 0x25609513, 0x67446698
_ABORT, _GO = 2, 7
_ACK, _INFO, _UNKNOWN = 1, 3, 2**31 + 1
_THROUGH = 1
"""The flag of a write that is durable when it is answered."""
_ABILITIES = 1 | 4 | 8
"""Flags are told, flushes are understood, and durable writes."""


class _Kind(IntEnum):
    """What is asked of the disk."""

    READ = 0
    WRITE = 1
    HANG_UP = 2
    FLUSH = 3


class Disk:
    """A disk of a few megabytes with an ext4 file system, kept in memory over power cuts."""

    def __init__(self, folder: Path, megabytes: int, chance: random.Random) -> None:
        """Make the disk, empty; its socket and its first image lie in the folder."""
        self.path = folder / "disk.sock"
        self.losses: list[int] = []
        """How many sectors each cut has lost, that were written and not flushed."""
        self.flush_time = 0.0
        """Seconds that a flush takes."""
        self.halfway = 0
        """How many cuts have found a flush under way."""
        self._chance = chance
        image = folder / "disk.img"
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        self._durable = bytearray(image.read_bytes())
        self._now = bytearray(self._durable)
        self._unsure: set[int] = set()
        self._lock = threading.Lock()
        self._off = threading.Event()
        self._flushes = 0
        self._flush_begins = threading.Condition()
        self._channel: socket.socket | None = None
        image.unlink()
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Lose what was not flushed: each sector of it, or not, as chance has it.

        A flush that is under way comes to nothing, and what is sent later is not taken.
        """
        self._off.set()
        if self._channel is not None:
            with contextlib.suppress(OSError):
                self._channel.shutdown(socket.SHUT_RDWR)
            self._speaker.join()
        with self._lock:
            lost = [sector for sector in sorted(self._unsure) if self._chance.random() < 0.5]
            for sector in self._unsure.difference(lost):
                self._keep(sector)
            self._unsure.clear()
            self._now[:] = self._durable
            self.losses.append(len(lost))
        self._off.clear()

    def wait_for_flush(self, number: int, patience: float) -> None:
        """Wait until the so many-th flush from now begins; not longer than ``patience``."""
        with self._flush_begins:
            wanted = self._flushes + number
            self._flush_begins.wait_for(lambda: self._flushes >= wanted, patience)

    def close(self) -> None:
        """Serve no longer."""
        self._listener.close()
        self.path.unlink(missing_ok=True)

    def _keep(self, sector: int) -> None:
        part = slice(sector * SECTOR, (sector + 1) * SECTOR)
        self._durable[part] = self._now[part]

    def _serve(self) -> None:
        while True:
            try:
                channel, _ = self._listener.accept()
            except OSError:
                return
            self._speaker = threading.Thread(target=self._speak, args=(channel,), daemon=True)
            self._channel = channel
            self._speaker.start()

    def _speak(self, channel: socket.socket) -> None:
        try:
            with channel, channel.makefile("rb") as requests:
                self._greet(channel, requests.read)
                while self._answer(channel, requests.read):
                    pass
        except (OSError, struct.error):
            pass  # the power was cut

    def _greet(self, channel: socket.socket, read: Callable[[int], bytes]) -> None:
        channel.sendall(b"NBDMAGIC" + struct.pack(">QH", _OPTION, 3))
        read(4)
        while True:
            _, option, length = struct.unpack(">QII", read(16))
            read(length)
            if option == _GO:
                about = struct.pack(">HQH", 0, len(self._now), _ABILITIES)
                _reply(channel, option, _INFO, about)
                _reply(channel, option, _ACK)
                return
            _reply(channel, option, _ACK if option == _ABORT else _UNKNOWN)

    def _answer(self, channel: socket.socket, read: Callable[[int], bytes]) -> bool:
        _, flags, kind, handle, offset, length = struct.unpack(">IHHQQI", read(28))
        data = read(length) if kind == _Kind.WRITE else b""
        if kind == _Kind.HANG_UP or (kind == _Kind.WRITE and len(data) < length):
            return False
        if kind == _Kind.FLUSH and self._is_cut_within_a_flush():
            return False
        with self._lock:
            found = b""
            match kind:
                case _Kind.READ:
                    found = bytes(self._now[offset : offset + length])
                case _Kind.WRITE:
                    self._now[offset : offset + length] = data
                    written = range(offset // SECTOR, -(-(offset + length) // SECTOR))
                    self._unsure.update(written)
                    if flags & _THROUGH:
                        self._flush(written)
                case _Kind.FLUSH:
                    self._flush([*self._unsure])
        channel.sendall(struct.pack(">IIQ", _ANSWER, 0, handle) + found)
        return True

    def _is_cut_within_a_flush(self) -> bool:
        """Let a flush take its time, and tell whether the power is cut meanwhile."""
        with self._flush_begins:
            self._flushes += 1
            self._flush_begins.notify_all()
        is_cut = self._off.wait(self.flush_time)
        self.halfway += is_cut
        return is_cut

    def _flush(self, sectors: Iterable[int]) -> None:
        for sector in sectors:
            self._keep(sector)
            self._unsure.discard(sector)


def _reply(channel: socket.socket, option: int, kind: int, data: bytes = b"") -> None:
    channel.sendall(struct.pack(">QIII", _REPLY, option, kind, len(data)) + data)
