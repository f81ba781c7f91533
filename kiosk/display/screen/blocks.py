"""What a layout is put together from: paragraphs and rows of people, each set at its own origin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kaiku.party import Party
from kiosk.display.screen.lettering import LEADING, TIE, Line, Run, Weight, break_lines, line_width
from kiosk.display.screen.symbols import people, person
from kiosk.ports import Signal

MOST_FIGURES = 4
"""So many people of a kind are drawn one by one; of more, one figure with a number."""

_BASELINE = 0.90
"""From the top of a line to its baseline, in sizes of the type: room for the ring of an Å."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A line of words: the left end of its baseline, and the size of its type, in pixels."""

    x: float
    y: float
    size: int
    line: Line


@dataclass(frozen=True, slots=True)
class Figure:
    """A sign or a person: its upper left corner and its height, in pixels."""

    x: float
    y: float
    size: int
    what: Signal | str


Placed = Lettering | Figure


@dataclass(frozen=True, slots=True)
class Block:
    """Parts that belong together, their size and the space wanted above them, in pixels."""

    parts: tuple[Placed, ...] = ()
    width: float = 0.0
    height: float = 0.0
    above: float = 0.0

    def moved(self, x: float, y: float) -> tuple[Placed, ...]:
        """Return the parts as they stand with the block's upper left corner at a place."""
        return tuple(replace(part, x=part.x + x, y=part.y + y) for part in self.parts)


def stack(blocks: Sequence[Block]) -> Block:
    """Put blocks below one another, at the left."""
    parts: list[Placed] = []
    y = 0.0
    for number, block in enumerate(blocks):
        y += block.above if number else 0
        parts += block.moved(0, y)
        y += block.height
    return Block(tuple(parts), max((block.width for block in blocks), default=0.0), y)


def paragraph(runs: Sequence[Run], size: int, width: float, above: float = 0.0) -> Block | None:
    """Set a paragraph; ``None`` says that a word is wider than it."""
    lines = break_lines(tuple(runs), size, width)
    if lines is None:
        return None
    parts = tuple(
        Lettering(0.0, (number * LEADING + _BASELINE) * size, size, line)
        for number, line in enumerate(lines)
    )
    widest = max(map(line_width, lines), default=0.0)
    return Block(parts, widest, len(lines) * LEADING * size, above)


def line_of(texts: Sequence[str], size: int, width: float) -> Block:
    """Set all the texts in a line, or where there is no room the first alone, broken if need be."""
    every = paragraph([Run(f" {TIE}·{TIE} ".join(texts))], size, width)
    if every is not None and len(every.parts) == 1:
        return every
    return paragraph([Run(texts[0])], size, width) or Block()


def people_row(
    party: Party, words: Sequence[str], size: int, width: float, above: float
) -> Block | None:
    """Set a party: figures, and beside them, or where there is no room below them, the words.

    ``words`` say it kind by kind. ``None`` says that the figures or a word are wider than
    ``width``.
    """
    figures = _figures(party, round(1.6 * size), size)
    if figures.width > width:
        return None
    gap = 0.5 * size
    for smaller in range(size, max(11, round(0.72 * size)) - 1, -1):
        beside = paragraph([Run(tied(words))], smaller, width - figures.width - gap)
        if beside is not None and len(beside.parts) <= 1:
            drop = figures.height - _BASELINE * smaller
            parts = (*figures.parts, *beside.moved(figures.width + gap, drop))
            return replace(figures, parts=parts, above=above)
    below = paragraph([Run(tied(words))], size, width, 0.3 * size)
    return None if below is None else replace(stack([figures, below]), above=above)


def tied(parts: Sequence[str]) -> str:
    """Join a party's parts so that a line breaks only before a plus."""
    return f" +{TIE}".join(part.replace(" ", TIE) for part in parts)


def _figures(party: Party, height: int, size: int) -> Block:
    parts: list[Placed] = []
    within, between = 0.1 * height, 0.22 * height
    x = 0.0
    for kind, count in people(party):
        step = person(kind, height, smooth=True).width + within
        shown = count if count <= MOST_FIGURES else 1
        parts.extend(Figure(x + step * number, 0.0, height, kind) for number in range(shown))
        x += step * shown
        if count > shown:
            times = paragraph([Run(f"×{count}", Weight.BOLD)], size, 9.0 * size) or Block()
            parts.extend(times.moved(x, height - _BASELINE * size))
            x += times.width + within
        x += between - within
    return Block(tuple(parts), x - between, float(height))
