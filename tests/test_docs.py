"""What the documentation repeats from the code is held to it."""

import importlib
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from kaiku.reason import WORDS, Reason
from kiosk.config import Registry, Role, Station, drivers, load

DOCS = Path(__file__).parent.parent / "docs"


def test_every_reason_is_documented_with_its_words() -> None:
    """The page on decisions lists each reason code with the English words that are shown."""
    page = (DOCS / "decision.md").read_text()
    for reason in Reason:
        words = WORDS[reason]
        assert f"| `{reason}` | {words.title.en} | {words.mend.en} |" in page


def test_every_decision_is_one_numbered_page() -> None:
    """Records are numbered without a gap; each has a context, a decision and consequences."""
    pages = sorted((DOCS / "adr").glob("[0-9]*.md"))
    for number, page in enumerate(pages, start=1):
        text = page.read_text()
        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        for heading in ("Context", "Decision", "Consequences"):
            assert f"\n## {heading}\n" in text


def test_the_example_configuration_is_accepted(tmp_path: Path) -> None:
    """The kiosk reads the configuration on the page about it as it stands."""
    page = (DOCS / "kiosk.md").read_text()
    path = tmp_path / "kiosk.toml"
    path.write_text(page.partition("```toml\n")[2].partition("```")[0])
    config = load(path)
    assert config.station.name == "Pool, gate 1"
    assert {device.role for device in config.devices} == set(Role)


@pytest.mark.parametrize(
    ("heading", "part"), [("### `[station]`", Station), ("### `[registry]`", Registry)]
)
def test_every_setting_of_the_kiosk_is_documented(heading: str, part: type[BaseModel]) -> None:
    """The table of each part of the configuration has its keys and defaults, and no others."""
    section = _section((DOCS / "kiosk.md").read_text(), heading)
    assert _documented(section) == _declared(part)


@pytest.mark.parametrize(
    ("role", "driver"), [(role, driver) for role in Role for driver in drivers(role)]
)
def test_every_setting_of_a_driver_is_documented(role: Role, driver: str) -> None:
    """The page on devices has each driver, with its keys and defaults, and no others."""
    of_role = _section((DOCS / "devices.md").read_text(), f"## {role.name.capitalize()}")
    section = _section(of_role, f"### `{driver}`")
    package, prefix = ("display", "") if role is Role.DISPLAY else ("drivers", f"{role}_")
    module = importlib.import_module(f"kiosk.{package}.{prefix}{driver.replace('-', '_')}")
    assert _documented(section) == _declared(module.Settings)


def _section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next of its level or above."""
    level = heading.partition(" ")[0]
    _, found, rest = f"\n{page}".partition(f"\n{heading}")
    assert found, f"no heading {heading}"
    return re.split(rf"\n#{{1,{len(level)}}} ", rest)[0]


def _documented(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| `?(.+?)`? \|", section, re.MULTILINE))


def _declared(part: type[BaseModel]) -> dict[str, str]:
    return {
        name: "required" if field.is_required() else _as_toml(field.default)
        for name, field in part.model_fields.items()
        if name != "driver"
    }


def _as_toml(value: object) -> str:
    match value:
        case None:
            return "none"
        case str() | Path():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(map(_as_toml, value))}]"
        case _:
            return str(value).lower()
