"""A finding: one thing that a setting breaks, or that advice is against."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kaiku.text import Text


class Grade(StrEnum):
    """Whether a finding stands in the way of the setting, or only advises against it."""

    BREACH = "breach"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a setting breaks: by which rule, what was set, what the floor is, and why.

    ``setting`` names the field as the API does, such as ``limits/0/cap``. ``floor`` is what it
    would have to be at least (an instant, a number), None where nothing would do.
    """

    rule: str
    grade: Grade
    setting: str
    floor: int | str | None
    words: Text


def breach(rule: str, setting: str, words: Text, floor: int | str | None = None) -> Finding:
    """Return a finding that stands in the way."""
    return Finding(rule, Grade.BREACH, setting, floor, words)


def advice(rule: str, setting: str, words: Text, floor: int | str | None = None) -> Finding:
    """Return a finding that does not."""
    return Finding(rule, Grade.ADVICE, setting, floor, words)


def breaches(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand in the way."""
    return tuple(finding for finding in findings if finding.grade is Grade.BREACH)
