"""Every rule of the operating model is kept and proven, or the table says why not."""

import pytest

from tests.rules import TABLE, Rule, cited, render, rules

ALL = rules()


def test_every_rule_has_its_row() -> None:
    """From OM-1 to OM-72, none left out."""
    assert [rule.number for rule in ALL] == list(range(1, 73))


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: f"OM-{rule.number}")
def test_a_rule_is_kept_and_proven_or_says_why_not(rule: Rule) -> None:
    """Code and a test cite it, or a note stands in their place."""
    if rule.note is None:
        assert rule.kept, f"no code cites OM-{rule.number}"
        assert rule.proven, f"no test cites OM-{rule.number}"


def test_the_table_is_what_the_code_says() -> None:
    """``python -m tests.rules`` writes it anew."""
    assert TABLE.read_text() == render(ALL)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("keeps (OM-8).", {8}),
        ("(OM-54, 55, 58)", {54, 55, 58}),
        ("OM-62 to OM-64 and OM-70", {62, 63, 64, 70}),
        ("OM-52 to 54", {52, 53, 54}),
        ("over 1,000 tickets", set()),
    ],
)
def test_lists_and_ranges_are_read(text: str, numbers: set[int]) -> None:
    """As people write them."""
    assert cited(text) == numbers
