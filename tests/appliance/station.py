"""The kiosk in the machine, as its venue sees it: set up, scanned at, and looked at."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.appliance import keys
from tests.appliance.channels import PATIENCE
from tests.appliance.machine import Machine
from tests.e2e.ledgers import Entry

GATE, PASSAGE = 17, 27
"""The GPIO lines of the relay and of the turnstile's contact."""

Line = dict[str, Any]

# A code is long under way here: qemu's keyboard is slow, and slower on a busy machine.
_CONFIGURATION = f"""[station]
name = "Virtual gate"
attended = true
passage = 5.0
repeat = %(repeat)s
children = 6.0
%(station)s

[registry]
url = "%(url)s"
allow_http = true

[[scanner]]
driver = "hid"
device = "%(scanner)s"
idle = 3.0

[[scanner]]
driver = "serial"
port = "%(serial)s"

[keypad]
driver = "hid"
device = "%(keypad)s"

[gate]
driver = "gpio"
pin = {GATE}
pulse = %(pulse)s
interval = 0.5
%(gate)s

%(more)s
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What has been told of a use; ``children`` is 0 where none were told."""

    outcome: str
    children: int = 0
    voided: bool = False

    def agrees(self, entry: Entry) -> bool:
        """Tell whether an entry holds what was told; more may be on record than was still told."""
        return (
            entry.outcome == self.outcome
            and self.children in (0, entry.children)
            and (entry.voided or not self.voided)
        )


