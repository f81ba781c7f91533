"""Rows of the program itself: what is scanned at it, and what the machine does to it."""

import random
import time
from datetime import UTC, datetime, timedelta

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import eventually

_HOG = (
    "systemd-run --quiet --unit=hog python3 -c"
    " 'import time; held = bytearray(b\"x\") * (400 << 20); time.sleep(3600)'"
)
_SHORT = "/run/systemd/system/kaikuportti.service.d"
_LIMITED = "/run/systemd/system.control/kaikuportti.service.d"


@row(
    "a hostile barcode",
    "refused as unreadable or unknown; the kiosk serves on, the gate is shut",
    long=True,
)
def hostile(house: House) -> Seen:
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
    log = "\n".join(station.machine.log.seen)
    assert not any(words in log for words in ("DROP TABLE", "reboot", "etc/shadow", "AAAA"))
    reasons = sorted({line["reason"] for line in verdicts})
    return Seen(
        f"{len(verdicts)} refused ({', '.join(reasons)}), gate shut; the next card is accepted",
        "nothing: no code is in the log",
        "the refused scans, without a card",
    )


@row("1,000 scans in a burst", "each is decided, none is lost", long=True)
def burst(house: House) -> Seen:
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
    station.press("\n")  # ends a group, where a community card has opened one
    arrived = eventually(lambda: not house.missing(), 600)
    assert (decided, arrived) == (1000, True)
    return Seen(f"{decided} verdicts", "nothing", "every one, at the register too")


@row("the process is killed", "systemd starts it anew; what was accepted is kept")
def killed(house: House) -> Seen:
    """Kill the kiosk right after a verdict."""
    station = house.station
    process = _process(house)
    verdict = station.visit(house.card(), outcome="accepted")
    began = time.monotonic()
    station.machine.tell("systemctl kill --signal=KILL kaikuportti")
    station.wait_for("ready")
    took = time.monotonic() - began
    assert _process(house) != process
    assert eventually(lambda: verdict["use"] in house.uses())
    return Seen(f"nothing for {took:.0f} s", "the log has `ready` again", "the use before it")


@row("the process hangs", "the watchdog ends it within a minute; systemd starts it anew", long=True)
def hangs(house: House) -> Seen:
    """Stop the process without ending it."""
    station = house.station
    process = _process(house)
    station.skip()
    began = time.monotonic()
    station.machine.tell("systemctl kill --signal=STOP kaikuportti")
    station.wait_for("ready")
    took = time.monotonic() - began
    assert _process(house) != process
    told = station.machine.run("journalctl -b -o cat -u kaikuportti | grep -c -i 'watchdog'").out
    assert int(told) > 0
    return Seen(f"nothing for {took:.0f} s", "the system's log names the watchdog", "all before it")


@row(
    "the process hangs while it waits for its first cards",
    "it may wait beyond the limit of a start; a hang is ended, and systemd starts it anew",
    long=True,
)
def hangs_at_the_start(house: House) -> Seen:
    """Give a start 20 s and let it wait for 60; then stop the process without ending it."""
    station, machine = house.station, house.station.machine
    machine.tell("systemctl stop kaikuportti && rm /var/lib/kaikuportti/cache.sqlite*")
    machine.pull_network()
    machine.tell(f"mkdir -p {_SHORT} && systemctl daemon-reload")
    machine.put("[Service]\nTimeoutStartSec=20\nTimeoutStopSec=5\n", f"{_SHORT}/short.conf")
    machine.tell("systemctl daemon-reload && systemctl start --no-block kaikuportti")
    time.sleep(60.0)
    waits, process = _state(house), _process(house)
    machine.tell("systemctl kill --signal=STOP kaikuportti")
    began = time.monotonic()
    anew = eventually(lambda: _process(house) not in {"0", process}, 120)
    took = time.monotonic() - began
    named = machine.tell(
        "journalctl -b -o cat -u kaikuportti | grep -c 'start operation timed out'"
    )
    station.skip()
    machine.tell(f"rm -r {_SHORT}; systemctl daemon-reload")
    machine.plug_network()
    station.wait_for("ready")
    assert (waits, anew, int(named) > 0) == ("activating", True, True)
    assert station.visit(house.card(), outcome="accepted")
    return Seen(
        f"“cannot check now” until the network is back; begun anew {took:.0f} s after it hung",
        "that cards are still fetched; the system's log names the time limit",
        "all before it, and the use after it",
    )


