"""Rows of power cuts by the hundred: a machine that was booted once goes on after each of them.

It is frozen while the kiosk is stopped and the disk of the state pulled out, of which a kernel then
keeps nothing. So all that a kiosk's start does to that disk is done anew: the check, the file
system's journal, SQLite's, and our own. What is left out is the boot itself, which the rows of
power take each time.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.appliance.power import FLUSH, STATE, act, boot, keep, lose
from tests.appliance.rows import House, Seen, row

_UNITS = "kaikuportti.path kaikuportti.service"
_OFFLINE = 0.5
"""The share of times without a network, where nothing but the journal has the uses."""

_WITHIN_A_FLUSH = 0.5
_WHILE_STOPPING = 0.6
_WHILE_STARTING = 0.1
_START = 6.0
"""Seconds within which a cut while starting comes: about what a kiosk takes, emulated."""


@row(
    "control: the same programs, the machine resumed after the cut",
    "their records are lost: the kernel that is resumed knows nothing of the disk",
    long=True,
)
def control(house: House) -> str:
    """Have the power cut while programs trust in what was not flushed."""
    with _frozen(house):
        return lose(house, _cut)


@row(
    "the power is cut by the hundred, the machine resumed",
    "every verdict that was shown is kept (P1)",
    long=True,
)
def quick(house: House) -> Seen:
    """Cut the power within flushes, while it stops and while it starts, and without a network."""
    with _frozen(house):
        return keep(house, house.quick_cuts, _scan_and_cut)


@contextmanager
def _frozen(house: House) -> Iterator[None]:
    """Freeze the machine without the kiosk and go on from there; boot it in the end."""
    machine = house.station.machine
    machine.tell(f"systemctl stop {_UNITS} && umount {STATE}")
    machine.freeze()
    try:
        _cut(house)
        yield
    finally:
        boot(house)


def _scan_and_cut(house: House, chance: random.Random) -> None:
    machine = house.station.machine
    if chance.random() < _OFFLINE:
        machine.pull_network()
    end = time.monotonic() + chance.uniform(0.0, 2.0)
    while time.monotonic() < end:
        act(house, chance)
    if chance.random() < _WITHIN_A_FLUSH:
        _begin(house, chance)
        machine.disk.wait_for_flush(chance.randint(1, 2), 1.0)
        time.sleep(chance.uniform(0.0, FLUSH))
    elif chance.random() < _WHILE_STOPPING:
        machine.tell(f"systemctl stop --no-block {_UNITS}")
        machine.disk.wait_for_flush(chance.randint(1, 8), 3.0)
        time.sleep(chance.uniform(0.0, FLUSH))
    if chance.random() < _WHILE_STARTING:
        _go_on(house)
        time.sleep(chance.uniform(0.0, _START))
    _cut(house)


def _begin(house: House, chance: random.Random) -> None:
    """Scan a card; for some type a child or take the use back; wait for nothing."""
    station = house.station
    then = chance.choice(["", "1", "-"])
    station.scan_serial(house.card(children=1))
    if then:
        time.sleep(chance.uniform(0.1, 0.3))
        station.press(then)


def _cut(house: House) -> None:
    """Cut the power, and wait until the kiosk is ready again."""
    _go_on(house)
    house.station.wait_for("ready")


def _go_on(house: House) -> None:
    """Cut the power, resume the machine, and have it start the kiosk with all that it needs."""
    station, machine = house.station, house.station.machine
    machine.cut()
    station.lines(0.0)
    machine.resume()
    station.rewind()
    machine.tell(f"systemctl start --no-block {_UNITS}")
