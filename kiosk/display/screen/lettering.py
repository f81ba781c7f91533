"""Words set in type: fonts loaded once, widths measured, lines broken at words and evened out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import font_source_sans_pro
from PIL import ImageFont

LEADING = 1.15
"""From one baseline to the next, in sizes of the type."""
TIE = "\N{NO-BREAK SPACE}"


class Weight(StrEnum):
    """The weights in use."""

    REGULAR = "SourceSansPro"
    BOLD = "SourceSansProBold"


@lru_cache(maxsize=32)
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of a size in pixels."""
    file = font_source_sans_pro.font_files_ttf[weight]
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight within a paragraph."""

    words: str
    weight: Weight = Weight.REGULAR


@dataclass(frozen=True, slots=True)
class Word:
    """A word that stays whole, ``x`` pixels from the start of its line."""

    letters: str
    weight: Weight
    x: float
    width: float


Line = tuple[Word, ...]


def line_width(line: Line) -> float:
    """Return a line's width in pixels."""
    return line[-1].x + line[-1].width if line else 0.0


@lru_cache(maxsize=256)
def break_lines(runs: tuple[Run, ...], size: int, width: float) -> tuple[Line, ...] | None:
    """Return the lines of a paragraph ``width`` pixels wide, none much longer than the others.

    Lines break at spaces only; a :data:`TIE` keeps words together. ``None`` says that a word is
    wider than a line.
    """
    space = math.ceil(0.2 * size) + 1
    tokens = [
        _token(letters, run.weight, size, space)
        for run in runs
        for letters in run.words.split(" ")
        if letters
    ]
    widest = max(map(line_width, tokens), default=0.0)
    if widest > width:
        return None
    lines = _greedy(tokens, space, width)
    low, high = widest, width
    while high - low > 0.25 * size:
        middle = (low + high) / 2
        if len(_greedy(tokens, space, middle)) > len(lines):
            low = middle
        else:
            high = middle
    return _greedy(tokens, space, high)


@lru_cache(maxsize=4096)
def _length(word: str, weight: Weight, size: int) -> float:
    return font(weight, size).getlength(word)


def _token(letters: str, weight: Weight, size: int, space: float) -> Line:
    """Return what stays together: a word, or several with ties between them."""
    words: list[Word] = []
    x = 0.0
    for part in letters.split(TIE):
        words.append(Word(part, weight, x, _length(part, weight, size)))
        x += words[-1].width + space
    return tuple(words)


def _greedy(tokens: Sequence[Line], space: float, width: float) -> tuple[Line, ...]:
    lines: list[Line] = []
    line: Line = ()
    for token in tokens:
        start = line_width(line) + space if line else 0.0
        if line and start + line_width(token) > width:
            lines.append(line)
            line, start = (), 0.0
        line += tuple(replace(word, x=word.x + start) for word in token)
    return (*lines, line) if line else tuple(lines)
