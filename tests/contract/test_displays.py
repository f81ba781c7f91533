"""What every display does, whatever it is: one suite over all of them, on their real drivers."""

import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory
from PIL import Image
from pydantic import ValidationError

from kaiku.party import Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Language
from kiosk.display import eink, led_matrix, lights, png, terminal
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import Display, DriverSettings, Scene, SelfTest, Signal, Surroundings
from tests.display.bus import Wire, unpacked
from tests.display.fixtures import inky, lines, no_pauses, waveshare, wire
from tests.display.patience import until
from tests.display.scenes import ACCEPTED, IDLE, LANGUAGES, NOTICE, ORDERS, REFUSALS
from tests.drivers.fixtures import pins

__all__ = ["inky", "lines", "no_pauses", "pins", "waveshare", "wire"]
pytestmark = pytest.mark.filterwarnings("ignore:Image.Image.getdata:DeprecationWarning")

GREEN, YELLOW, RED = 13, 6, 5
QUICK = 0.02
"""Seconds that ``show`` may take, by the median: the next scan waits for it."""


@dataclass
class Rig:
    """A display: how it is connected, and eyes that see whether it shows a scene."""

    connect: Callable[[Surroundings], Display]
    shows: Callable[[Scene], bool]


def connecting(module: Any, **settings: object) -> Callable[[Surroundings], Display]:
    """Return how a display is connected, with settings as they come from TOML."""
    parsed: DriverSettings = module.Settings.model_validate({"driver": "x", **settings})
    return lambda surroundings: module.connect(parsed, surroundings)


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Give a terminal; its last block of lines is what is read."""
    stream = io.StringIO()

    def connect(surroundings: Surroundings) -> Display:
        monkeypatch.setattr(sys, "stdout", stream)  # here: pytest changes it after this fixture
        return connecting(terminal)(surroundings)

    def shows(scene: Scene) -> bool:
        return stream.getvalue().endswith("\n".join(block(scene)) + "\n")

    def block(scene: Scene) -> list[str]:
        first, *rest = terminal.lines(scene, LANGUAGES)
        return [first, *(f"  {line}" for line in rest)]

    return Rig(connect, shows)


@pytest.fixture
def on_lights(pins: MockFactory) -> Rig:
    """Give three lamps."""
    lamps = {
        Signal.IDLE: {RED: 0, GREEN: 0, YELLOW: 0},
        Signal.WAIT: {RED: 0, GREEN: 0},
        Signal.ACCEPTED: {RED: 0, GREEN: 1, YELLOW: 0},
        Signal.ASK: {RED: 0, GREEN: 0},
        Signal.REFUSED: {GREEN: 0, YELLOW: 0},
        Signal.FAULT: {YELLOW: 0},
    }

    def shows(scene: Scene) -> bool:
        return all(pins.pin(pin).state == lit for pin, lit in lamps[scene.signal].items())

    settings = {"red": RED, "yellow": YELLOW, "green": GREEN, "heartbeat": False}
    return Rig(connecting(lights, **settings), shows)


@pytest.fixture
def on_png(tmp_path: Path) -> Rig:
    """Give a file."""
    path = tmp_path / "screen.png"

    def shows(scene: Scene) -> bool:
        if not path.exists():
            return False
        with Image.open(path) as image:
            expected = draw(scene, Canvas(264, 176), LANGUAGES)
            return image.convert("RGB").tobytes() == expected.tobytes()

    return Rig(connecting(png, path=str(path), width=264, height=176), shows)


@pytest.fixture
def on_led_matrix(wire: Wire) -> Rig:
    """Give a single block, whose eight columns are the last eight transfers."""

    def shows(scene: Scene) -> bool:
        columns = [sent[1] for _, sent in wire.sent if 1 <= sent[0] <= 8][-8:]
        image = Image.new("1", (8, 8))
        for x, column in enumerate(columns):
            for y in range(8):
                image.putpixel((x, y), column >> y & 1)
        return image.tobytes() == led_matrix.picture(scene, 8).tobytes()

    return Rig(connecting(led_matrix, cascaded=1, orientation=0), shows)


def last(wire: Wire, *commands: int) -> list[bytes]:
    """Return what was last sent with each command; nothing yet is nothing."""
    sent = wire.commands()
    return [next((data for code, data in reversed(sent) if code == each), b"") for each in commands]


def on_eink(panel: str, seen: Callable[[Scene, Palette], bool], palette: Palette) -> Rig:
    """Give an e-ink panel that shows everything at once."""
    settings = {"panel": panel, "shows": "everything", "rest": 0, "settle": 0}
    return Rig(connecting(eink, **settings), lambda scene: seen(replace_typed(scene), palette))


def replace_typed(scene: Scene) -> Scene:
    """Return a scene as e-ink has it: without what is being typed."""
    return replace(scene, party=None) if scene.signal is Signal.IDLE else scene


@pytest.fixture
def on_waveshare(waveshare: Wire) -> Rig:
    """Give a black and white panel of Waveshare."""

    def seen(scene: Scene, palette: Palette) -> bool:
        (memory,) = last(waveshare, 0x24)
        expected = draw(scene, Canvas(250, 122, palette), LANGUAGES).convert("1")
        return bool(memory) and (
            unpacked(memory, 122, 250).rotate(-90, expand=True).tobytes() == expected.tobytes()
        )

    return on_eink("epd2in13_V4", seen, Palette.BLACK_WHITE)


@pytest.fixture
def on_inky(inky: Wire) -> Rig:
    """Give a panel of Pimoroni with red ink; its black memory is looked at."""

    def seen(scene: Scene, palette: Palette) -> bool:
        (memory,) = last(inky, 0x24)
        red, _, _ = draw(scene, Canvas(400, 300, palette), LANGUAGES).split()
        return bool(memory) and unpacked(memory, 400, 300).tobytes() == red.convert("1").tobytes()

    return on_eink("inky-what-red", seen, Palette.BLACK_WHITE_RED)


DISPLAYS = [
    "on_terminal",
    "on_lights",
    "on_png",
    "on_led_matrix",
    "on_waveshare",
    "on_inky",
]


@pytest.fixture(params=DISPLAYS)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Give each display in turn."""
    found: Rig = request.getfixturevalue(request.param)
    return found


