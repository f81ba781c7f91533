"""A row of 8 by 8 LED blocks (MAX7219): each signal's sign, and how many children come in.

The glyphs are drawn here by hand: at eight pixels a font says nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from PIL import Image
from pydantic import Field

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

BLOCK = 8
"""The width and height of a block in pixels."""

_SELECT = {0: 8, 1: 7}
"""The line by which the first SPI bus selects each of its devices."""

Glyph = tuple[str, ...]

_SIGNS: dict[Signal, Glyph] = {
    Signal.IDLE: (
        "########",
        "#......#",
        "#.####.#",
        "#......#",
        "#.#.##.#",
        "#.#.##.#",
        "#......#",
        "########",
    ),
    Signal.WAIT: (
        "########",
        ".#....#.",
        "..####..",
        "...##...",
        "...##...",
        "..#..#..",
        ".#.##.#.",
        "########",
    ),
    Signal.ACCEPTED: (
        "........",
        ".......#",
        "......##",
        "#....##.",
        "##..##..",
        ".####...",
        "..##....",
        "........",
    ),
    Signal.ASK: (
        "..####..",
        ".##..##.",
        ".....##.",
        "....##..",
        "...##...",
        "...##...",
        "........",
        "...##...",
    ),
    Signal.REFUSED: (
        "##....##",
        "###..###",
        ".######.",
        "..####..",
        "..####..",
        ".######.",
        "###..###",
        "##....##",
    ),
    Signal.FAULT: (
        "...##...",
        "...##...",
        "...##...",
        "...##...",
        "...##...",
        "........",
        "...##...",
        "...##...",
    ),
}

_CHILD: Glyph = (".###.", ".###.", "..#..", "#####", "..#..", "..#..", ".#.#.", "#...#")

_DIGITS: tuple[Glyph, ...] = (
    (".##.", "#..#", "#..#", "#..#", "#..#", "#..#", ".##."),
    ("..#.", ".##.", "..#.", "..#.", "..#.", "..#.", ".###"),
    (".##.", "#..#", "...#", "..#.", ".#..", "#...", "####"),
    ("###.", "...#", "...#", ".##.", "...#", "...#", "###."),
    ("...#", "..##", ".#.#", "#..#", "####", "...#", "...#"),
    ("####", "#...", "###.", "...#", "...#", "#..#", ".##."),
    (".##.", "#...", "#...", "###.", "#..#", "#..#", ".##."),
    ("####", "...#", "..#.", "..#.", ".#..", ".#..", ".#.."),
    (".##.", "#..#", "#..#", ".##.", "#..#", "#..#", ".##."),
    (".##.", "#..#", "#..#", ".###", "...#", "...#", ".##."),
)


class Settings(DriverSettings):
    """The chain of blocks and how it hangs on SPI.

    ``orientation`` turns each block, ``reversed`` says that the first block is at the right, and
    ``upside_down`` turns the whole row: try them until the card's sign stands upright.
    """

    cascaded: int = Field(default=4, ge=1, le=16)
    orientation: Literal[0, 90, -90, 180] = -90
    reversed: bool = False
    upside_down: bool = False
    port: int = Field(default=0, ge=0, le=255)
    device: int = Field(default=0, ge=0, le=255)
    contrast: int = Field(default=64, ge=0, le=255)

    def takes(self) -> Mapping[str, tuple[str, ...]]:
        """Return its place on the bus and, on the first bus, the lines."""
        place = f"SPI {self.port}.{self.device}"
        if self.port != 0:
            return {"device": (place,)}
        return {"device": (place, *lines(_SELECT.get(self.device)), *SPI_BUS)}

    def shares(self) -> tuple[str, ...]:
        """Return the bus's lines."""
        return SPI_BUS


def connect(settings: Settings, surroundings: Surroundings) -> Display:  # noqa: ARG001
    """Return the blocks as a display. Raises ``DeviceError`` without the library or without SPI."""
    try:
        from luma.core.error import Error as LumaError
        from luma.core.interface.serial import noop, spi
        from luma.led_matrix.device import max7219
    except ImportError as error:
        raise DeviceError("led-matrix needs luma.led_matrix: install the extra `pi`") from error
    try:
        serial = spi(port=settings.port, device=settings.device, gpio=noop())
    except (ImportError, OSError, LumaError) as error:
        raise DeviceError(
            f"SPI {settings.port}.{settings.device} cannot be opened ({error}): enable SPI and "
            "let the service use it"
        ) from error
    return LedMatrixDisplay(
        max7219(
            serial,
            cascaded=settings.cascaded,
            block_orientation=settings.orientation,
            blocks_arranged_in_reverse_order=settings.reversed,
            rotate=2 if settings.upside_down else 0,
            contrast=settings.contrast,
        )
    )


class LedMatrixDisplay:
    """Shows a scene on luma's device at once."""

    def __init__(self, device: Any) -> None:
        self._device = device
        self._closed = False

    async def show(self, scene: Scene) -> None:
        """Light the scene's picture."""
        self._device.display(picture(scene, self._device.width))

    async def close(self) -> None:
        """Put the blocks out and free SPI."""
        if not self._closed:
            self._closed = True
            self._device.cleanup()


def picture(scene: Scene, width: int) -> Image.Image:
    """Return a scene as a 1-bit image, ``width`` by 8: what fits of sign, child and number."""
    sign = _SIGNS[scene.signal]
    children = scene.party.children if scene.party is not None else 0
    number = [_DIGITS[int(digit)] for digit in str(children)] if children else []
    choices: tuple[Sequence[Glyph], ...] = ((sign, _CHILD, *number), (sign, *number), (sign,))
    glyphs = next(
        glyphs
        for glyphs in (choices if number else choices[2:])
        if _length(glyphs) <= width or len(glyphs) == 1
    )
    image = Image.new("1", (width, BLOCK))
    x = (width - _length(glyphs)) // 2
    for glyph in glyphs:
        for y, row in enumerate(glyph):
            for step, dot in enumerate(row):
                image.putpixel((x + step, y), dot == "#")
        x += len(glyph[0]) + 1
    return image


def _length(glyphs: Sequence[Glyph]) -> int:
    return sum(len(glyph[0]) + 1 for glyph in glyphs) - 1
