"""Rows of the devices: scanners, keypad, display and gate."""

import time

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import PASSAGE, eventually

_STATE = "/var/lib/kaikuportti"
_PICTURES = f"{_STATE}/door"


@row("the scanner is pulled out", "staff are told; back in its port it reads again")
def scanner_gone(house: House) -> Seen:
    """Pull the USB scanner out and plug it in."""
    station = house.station
    station.skip()
    station.machine.unplug("scanner")
    station.wait_for("device", present=False)
    told = station.staff_read(r"^scanner/hid: (?!ok)")
    station.machine.plug("scanner")
    station.wait_for("device", present=True)
    assert station.visit_usb(house.card())["outcome"] == "accepted"
    return Seen(
        "the idle screen names the scanner; once it is back a card is accepted",
        f"“{told}”",
        "the use after it",
    )


@row(
    "the keypad is pulled out", "staff are told; cards are read; back it counts children", long=True
)
def keypad_gone(house: House) -> Seen:
    """Pull the keypad out, let somebody in, and plug it in."""
    station = house.station
    station.skip()
    station.machine.unplug("keypad")
    station.wait_for("device", present=False)
    assert station.visit(house.card(children=1))["outcome"] == "accepted"
    told = station.staff_read(r"^keypad/hid: (?!ok)")
    station.machine.plug("keypad")
    station.wait_for("device", present=True)
    verdict = station.visit(house.card(children=1), outcome="accepted")
    station.press("1")
    assert station.wait_for("verdict", amends=True)["use"] == verdict["use"]
    return Seen(
        "adults are accepted without it; back, it counts a child", f"“{told}”", "the uses of both"
    )


@row(
    "a second scanner of the same make and serial number",
    "the one at the port is read alone",
    long=True,
)
def twins(house: House) -> Seen:
    """Plug an identical scanner into another port."""
    station = house.station
    station.machine.plug("twin")
    time.sleep(5.0)
    station.skip()
    station.scan(house.card(), plug="twin")
    time.sleep(5.0)
    read = [line for line in station.lines(0.0) if line["event"] == "verdict"]
    verdict = station.visit_usb(house.card())
    told = station.staff_read(r"^scanner/hid: ")
    station.machine.unplug("twin")
    assert (read, verdict["outcome"]) == ([], "accepted")
    return Seen(
        "the scanner at the port reads; the other is not taken for it",
        f"“{told}”",
        "what the scanner at the port has read, and nothing of the other",
    )


@row(
    "a serial scanner of the CDC-ACM kind, pulled out too",
    "read as any; staff are told; it reads again",
    long=True,
)
def acm(house: House) -> Seen:
    """Be a USB device that calls itself a serial port: the kernel's own, on its own USB."""
    station, machine = house.station, house.station.machine
    machine.tell("modprobe dummy_hcd && modprobe g_serial use_acm=1")
    assert eventually(lambda: machine.run("ls /dev/ttyACM0 /dev/ttyGS0").status == 0)
    machine.tell("udevadm settle; stty -F /dev/ttyGS0 raw -echo")
    port = machine.tell("ls /dev/serial/by-path/*dummy_hcd*")
    try:
        station.configure(house.url, more=f'[[scanner]]\ndriver = "serial"\nport = "{port}"')
        station.restart()
        first = _scan_acm(house)
        machine.tell("rmmod g_serial")
        station.wait_for("device", present=False)
        told = station.staff_read(r"^scanner/serial 2: (?!ok)")
        machine.tell("modprobe g_serial use_acm=1; udevadm settle; stty -F /dev/ttyGS0 raw -echo")
        station.wait_for("device", present=True)
        second = _scan_acm(house)
    finally:
        station.configure(house.url)
        station.restart()
        machine.run("rmmod g_serial dummy_hcd")
    assert eventually(lambda: {first, second} <= house.uses().keys())
    return Seen("accepted, before and after", f"“{told}”", "both uses")


def _scan_acm(house: House) -> str:
    station = house.station
    station.skip()
    station.machine.tell(f"printf '%s\\r\\n' {house.card()} > /dev/ttyGS0")
    use: str = station.wait_for("verdict", outcome="accepted")["use"]
    return use


@row(
    "the display takes no picture",
    "lights, gate and record go on; staff are told; it is shown again",
    long=True,
)
def display_dead(house: House) -> Seen:
    """Take the folder of a display's pictures away while it is shown, and give it back."""
    station, machine = house.station, house.station.machine
    machine.tell(f"install -d -o kaikuportti -g kaikuportti {_PICTURES}")
    picture = f'[[display]]\ndriver = "png"\npath = "{_PICTURES}/door.png"'
    station.configure(house.url, more=picture)
    station.restart()
    machine.tell(f"mv {_PICTURES} {_PICTURES}.away")
    before = station.at_rest()
    verdict = station.visit(house.card())
    assert verdict["outcome"] == "accepted"
    assert station.opened(before)
    told = station.staff_read(r"^display/png: (?!ok)")
    machine.tell(f"mv {_PICTURES}.away {_PICTURES}")
    station.staff_read(r"^display/png: ok")
    station.configure(house.url)
    station.restart()
    machine.tell(f"rm -r {_PICTURES}")
    return Seen("accepted, the gate opens, the picture stands still", f"“{told}”", "the use")


@row(
    "the display is not there at the start",
    "the kiosk says so and starts once it is there",
    long=True,
)
def display_missing(house: House) -> Seen:
    """Start with a display whose place is not there, and mend that."""
    station, machine = house.station, house.station.machine
    station.configure(house.url, more=f'[[display]]\ndriver = "png"\npath = "{_PICTURES}/door.png"')
    station.begin_anew()
    told = station.wait_for("cannot_start")["why"]
    machine.tell(f"install -d -o kaikuportti -g kaikuportti {_PICTURES}")
    station.wait_for("ready")
    assert station.visit(house.card())["outcome"] == "accepted"
    station.configure(house.url)
    station.restart()
    machine.tell(f"rm -r {_PICTURES}")
    return Seen(
        "nothing is read until it is mended, then a card is accepted", f"“{told}”", "the use"
    )


@row("nobody passes the gate", "the use is annulled; who passes is counted", long=True)
def stuck(house: House) -> Seen:
    """Give the gate a contact, let nobody pass, then somebody."""
    station = house.station
    station.machine.drive(PASSAGE, 1)
    station.configure(house.url, gate=f"passage_pin = {PASSAGE}")
    station.restart()
    stays = station.visit(house.card())
    annulled = eventually(lambda: _voided(house, stays["use"]))
    passes = station.visit(house.card())
    station.machine.drive(PASSAGE, 0)
    station.machine.drive(PASSAGE, 1)
    time.sleep(10.0)
    kept = not _voided(house, passes["use"])
    station.configure(house.url)
    station.restart()
    assert (annulled, kept) == (True, True)
    return Seen(
        "accepted both times",
        "the log has `annulled`, with `nobody_passed`",
        "annulled at the register where nobody passed, kept where somebody did",
    )


def _voided(house: House, use: str) -> bool:
    found = house.uses().get(use)
    return found is not None and found.voided
