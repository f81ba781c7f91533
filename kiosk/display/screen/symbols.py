"""The signs of a picture, drawn as shapes: one for each signal, and the people of a party.

No two signals share an outline, so that each is known by its shape alone, in black and white and by
an eye that does not tell red from green.
"""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache

from PIL import Image, ImageDraw

from kaiku.party import Party
from kiosk.ports import Signal

Point = tuple[float, float]

_FINE = 4
"""Shapes are drawn so many times larger and then reduced, which smooths their edges."""
_ON, _OFF = 255, 0


class _Pen:
    """Draws on a square from (0, 0) to (1, 1): shapes that cover, and shapes cut out of them."""

    def __init__(self, size: int) -> None:
        self.side = size * _FINE
        self.image = Image.new("L", (self.side, self.side), _OFF)
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: list[Point], fill: int = _ON) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=fill)

    def disc(self, centre: Point, radius: float, fill: int = _ON) -> None:
        x, y = self._at(centre)
        reach = radius * self.side
        self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=fill)

    def block(self, corner: Point, opposite: Point, radius: float = 0.0, fill: int = _ON) -> None:
        box = (*self._at(corner), *self._at(opposite))
        self._draw.rounded_rectangle(box, radius * self.side, fill=fill)

    def stroke(self, points: list[Point], width: float, fill: int = _ON) -> None:
        """Draw a line with round ends and corners."""
        at = [self._at(point) for point in points]
        self._draw.line(at, fill=fill, width=round(width * self.side), joint="curve")
        for point in points:
            self.disc(point, width / 2, fill)

    def arc(self, centre: Point, radius: float, degrees: Point, width: float, fill: int) -> None:
        """Draw a part of a circle, clockwise from the right, with round ends."""
        start, end = (math.radians(degree) for degree in degrees)
        steps = 48
        turn = [start + (end - start) * step / steps for step in range(steps + 1)]
        x, y = centre
        self.stroke(
            [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turn], width, fill
        )

    def _at(self, point: Point) -> Point:
        return point[0] * (self.side - 1), point[1] * (self.side - 1)


def _accepted(pen: _Pen) -> None:
    pen.disc((0.5, 0.5), 0.5)
    pen.stroke([(0.27, 0.53), (0.44, 0.70), (0.74, 0.34)], 0.115, _OFF)


def _refused(pen: _Pen) -> None:
    corner = 0.5 - 0.5 * math.tan(math.pi / 8)
    pen.polygon(
        [
            (corner, 0), (1 - corner, 0), (1, corner), (1, 1 - corner),
            (1 - corner, 1), (corner, 1), (0, 1 - corner), (0, corner),
        ]
    )  # fmt: skip
    pen.stroke([(0.31, 0.31), (0.69, 0.69)], 0.125, _OFF)
    pen.stroke([(0.69, 0.31), (0.31, 0.69)], 0.125, _OFF)


def _ask(pen: _Pen) -> None:
    pen.block((0.0, 0.02), (1.0, 0.82), 0.14)
    pen.polygon([(0.20, 0.78), (0.50, 0.78), (0.24, 1.0)])
    pen.arc((0.5, 0.315), 0.145, (-170, 70), 0.095, _OFF)
    pen.stroke([(0.548, 0.452), (0.5, 0.49), (0.5, 0.525)], 0.095, _OFF)
    pen.disc((0.5, 0.695), 0.06, _OFF)


def _wait(pen: _Pen) -> None:
    pen.block((0.14, 0.0), (0.86, 0.12), 0.06)
    pen.block((0.14, 0.88), (0.86, 1.0), 0.06)
    pen.polygon([(0.2, 0.15), (0.8, 0.15), (0.8, 0.25), (0.56, 0.5), (0.8, 0.75), (0.8, 0.85),
                 (0.2, 0.85), (0.2, 0.75), (0.44, 0.5), (0.2, 0.25)])  # fmt: skip
    pen.polygon([(0.275, 0.21), (0.725, 0.21), (0.725, 0.235), (0.685, 0.28), (0.315, 0.28),
                 (0.275, 0.235)], _OFF)  # fmt: skip
    pen.polygon([(0.5, 0.56), (0.66, 0.725), (0.34, 0.725)], _OFF)


