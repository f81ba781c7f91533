"""How the kiosk does, set for staff who stand before it: a heading and its lines, in one language.

The sign is small and the type as large as lets all lines in. Where even the least type does not,
the last lines are left out whole: the first say what is wrong.
"""

from kaiku.text import Language
from kiosk.display.screen.blocks import Block, Figure, Placed, paragraph, stack
from kiosk.display.screen.canvas import Canvas
from kiosk.display.screen.lettering import Run, Weight
from kiosk.ports import Scene

LEAST = 11
"""The least size of type, in pixels, that e-ink shows whole."""
_SIGN = 0.24
_AT_MOST = 0.07
"""The sign's height and the greatest size of the lines, in heights of the panel."""


def list_lines(scene: Scene, canvas: Canvas, language: Language) -> tuple[Placed, ...]:
    """Return the parts of a scene that has lines, all of them within the canvas's margins."""
    margin, sign = canvas.margin, round(_SIGN * canvas.height)
    left = margin + sign + max(6, round(0.03 * canvas.width))
    width, height = canvas.width - margin - left, canvas.height - 2 * margin
    listing = _largest(scene, language, canvas, width, height)
    top = margin + (height - max(listing.height, sign)) / 2
    return (Figure(margin, top, sign, scene.signal), *listing.moved(left, top))


def _largest(
    scene: Scene, language: Language, canvas: Canvas, width: float, height: float
) -> Block:
    """Return the heading and its lines in the largest type in which all, or the most, have room."""
    for count in range(len(scene.lines), -1, -1):
        for size in range(max(LEAST, round(_AT_MOST * canvas.height)), LEAST - 1, -1):
            block = _set(scene, language, count, size, width)
            if block is not None and block.height <= height:
                return block
    return Block()


def _set(scene: Scene, language: Language, count: int, size: int, width: float) -> Block | None:
    """Set the heading and so many lines; None where a word is wider than the panel."""
    heading = paragraph([Run(scene.title.in_(language), Weight.BOLD)], round(1.25 * size), width)
    lines = [
        paragraph([Run(line.in_(language))], size, width, (0.1 if number else 0.4) * size)
        for number, line in enumerate(scene.lines[:count])
    ]
    blocks = [block for block in (heading, *lines) if block is not None]
    return stack(blocks) if len(blocks) == 1 + count else None
