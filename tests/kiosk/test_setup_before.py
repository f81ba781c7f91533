"""What a setup keeps of the configuration that it is to repair."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest

from kiosk.setup.before import read_before
from kiosk.setup.talk import Talk
from kiosk.setup.writing import write_configuration

WELL = """
[station]
name = "Pool"
shown = 7.0
[registry]
url = "https://kaikukanta.example"
[[scanner]]
driver = "serial"
port = "/dev/ttyACM0"
[[display]]
driver = "lights"
green = 12
[gate]
driver = "gpio"
pin = 26
"""

READ: dict[str, Any] = {
    "station": {"name": "Pool", "shown": 7.0},
    "registry": {"url": "https://kaikukanta.example"},
    "scanner": [{"driver": "serial", "port": "/dev/ttyACM0"}],
    "display": [{"driver": "lights", "green": 12}],
    "gate": {"driver": "gpio", "pin": 26},
}


def kept(tmp_path: Path, text: str) -> tuple[dict[str, Any], str]:
    """Return what is kept of a configuration, and what is said of it."""
    path, said = tmp_path / "k.toml", io.StringIO()
    path.write_text(text, encoding="utf-8")
    return read_before(Talk(asyncio.Queue(), said), path), said.getvalue()


def test_all_of_a_good_configuration_is_kept_in_silence(tmp_path: Path) -> None:
    """Enter takes it; an editor's mark before it does not matter."""
    assert kept(tmp_path, WELL) == (READ, "")
    assert kept(tmp_path, f"\ufeff{WELL}") == (READ, "")


@pytest.mark.parametrize(
    ("change", "told", "part", "left"),
    [
        (("[[display]]", "[display]"), "display: write [[display]]", "display", READ["display"]),
        (("[gate]", "[[gate]]"), "gate: write [gate]", "gate", READ["gate"]),
        (('name = "Pool"', "name = 5"), "station.name: ", "station", {"shown": 7.0}),
        (("shown = 7.0", "languages = 5"), "station.languages: ", "station", {"name": "Pool"}),
        (("shown = 7.0", "state = 5"), "station.state: ", "station", {"name": "Pool"}),
        (("shown = 7.0", "shwon = 7"), "did you mean shown?", "station", {"name": "Pool"}),
        (('driver = "lights"', "driver = 5"), "display[1].driver: ", "display", None),
        (("pin = 26", 'pin = "x"'), "gate.pin: ", "gate", {"driver": "gpio"}),
    ],
)
def test_what_is_wrong_is_told_and_left_out(
    tmp_path: Path, change: tuple[str, str], told: str, part: str, left: object
) -> None:
    """The rest is kept, and the talk goes on."""
    assert WELL.count(change[0]) == 1
    found, said = kept(tmp_path, WELL.replace(*change))
    assert told in said
    assert found.get(part) == left
    assert {**found, part: 0} == {**READ, part: 0}


@pytest.mark.parametrize("name", ["station", "registry", "scanner", "display", "gate"])
@pytest.mark.parametrize("value", ["5", '"x"', "[]", "[5]"])
def test_what_is_no_table_is_left_out(tmp_path: Path, name: str, value: str) -> None:
    """Whatever it is."""
    found, said = kept(tmp_path, f"{name} = {value}\n")
    assert found == {}
    assert "what is wrong is not kept" in said


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    """And a new one is made."""
    found, said = kept(tmp_path, "[station")
    assert found == {}
    assert "this makes a new one" in said


def test_what_stood_there_first_is_never_lost(tmp_path: Path) -> None:
    """However often a setup is run."""
    path = tmp_path / "kiosk.toml"
    path.write_text("first")
    kept = [write_configuration(path, text) for text in ("second", "third")]
    assert kept == [tmp_path / "kiosk.toml.before", tmp_path / "kiosk.toml.before-2"]
    assert [each.read_text() for each in (*kept, path) if each] == ["first", "second", "third"]
