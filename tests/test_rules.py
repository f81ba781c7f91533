"""Every rule of the operating model is kept and proven, or the table says why not."""

import ast

import pytest

from tests.rules import TABLE, Rule, cited, keepers, proofs, render, rules

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
        ("One (OM-8), another (OM-9).", {8, 9}),
        ("(OM-54, 55, 58)", {54, 55, 58}),
        ("(OM-62 to OM-64 and OM-70)", {62, 63, 64, 70}),
        ("(OM-52 to 54)", {52, 53, 54}),
        ("over\n two lines (OM-54,\n OM-55)", {54, 55}),
        ("(OM-55, promise P5)", {55}),
        ("(promise P1, OM-47)", {47}),
        ("(P1, OM-47)", {47}),
        ("see OM-3", set()),
        ("(see OM-3)", set()),
        ("(the recommendation of OM-68)", set()),
        ("(29 February, OM-8)", set()),
        ("over 1,000 tickets", set()),
    ],
)
def test_a_citation_stands_in_parentheses_alone(text: str, numbers: set[int]) -> None:
    """With other rules and promises; a rule that is only talked about is not cited."""
    assert cited(text) == numbers


def test_public_code_keeps_a_rule() -> None:
    """A function, a class or its method that others can reach, and nothing within a function."""
    assert [name for name, _ in keepers(ast.parse(CODE))] == ["Card", "Card.state", "decide"]


def test_a_test_that_asserts_proves_a_rule() -> None:
    """By itself or by a function beside it; a class, a fixture and an empty test prove nothing."""
    assert [name for name, _ in proofs(ast.parse(TESTS))] == [
        "test_asserts",
        "test_raises",
        "test_asks_another",
        "TestCards.test_inside",
    ]


CODE = """
class Card:
    def state(self): ...
    def _own(self): ...
def decide():
    def within(): ...
def _grounds(): ...
class _Hidden:
    def method(self): ...
"""

TESTS = """
def test_asserts(): assert card.works
def test_raises():
    with pytest.raises(ValueError): register()
def test_asks_another(): refused()
def test_only_runs(): register()
def test_asserts_nothing(): assert True
def refused(): assert not card.works
def register(): refuse()
class TestCards:
    def test_inside(self): assert card.works
    def test_empty(self): ...
    def helper(self): assert card.works
"""
