"""The pins in requirements/: what `make demo` and `make test` install."""

import re
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
