"""Draws the documentation's pictures: ``python -m kiosk.display.screen.gallery docs/images``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from kaiku.money import euros
from kaiku.offering import Service
from kaiku.party import Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Language
from kiosk import words
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import Scene, Signal

_LANGUAGES = (Language.FI, Language.SV, Language.EN)
_SCREEN = Canvas(800, 480)
_GAP = 16
_BETWEEN = (214, 218, 222)

_IDLE = Scene(Signal.IDLE, words.SHOW_CARD)
_TYPING = Scene(Signal.IDLE, words.SHOW_CARD, party=Party(children=2), notice=words.NO_NETWORK)
_WELCOME = Scene(Signal.ACCEPTED, words.WELCOME, party=Party(children=2), remaining=12)
_CHILDREN = Scene(Signal.ACCEPTED, words.WELCOME, words.CHILDREN, party=Party())
_REFUSED = Scene(Signal.REFUSED, WORDS[Reason.EXPIRED].title, detail=WORDS[Reason.EXPIRED].mend)
_GROUP = Scene(Signal.ASK, words.SHOW_ALL_CARDS, words.ALL_HERE, Party())
_GATHERED = Scene(
    Signal.ASK, words.CARD_READ.fill(place=2), words.ALL_HERE, Party(children=1, adults=3)
)
_WITHOUT = Scene(Signal.REFUSED, WORDS[Reason.EXPIRED].title, words.WITHOUT_IT)
_WAIT = Scene(Signal.WAIT, words.WAIT)

_COPYING, _OVERDUE, _LOAN = (words.SERVICES[service] for service in Service)
_SERVICES = Scene(
    Signal.IDLE,
    words.CHOOSE_SERVICE,
    choices=(
        words.PRICED.fill(service=_COPYING, sum=euros(30)),
        _OVERDUE,
        words.PRICED.fill(service=_LOAN, sum=euros(600)),
    ),
)
_COUNTED = Scene(
    Signal.ASK,
    words.COUNTED.fill(count=5, sum=euros(150)),
    words.THEN_CARD.fill(service=_COPYING),
)
_COVERED = Scene(Signal.ACCEPTED, words.COVERED.fill(sum=euros(150)), _COPYING, cents_left=450)
_WRISTBAND = Scene(
    Signal.ACCEPTED,
    words.WELCOME,
    party=Party(children=1),
    remaining=28,
    charge=words.WRISTBAND.fill(sum=euros(200)),
)

_SCREENS = ((_IDLE, _TYPING, _WAIT), (_WELCOME, _CHILDREN, _REFUSED))
_DESK = ((_SERVICES, _COUNTED), (_COVERED, _WRISTBAND))
_GROUPS = ((_GROUP, _GATHERED, _WITHOUT),)
_PAPERS = (
    Canvas(400, 300, Palette.BLACK_WHITE_RED),
    Canvas(296, 128, Palette.BLACK_WHITE),
    Canvas(250, 122, Palette.BLACK_WHITE),
)


def write(folder: Path) -> None:
    """Write ``kiosk-screen.png``, ``-screens``, ``-desk``, ``-groups`` and ``-eink``."""
    folder.mkdir(parents=True, exist_ok=True)
    draw(_WELCOME, _SCREEN, _LANGUAGES).save(folder / "kiosk-screen.png", optimize=True)
    rows = [[draw(scene, _SCREEN, _LANGUAGES) for scene in row] for row in _SCREENS]
    _sheet(rows).save(folder / "kiosk-screens.png", optimize=True)
    desk = [[draw(scene, _SCREEN, _LANGUAGES) for scene in row] for row in _DESK]
    _sheet(desk).save(folder / "kiosk-desk.png", optimize=True)
    groups = [[draw(scene, _SCREEN, _LANGUAGES) for scene in row] for row in _GROUPS]
    _sheet(groups).save(folder / "kiosk-groups.png", optimize=True)
    papers = [[draw(scene, paper, _LANGUAGES) for paper in _PAPERS] for scene in (_IDLE, _REFUSED)]
    _sheet(papers).save(folder / "kiosk-eink.png", optimize=True)


def _sheet(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Put pictures in rows, with a gap around each."""
    width = max(sum(picture.width + _GAP for picture in row) for row in rows) + _GAP
    height = sum(max(picture.height for picture in row) + _GAP for row in rows) + _GAP
    sheet = Image.new("RGB", (width, height), _BETWEEN)
    y = _GAP
    for row in rows:
        x = _GAP
        for picture in row:
            sheet.paste(picture, (x, y))
            x += picture.width + _GAP
        y += max(picture.height for picture in row) + _GAP
    return sheet


if __name__ == "__main__":
    write(Path(sys.argv[1]))
