"""Scenes and panels for the tests of the displays."""

from kaiku.decision import Missing
from kaiku.group import USUAL_SIZE
from kaiku.party import Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Language, Text
from kiosk import words
from kiosk.desk import scenes
from kiosk.display.screen import Canvas, Palette
from kiosk.ports import Scene, Signal, Surroundings

FI, SV, EN = Language.FI, Language.SV, Language.EN
LANGUAGES = (FI, SV, EN)
ORDERS = [(FI,), (SV,), (EN,), (FI, SV, EN), (SV, FI, EN), (EN, FI, SV)]
SURROUNDINGS = Surroundings(station="Pool, gate 1", languages=LANGUAGES)

SIZES = [(250, 122), (264, 176), (296, 128), (400, 300), (600, 448), (800, 480), (1280, 720)]
CANVASES = [
    *(Canvas(width, height, Palette.BLACK_WHITE) for width, height in SIZES),
    Canvas(250, 122, Palette.BLACK_WHITE_RED),
    Canvas(400, 300, Palette.BLACK_WHITE_YELLOW),
    Canvas(264, 176, Palette.BLACK_WHITE_RED_YELLOW),
    Canvas(600, 448, Palette.BLACK_WHITE_RED_YELLOW_GREEN),
    Canvas(800, 480, Palette.RGB),
]

NOTICE = words.NO_NETWORK
IDLE = Scene(Signal.IDLE, words.SHOW_CARD)
TYPED = Scene(Signal.IDLE, words.SHOW_CARD, party=Party(children=2), notice=NOTICE)
WAIT = Scene(Signal.WAIT, words.WAIT)
ACCEPTED = Scene(Signal.ACCEPTED, words.WELCOME, party=Party(children=2), remaining=12)
CROWD = Scene(
    Signal.ACCEPTED,
    words.WELCOME,
    party=Party(children=12, helpers=2, supporters=1),
    remaining=1,
    notice=NOTICE,
)
ASK = Scene(Signal.ASK, words.WELCOME, words.CHILDREN, party=Party())
FAULT = Scene(Signal.FAULT, Text.same("Out of order"), words.ASK_STAFF, notice=NOTICE)
GROUP = Scene(Signal.ASK, words.SHOW_ALL_CARDS, words.ALL_HERE, Party())
GROUP_HALF = Scene(
    Signal.ASK,
    words.CARD_READ.fill(place=3),
    words.ALL_HERE,
    Party(children=1, helpers=1, supporters=1, adults=4),
    notice=NOTICE,
)
GROUP_WITHOUT = scenes.not_joined(Reason.ALREADY_USED, USUAL_SIZE)
GROUP_MISSING = scenes.refused(
    Reason.GROUP_CARD_MISSING,
    [
        Missing(1, Reason.ALREADY_USED),
        Missing(2, Reason.EXPIRED),
        Missing(4, Reason.ALREADY_USED),
    ],
)
LONG = Scene(
    Signal.REFUSED,
    Text.same("Kertatarkastusmaksullinen"),
    Text.same("Tilaisuus on kertatarkastusmaksullinen."),
)


def refusal(reason: Reason, notice: Text | None = None) -> Scene:
    """Return the scene of a refusal."""
    return Scene(Signal.REFUSED, WORDS[reason].title, WORDS[reason].mend, notice=notice)


REFUSALS = [refusal(reason) for reason in Reason]
GROUPS = [GROUP, GROUP_HALF, GROUP_WITHOUT, GROUP_MISSING, scenes.not_completed()]
SCENES = [IDLE, TYPED, WAIT, ACCEPTED, CROWD, ASK, FAULT, LONG, *GROUPS, *REFUSALS]
ONE_OF_EACH = {
    Signal.IDLE: IDLE,
    Signal.WAIT: WAIT,
    Signal.ACCEPTED: ACCEPTED,
    Signal.ASK: ASK,
    Signal.REFUSED: REFUSALS[0],
    Signal.FAULT: FAULT,
}
