"""How the kiosk does, as staff read it on the display: nothing secret, and nothing of a card."""

from dataclasses import dataclass
from datetime import datetime

from kaiku.days import HELSINKI
from kaiku.text import Text
from kiosk import words
from kiosk.ports import Scene, Signal


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to tell.

    ``troubles`` are what is wrong, the worst first, and ``serves`` is whether cards are let in all
    the same. ``connected`` is None before the register was tried, ``heard`` is when it was heard
    last. ``unsent`` is None where the store cannot be read. So many of the ``devices`` are
    ``working``.
    """

    troubles: tuple[Text, ...]
    serves: bool
    connected: bool | None
    heard: datetime | None
    unsent: int | None
    devices: int
    working: int
    version: str


def scene(report: Report) -> Scene:
    """Return the report as a scene: where the kiosk serves, under the sign that awaits a card."""
    title, *others = report.troubles or (words.READY,)
    lines = (
        *others,
        *_connection(report.connected),
        _heard(report.heard),
        *(() if report.unsent is None else (words.NOT_SENT.fill(count=report.unsent),)),
        words.DEVICES_WORKING.fill(working=report.working, count=report.devices),
        words.VERSION.fill(version=report.version),
    )
    return Scene(Signal.IDLE if report.serves else Signal.FAULT, title, lines=lines)


def _connection(connected: bool | None) -> tuple[Text, ...]:
    """Return whether there is contact; that there is none is among the troubles."""
    match connected:
        case None:
            return (words.NOT_TRIED,)
        case True:
            return (words.CONNECTED,)
        case False:
            return ()


def _heard(heard: datetime | None) -> Text:
    if heard is None:
        return words.NOT_UPDATED
    then = heard.astimezone(HELSINKI)
    return words.UPDATED.fill(
        day=f"{then.day}.{then.month}", dots=f"{then:%H.%M}", colons=f"{then:%H:%M}"
    )
