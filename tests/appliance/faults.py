"""Rows of what breaks: devices, gate, network, register, disk, clock, the process, and power."""

import random
import time

from tests.appliance.outage import Manner, answering
from tests.appliance.rows import House, row
from tests.appliance.station import PASSAGE, Line, eventually

STATE = "/var/lib/kaikuportti"


@row("the scanner is pulled out", "staff are told; back in its port it reads again")
def scanner_gone(house: House) -> str:
    """Pull the USB scanner out and plug it in."""
    station = house.station
    station.skip()
    station.machine.unplug("scanner")
    station.wait_for("device", present=False)
    lost = eventually(lambda: _devices(house)["scanner/hid"] != "ok", 60)
    station.machine.plug("scanner")
    station.wait_for("device", present=True)
    assert lost
    assert station.visit(house.card())["outcome"] == "accepted"
    return "gone: told in log and status; back: a card is accepted"


@row("the keypad is pulled out", "staff are told; cards are read; back it counts children")
def keypad_gone(house: House) -> str:
    """Pull the keypad out, let somebody in, and plug it in."""
    station = house.station
    station.skip()
    station.machine.unplug("keypad")
    station.wait_for("device", present=False)
    assert station.visit(house.card(children=1))["outcome"] == "accepted"
    station.machine.plug("keypad")
    station.wait_for("device", present=True)
    verdict = station.visit(house.card(children=1), outcome="accepted")
    station.press("1")
    assert station.wait_for("verdict", amends=True)["use"] == verdict["use"]
    return "gone: adults come in; back: a child is counted"


@row("a second scanner of the same make and serial number", "the one at the port is read alone")
def twins(house: House) -> str:
    """Plug an identical scanner into another port."""
    station = house.station
    station.machine.plug("twin")
    time.sleep(5.0)
    station.skip()
    station.scan(house.card(), plug="twin")
    time.sleep(5.0)
    read = [line for line in station.lines(0.0) if line["event"] == "verdict"]
    verdict = station.visit(house.card())
    station.machine.unplug("twin")
    assert (read, verdict["outcome"]) == ([], "accepted")
    return "the other is not taken for it; its own port is read"


@row("nobody passes the gate", "the use is annulled; who passes is counted")
def stuck(house: House) -> str:
    """Give the gate a contact, let nobody pass, then somebody."""
    station = house.station
    station.machine.drive(PASSAGE, 1)
    station.configure(house.register.port, gate=f"passage_pin = {PASSAGE}")
    station.restart()
    stays = station.visit(house.card())
    annulled = eventually(lambda: _voided(house, stays))
    passes = station.visit(house.card())
    station.machine.drive(PASSAGE, 0)
    station.machine.drive(PASSAGE, 1)
    time.sleep(10.0)
    kept = not _voided(house, passes)
    station.configure(house.register.port)
    station.restart()
    assert (annulled, kept) == (True, True)
    return "annulled at the register where nobody passed; kept where somebody did"


@row("no network", "accepted from its own store; sent when the network is back")
def network_gone(house: House) -> str:
    """Pull the cable, let three in, and plug it in."""
    station = house.station
    station.machine.pull_network()
    verdicts = [station.visit(house.card()) for _ in range(3)]
    time.sleep(5.0)
    unsent = [line["use"] for line in verdicts if line["use"] not in house.uses()]
    station.machine.plug_network()
    arrived = eventually(lambda: not house.missing())
    assert all(line["outcome"] == "accepted" for line in verdicts)
    assert (len(unsent), arrived) == (3, True)
    slowest = max(line["ms"] for line in verdicts)
    return f"3 accepted offline, the slowest in {slowest:.0f} ms; all sent afterwards"


@row("the register is down", "accepted from its own store; sent when it is back")
def register_down(house: House) -> str:
    """Kill the register, let somebody in, and start it."""
    house.register.kill()
    verdict = house.station.visit(house.card())
    house.register.start()
    return _accepted_and_sent(house, verdict)


@row("the register answers garbage", "accepted from its own store; sent when it is well")
def register_garbage(house: House) -> str:
    """Put something else at its address that answers every call with noise."""
    house.register.kill()
    with answering(house.register.port, Manner.GARBAGE):
        verdict = house.station.visit(house.card())
        time.sleep(5.0)
    house.register.start()
    return _accepted_and_sent(house, verdict)


@row("the register takes calls and never answers", "accepted in time; sent when it is well")
def register_silent(house: House) -> str:
    """Put something at its address that takes every call and keeps silent."""
    house.register.kill()
    with answering(house.register.port, Manner.SILENCE):
        verdict = house.station.visit(house.card())
        time.sleep(5.0)
    house.register.start()
    return _accepted_and_sent(house, verdict)


