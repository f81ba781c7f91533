"""Rows of the gate when the process ends within a pulse.

The line is the kernel's simulated one: what a board's own does is the board's.
"""

import time

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import GATE, eventually

_PULSE = 10.0
"""Seconds: the longest there is, so that what is done is done within it."""

_REPEAT = 60.0
"""Seconds after a start within which a card that is shown again is the same visit: here the gate is
first seen to stay shut."""

_FALL = """line=$(cat /run/lab-gpio)/sim_gpio{line}/value
[ $(cat $line) = 1 ] || exit 1
begun=$(date +%s%N)
systemctl kill --signal={signal} kaikuportti
until [ $(cat $line) = 0 ]; do sleep 0.02; done
echo $((($(date +%s%N) - begun) / 1000000))"""
"""Sends a signal to the kiosk while its relay is on; tells the milliseconds until it is idle."""


@row(
    "the process is killed within a pulse",
    "the line is let go; ready again; the use is on record once, and the gate stays idle",
    long=True,
)
def killed(house: House) -> Seen:
    """Kill the kiosk while its relay is on."""
    return _ended(house, "KILL", 0.0, _PULSE / 2)


@row(
    "the process hangs within a pulse",
    "the watchdog ends it, and the pulse; the use is on record once, and the gate stays idle",
    long=True,
)
def hangs(house: House) -> Seen:
    """Stop the kiosk, without ending it, while its relay is on."""
    return _ended(house, "STOP", _PULSE, 60.0)


def _ended(house: House, signal: str, shortest: float, longest: float) -> Seen:
    """Send the kiosk a signal within a pulse, and look at the gate and the record afterwards.

    The relay must be idle after so many seconds, and not before.
    """
    station = house.station
    station.configure(house.url, pulse=_PULSE, repeat=_REPEAT)
    station.restart()
    before, known = station.at_rest(), house.uses().keys()
    card = house.card()
    verdict = station.visit(card, outcome="accepted")
    assert station.opened(before)
    began = time.monotonic()
    fell = int(station.machine.tell(_FALL.format(line=GATE, signal=signal))) / 1000
    opened = station.edges()
    station.wait_for("ready")
    took = time.monotonic() - began
    assert shortest < fell < longest
    assert station.stays_shut(opened, _PULSE)
    assert eventually(lambda: verdict["use"] in house.uses())
    again = station.visit(card)
    assert (again["outcome"], again["use"]) == ("accepted", verdict["use"])
    assert station.opened(opened)
    assert house.uses().keys() - known == {verdict["use"]}
    station.configure(house.url)
    station.restart()
    assert station.visit(house.card())["outcome"] == "accepted"
    return Seen(
        "the gate shuts; the card shown again opens it once more",
        f"the line was idle after {fell:.1f} s, the kiosk ready again after {took:.0f} s",
        "the use, once, and nothing of the second showing",
    )
