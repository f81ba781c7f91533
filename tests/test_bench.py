"""The bench's report: budgets that are promised, and the file that programs read."""

import json
from pathlib import Path

import pytest

from tests.bench.report import BUDGETS, Figure, exceeded, write

DECIDE = "decide, all limits, party of five"


def test_a_decision_has_a_budget_of_50_microseconds() -> None:
    """Above it the bench says so; at it, and without a budget, it says nothing."""
    assert BUDGETS[DECIDE] == 50
    assert exceeded([Figure(DECIDE, "us", 50, 1), Figure("anything", "s", 1e9, 1)]) == []
    assert exceeded([Figure(DECIDE, "us", 50.1, 1)]) == [
        f"{DECIDE}: 50.1 us, and at most 50 are promised"
    ]


def test_a_budget_is_printed_and_the_file_keeps_its_shape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs read a list of name, unit, value, floor and ratio, and nothing else."""
    write([Figure(DECIDE, "us", 20, 0.5)], tmp_path / "bench.json")
    assert capsys.readouterr().out.splitlines()[-1].split()[-1] == "50"
    assert json.loads((tmp_path / "bench.json").read_text()) == [
        {"name": DECIDE, "unit": "us", "value": 20, "floor": 0.5, "ratio": 40.0}
    ]
