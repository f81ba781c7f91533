"""Figures beside their floors, printed and written to ``build/bench.json``."""

import json
from collections.abc import Sequence
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


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def write(figures: Sequence[Figure], path: Path) -> None:
    """Print the figures, and write them for programs."""
    print(f"\n{'':<44}{'value':>12}{'floor':>12}{'ratio':>8}")
    for figure in figures:
        name = f"{figure.name} [{figure.unit}]"
        print(f"{name:<44}{figure.value:>12.3f}{figure.floor:>12.3f}{figure.ratio:>8.1f}")
    path.parent.mkdir(exist_ok=True)
    rows = [{**asdict(figure), "ratio": round(figure.ratio, 3)} for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n")


def say(words: str) -> None:
    """Tell how far the run is."""
    print(words, flush=True)
