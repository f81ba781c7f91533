"""The table of what is tried: each row a fault, what is expected, and how it is seen.

A row works on the house as the rows before it left it, and leaves it well.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

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
    shown: set[str] = field(default_factory=set)

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
        """Return the uses whose visitors were told a verdict that the register does not have."""
        uses = self.uses()
        told = self.station.told.items()
        return [use for use, outcome in told if use not in uses or uses[use].outcome != outcome]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. ``watch`` returns what was seen, and raises where it is another."""

    fault: str
    expected: str
    watch: Callable[[House], str]
    long: bool = False


ROWS: list[Row] = []


def row(
    fault: str, expected: str, *, long: bool = False
) -> Callable[[Callable[[House], str]], Callable[[House], str]]:
    """Add a function to the table; a ``long`` one is left out of the short form."""

    def add(watch: Callable[[House], str]) -> Callable[[House], str]:
        ROWS.append(Row(fault, expected, watch, long))
        return watch

    return add
