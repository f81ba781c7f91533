"""The table of rules: by which code each is kept and by which test it is proven.

``python -m tests.rules`` writes ``docs/rules.md`` from the citations in docstrings. A citation
stands in parentheses, with other rules or promises and nothing else: ``(OM-8)``, ``(OM-54, 55)``,
``(OM-62 to OM-64)``, ``(OM-47, promise P1)``. In code it says that a public function or class keeps
the rule; in tests, that a test proves it, which a function is that pytest collects and that asserts
something. A rule that is named in any other way is talked about, and cited nowhere.
"""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
RULES = ROOT / "docs" / "rules.toml"
TABLE = ROOT / "docs" / "rules.md"
CODE = ("kaiku", "kiosk", "server")
SAMPLES = ROOT / "server" / "kaikukanta" / "seed"
"""Made-up data follow the rules and keep none."""
SHOWN = 3
"""How many places of each kind a row names; the rest are a number."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Finder = Callable[[ast.Module], Iterator[tuple[str, Definition]]]

_RULES = r"OM-\d+(?:(?:,| and| to) (?:OM-)?\d+)*"
_PROMISE = r"(?:promise )?P\d"
_CITATION = re.compile(rf"\((?:{_PROMISE}, )*({_RULES})(?:, {_PROMISE})*\)")
_NUMBER = re.compile(r"(to )?(?:OM-)?(\d+)")


@dataclass
class Rule:
    """A rule in a few words, and where it is kept and proven.

    ``note`` says why it is neither, ``lacks`` what of it is not built yet.
    """

    number: int
    says: str
    note: str | None = None
    lacks: str | None = None
    kept: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)


def rules() -> list[Rule]:
    """Return every rule with the code and the tests that cite it."""
    kept, proven = _places(CODE, keepers), _places(("tests",), proofs)
    table = tomllib.loads(RULES.read_text())
    return [
        Rule(
            number := int(name.removeprefix("OM-")),
            entry["says"],
            entry.get("note"),
            entry.get("lacks"),
            kept[number],
            proven[number],
        )
        for name, entry in table.items()
    ]


def cited(text: str) -> set[int]:
    """Return the numbers of the rules that a text cites."""
    found: set[int] = set()
    for citation in _CITATION.findall(" ".join(text.split())):
        last = 0
        for to, number in _NUMBER.findall(citation):
            found |= set(range(last + 1, int(number) + 1)) if to else {int(number)}
            last = int(number)
    return found


def keepers(module: ast.Module) -> Iterator[tuple[str, Definition]]:
    """Yield the public functions and classes of a module, and their public methods, by name."""
    for definition in _definitions(module):
        if definition.name.startswith("_"):
            continue
        yield definition.name, definition
        if isinstance(definition, ast.ClassDef):
            for method in _definitions(definition):
                if not method.name.startswith("_"):
                    yield f"{definition.name}.{method.name}", method


def proofs(module: ast.Module) -> Iterator[tuple[str, Definition]]:
    """Yield the tests of a module that pytest collects and that assert something, by name."""
    functions = {each.name: each for each in _definitions(module)}
    for definition in _definitions(module):
        inside = definition.name.startswith("Test") and isinstance(definition, ast.ClassDef)
        tests = list(_definitions(definition)) if inside else [definition]
        for test in tests:
            collected = test.name.startswith("test_") and not isinstance(test, ast.ClassDef)
            if collected and asserts(test, functions):
                yield f"{definition.name}.{test.name}" if inside else test.name, test


def asserts(test: ast.AST, functions: Mapping[str, ast.AST]) -> bool:
    """Tell whether a test asserts something, by itself or by a function of its module."""
    for node in ast.walk(test):
        match node:
            case ast.Assert(test=ast.Constant()):
                continue
            case ast.Assert() | ast.Call(func=ast.Attribute(attr="raises")):
                return True
            case ast.Call(func=ast.Name(id=name)) if name in functions:
                others = {other: each for other, each in functions.items() if other != name}
                if asserts(functions[name], others):
                    return True
    return False


def _definitions(node: ast.Module | ast.ClassDef | Definition) -> Iterator[Definition]:
    for child in node.body:
        if isinstance(child, Definition):
            yield child


def render(table: list[Rule]) -> str:
    """Return the page."""
    lines = [
        "# The rules, and what keeps them",
        "",
        "Each rule of the operating model in a few words, the code that keeps it and the tests",
        "that prove it; or why software cannot keep it, or what is not built yet. Written by",
        "`python -m tests.rules` from docstrings that cite a rule in parentheses; a test holds it",
        "to them. What acts stands before what only holds, and the rules before the programs.",
        "",
        "| rule | says | kept by | proven by |",
        "|---|---|---|---|",
    ]
    for rule in table:
        kept, proven = _names(rule.kept), _names(rule.proven)
        if rule.note is not None:
            kept, proven = rule.note, "–"
        if rule.lacks is not None:
            kept += f". Not yet: {rule.lacks}"
        lines.append(f"| OM-{rule.number} | {rule.says} | {kept} | {proven} |")
    return "\n".join(lines) + "\n"


def _names(places: list[str]) -> str:
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ", ".join(f"`{place}`" for place in places[:SHOWN]) + more


def _places(folders: tuple[str, ...], found: Finder) -> dict[int, list[str]]:
    """Return, for each rule, what is found to cite it: first what acts, nearest to the rules."""
    places: dict[int, list[tuple[bool, bool, str]]] = defaultdict(list)
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.is_relative_to(SAMPLES):
                continue
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
                ".__init__"
            )
            of_rules = module.removeprefix("tests.").startswith("kaiku.")
            for name, definition in found(ast.parse(path.read_text())):
                holds = isinstance(definition, ast.ClassDef)
                for number in cited(ast.get_docstring(definition) or ""):
                    places[number].append((holds, not of_rules, f"{module}.{name}"))
    ordered = {
        number: [name for *_, name in sorted(each, key=lambda place: place[:2])]
        for number, each in places.items()
    }
    return defaultdict(list, ordered)


if __name__ == "__main__":
    TABLE.write_text(render(rules()))
