"""``make demo`` does what the README says."""

import re
import subprocess
import sys
from pathlib import Path

from server.kaikukanta.seed.samples import SAMPLE_CARDS

README = Path(__file__).parents[2] / "README.md"


def demo(lines: str) -> str:
    """Pipe lines into the demo; return what it prints once it has ended well."""
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.demo"],
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def counted(summary: str, words: str) -> int:
    """Return the number beside some words of the summary."""
    found = re.search(rf"^ +{words} +(\d+)$", summary, re.MULTILINE)
    assert found is not None, f"no {words} in:\n{summary}"
    return int(found[1])


def test_the_readme_lists_the_sample_cards() -> None:
    """Every fixed sample card stands in the README with its number."""
    numbers = re.findall(r"^\| `([0-9A-Z]{12})` \|", README.read_text(), re.MULTILINE)
    assert numbers == [card.number for card in SAMPLE_CARDS]


def test_the_demo_counts_what_was_piped_in() -> None:
    """Scans and keys are decided by real parts, and the register has all of it at the end."""
    cards = [card.number for card in SAMPLE_CARDS]
    valid, two, four, expired, ended, out_of_use, early, community = cards
    lines = [valid, "2", two, four, "3", "+", expired, ended, out_of_use, early]
    printed = demo("\n".join([*lines, valid, "", "https://example.fi/", two, "-", community]))
    assert all(number in printed for number in cards)
    _, _, summary = printed.partition("Summary")
    assert counted(summary, "scans decided") == 10
    assert counted(summary, "accepted") == 3
    assert counted(summary, "children") == 3
    assert counted(summary, "assistants") == 1
    assert counted(summary, "taken back") == 1
    assert counted(summary, "refused") == 7
    assert counted(summary, "the same card again") == 2
    for reason in ("expired", "ended", "out_of_use", "not_yet_valid", "community_card_alone"):
        assert counted(summary, reason) == 1
    assert counted(summary, "unreadable") == 2


def test_the_demo_lets_in_a_group() -> None:
    """The community card, the members' and its own again is one use, and the register has it."""
    cards = [card.number for card in SAMPLE_CARDS]
    valid, two, _, expired, *_, community = cards
    lines = [community, valid, expired, two, valid, "1", "+", community]
    printed = demo("\n".join(lines) + "\n")
    _, _, summary = printed.partition("Summary")
    assert counted(summary, "scans decided") == 2
    assert counted(summary, "accepted") == 1
    assert counted(summary, "children") == 1
    assert counted(summary, "assistants") == 1
    assert counted(summary, "expired") == 1
    assert counted(summary, "the same card again") == 1