def _fault(pen: _Pen) -> None:
    pen.stroke([(0.5, 0.10), (0.94, 0.87), (0.06, 0.87), (0.5, 0.10)], 0.12)
    pen.polygon([(0.5, 0.10), (0.94, 0.87), (0.06, 0.87)])
    pen.stroke([(0.5, 0.36), (0.5, 0.59)], 0.105, _OFF)
    pen.disc((0.5, 0.755), 0.063, _OFF)


def _idle(pen: _Pen) -> None:
    pen.block((0.0, 0.26), (1.0, 0.9), 0.08)
    pen.disc((0.2, 0.42), 0.07, _OFF)
    pen.block((0.34, 0.385), (0.86, 0.455), 0.03, _OFF)
    for x, width in ((0.13, 0.05), (0.22, 0.03), (0.29, 0.07), (0.40, 0.03), (0.47, 0.05),
                     (0.56, 0.03), (0.63, 0.07), (0.74, 0.03), (0.81, 0.06)):  # fmt: skip
        pen.block((x, 0.57), (x + width, 0.78), 0.0, _OFF)


_SYMBOLS: dict[Signal, Callable[[_Pen], None]] = {
    Signal.IDLE: _idle,
    Signal.WAIT: _wait,
    Signal.ACCEPTED: _accepted,
    Signal.ASK: _ask,
    Signal.REFUSED: _refused,
    Signal.FAULT: _fault,
}


def _adult(pen: _Pen) -> None:
    _person(pen, 0.0)


def _child(pen: _Pen) -> None:
    _person(pen, 0.32)


def _helper(pen: _Pen) -> None:
    _person(pen, 0.0)
    _make_room(pen)
    pen.stroke([(0.59, 0.73), (0.95, 0.73)], 0.10)
    pen.stroke([(0.77, 0.55), (0.77, 0.91)], 0.10)


def _supporter(pen: _Pen) -> None:
    _person(pen, 0.0)
    _make_room(pen)
    for turn in (90, 210, 330):
        x, y = 0.18 * math.cos(math.radians(turn)), 0.18 * math.sin(math.radians(turn))
        pen.stroke([(0.77 - x, 0.73 - y), (0.77 + x, 0.73 + y)], 0.09)


def _make_room(pen: _Pen) -> None:
    """Cut the place of a sign out of a figure's lower right."""
    pen.disc((0.77, 0.73), 0.27, _OFF)
    pen.block((0.62, 0.73), (1.0, 1.0), fill=_OFF)


def _person(pen: _Pen, top: float) -> None:
    """Draw a head and shoulders from ``top`` down to the ground at 1."""
    height = 1 - top
    width = 0.62 * height
    pen.disc((0.5, top + 0.215 * height), 0.215 * height)
    shoulders = top + 0.49 * height
    pen.block((0.5 - width / 2, shoulders), (0.5 + width / 2, 1.0 + height), 0.5 * width)


_PEOPLE: dict[str, Callable[[_Pen], None]] = {
    "adults": _adult,
    "children": _child,
    "helpers": _helper,
    "supporters": _supporter,
}


@lru_cache(maxsize=16)
def symbol(signal: Signal, size: int, smooth: bool) -> Image.Image:
    """Return a signal's sign as a mask (mode ``L``) of ``size`` by ``size`` pixels."""
    return _drawn(_SYMBOLS[signal], size, smooth)


@lru_cache(maxsize=16)
def person(kind: str, size: int, smooth: bool) -> Image.Image:
    """Return the mask of a figure ``size`` pixels high and as wide as it is.

    ``kind`` is ``adults``, ``children`` (shorter than the rest), ``helpers`` or ``supporters``.
    """
    mask = _drawn(_PEOPLE[kind], size, smooth)
    left, _, right, _ = mask.getbbox() or (0, 0, size, size)
    return mask.crop((left, 0, right, size))


def people(party: Party) -> Iterator[tuple[str, int]]:
    """Give the kinds of people in a party and how many there are, in the order they are shown."""
    for kind in _PEOPLE:
        if count := getattr(party, kind):
            yield kind, count


def _drawn(shape: Callable[[_Pen], None], size: int, smooth: bool) -> Image.Image:
    pen = _Pen(size)
    shape(pen)
    small = pen.image.reduce(_FINE)
    return small if smooth else small.point(lambda tone: _ON if tone > 127 else _OFF)