def surroundings(languages: tuple[Language, ...] = LANGUAGES) -> Surroundings:
    """Return a station with its languages."""
    return Surroundings(station="Pool, gate 1", languages=languages)


SCENES = [
    Scene(signal, WORDS[reason].title, WORDS[reason].mend, Party(children=2), 3, NOTICE)
    for signal in Signal
    for reason in Reason
]


@pytest.mark.parametrize("languages", ORDERS, ids="-".join)
async def test_every_scene_is_shown_and_at_once(rig: Rig, languages: tuple[Language, ...]) -> None:
    """Each signal with each reason's words, in each language: nothing fails, nobody waits."""
    display = rig.connect(surroundings(languages))
    took = []
    for scene in SCENES:
        before = time.perf_counter()
        await display.show(scene)
        took.append(time.perf_counter() - before)
    await display.close()
    assert median(took) < QUICK


async def test_the_newest_scene_is_what_stays(rig: Rig) -> None:
    """After a burst the last scene is shown, whatever was skipped."""
    display = rig.connect(surroundings())
    for scene in [IDLE, *REFUSALS, ACCEPTED]:
        await display.show(scene)
    await until(lambda: rig.shows(ACCEPTED))
    for scene in [ACCEPTED, IDLE, REFUSALS[3]]:
        await display.show(scene)
    await until(lambda: rig.shows(REFUSALS[3]))
    await display.close()


async def test_a_scene_with_the_least_and_one_with_everything(rig: Rig) -> None:
    """A title alone will do; nobody admitted, nothing remaining and a full house are no error."""
    display = rig.connect(surroundings())
    for signal in Signal:
        await display.show(Scene(signal, IDLE.title))
        await display.show(Scene(signal, IDLE.title, party=Party(adults=0), remaining=0))
        await display.show(Scene(signal, IDLE.title, IDLE.title, Party(99, 99, 99), 9999, NOTICE))
    await display.close()


async def test_closing_twice_is_harmless(rig: Rig) -> None:
    """With or without anything shown before."""
    display = rig.connect(surroundings())
    await display.show(IDLE)
    await display.close()
    await display.close()


async def test_closing_a_display_that_has_shown_nothing(rig: Rig) -> None:
    """A kiosk that fails while it starts closes what it has opened."""
    display = rig.connect(surroundings())
    await display.close()
    await display.close()


async def test_a_check_of_itself_is_a_line(rig: Rig) -> None:
    """A display that offers one says what it found."""
    display = rig.connect(surroundings())
    if isinstance(display, SelfTest):
        assert display.check()
    await display.close()


@pytest.mark.parametrize("module", [terminal, lights, png, led_matrix, eink])
def test_a_setting_that_is_not_known_is_an_error(module: Any) -> None:
    """A misspelt key is not ignored."""
    with pytest.raises(ValidationError, match="colour"):
        module.Settings.model_validate({"driver": "x", "colour": "green"})
