"""Scenes as a PNG file, for a screen that another program shows, and for looking at.

The file is always whole: a new picture is written beside it and takes its place.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from kiosk.display._newest import Newest, NotTakenError
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import DeviceError, Display, DriverSettings, Scene, Surroundings

_log = logging.getLogger(__name__)


class Settings(DriverSettings):
    """Where the picture goes, its size in pixels and its colours."""

    path: Path = Field(strict=False)
    width: int = Field(default=800, le=4096)
    height: int = Field(default=480, le=4096)
    palette: Palette = Field(default=Palette.RGB, strict=False)

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its file."""
        return {"path": (os.path.realpath(self.path),)}

    def lacks(self) -> Mapping[str, str]:
        """Return the folder where it is not there."""
        folder = self.path.parent
        return {} if folder.is_dir() else {"path": f"the folder {folder} does not exist; create it"}


def connect(settings: Settings, surroundings: Surroundings) -> Display:
    """Return the file as a display. Raises ``DeviceError`` for a size or folder that won't do."""
    try:
        canvas = Canvas(settings.width, settings.height, settings.palette)
    except ValueError as error:
        raise DeviceError(f"width and height: {error}") from error
    for key, mend in settings.lacks().items():
        raise DeviceError(f"{key}: {mend}")
    return PngDisplay(settings.path, canvas, surroundings)


class PngDisplay:
    """Writes the newest scene to a file."""

    def __init__(self, path: Path, canvas: Canvas, surroundings: Surroundings) -> None:
        self._path = path
        self._canvas = canvas
        self._languages = surroundings.languages
        self._newest = Newest(self._write)

    async def show(self, scene: Scene) -> None:
        """Have the scene written; return at once."""
        self._newest.give(scene)

    @property
    def trouble(self) -> str | None:
        """Return why the last picture was not taken; None where it was."""
        return self._newest.trouble

    async def close(self) -> None:
        """Write what has been shown last. The file stays."""
        await self._newest.close(self._newest.waiting)

    def _write(self, scene: Scene) -> None:
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            draw(scene, self._canvas, self._languages).save(beside, "PNG", compress_level=1)
            beside.replace(self._path)
        except OSError as error:
            _log.warning("the picture could not be written: %s", error)
            raise NotTakenError(f"the picture cannot be written: {error}") from error