@row("a hostile barcode", "refused as unreadable or unknown; the kiosk serves on, the gate is shut")
def hostile(house: House) -> str:
    """Scan what breaks programs: too long, no text, commands, statements, patterns."""
    station = house.station
    before, process = station.at_rest(), _process(house)
    codes = [
        b"'; DROP TABLE entry; --", b"$(reboot)`reboot`", b"%s%n%x{0}{use}", b"../../etc/shadow",
        b"\x00\x01\x02\x1b[2J\x7f", b"\xff\xfe\xfd", "ÄÖ€😀".encode(), b"A" * 5000, b" " * 300,
    ]  # fmt: skip
    station.skip()
    for code in codes:
        station.machine.send(code + b"\r\n")
        time.sleep(1.0)
    station.machine.send(b"A" * 20000)
    time.sleep(3.0)
    verdicts = [line for line in station.lines(0.0) if line["event"] == "verdict"]
    assert all(line["outcome"] == "refused" for line in verdicts)
    assert station.stays_shut(before)
    assert _process(house) == process
    station.machine.send(b"\r\n")
    time.sleep(2.0)
    assert station.visit(house.card())["outcome"] == "accepted"
    reasons = sorted({line["reason"] for line in verdicts})
    return f"{len(verdicts)} refused ({', '.join(reasons)}); the next card is accepted"


@row("1,000 scans in a burst", "each is decided, none is lost", long=True)
def burst(house: House) -> str:
    """Scan as fast as a serial line of 9,600 baud carries it."""
    station = house.station
    numbers = [card["number"] for card in house.register.seed["cards"]]
    chance = random.Random(7)
    station.skip()
    for _ in range(1000):
        code = chance.choice(numbers)
        station.machine.send(code.encode() + b"\r\n")
        time.sleep((len(code) + 2) * 10 / 9600)
    decided = 0
    limit = time.monotonic() + 600
    while decided < 1000 and time.monotonic() < limit:
        decided += sum(line["event"] == "verdict" for line in station.lines(1.0))
    arrived = eventually(lambda: not house.missing(), 600)
    assert (decided, arrived) == (1000, True)
    return f"{decided} decided; the register has all"


@row("the process is killed", "systemd starts it anew; what was accepted is kept")
def killed(house: House) -> str:
    """Kill the kiosk right after a verdict."""
    station = house.station
    process = _process(house)
    verdict = station.visit(house.card(), outcome="accepted")
    began = time.monotonic()
    station.machine.tell("systemctl kill --signal=KILL kaikuportti")
    station.wait_for("ready")
    assert _process(house) != process
    assert eventually(lambda: verdict["use"] in house.uses())
    return f"ready again after {time.monotonic() - began:.0f} s; the register has the use"


@row("the process hangs", "the watchdog ends it within a minute; systemd starts it anew", long=True)
def hangs(house: House) -> str:
    """Stop the process without ending it."""
    station = house.station
    process = _process(house)
    station.skip()
    began = time.monotonic()
    station.machine.tell("systemctl kill --signal=STOP kaikuportti")
    station.wait_for("ready")
    assert _process(house) != process
    return f"ready again after {time.monotonic() - began:.0f} s"


@row("the disk is full", "nobody is let in without a record; room again: it goes on by itself")
def disk_full(house: House) -> str:
    """Fill the disk of the state, show a card, and free it."""
    station, machine = house.station, house.station.machine
    station.restart()
    fill = f"{STATE}/fill"
    machine.run(f"dd if=/dev/zero of={fill} bs=1M; dd if=/dev/zero of={fill}2 bs=512; sync")
    reason = _shown_to_a_failing_disk(house)
    machine.tell(f"rm {fill} {fill}2")
    station.wait_for("disk_works", what="store")
    assert station.visit(house.card())["outcome"] == "accepted"
    return f"{reason}, gate shut, log and status say why; afterwards a card is accepted"


@row("the file system turns read-only", "nobody is let in; after its mend the kiosk goes on")
def read_only(house: House) -> str:
    """Have the kernel give the file system up, as with a failing card; mend it."""
    station, machine = house.station, house.station.machine
    machine.run(f"mount -o remount,abort {STATE}")
    reason = _shown_to_a_failing_disk(house)
    machine.tell("systemctl stop kaikuportti.path kaikuportti")
    machine.tell(f"umount {STATE}")
    machine.run("e2fsck -fy /dev/vdb")
    machine.tell(f"mount {STATE}")
    machine.tell("systemctl start kaikuportti.path")
    station.restart()
    assert station.visit(house.card())["outcome"] == "accepted"
    return f"{reason}, gate shut, log and status say why; afterwards a card is accepted"


@row("the card store is spoiled", "it is made anew from the register")
def cache_spoiled(house: House) -> str:
    """Write noise over the cache."""
    station, machine = house.station, house.station.machine
    machine.tell("systemctl stop kaikuportti")
    machine.tell(f"dd if=/dev/urandom of={STATE}/cache.sqlite bs=4096 count=8 conv=notrunc")
    station.skip()
    machine.tell("systemctl start --no-block kaikuportti")
    ready = station.wait_for("ready")
    assert ready["cards"] > 0
    assert station.visit(house.card())["outcome"] == "accepted"
    return f"ready with {ready['cards']} cards again"


