"""Scenes as a file that is always whole."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kiosk.display import _newest, png
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import DeviceError, Display, Troubled
from tests.display.patience import until
from tests.display.scenes import ACCEPTED, IDLE, LANGUAGES, REFUSALS, SURROUNDINGS


def settings(path: Path, **others: object) -> png.Settings:
    """Return the settings as they come from TOML."""
    return png.Settings.model_validate({"driver": "png", "path": str(path)} | others)


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return [file.name for file in folder.iterdir()]


async def test_the_file_is_the_picture(tmp_path: Path) -> None:
    """Of the size and the colours that the configuration says."""
    path = tmp_path / "screen.png"
    display = png.connect(settings(path, width=400, height=300, palette="bwr"), SURROUNDINGS)
    await display.show(REFUSALS[0])
    await display.close()
    expected = draw(REFUSALS[0], Canvas(400, 300, Palette.BLACK_WHITE_RED), LANGUAGES)
    with Image.open(path) as image:
        assert image.convert("RGB").tobytes() == expected.tobytes()


async def test_whoever_reads_the_file_reads_a_whole_picture(tmp_path: Path) -> None:
    """While pictures are written one after the other, no reading finds half of one."""
    path = tmp_path / "screen.png"
    display = png.connect(settings(path), SURROUNDINGS)
    await display.show(IDLE)
    await until(path.exists)
    for scene in [ACCEPTED, *REFUSALS]:
        await display.show(scene)
        for _ in range(3):
            with Image.open(BytesIO(path.read_bytes())) as image:
                image.load()
            await asyncio.sleep(0.004)
    await display.close()
    assert names(tmp_path) == ["screen.png"]


async def test_a_file_that_cannot_be_written_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk or a folder that went away does not end the kiosk; the picture comes later."""
    monkeypatch.setattr(_newest, "RETRY", 0.02)
    folder = tmp_path / "folder"
    folder.mkdir()
    display = png.connect(settings(folder / "screen.png"), SURROUNDINGS)
    folder.rmdir()
    await display.show(IDLE)
    await until(lambda: "could not be written" in caplog.text)
    await until(lambda: _trouble(display) is not None)
    assert "the picture cannot be written: " in str(_trouble(display))
    folder.mkdir()
    await until((folder / "screen.png").exists)
    await until(lambda: _trouble(display) is None)
    await display.close()


def _trouble(display: Display) -> str | None:
    """Return what the display says is wrong with it."""
    assert isinstance(display, Troubled)
    return display.trouble


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Before the kiosk runs at all."""
    with pytest.raises(DeviceError, match=r"folder .*missing does not exist"):
        png.connect(settings(tmp_path / "missing" / "screen.png"), SURROUNDINGS)
