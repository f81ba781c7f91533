"""Scenes in a terminal: whole lines that are read in order."""

import errno
import io
from dataclasses import replace

import pytest

from kiosk.display.terminal import Settings, TerminalDisplay, connect, lines
from kiosk.ports import Surroundings, Troubled
from tests.display.scenes import (
    ACCEPTED,
    COVERED,
    FI,
    IDLE,
    LANGUAGES,
    NOTICE,
    ONE_OF_EACH,
    SCENES,
    SERVICES,
    SURROUNDINGS,
    TYPED,
    WRISTBAND,
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


async def test_a_scene_is_a_block_of_lines_one_a_language() -> None:
    """The sign stands before the first; the rest is indented under it."""
    stream = io.StringIO()
    await TerminalDisplay(stream, SURROUNDINGS).show(ACCEPTED)
    assert stream.getvalue() == (
        "✓ Tervetuloa! 1 aikuinen + 2 lasta\n"
        "  Välkommen! 1 vuxen + 2 barn\n"
        "  Welcome! 1 adult + 2 children\n"
        "  12 käyntiä jäljellä · 12 besök kvar · 12 visits left\n"
    )


async def test_an_idle_kiosk_shows_one_line() -> None:
    """It asks for the card in every language; a notice for staff goes below it."""
    stream = io.StringIO()
    display = TerminalDisplay(stream, SURROUNDINGS)
    await display.show(IDLE)
    assert stream.getvalue() == "▸ Näytä kortti · Visa kortet · Show the card\n"
    assert list(lines(replace(IDLE, notice=NOTICE), (FI,))) == [
        "Näytä kortti",
        "(Ei verkkoyhteyttä)",
    ]


async def test_services_are_a_line_each() -> None:
    """With the digit that chooses it, in every language (OM-59)."""
    listed = list(lines(SERVICES, LANGUAGES))
    assert listed[0] == "Valitse palvelu · Välj tjänst · Choose a service"
    assert listed[2] == "2 Myöhästymismaksu · 2 Förseningsavgift · 2 Overdue fee"
    assert len(listed) == 4


async def test_a_covered_sum_is_a_line_a_language_and_what_is_left_the_last() -> None:
    """As each language writes money (OM-59)."""
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines(COVERED, LANGUAGES)] == [
        "Katettu 1,50 €. Kopiointi",
        "1,50 € täcks. Kopiering",
        "€1.50 covered. Copying",
        "4,50 € jäljellä · 4,50 € kvar · €4.50 left",
    ]


async def test_a_wristband_stands_between_the_welcome_and_the_visits_left() -> None:
    """What staff charge, in every language (OM-60)."""
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines(WRISTBAND, LANGUAGES)][
        3:
    ] == [
        "Ranneke 2,00 €/kpl · Armband 2,00 €/st · Wristband €2.00 each",
        "12 käyntiä jäljellä · 12 besök kvar · 12 visits left",
    ]


async def test_what_is_typed_is_one_line_more() -> None:
    """The party so far, in every language."""
    assert list(lines(replace(TYPED, notice=None), LANGUAGES)) == [
        "Näytä kortti · Visa kortet · Show the card",
        "1 aikuinen + 2 lasta · 1 vuxen + 2 barn · 1 adult + 2 children",
    ]


async def test_a_scene_is_not_repeated() -> None:
    """A kiosk that says the same again prints nothing; a change, and back again, it prints."""
    stream = io.StringIO()
    display = TerminalDisplay(stream, SURROUNDINGS)
    await display.show(IDLE)
    await display.show(IDLE)
    assert stream.getvalue().count("Näytä kortti") == 1
    await display.show(TYPED)
    await display.show(IDLE)
    assert stream.getvalue().count("Näytä kortti") == 3


async def test_colours_are_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets none, nor a terminal whose user has set NO_COLOR."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, pipe, plain = Terminal(), io.StringIO(), Terminal()
    await TerminalDisplay(terminal, SURROUNDINGS).show(ACCEPTED)
    await TerminalDisplay(pipe, SURROUNDINGS).show(ACCEPTED)
    monkeypatch.setenv("NO_COLOR", "1")
    await TerminalDisplay(plain, SURROUNDINGS).show(ACCEPTED)
    assert "\033[1;32m✓ Tervetuloa!" in terminal.getvalue()
    assert terminal.getvalue().count("\033[") == 2
    assert pipe.getvalue() == plain.getvalue()
    assert "\033" not in plain.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_a_stream_without_the_signs_gets_plain_ones(encoding: str) -> None:
    """No letter that it lacks breaks the kiosk."""
    raw = io.BytesIO()
    display = TerminalDisplay(io.TextIOWrapper(raw, encoding), SURROUNDINGS)
    for scene in SCENES:
        await display.show(scene)
    shown = raw.getvalue().decode(encoding)
    assert "> N" in shown
    assert "OK Tervetuloa!" in shown


async def test_each_signal_has_its_own_sign() -> None:
    """Read aloud or in black and white, the signals are told apart by the first word of a block."""
    for encoding in ("utf-8", "ascii"):
        raw = io.BytesIO()
        display = TerminalDisplay(io.TextIOWrapper(raw, encoding), SURROUNDINGS)
        starts = set()
        for scene in ONE_OF_EACH.values():
            before = len(raw.getvalue())
            await display.show(scene)
            starts.add(raw.getvalue()[before:].split()[0])
        assert len(starts) == len(ONE_OF_EACH)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_the_stream_is_chosen(stream: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output unless the configuration says otherwise."""
    settings = Settings.model_validate({"driver": "terminal", "stream": stream})
    await connect(settings, Surroundings("Pool", LANGUAGES)).show(IDLE)
    shown = capsys.readouterr()
    assert "Näytä kortti" in getattr(shown, stream[3:])
    assert Settings(driver="terminal").stream == "stdout"


class FullTerminal(io.StringIO):
    """A stream whose disk is full."""

    def flush(self) -> None:
        """Fail as the disk does."""
        raise OSError(errno.ENOSPC, "No space left on device")


async def test_a_terminal_that_takes_nothing_is_told_and_ends_nothing() -> None:
    """The idle screen is there as soon as it can be."""
    display = TerminalDisplay(FullTerminal(), SURROUNDINGS)
    await display.show(IDLE)
    told: list[str | None] = [display.trouble]
    stream = display._stream = io.StringIO()
    await display.show(IDLE)
    told.append(display.trouble)
    assert isinstance(display, Troubled)
    assert told == ["the terminal takes nothing: No space left on device", None]
    assert stream.getvalue().startswith("▸ Näytä kortti")
