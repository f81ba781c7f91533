"""``kaikuportti setup`` asks which displays there are, and has each show something."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kaiku.text import Language
from kiosk import words
from kiosk.config import Role, configure
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import Scene, Signal
from kiosk.setup.displays import ask_displays
from kiosk.setup.talk import talk_at
from tests.display.bus import Wire, unpacked
from tests.display.fixtures import inky, lines, no_pauses, waveshare, wire
from tests.display.patience import until
from tests.kiosk.setup_terminal import Terminal

__all__ = ["inky", "lines", "no_pauses", "waveshare", "wire"]

STANDS = Scene(Signal.IDLE, words.SHOW_CARD)


class Asked:
    """Somebody at a terminal who is asked for the displays of a kiosk."""

    def __init__(self, *before: dict[str, Any]) -> None:
        """Begin, with the displays that stand in the configuration."""
        self.terminal = Terminal()
        self._parts: dict[str, Any] = {
            "station": {"name": "Pool"},
            "registry": {"url": "https://kanta.example"},
            "scanner": [{"driver": "stdin"}],
        }
        self._talking = asyncio.create_task(self._talk({"display": before}))

    async def _talk(self, before: dict[str, Any]) -> None:
        async with talk_at(self.terminal.descriptor, self.terminal.said) as talk:
            await ask_displays(talk, self._parts, before)

    async def ended(self) -> None:
        """Wait until nothing more is asked."""
        await self._talking
        os.close(self.terminal.descriptor)

    async def written(self) -> list[dict[str, Any]]:
        """Wait until there are no more displays; return them as the kiosk reads them."""
        await self.terminal.answer("Which [none]")
        await self.ended()
        config = configure(Path("kiosk.toml"), self._parts)
        return [each.settings.model_dump(exclude_unset=True) for each in config.of(Role.DISPLAY)]


async def shown(wire: Wire) -> bytes:
    """Wait for a picture on the bus, and return it."""
    async with asyncio.timeout(20):
        while not any(code == 0x24 and data for code, data in wire.commands()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return wire.data_of(0x24)


async def test_a_panel_of_waveshare_is_chosen_by_what_stands_on_its_back(waveshare: Wire) -> None:
    """It shows at once what stands, the right way up, though it spares itself later."""
    asked = Asked()
    terminal = asked.terminal
    await terminal.answer("Which [lights]", "eink")
    await terminal.answer("Who has made the panel?", "waveshare")
    await terminal.hear("epd2in13_V4   2.13inch V4, black and white\n")
    await terminal.hear("epd2in13b_V4  2.13inch (B) V4, black, white and red\n")
    await terminal.answer("Which [epd2in13_V3]", "epd2in13_V4")
    await terminal.answer("hang upside down?", "y")
    await terminal.hear("Does it show “Näytä kortti”")
    picture = unpacked(await shown(waveshare), 122, 250).rotate(-90, expand=True)
    expected = draw(STANDS, Canvas(250, 122, Palette.BLACK_WHITE), tuple(Language)).rotate(180)
    assert picture.tobytes() == expected.convert("1").tobytes()
    terminal.type("y")
    await terminal.answer("Which [lights]", "terminal")
    for _ in range(3):
        await terminal.answer("Does it show")
    assert await asked.written() == [
        {"driver": "eink", "panel": "epd2in13_V4", "rotate": 180},
        {"driver": "terminal"},
    ]


async def test_a_panel_of_pimoroni_shows_what_stands(inky: Wire) -> None:
    """What it is set to beyond what is asked stays as it was."""
    asked = Asked({"driver": "eink", "panel": "inky-what-red", "rest": 600.0})
    terminal = asked.terminal
    await terminal.answer("Which [eink]")
    await terminal.answer("Which [pimoroni]")
    await terminal.answer("Which [inky-what-red]")
    await terminal.answer("hang upside down?")
    await terminal.hear("Does it show “Näytä kortti”")
    assert await shown(inky)
    terminal.type("y")
    await terminal.answer("Which [lights]", "terminal")
    for _ in range(3):
        await terminal.answer("Does it show")
    assert await asked.written() == [
        {"driver": "eink", "panel": "inky-what-red", "rest": 600.0},
        {"driver": "terminal"},
    ]


async def test_a_picture_is_written_to_its_file(tmp_path: Path) -> None:
    """A folder that is not there is told; the file is then there to be looked at."""
    asked, path = Asked(), tmp_path / "screen.png"
    terminal = asked.terminal
    await terminal.answer("Which [lights]", "png")
    await terminal.answer("file [/var/lib/kaikuportti/screen.png]", "screen.png")
    await terminal.hear("Type all of it")
    terminal.type(str(tmp_path / "none" / "screen.png"))
    await terminal.answer("width")
    await terminal.answer("height")
    await terminal.hear("It cannot be used: path: the folder")
    terminal.type("n")
    await terminal.answer("Try other settings?")
    await terminal.answer("The picture's file", str(path))
    await terminal.answer("width in pixels [800]", "400")
    await terminal.answer("height in pixels [480]", "300")
    for expected in ("a welcome", "a refusal", "a question"):
        await terminal.answer(f"Does it show {expected}")
    assert await asked.written() == [
        {"driver": "png", "path": path, "width": 400, "height": 300},
    ]
    with Image.open(path) as image:
        assert image.size == (400, 300)


async def test_two_displays_of_one_kind_are_both_kept(tmp_path: Path) -> None:
    """Enter keeps them, one after the other."""
    first, second = ({"driver": "png", "path": str(tmp_path / name)} for name in ("1", "2"))
    asked = Asked(first, second)
    for part in (first, second):
        await asked.terminal.answer("Which [png]")
        await asked.terminal.answer(f"file [{part['path']}]")
        await asked.terminal.answer("width")
        await asked.terminal.answer("height")
        for _ in range(3):
            await asked.terminal.answer("Does it show")
    size = {"width": 800, "height": 480}
    assert await asked.written() == [
        {**part, "path": Path(part["path"]), **size} for part in (first, second)
    ]


async def test_a_display_that_takes_no_picture_is_told_whatever_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As where something stands in the file's place."""
    (tmp_path / "screen.png").mkdir()
    asked = Asked({"driver": "png", "path": str(tmp_path / "screen.png")})
    terminal = asked.terminal
    await terminal.answer("Which [png]")
    await terminal.answer("The picture's file")
    await terminal.answer("width")
    await terminal.answer("height")
    await terminal.hear("Does it show a welcome")
    await until(lambda: "could not be written" in caplog.text)
    await asyncio.sleep(0.1)
    terminal.type("y")
    await terminal.hear("It does not work: the picture cannot be written")
    await terminal.answer("Keep it as it is all the same?")
    await terminal.answer("Try other settings?", "n")
    await terminal.answer("Which [lights]", "none")
    await asked.ended()
