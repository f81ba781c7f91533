"""What a picture is drawn on: a size, and the colours that the panel behind it can show.

Every pair of a ground and the ink on it has a contrast of at least 7:1 (WCAG 2, AAA).
"""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.ports import Signal

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
RED: Colour = (255, 0, 0)
YELLOW: Colour = (255, 255, 0)
GREEN: Colour = (0, 255, 0)


class Palette(StrEnum):
    """The colours that a panel can show; all but ``RGB`` are the pure colours of e-ink."""

    RGB = "rgb"
    BLACK_WHITE = "bw"
    BLACK_WHITE_RED = "bwr"
    BLACK_WHITE_YELLOW = "bwy"
    BLACK_WHITE_RED_YELLOW = "bwry"
    BLACK_WHITE_RED_YELLOW_GREEN = "bwryg"

    @property
    def has_tones(self) -> bool:
        """Tell whether edges can be smoothed; e-ink has pure colours only."""
        return self is Palette.RGB


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's width and height in pixels, wider than it is high, and its colours."""

    width: int
    height: int
    palette: Palette = Palette.RGB

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a size that no words fit on."""
        if self.width < 200 or self.height < 96 or self.width < self.height:
            raise ValueError(
                f"a screen is at least 200 by 96 pixels and not higher than wide, "
                f"not {self.width} by {self.height}"
            )

    @property
    def margin(self) -> int:
        """The white space that is kept free at every edge, in pixels."""
        return max(5, round(0.05 * self.height))


@dataclass(frozen=True, slots=True)
class Colours:
    """A scene's colours: the ground, the ink of words on it, and the symbol's shape."""

    ground: Colour
    ink: Colour
    symbol: Colour


_TONES: dict[Signal, Colours] = {
    Signal.IDLE: Colours((250, 248, 243), (22, 32, 44), (18, 62, 108)),
    Signal.WAIT: Colours((52, 62, 74), WHITE, WHITE),
    Signal.ACCEPTED: Colours((6, 88, 46), WHITE, WHITE),
    Signal.ASK: Colours((18, 62, 128), WHITE, WHITE),
    Signal.REFUSED: Colours((138, 16, 32), WHITE, WHITE),
    Signal.FAULT: Colours((255, 196, 30), (22, 24, 28), (22, 24, 28)),
}

_ON_PAPER = Colours(WHITE, BLACK, BLACK)
_ON_INK = Colours(BLACK, WHITE, WHITE)

_PAPER: dict[Palette, dict[Signal, Colours]] = {
    Palette.RGB: {},
    Palette.BLACK_WHITE: {Signal.REFUSED: _ON_INK},
    Palette.BLACK_WHITE_RED: {
        Signal.REFUSED: Colours(WHITE, BLACK, RED),
        Signal.FAULT: Colours(WHITE, BLACK, RED),
    },
    Palette.BLACK_WHITE_YELLOW: {
        Signal.REFUSED: _ON_INK,
        Signal.FAULT: Colours(YELLOW, BLACK, BLACK),
    },
    Palette.BLACK_WHITE_RED_YELLOW: {
        Signal.REFUSED: Colours(WHITE, BLACK, RED),
        Signal.FAULT: Colours(YELLOW, BLACK, BLACK),
    },
    Palette.BLACK_WHITE_RED_YELLOW_GREEN: {
        Signal.ACCEPTED: Colours(GREEN, BLACK, BLACK),
        Signal.REFUSED: Colours(WHITE, BLACK, RED),
        Signal.FAULT: Colours(YELLOW, BLACK, BLACK),
    },
}
"""White on e-ink's red and red on white are below 7:1: red is for the symbol, words stay black."""


def colours(signal: Signal, palette: Palette) -> Colours:
    """Return the colours of a signal's scene on a panel."""
    if palette is Palette.RGB:
        return _TONES[signal]
    return _PAPER[palette].get(signal, _ON_PAPER)
