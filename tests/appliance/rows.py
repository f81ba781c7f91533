"""The table of what is tried: each row a fault, what is expected, and how it is seen.

A row works on the house as the rows before it left it, and leaves it well.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.appliance.machine import HOST
from tests.appliance.station import Station
from tests.e2e import ledgers
from tests.e2e.house import Register


@dataclass
class House:
    """The register, and the kiosk in its machine."""

    register: Register
    station: Station
    package: Path
    folder: Path
    cuts: int
    quick_cuts: int
    shown: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The register's address, as the kiosk reaches it."""
        return f"http://{HOST}:{self.register.port}"

    def card(self, *, state: str = "valid", children: int = 0) -> str:
        """Return the number of a personal card that has not been shown for long."""
        numbers = [
            card["number"]
            for card in self.register.seed["cards"]
            if (card["kind"], card["state"], card["children"]) == ("personal", state, children)
        ]
        if self.shown.issuperset(numbers):
            self.shown.difference_update(numbers)
        number: str = next(number for number in numbers if number not in self.shown)
        self.shown.add(number)
        return number

    def uses(self) -> dict[str, ledgers.Entry]:
        """Return what the register has."""
        return ledgers.register(self.register.database)

    def missing(self) -> list[str]:
        """Return the uses that the register does not have as visitors and staff were told."""
        uses = self.uses()
        told = self.station.told.items()
        return [use for use, seen in told if use not in uses or not seen.agrees(uses[use])]

    def suspect(self, use: str) -> bool:
        """Tell whether the register has a use as of a clock that was wrong."""
        return bool(self._column("clock_suspect", use))

    def day(self, use: str) -> str:
        """Return the day that the register has a use of, in UTC."""
        return str(self._column("at", use))[:10]

    def _column(self, name: str, use: str) -> object:
        query = f'SELECT {name} FROM "use" WHERE id IN (?, ?)'  # noqa: S608  our own names
        with closing(sqlite3.connect(self.register.database, timeout=30)) as database:
            [(found,)] = database.execute(query, (use, use.replace("-", "")))
        return found

    def mend(self) -> None:
        """Put things right after a row that was not as expected, for those that follow."""
        self.register.kill()
        self.register.start()
        self.station.machine.plug_network()
        self.station.configure(self.url)
        self.station.restart()

    def code(self) -> str:
        """Return a new one-time code, for the entry that the kiosk serves."""
        offering: str = self.register.seed["vars"]["offering"]
        listed = self.register.command("admin", "offering", "list").splitlines()
        [venue] = [line.split("\t")[1] for line in listed if line.startswith(offering)]
        made = self.register.command(
            "admin", "enrolment", "create", "--venue", venue, "--offering", offering
        )
        return made.split()[0]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a fault came to: for the visitor, for staff, and on record."""

    visitor: str
    staff: str
    record: str

    def __str__(self) -> str:
        """Return the three as a cell of the table."""
        return f"Visitor: {self.visitor}. Staff: {self.staff}. On record: {self.record}."


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. ``watch`` returns what was seen, and raises where it is another."""

    fault: str
    expected: str
    watch: Callable[[House], Seen | str]
    long: bool = False


ROWS: list[Row] = []


Watch = TypeVar("Watch", bound=Callable[[House], Seen | str])


def row(fault: str, expected: str, *, long: bool = False) -> Callable[[Watch], Watch]:
    """Add a function to the table; a ``long`` one is left out of the short form."""

    def add(watch: Watch) -> Watch:
        ROWS.append(Row(fault, expected, watch, long))
        return watch

    return add
