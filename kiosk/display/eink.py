"""Scenes on an e-ink panel, which holds its picture without power and takes its time to change it.

A refresh takes from half a second (black and white) to half a minute (many colours), flickers, and
wears the panel; its maker asks for three minutes between two. So the panel is never the verdict:
lights and sound tell that at once. By default it shows what stands: the idle scene with its
notices, and faults. With ``shows = "everything"`` it shows verdicts too, for an attended desk with
a black and white panel.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field, field_validator, model_validator

from kiosk.display._newest import Newest, NotTakenError
from kiosk.display._panels import INKY, WAVESHARE, Panel, lines_of, open_panel
from kiosk.display.screen import Canvas, draw
from kiosk.ports import (
    SPI_BUS,
    DeviceError,
    Display,
    DriverSettings,
    Scene,
    Signal,
    Surroundings,
    lines,
)

_log = logging.getLogger(__name__)

_STANDING = (Signal.IDLE, Signal.FAULT)
_LONGEST_VERDICT = 30.0


class Settings(DriverSettings):
    """Which panel, and how it is spared.

    ``rest`` are the least seconds between two refreshes; ``settle`` the seconds that an idle or
    fault scene must last before it is drawn; ``rotate`` turns the picture for a panel that hangs
    upside down.
    """

    panel: str
    shows: Literal["standing", "everything"] = "standing"
    rest: float = Field(default=180.0, ge=0)
    settle: float = Field(default=10.0, ge=0)
    rotate: Literal[0, 180] = 0

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its place on the bus, and the lines that its board has fixed."""
        return {"panel": ("SPI 0.0", *lines(*lines_of(self.panel)))}

    def shares(self) -> tuple[str, ...]:
        """Return the bus's lines."""
        return SPI_BUS

    @field_validator("panel")
    @classmethod
    def _known(cls, panel: str) -> str:
        if panel not in WAVESHARE and panel not in INKY:
            raise ValueError(f"must be one of {', '.join([*INKY, *WAVESHARE])}")
        return panel

    @model_validator(mode="after")
    def _no_stale_verdict(self) -> "Settings":
        if self.shows == "everything" and self.rest > _LONGEST_VERDICT:
            raise ValueError(
                f'shows = "everything" needs rest = {_LONGEST_VERDICT:g} or less: '
                "a verdict that stays longer would be taken for the next visitor's"
            )
        return self


def connect(settings: Settings, surroundings: Surroundings) -> Display:
    """Return the panel as a display. Raises ``DeviceError`` where it cannot be opened."""
    panel = open_panel(settings.panel)
    try:
        canvas = Canvas(panel.width, panel.height, panel.palette)
    except ValueError as error:
        raise DeviceError(f"{settings.panel} is too small: {error}") from error
    return EinkDisplay(panel, canvas, settings, surroundings)


@dataclass(slots=True)
class Pace:
    """When a scene may be drawn: once it has lasted, and once the panel has rested.

    What staff ask for comes at once, and sooner after the last refresh, for it is seldom.
    """

    rest: float
    settle: float
    refreshed: float = float("-inf")

    def due(self, scene: Scene, given: float) -> float:
        """Return the time of ``time.monotonic()`` at which a scene given at a time is due."""
        if scene.lines:
            return max(given, self.refreshed + min(self.rest, _LONGEST_VERDICT))
        lasts = self.settle if scene.signal in _STANDING else 0.0
        return max(given + lasts, self.refreshed + self.rest)


class EinkDisplay:
    """Draws what the panel is to show, as seldom as may be."""

    def __init__(
        self, panel: Panel, canvas: Canvas, settings: Settings, surroundings: Surroundings
    ) -> None:
        self._panel = panel
        self._canvas = canvas
        self._settings = settings
        self._languages = surroundings.languages
        self._pace = Pace(settings.rest, settings.settle)
        self._newest = Newest(self._refresh, self._pace.due)
        self._shown: Scene | None = None
        self._idle: Scene | None = None
        self._closed = False

    async def show(self, scene: Scene) -> None:
        """Have the scene drawn in its time, if it is one for this panel; return at once.

        What is being typed is left out: it would cost a refresh a digit.
        """
        if scene.signal is Signal.IDLE:
            scene = replace(scene, party=None)
            self._idle = self._idle if scene.lines else scene
        if self._settings.shows == "everything" or scene.signal in _STANDING:
            self._newest.give(scene)

    def check(self) -> str:
        """Return the panel's size and colours."""
        canvas = self._canvas
        return f"{canvas.width} by {canvas.height} pixels, colours {canvas.palette}"

    @property
    def trouble(self) -> str | None:
        """Return why the last picture was not taken; None where it was."""
        return self._newest.trouble

    async def close(self) -> None:
        """Wait for a refresh that runs, and leave the idle picture on the panel and it asleep."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._newest.close(self._idle)
        finally:
            self._panel.close()

    def _refresh(self, scene: Scene) -> None:
        if scene == self._shown:
            return
        image = draw(scene, self._canvas, self._languages).rotate(self._settings.rotate)
        try:
            self._panel.show(image)
        except (OSError, RuntimeError) as error:
            self._shown = None
            _log.warning("the panel %s did not take a picture: %s", self._settings.panel, error)
            raise NotTakenError(f"it took no picture: {error}") from error
        finally:
            self._pace.refreshed = time.monotonic()
        self._shown = scene
