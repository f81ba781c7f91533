"""Scenes and panels for the tests of the displays."""

from dataclasses import replace

from kaiku.decision import Missing
from kaiku.group import USUAL_SIZE
from kaiku.money import euros
from kaiku.offering import Service
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
WRISTBAND = replace(ACCEPTED, charge=words.WRISTBAND.fill(sum=euros(200)))
WRISTBAND_AND_QUESTION = replace(
    WRISTBAND, detail=words.CHILDREN, party=Party(), remaining=None, notice=NOTICE
)
SERVICES = Scene(
    Signal.IDLE,
    words.CHOOSE_SERVICE,
    choices=(
        words.PRICED.fill(service=words.SERVICES[Service.COPYING], sum=euros(30)),
        words.SERVICES[Service.OVERDUE],
        words.PRICED.fill(service=words.SERVICES[Service.INTERLIBRARY], sum=euros(600)),
    ),
)
NINE_SERVICES = replace(
    SERVICES,
    choices=tuple(
        words.AT_OFFERING.fill(service=choice, offering=f"Kirjasto {number}")
        for number in range(1, 4)
        for choice in SERVICES.choices
    ),
    notice=NOTICE,
)
COPYING = words.SERVICES[Service.COPYING]
TYPED_SUM = Scene(
    Signal.ASK,
    words.COUNTED.fill(count=5, sum=euros(150)),
    words.THEN_CARD.fill(service=COPYING),
    notice=NOTICE,
)
COVERED = Scene(Signal.ACCEPTED, words.COVERED.fill(sum=euros(150)), COPYING, cents_left=450)
COULD_COVER = Scene(
    Signal.REFUSED,
    WORDS[Reason.FEES_USED_UP].title,
    words.COULD_COVER.fill(sum=euros(80)),
    notice=NOTICE,
)
SERVICE_FIRST = replace(
    SERVICES, signal=Signal.ASK, title=words.SERVICE_FIRST, detail=words.SERVICE_HOW
)
LIBRARY = [SERVICES, TYPED_SUM, COVERED, COULD_COVER, SERVICE_FIRST]
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
SCENES += [WRISTBAND, WRISTBAND_AND_QUESTION, *LIBRARY]
ONE_OF_EACH = {
    Signal.IDLE: IDLE,
    Signal.WAIT: WAIT,
    Signal.ACCEPTED: ACCEPTED,
    Signal.ASK: ASK,
    Signal.REFUSED: REFUSALS[0],
    Signal.FAULT: FAULT,
}
