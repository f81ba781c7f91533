"""The table of rules: by which code each is kept and by which test it is proven.

``python -m tests.rules`` writes ``docs/rules.md``. Code and tests cite rules by number in their
docstrings, also as lists and ranges (``OM-54, 55``, ``OM-62 to OM-64``).
"""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
RULES = ROOT / "docs" / "rules.toml"
TABLE = ROOT / "docs" / "rules.md"
CODE = ("kaiku", "kiosk", "server")
SHOWN = 3
"""How many places of each kind a row names; the rest are a number."""

_CITED = re.compile(r"OM-(\d+)((?:(?:,| and| to|,? or)? (?:OM-)?\d+)*)")
_NEXT = re.compile(r"(to )?(?:OM-)?(\d+)")


@dataclass
class Rule:
    """A rule in a few words, and where it is kept and proven."""

    number: int
    says: str
    note: str | None = None
    kept: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)


def rules() -> list[Rule]:
    """Return every rule with the code and the tests that cite it."""
    kept, proven = _places(CODE), _places(("tests",))
    table = tomllib.loads(RULES.read_text())
    return [
        Rule(
            number := int(name.removeprefix("OM-")),
            entry["says"],
            entry.get("note"),
            kept[number],
            [place for place in proven[number] if _is_test(place)],
        )
        for name, entry in table.items()
    ]


def _is_test(place: str) -> bool:
    return ".test_" in place and not place.startswith("tests.test_rules.")


def cited(text: str) -> set[int]:
    """Return the numbers of the rules that a text cites."""
    found: set[int] = set()
    for first, rest in _CITED.findall(text):
        last = int(first)
        found.add(last)
        for to, number in _NEXT.findall(rest):
            found |= set(range(last + 1, int(number) + 1)) if to else {int(number)}
            last = int(number)
    return found


def render(table: list[Rule]) -> str:
    """Return the page."""
    lines = [
        "# The rules, and what keeps them",
        "",
        "Each rule of the operating model in a few words, the code that keeps it and the tests",
        "that prove it; or why software cannot keep it, or what is not built yet. Written by",
        "`python -m tests.rules` from the docstrings that cite a rule; a test holds it to them.",
        "",
        "| rule | says | kept by | proven by |",
        "|---|---|---|---|",
    ]
    for rule in table:
        kept, proven = _names(rule.kept), _names(rule.proven)
        if rule.note is not None:
            kept, proven = rule.note, "–"
        lines.append(f"| OM-{rule.number} | {rule.says} | {kept} | {proven} |")
    return "\n".join(lines) + "\n"


def _names(places: list[str]) -> str:
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ", ".join(f"`{place}`" for place in places[:SHOWN]) + more


def _places(folders: tuple[str, ...]) -> dict[int, list[str]]:
    """Return, for each rule, the functions and classes whose docstrings cite it."""
    places: dict[int, list[str]] = defaultdict(list)
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for name, text in _docstrings(ast.parse(path.read_text()), module):
                for number in cited(text):
                    places[number].append(name)
    return places


def _docstrings(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            place = f"{name}.{child.name}"
            yield place, ast.get_docstring(child) or ""
            yield from _docstrings(child, place)


if __name__ == "__main__":
    TABLE.write_text(render(rules()))