class Station:
    """The kiosk, by what comes in and what can be seen from outside."""

    def __init__(self, machine: Machine) -> None:
        """Look at the kiosk of a machine that is on."""
        self.machine = machine
        self.told: dict[str, Told] = {}
        """Each use that visitors were told the verdict of, over all starts."""
        self.voids = self.amendments = 0
        self._seen = 0
        self._ahead: list[Line] = []

    # --- setting up ---

    def configure(
        self,
        url: str,
        *,
        repeat: float = 4.0,
        pulse: float = 0.3,
        station: str = "",
        gate: str = "",
        more: str = "",
    ) -> None:
        """Write the configuration, for a register at an address.

        Settings of the station and the gate, and whole tables, can be added.
        """
        plugs = {plug: self.machine.port(plug) for plug in ("scanner", "serial", "keypad")}
        settings = {"url": url, "repeat": repeat, "pulse": pulse}
        added = {"station": station, "gate": gate, "more": more}
        text = _CONFIGURATION % {**settings, **added, **plugs}
        self.machine.put(text, "/etc/kaikuportti/kiosk.toml")

    def restart(self) -> None:
        """Start the service anew, and wait until scans are read."""
        self.begin_anew()
        self.wait_for("ready")

    def begin_anew(self) -> None:
        """Start the service anew; the log is read from there on."""
        self.skip()
        self.machine.tell("systemctl restart --no-block kaikuportti")

    # --- the log ---

    def skip(self) -> None:
        """Pass over what the log has said so far."""
        self.lines(0.0)

    def lines(self, patience: float) -> list[Line]:
        """Return what the log has said since the last look; wait so long for a first line."""
        self._listen(0.0 if self._ahead else patience)
        told, self._ahead = self._ahead, []
        return told

    def _listen(self, patience: float) -> None:
        log = self.machine.log
        log.wait(self._seen, patience)
        fresh = log.seen[self._seen :]
        self._seen += len(fresh)
        told = [line for line in map(_read, fresh) if line is not None]
        for line in told:
            self._note(line)
        self._ahead += told

    def _note(self, line: Line) -> None:
        """Remember what a line tells of a use."""
        match line:
            case {"event": "verdict", "use": use, "outcome": "accepted", "amends": True}:
                before = self.told.get(use, Told("accepted"))
                self.told[use] = replace(before, children=line["children"])
                self.amendments += 1
            case {"event": "verdict", "use": use} if _is_recorded(line):
                self.told.setdefault(use, Told(line["outcome"]))
            case {"event": "annulled", "use": use}:
                before = self.told.get(use, Told("accepted"))
                self.told[use] = replace(before, voided=True)
                self.voids += 1

    def rewind(self) -> None:
        """Read the log from its beginning: the machine was started anew."""
        self._seen, self._ahead = 0, []

    def wait_for(self, event: str, patience: float = PATIENCE, **fields: object) -> Line:
        """Return the next line of an event with these fields; others before it are passed over."""
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            told = self.lines(0.5)
            for number, line in enumerate(told):
                if line["event"] == event and all(line.get(k) == v for k, v in fields.items()):
                    self._ahead = told[number + 1 :]
                    return line
        raise AssertionError(f"no {event} {fields}: {self.machine.log.seen[-4:]}")

    # --- visitors ---

    def scan(self, code: str, plug: str = "scanner") -> None:
        """Read a code with a USB scanner."""
        self.machine.type(keys.scanned(code), plug)

    def scan_serial(self, code: str) -> None:
        """Read a code with the serial scanner."""
        self.machine.send(code.encode() + b"\r\n")

    def press(self, signs: str) -> None:
        """Press keys of the keypad."""
        self.machine.type(keys.pressed(signs), "keypad")

    def visit(self, code: str, outcome: str | None = None) -> Line:
        """Scan with the serial scanner, and return the verdict, or the first of an outcome."""
        self.skip()
        self.scan_serial(code)
        wanted: Line = {} if outcome is None else {"outcome": outcome}
        return self.wait_for("verdict", **wanted)

    def visit_usb(self, code: str, attempts: int = 3) -> Line:
        """Scan with a USB scanner, and return the verdict.

        qemu's keyboard holds 16 events and loses what comes while the machine is busy: a code that
        was unreadable is scanned once more.
        """
        self.skip()
        self.scan(code)
        verdict = self.wait_for("verdict")
        if verdict["reason"] == "unreadable" and attempts > 1:
            return self.visit_usb(code, attempts - 1)
        return verdict

    # --- what can be seen ---

    def staff_read(self, pattern: str, asked: str = "status") -> str:
        """Return the line of ``kaikuportti status``, or ``doctor``, that a pattern is found in."""
        told = ""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            told = self.machine.run(f"kaikuportti {asked}").out
            for line in told.splitlines():
                if re.search(pattern, line):
                    return line
            time.sleep(1.0)
        raise AssertionError(f"{asked} does not say {pattern}: {told}")

    def status(self) -> Line:
        """Return what ``kaikuportti status`` tells."""
        told: Line = json.loads(self.machine.run("kaikuportti status --json").out)
        return told

    def edges(self) -> int:
        """Return how often the gate has been opened since the machine's start, by the kernel."""
        return sum(" set 1" in line for line in self.machine.trace.seen)

    def at_rest(self) -> int:
        """Return how often the gate has been opened, once it has been left alone for a while."""
        before = -1
        while before != self.edges():
            before = self.edges()
            time.sleep(5.0)
        return before

    def opened(self, before: int) -> bool:
        """Tell whether the gate has been opened since there were so many edges."""
        return eventually(lambda: self.edges() > before, 10.0)

    def stays_shut(self, before: int, seconds: float = 3.0) -> bool:
        """Tell whether the gate has not been opened, and is not for a while."""
        time.sleep(seconds)
        return self.edges() == before and self.machine.level(GATE) == 0


def _read(line: str) -> Line | None:
    """Return an event; None for a line of systemd's, or one that a power cut has cut off."""
    try:
        told: Line = json.loads(line)
    except ValueError:
        return None
    return told


def _is_recorded(verdict: Line) -> bool:
    """Tell whether a verdict ends a use of its own, and the disk took it."""
    return (
        verdict["outcome"] != "ask"
        and "amends" not in verdict
        and verdict["reason"] != "cannot_check_now"
    )


def eventually(true: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Tell whether something comes to hold in time."""
    limit = time.monotonic() + patience
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(0.1)
    return True
