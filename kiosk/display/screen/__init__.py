"""The picture of a scene, for every panel: pure, so that the same scene gives the same bytes.

A sign, words and a colour say the same three times over, and nothing tells a bystander what kind of
card it was (OM-28). The parts: ``canvas`` (sizes and colours), ``lettering`` (type), ``symbols``
(shapes), ``blocks``, ``layout`` and ``listing`` (where things stand).
``python -m kiosk.display.screen.gallery FOLDER`` draws the documentation's pictures.
"""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from kaiku.text import Language
from kiosk.display.screen.blocks import Figure, Lettering
from kiosk.display.screen.canvas import Canvas, Palette, colours
from kiosk.display.screen.layout import lay_out
from kiosk.display.screen.lettering import font
from kiosk.display.screen.symbols import person, symbol
from kiosk.ports import Scene, Signal

__all__ = ["Canvas", "Palette", "draw"]


def draw(scene: Scene, canvas: Canvas, languages: Sequence[Language]) -> Image.Image:
    """Return a scene as an ``RGB`` image of the canvas's size.

    ``languages`` has one language or more, the first of them the largest. On every palette but
    ``RGB`` the image has the palette's pure colours only: a panel's driver has nothing to dither.
    """
    used = colours(scene.signal, canvas.palette)
    smooth = canvas.palette.has_tones
    image = Image.new("RGB", (canvas.width, canvas.height), used.ground)
    words = Image.new("L", image.size)
    pen = ImageDraw.Draw(words)
    for part in lay_out(scene, canvas, languages):
        at = (round(part.x), round(part.y))
        match part:
            case Figure(what=Signal() as signal):
                image.paste(used.symbol, at, symbol(signal, part.size, smooth))
            case Figure(what=kind):
                image.paste(used.ink, at, person(kind, part.size, smooth))
            case Lettering():
                _write(pen, part)
    image.paste(used.ink, (0, 0), words if smooth else words.point(_in_or_out))
    return image


def _write(pen: ImageDraw.ImageDraw, part: Lettering) -> None:
    for word in part.line:
        at = (round(part.x + word.x), round(part.y))
        pen.text(at, word.letters, font=font(word.weight, part.size), fill=255, anchor="ls")


def _in_or_out(tone: int) -> int:
    """Decide whether a pixel that a letter covers in part is its; thin strokes must stay whole."""
    return 255 if tone > 95 else 0
