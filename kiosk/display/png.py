"""Scenes as a PNG file, for a screen that another program shows, and for looking at.

The file is always whole: a new picture is written beside it and takes its place.
"""

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from kiosk.display._newest import Newest, NotTakenError
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import DeviceError, Display, DriverSettings, Place, Scene, Surroundings

_log = logging.getLogger(__name__)


class Settings(DriverSettings):
    """Where the picture goes, its size in pixels and its colours."""

    path: Place = Field(strict=False)
    width: int = Field(default=800, ge=200, le=4096)
    height: int = Field(default=480, ge=96, le=4096)
    palette: Palette = Field(default=Palette.RGB, strict=False)

    @field_validator("height")
    @classmethod
    def _is_not_upright(cls, height: int, known: ValidationInfo) -> int:
        if height > known.data.get("width", height):
            raise ValueError("must not be more than width: a screen is not higher than wide")
        return height

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its file."""
        return {"path": (os.path.realpath(self.path),)}

    def lacks(self) -> Mapping[str, str]:
        """Return the folder where it is not there; what is there may be no folder itself."""
        mend = _missing(self.path.parent)
        with suppress(PermissionError):  # of this user, who need not be the kiosk's
            if mend is None and self.path.is_dir():
                mend = f"{self.path} is a folder; name a file in it"
        return {} if mend is None else {"path": mend}


def _missing(folder: Path) -> str | None:
    """Return what to do about a folder that is not there."""
    try:
        there = folder.is_dir()
    except PermissionError:
        return f"the folder {folder} is closed to this user; open it, or name another"
    return None if there else f"the folder {folder} does not exist; create it"


def connect(settings: Settings, surroundings: Surroundings) -> Display:
    """Return the file as a display. Raises ``DeviceError`` for a path that won't do."""
    canvas = Canvas(settings.width, settings.height, settings.palette)
    mend = _missing(settings.path.parent)
    if mend is not None:
        raise DeviceError(f"path: {mend}")
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