@row("the clock is a day off, then at 1970", "it is noticed, shown, and marked (P7)")
def clock(house: House) -> str:
    """Set the clock while the kiosk runs, forward and back to the beginning."""
    station, machine = house.station, house.station.machine
    noticed = []
    for wrong in ("$(($(date +%s) + 86400))", "86400"):
        machine.tell(f"date -s @{wrong}")
        noticed.append(eventually(lambda: station.status().get("clock_suspect") is True, 120))
        station.visit(house.card())
        machine.tell(f"date -s @{int(time.time())}")
    cleared = eventually(lambda: station.status().get("clock_suspect") is False, 180)
    assert (noticed, cleared) == ([True, True], True)
    assert station.visit(house.card())["outcome"] == "accepted"
    return "noticed both times while running, and trusted again when it was right"


@row("the register revokes the kiosk", "cards and identity are wiped; the journal is kept (P6)")
def revoked(house: House) -> str:
    """Revoke the kiosk with a use unsent, then enrol it again."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    unsent = station.visit(house.card(), outcome="accepted")
    [kiosk] = [
        line.split("\t")[0]
        for line in house.register.command("admin", "kiosk", "list").splitlines()
        if "Virtual gate" in line
    ]
    house.register.command("admin", "kiosk", "revoke", kiosk)
    station.skip()
    machine.plug_network()
    station.wait_for("revoked")
    before = station.at_rest()
    refused = station.visit(house.card())
    assert refused["outcome"] == "refused"
    assert station.stays_shut(before)
    assert machine.run(f"test -e {STATE}/identity.json").status == 1
    held = machine.tell(f"cat {STATE}/journal.sqlite* | grep -ac {unsent['use']}")
    assert int(held) > 0
    machine.tell("systemctl stop kaikuportti")
    machine.tell(f"kaikuportti enrol {_code(house)}", timeout=600)
    station.wait_for("ready")
    arrived = eventually(lambda: not house.missing())
    assert arrived, house.missing()
    return f"wiped, {refused['reason']} at the door; enrolled anew, it sends what was unsent"


@row("the power is cut at random moments", "every verdict that was shown is kept (P1)", long=True)
def power(house: House) -> str:
    """Cut the power while cards are scanned, with a disk that loses what was not flushed."""
    station, machine = house.station, house.station.machine
    chance = random.Random(2711)
    numbers = [card["number"] for card in house.register.seed["cards"]]
    before = len(station.told)
    for _ in range(house.cuts):
        end = time.monotonic() + chance.uniform(0.2, 4.0)
        while time.monotonic() < end:
            station.scan_serial(chance.choice(numbers))
            time.sleep(chance.uniform(0.02, 0.3))
        machine.cut()
        station.lines(0.0)
        machine.start()
        station.rewind()
        station.wait_for("ready")
    shown = len(station.told) - before
    arrived = eventually(lambda: not house.missing(), 300)
    assert arrived, house.missing()
    assert shown > 0
    return f"{house.cuts} cuts, {machine.lost} sectors lost; {shown} verdicts, all in the register"


def _accepted_and_sent(house: House, verdict: Line) -> str:
    arrived = eventually(lambda: verdict["use"] in house.uses())
    assert (verdict["outcome"], arrived) == ("accepted", True)
    return f"accepted in {verdict['ms']:.0f} ms by {verdict['source']}; sent afterwards"


def _shown_to_a_failing_disk(house: House) -> str:
    """Show a card to a kiosk whose disk takes nothing; return how it is told at the door."""
    station = house.station
    before = station.at_rest()
    verdict = station.visit(house.card())
    station.wait_for("journal_failed")
    assert verdict["outcome"] == "refused"
    assert station.stays_shut(before)
    assert station.status()["disk"]
    return str(verdict["reason"])


def _code(house: House) -> str:
    """Return a new code, for the entry that the kiosk served before."""
    offering: str = house.register.seed["vars"]["offering"]
    listed = house.register.command("admin", "offering", "list").splitlines()
    [venue] = [line.split("\t")[1] for line in listed if line.startswith(offering)]
    made = house.register.command(
        "admin", "enrolment", "create", "--venue", venue, "--offering", offering
    )
    return made.split()[0]


def _devices(house: House) -> Line:
    devices: Line = house.station.status().get("devices", {})
    return devices


def _process(house: House) -> str:
    return house.station.machine.tell("systemctl show --property=MainPID --value kaikuportti")


def _voided(house: House, verdict: Line) -> bool:
    use = house.uses().get(verdict["use"])
    return use is not None and use.voided