@row("memory is short in the machine", "others are ended first; the kiosk serves on", long=True)
def pressure(house: House) -> Seen:
    """Have another program hold 400 MB, and the kernel end one, as when none is left."""
    station, machine = house.station, house.station.machine
    process = _process(house)
    machine.tell(_HOG)
    held = "systemctl show --property=MemoryCurrent --value hog"
    assert eventually(lambda: int(machine.run(held).out) > 380 << 20)
    verdict = station.visit(house.card(), outcome="accepted")
    machine.tell("echo f > /proc/sysrq-trigger")
    ended = eventually(lambda: "oom-kill" in machine.run("systemctl show -p Result hog").out)
    machine.tell("systemctl reset-failed hog")
    after = station.visit(house.card(), outcome="accepted")
    assert ended
    assert _process(house) == process
    return Seen(
        f"accepted, in {verdict['ms']:.0f} ms and in {after['ms']:.0f} ms afterwards",
        "the system's log says that the other program was ended",
        "both uses",
    )


@row(
    "the kiosk gets less memory than it needs",
    "ended and started anew; with enough it goes on",
    long=True,
)
def memory_limit(house: House) -> Seen:
    """Lower the unit's limit below what it uses, with a use unsent, and raise it again."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    station.visit(house.card(), outcome="accepted")
    machine.tell("systemctl set-property --runtime kaikuportti MemoryMax=24M")
    ended = "journalctl -b -o cat -u kaikuportti | grep -c oom-kill"
    ends = eventually(lambda: int(machine.run(ended).out or 0) > 1)
    said = machine.run("kaikuportti status").out.strip()
    station.skip()
    machine.tell(f"rm -r {_LIMITED}; systemctl daemon-reload")
    station.wait_for("ready")
    machine.plug_network()
    assert ends
    assert eventually(lambda: not house.missing())
    assert station.visit(house.card())["outcome"] == "accepted"
    return Seen(
        "nothing until there is enough, then a card is accepted",
        f"“{said}”; the system's log says `oom-kill`",
        "what was unsent, sent afterwards",
    )


@row(
    "the clock is a day off, then at 1970",
    "it is noticed, shown, and marked; nobody is kept out for it (P7)",
    long=True,
)
def clock(house: House) -> Seen:
    """Set the clock while the kiosk runs, forward and back to the beginning."""
    station, machine = house.station, house.station.machine
    noticed, verdicts = [], []
    for wrong in ("$(($(date +%s) + 86400))", "86400"):
        machine.tell(f"date -s @{wrong}")
        noticed.append(station.staff_read("^clock: looks wrong"))
        verdicts.append(station.visit(house.card(), outcome="accepted"))
        machine.tell(f"date -s @{int(time.time())}")
        assert eventually(lambda: station.status().get("clock_suspect") is False)
    assert station.visit(house.card())["outcome"] == "accepted"
    assert eventually(lambda: not house.missing())
    today = f"{datetime.now(UTC):%F}"
    assert all(house.suspect(line["use"]) for line in verdicts)
    assert all(house.day(line["use"]) == today for line in verdicts)
    return Seen(
        f"{_said(verdicts[0])} a day ahead, {_said(verdicts[1])} in 1970",
        f"“{noticed[0]}” both times, while running; trusted again when it was right",
        "both, of today and marked as of a wrong clock",
    )


@row(
    "it starts with a clock of long ago, without a network",
    "noticed by its own records, which tell the time meanwhile (P7)",
    long=True,
)
def old_clock(house: House) -> Seen:
    """Start a machine whose clock has no battery, where no network sets it right."""
    station, machine = house.station, house.station.machine
    machine.cut()
    station.lines(0.0)
    machine.start(clock="1970-01-01T00:00:00", online=False)
    station.rewind()
    station.wait_for("ready")
    begun = machine.tell("date +%F")
    told = station.staff_read("^clock: looks wrong")
    verdict = station.visit(house.card(), outcome="accepted")
    machine.plug_network()
    machine.tell(f"date -s @{int(time.time())}")
    assert eventually(lambda: station.status().get("clock_suspect") is False)
    assert station.visit(house.card())["outcome"] == "accepted"
    assert eventually(lambda: not house.missing())
    assert house.suspect(verdict["use"])
    assert datetime.fromisoformat(begun).replace(tzinfo=UTC) < datetime.now(UTC) - timedelta(days=9)
    return Seen(
        f"{_said(verdict)} on a day that it takes for {begun}",
        f"“{told}”, before any word from the register",
        "the use, marked as of a wrong clock",
    )


def _said(verdict: dict[str, object]) -> str:
    return str(verdict["reason"] or verdict["outcome"])


def _state(house: House) -> str:
    return house.station.machine.tell("systemctl is-active kaikuportti || true")


def _process(house: House) -> str:
    return house.station.machine.tell("systemctl show --property=MainPID --value kaikuportti")
