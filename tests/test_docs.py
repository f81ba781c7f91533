"""What the documentation repeats from the code is held to it."""

import argparse
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import kiosk.cli
from kaiku.reason import WORDS, Reason
from kaiku.text import Language, Text
from kiosk import words
from kiosk.config import Registry, Role, Station, drivers, load
from kiosk.desk import Profile
from kiosk.link import Contact, Link
from kiosk.notices import troubles
from server.kaikukanta.app import create_app
from server.kaikukanta.cli import parser
from server.kaikukanta.migrations import migrate
from server.kaikukanta.settings import Settings

DOCS = Path(__file__).parent.parent / "docs"


def test_every_reason_is_documented_with_its_words() -> None:
    """The page on decisions lists each reason code with the English words that are shown."""
    page = (DOCS / "decision.md").read_text()
    for reason in Reason:
        told = WORDS[reason]
        assert f"| `{reason}` | {told.title.en} | {told.mend.en} |" in page


def test_every_decision_is_one_numbered_page() -> None:
    """Records are numbered without a gap; each has a context, a decision and consequences."""
    pages = sorted((DOCS / "adr").glob("[0-9]*.md"))
    for number, page in enumerate(pages, start=1):
        text = page.read_text()
        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        for heading in ("Context", "Decision", "Consequences"):
            assert f"\n## {heading}\n" in text


def test_the_page_for_staff_has_every_notice_word_by_word() -> None:
    """In all three languages in one order, so that whoever reads the screen finds it there."""
    pages = re.split("^## ", (DOCS / "staff.md").read_text(), flags=re.MULTILINE)[1:]
    shown = {notice for contact in Contact for notice in _notices(contact)}
    order = []
    for language, page in zip(Language, pages, strict=True):
        rows = re.findall(r"^\| (.+?) \| .+ \|$", page, re.MULTILINE)[1:]
        found = {notice: rows.index(notice.in_(language)) for notice in shown}
        lamps = 2
        assert sorted(found.values()) == list(range(len(rows) - lamps))
        order.append(found)
    assert order[0] == order[1] == order[2]


def _notices(contact: Contact) -> Iterator[Text]:
    """Yield all that the screen can say to staff, with dots where it names what or how many."""
    link = Link(contact, clock_doubted=True)
    found = troubles(
        link,
        [Text.same("…")],
        7,
        disk_fails=True,
        key_foreign=True,
        cards_awaited=True,
        was_spoiled=True,
    )
    yield words.NO_CARDS_YET
    for each in found:
        yield Text(*(each.in_(language).replace("7", "…") for language in Language))


def test_every_example_is_wired_as_the_page_on_building_says() -> None:
    """Who wires by one page and copies the example of another gets the lamps that are meant."""
    wired = tomllib.loads(_first_example(DOCS / "build.md"))
    for example in (
        _first_example(DOCS / "kiosk.md"),
        (DOCS.parent / "deb" / "kiosk.toml").read_text(),
    ):
        told = tomllib.loads(example)
        assert told["display"] == wired["display"]
        for role in ("gate", "buzzer"):
            assert told.get(role, {}).items() <= wired[role].items()


def _first_example(page: Path) -> str:
    return page.read_text().partition("```toml\n")[2].partition("```")[0]


def test_the_example_configuration_is_accepted(tmp_path: Path) -> None:
    """The kiosk reads the configuration on the page about it as it stands."""
    path = tmp_path / "kiosk.toml"
    path.write_text(_first_example(DOCS / "kiosk.md"))
    config = load(path)
    assert config.station.name == "Pool, gate 1"
    assert {device.role for device in config.devices} == set(Role)


def test_the_example_of_a_library_desk_is_accepted(tmp_path: Path) -> None:
    """The kiosk reads it as it stands."""
    section = _section((DOCS / "kiosk.md").read_text(), "## A library's desk")
    path = tmp_path / "kiosk.toml"
    path.write_text(section.partition("```toml\n")[2].partition("```")[0])
    assert load(path).station.profile is Profile.LIBRARY


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


def test_every_promise_names_tests_that_exist() -> None:
    """Each of the seven promises names tests, and each test that is named is there."""
    promises = re.split(r"^## P\d", (DOCS / "promises.md").read_text(), flags=re.MULTILINE)[1:]
    assert len(promises) == 7
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(test_\w+)`", promise)
        assert named
        for path, test in named:
            assert f"def {test}(" in (DOCS.parent / path).read_text()


def test_every_command_of_the_register_is_documented() -> None:
    """The page on the register has each command, those of `admin` with the words of its help."""
    page = (DOCS / "register.md").read_text()
    for command, summary in _commands(parser()):
        if command.startswith("admin "):
            assert f"| `{command.removeprefix('admin ')}` | {summary} |" in page
        else:
            assert f"\nkaikukanta {command} " in page


def test_every_column_of_a_list_is_documented() -> None:
    """The page on the register has those of each command, in the words of its help."""
    section = _section((DOCS / "register.md").read_text(), "### Their columns")
    rows = dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", section, re.MULTILINE))
    told = {
        path.removeprefix("admin "): epilog.partition(": ")[2].rstrip(".")
        for path, epilog in _epilogs(parser())
        if epilog
    }
    assert {command: "; ".join(row.split(" · ")) for command, row in rows.items()} == told


def test_every_command_of_the_kiosk_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """The page on the kiosk has each command that `kaikuportti --help` lists."""
    with pytest.raises(SystemExit):
        kiosk.cli.main(["--help"])
    commands = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE)
    page = (DOCS / "kiosk.md").read_text()
    assert "run" in commands
    for command in commands:
        assert f"\nkaikuportti {command} " in page


def test_every_setting_of_the_register_is_documented() -> None:
    """The page on the register has each variable with its default, and no others."""
    section = _section((DOCS / "register.md").read_text(), "## Settings")
    rows = dict(re.findall(r"^\| `KAIKUKANTA_(\w+)` \| `(.+?)` \|", section, re.MULTILINE))
    defaults = Settings.model_construct().model_dump(mode="json")
    assert {name.lower(): value for name, value in rows.items()} == {
        name: str(value) for name, value in defaults.items()
    }


def test_every_call_of_the_api_is_documented(tmp_path: Path) -> None:
    """The page on the register has each call that the API describes, and no others."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'kanta.sqlite'}", digest_key_file=tmp_path / "key"
    )
    migrate(settings)
    described = {
        (method.upper(), path)
        for path, methods in create_app(settings).openapi()["paths"].items()
        for method in methods
    }
    section = _section((DOCS / "register.md").read_text(), "## The API")
    assert set(re.findall(r"^\| `([A-Z]+) (\S+)` \|", section, re.MULTILINE)) == described


def _epilogs(command: Any, path: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield each command below a parser with what its help ends with."""
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield f"{path}{name}", below.epilog
                yield from _epilogs(below, f"{path}{name} ")


def _commands(command: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each command below a parser with the words of its help."""
    for action in command._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        words = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, below in action.choices.items():
            inner = list(_commands(below, f"{path}{name} "))
            yield from inner or [(f"{path}{name}", words[name])]
