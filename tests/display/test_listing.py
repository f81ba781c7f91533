"""How the kiosk does on a panel: all of it where there is room, and never a word cut."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kaiku.text import Language, Text
from kiosk import words
from kiosk.desk.report import Report, scene
from kiosk.display.screen import Canvas, draw
from kiosk.display.screen.blocks import Figure, Lettering, Placed
from kiosk.display.screen.layout import lay_out
from kiosk.display.screen.lettering import line_width
from kiosk.display.terminal import lines
from kiosk.ports import Scene, Signal
from tests.display.scenes import CANVASES, IDLE, LANGUAGES

HEARD = datetime(2026, 12, 24, 14, 51, tzinfo=UTC)
WELL = scene(Report((), True, True, HEARD, 0, 4, 4, "0.1.0"))
OUT = scene(Report((words.NOT_ENROLLED,), False, None, None, 12_345, 6, 6, "12.34.56.dev7"))
SCANNER = words.NUMBERED.fill(device=words.DEVICES["scanner"], number=2)
EVERYTHING = scene(
    Report(
        (
            words.DISK_FULL,
            words.DEVICE_LOST.fill(device=SCANNER),
            words.DEVICE_LOST.fill(device=words.DEVICES["keypad"]),
            words.CLOCK_WRONG,
            words.NO_NETWORK,
            words.PARKED.fill(count=128),
        ),
        False, False, None, 12_345, 6, 4, "0.1.0",
    )
)  # fmt: skip


def said(parts: tuple[Placed, ...]) -> str:
    """Return the words of a picture."""
    written = [part for part in parts if isinstance(part, Lettering)]
    return " ".join(word.letters for part in written for word in part.line)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("told", [WELL, OUT, EVERYTHING], ids=["well", "out", "everything"])
@pytest.mark.parametrize("canvas", CANVASES, ids=str)
def test_nothing_is_cut_on_any_panel(canvas: Canvas, told: Scene, language: Language) -> None:
    """Each part stands within the margins, and the heading is always there."""
    parts = lay_out(told, canvas, (language,))
    for part in parts:
        width = line_width(part.line) if isinstance(part, Lettering) else part.size
        assert canvas.margin <= part.x
        assert part.x + width <= canvas.width - canvas.margin + 1
        assert 0 < part.y <= canvas.height
    assert said(parts).startswith(told.title.in_(language))
    assert draw(told, canvas, (language,)).size == (canvas.width, canvas.height)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("canvas", CANVASES, ids=str)
def test_a_kiosk_that_is_well_tells_all_of_it(canvas: Canvas, language: Language) -> None:
    """On the smallest panel too, in every language, in type that e-ink shows whole."""
    parts = lay_out(WELL, canvas, (language,))
    whole = " ".join(text.in_(language) for text in (WELL.title, *WELL.lines))
    assert said(parts) == whole
    assert min(part.size for part in parts if isinstance(part, Lettering)) >= 11


def test_the_last_lines_make_way_for_what_is_wrong() -> None:
    """Where not all has room, what is left out is left out whole."""
    told = said(lay_out(EVERYTHING, Canvas(250, 122), (Language.FI,)))
    assert "Käyntejä ei oteta vastaan: 128" in told
    assert "Versio" not in told


def test_it_is_said_in_the_first_language_only() -> None:
    """It is for staff: the room is for what there is to tell."""
    parts = lay_out(WELL, Canvas(800, 480), (Language.SV, Language.FI))
    assert "Läsaren är redo" in said(parts)
    assert "Lukija" not in said(parts)
    assert [part.what for part in parts if isinstance(part, Figure)] == [Signal.IDLE]


NOTICES = [
    words.NOT_ENROLLED,
    words.DISK_FULL,
    words.KEY_FOREIGN,
    words.CLOCK_WRONG,
    words.TOKEN_REFUSED,
    words.UNTRUSTED,
    words.CARDS_AWAITED,
    words.NO_NETWORK,
    words.JOURNAL_SPOILED,
    words.PARKED.fill(count=128),
    *(words.DEVICE_LOST.fill(device=device) for device in words.DEVICES.values()),
]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.en)
@pytest.mark.parametrize("canvas", [Canvas(800, 480), Canvas(1280, 720)], ids=str)
def test_a_screen_tells_staff_each_notice_in_every_language(canvas: Canvas, notice: Text) -> None:
    """On the idle screen, in one line beside each other; a small panel has room for the first."""
    told = said(lay_out(replace(IDLE, notice=notice), canvas, LANGUAGES))
    assert [language for language in LANGUAGES if notice.in_(language) not in told] == []


def test_a_terminal_tells_it_line_by_line() -> None:
    """Below the heading."""
    told = list(lines(WELL, LANGUAGES))
    assert told[0] == "Lukija on käyttövalmis · Läsaren är redo · The reader is ready"
    assert told[1:] == [line.fi for line in WELL.lines]
