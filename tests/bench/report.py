"""Figures beside their floors and budgets, printed and written to ``build/bench.json``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement; ``floor`` is in the same unit, ``ratio`` says how far above it we are."""

    name: str
    unit: str
    value: float
    floor: float

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.value / self.floor


BUDGETS: Mapping[str, float] = {
    "decide, all limits, party of five": 50,
    "card ended to refused, slowest of 100": 1000,
    "start to ready": 1.5,
}
"""The most that a figure may be, in its own unit, where that is promised: of ending a card, P4."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def write(figures: Sequence[Figure], path: Path) -> None:
    """Print the figures, and write them for programs."""
    print(f"\n{'':<44}{'value':>12}{'floor':>12}{'ratio':>8}{'budget':>10}")
    for figure in figures:
        name, budget = f"{figure.name} [{figure.unit}]", BUDGETS.get(figure.name)
        told = "" if budget is None else f"{budget:g}"
        values = f"{figure.value:>12.3f}{figure.floor:>12.3f}{figure.ratio:>8.1f}"
        print(f"{name:<44}{values}{told:>10}")
    path.parent.mkdir(exist_ok=True)
    rows = [{**asdict(figure), "ratio": round(figure.ratio, 3)} for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n")


def exceeded(figures: Sequence[Figure]) -> list[str]:
    """Return what is to be said of each figure above its budget."""
    return [
        f"{figure.name}: {figure.value:.1f} {figure.unit}, and at most {budget:g} are promised"
        for figure in figures
        if figure.value > (budget := BUDGETS.get(figure.name, figure.value))
    ]


def say(words: str) -> None:
    """Tell how far the run is."""
    print(words, flush=True)
