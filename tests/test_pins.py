"""The pins in requirements/: what `make demo` and `make test` install."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def _text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", ["demo", "dev", "package", "server"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    """Each pinned package carries hashes, and no line says where it comes from."""
    text = _text(name)
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    pinned = [block for block in blocks if PIN.match(block)]
    assert pinned
    assert all("--hash=sha256:" in block for block in pinned)
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize(
    ("name", "extras", "excludes"),
    [
        ("demo", ["kiosk", "server"], "excludes"),
        ("dev", ["kiosk", "server", "dev"], "excludes"),
        ("package", ["kiosk", "pi", "eink"], "package-excludes"),
        ("server", ["server"], "excludes"),
    ],
)
def test_everything_asked_for_is_pinned(name: str, extras: list[str], excludes: str) -> None:
    """What pyproject.toml asks for and the pins do not hold would be missing at a user's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + [
        line for extra in extras for line in project["optional-dependencies"][extra]
    ]
    names = {re.sub(r"[._]", "-", re.split(r"[\[; ]", line)[0]) for line in asked}
    left_out = {line for line in _text(excludes).splitlines() if not line.startswith("#")}
    assert names - left_out <= dict(PIN.findall(_text(name))).keys()


def test_the_demo_pins_are_the_development_pins() -> None:
    """What a developer tests is, version by version, what the demo installs."""
    assert set(PIN.findall(_text("demo"))) <= set(PIN.findall(_text("dev")))


def test_a_register_runs_what_was_tested() -> None:
    """Version by version; ``docs/register-install.md`` installs these."""
    assert set(PIN.findall(_text("server"))) <= set(PIN.findall(_text("dev")))


def test_the_package_holds_what_was_tested() -> None:
    """Version by version, but for the library of a Pi's lines, which no other machine has."""
    only_there = {
        name for name, _ in set(PIN.findall(_text("package"))) - set(PIN.findall(_text("dev")))
    }
    assert only_there == {"lgpio"}
