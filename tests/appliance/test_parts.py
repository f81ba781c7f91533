"""The parts of the virtual machine that can be tried without one: its disk, its keys, its clock."""

import random
import shutil
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from deb.build import ROOT
from tests.appliance.disk import SECTOR, Disk
from tests.appliance.keys import Key, pressed, scanned
from tests.appliance.latency import distribution, latencies, shares
from tests.appliance.relay import relay
from tests.appliance.station import Told
from tests.appliance.units import blocks, commands
from tests.e2e.ledgers import Entry
from tests.left_out import leave_out

REGISTER = ROOT / "docs" / "register.md"
READ, WRITE, FLUSH = 0, 1, 3


class Client:
    """Speaks with a disk as qemu does."""

    def __init__(self, path: Path) -> None:
        """Connect, and choose the only disk there is."""
        self._channel = socket.socket(socket.AF_UNIX)
        self._channel.connect(str(path))
        self._read = self._channel.makefile("rb").read
        assert self._read(18).startswith(b"NBDMAGICIHAVEOPT")
        go = struct.pack(">IHH", 0, 0, 0)
        self._channel.sendall(struct.pack(">I8sII", 3, b"IHAVEOPT", 7, len(go)) + go)
        self._read(20)
        _, self.size, _ = struct.unpack(">HQH", self._read(12))
        self._read(20)

    def ask(self, kind: int, sector: int = 0, data: bytes = b"", flags: int = 0) -> bytes:
        """Ask for something and return what comes back."""
        self.begin(kind, sector, data, flags)
        assert struct.unpack(">IIQ", self.answer()) == (0x67446698, 0, 7)
        return self._read(SECTOR) if kind == READ else b""

    def begin(self, kind: int, sector: int = 0, data: bytes = b"", flags: int = 0) -> None:
        """Ask for something."""
        length = SECTOR if kind == READ else len(data)
        asked = struct.pack(">IHHQQI", 0x25609513, flags, kind, 7, sector * SECTOR, length)
        self._channel.sendall(asked + data)

    def answer(self) -> bytes:
        """Return the head of an answer, or nothing where the disk has gone."""
        return self._read(16)

    def close(self) -> None:
        """Hang up."""
        self._channel.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Give a small disk."""
    if shutil.which("mkfs.ext4") is None:
        leave_out("mkfs.ext4", "apt-get install e2fsprogs")
    disk = Disk(tmp_path, 2, random.Random(1))
    yield disk
    disk.close()


def test_a_cut_loses_of_what_was_not_flushed_as_chance_has_it(disk: Disk) -> None:
    """Some sectors are as written, some as before; what was flushed, or written through, stays."""
    client = Client(disk.path)
    assert client.size == 2 << 20
    old, new = b"o" * SECTOR, b"n" * SECTOR
    for sector in range(100, 140):
        client.ask(WRITE, sector, old)
    client.ask(FLUSH)
    for sector in range(100, 138):
        client.ask(WRITE, sector, new)
    client.ask(WRITE, 138, new, flags=1)
    assert client.ask(READ, 100) == new
    client.close()
    disk.cut()
    after = Client(disk.path)
    found = [after.ask(READ, sector) for sector in range(100, 140)]
    after.close()
    assert set(found[:38]) == {old, new}
    assert found[38:] == [new, old]
    assert disk.losses == [found[:38].count(old)]


def test_a_cut_during_a_flush_finds_it_half_way(disk: Disk) -> None:
    """Nobody is told that it is done, and a part of what was to be flushed is lost."""
    disk.flush_time = 60.0
    client = Client(disk.path)
    for sector in range(100, 140):
        client.ask(WRITE, sector, b"n" * SECTOR)
    Timer(0.1, client.begin, [FLUSH]).start()
    disk.wait_for_flush(1, 60.0)
    disk.cut()
    assert client.answer() == b""
    client.close()
    assert 0 < disk.losses[0] < 40
    assert disk.halfway == 1


def test_a_cut_between_flushes_is_not_counted_as_one_within(disk: Disk) -> None:
    """Neither before a flush nor after it."""
    client = Client(disk.path)
    client.ask(FLUSH)
    disk.cut()
    client.close()
    assert disk.halfway == 0


def test_a_scanner_presses_shift_for_capitals_and_enter_at_the_end() -> None:
    """And a numeric pad has keys of its own."""
    assert scanned("A1") == [Key("a", shifted=True), Key("1"), Key("ret")]
    assert [*Key("a", shifted=True).events()] == [
        ("shift", True), ("a", True), ("a", False), ("shift", False),
    ]  # fmt: skip
    assert pressed("2-") == [Key("kp_2"), Key("kp_subtract")]


def test_the_time_to_the_gate_is_from_the_last_key_before_it() -> None:
    """A key that opens nothing is passed over, and a line that is switched off is no opening."""
    trace = [
        "  <idle>-0 [000] ..s1. 594.530267: key: (input_event+0x0/0x80) type=1 code=28 value=1",
        "  <idle>-0 [000] ..s1. 600.500000: key: (input_event+0x0/0x80) type=1 code=28 value=1",
        "  kaikuportti-379 [001] ..... 600.559000: gpio_value: 983 set 1",
        "  kaikuportti-379 [001] ..... 600.560000: gpio_value: 983 set 1",
        "  kaikuportti-379 [001] ..... 601.100000: gpio_value: 983 set 0",
    ]
    assert latencies(trace) == [pytest.approx(59.0)]
    assert distribution([3.0, 1.0, 2.0]) == "n=3 min=1 median=2 p95=3 p99=3 max=3 ms"
    assert shares([50.0, 40.0], [40.0, 41.0]) == [80.0, 100.0]


def test_what_was_told_of_a_use_must_be_on_record() -> None:
    """A party or an annulment that was shown; what was recorded and not shown yet may be too."""
    entry = Entry("accepted", None, children=2, helpers=0, supporters=0, voided=False)
    assert Told("accepted").agrees(entry)
    assert Told("accepted", children=2).agrees(entry)
    assert Told("accepted").agrees(replace(entry, voided=True))
    assert not Told("refused").agrees(entry)
    assert not Told("accepted", children=1).agrees(entry)
    assert not Told("accepted", voided=True).agrees(entry)


def test_a_door_passes_on_and_late_where_asked() -> None:
    """What is asked goes through at once, what is answered in its time."""
    with socket.create_server(("127.0.0.1", 0)) as server, relay(server.getsockname()[1]) as door:
        door.delay = 0.2
        with socket.create_connection(("127.0.0.1", door.port)) as visitor:
            inside, _ = server.accept()
            began = time.monotonic()
            visitor.sendall(b"asked")
            assert inside.recv(5) == b"asked"
            inside.sendall(b"answered")
            assert visitor.recv(8) == b"answered"
            inside.close()
        assert time.monotonic() - began >= 0.2


def test_the_pages_that_install_a_register_are_read_as_commands() -> None:
    """A row carries out each block; it asks for health until there is an answer."""
    sections = ("The program", "The account, the folders, the key and the service", "The command")
    found = [commands(section) for section in sections]
    assert list(map(len, found)) == [1, 4, 1]
    assert "apt install" not in str(found)
    assert "--retry-connrefused http://127.0.0.1:8000/health\n" in found[1][-1]
    [back] = blocks(REGISTER, "A backup and its way back")
    assert "/var/backups/kaikukanta/COPY kanta.sqlite\n" in back
