"""Scenes as lines in a terminal: a sign, the words in every language, the party.

A scene is a few whole lines, one a language and never redrawn, so that a screen reader and a log
file have them in order. Colour is an addition, only for a terminal that wants it.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Literal, TextIO

from kaiku.text import Language
from kiosk.display.words import (
    choice_words,
    discreet_words,
    has_company,
    heading,
    party_words,
)
from kiosk.ports import Display, DriverSettings, Scene, Signal, Surroundings

_SIGNS = {
    Signal.IDLE: "▸",
    Signal.WAIT: "~",
    Signal.ACCEPTED: "✓",
    Signal.ASK: "?",
    Signal.REFUSED: "✗",
    Signal.FAULT: "!",
}
_PLAIN_SIGNS = _SIGNS | {Signal.IDLE: ">", Signal.ACCEPTED: "OK", Signal.REFUSED: "NO"}

_COLOURS = {
    Signal.IDLE: "36",
    Signal.WAIT: "2",
    Signal.ACCEPTED: "1;32",
    Signal.ASK: "1;34",
    Signal.REFUSED: "1;31",
    Signal.FAULT: "1;33",
}


class Settings(DriverSettings):
    """Which of the process's streams is the terminal."""

    stream: Literal["stdout", "stderr"] = "stdout"


def connect(settings: Settings, surroundings: Surroundings) -> Display:
    """Return the terminal as a display."""
    stream = sys.stdout if settings.stream == "stdout" else sys.stderr
    return TerminalDisplay(stream, surroundings)


class TerminalDisplay:
    """Prints each new scene as a block of lines."""

    def __init__(self, stream: TextIO, surroundings: Surroundings) -> None:
        self._stream = stream
        self._languages = surroundings.languages
        self._coloured = stream.isatty() and not os.environ.get("NO_COLOR")
        self._signs = _SIGNS if _can_say(stream, "".join(_SIGNS.values())) else _PLAIN_SIGNS
        self._shown: Scene | None = None
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Return why the terminal took nothing last, such as a full disk behind it."""
        return self._trouble

    async def show(self, scene: Scene) -> None:
        """Print the scene; an idle one only where something else was shown since."""
        if scene == self._shown and scene.signal is Signal.IDLE:
            return
        self._shown = scene
        head, *rest = lines(scene, self._languages)
        sign = self._signs[scene.signal]
        indent = " " * (len(sign) + 1)
        if self._coloured:
            head = f"\033[{_COLOURS[scene.signal]}m{sign} {head}\033[0m"
        else:
            head = f"{sign} {head}"
        block = "\n".join([head, *(indent + line for line in rest)]) + "\n"
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(block.encode(encoding, "replace").decode(encoding))
            self._stream.flush()
        except OSError as error:
            self._shown = None
            self._trouble = f"the terminal takes nothing: {error.strerror}"
        else:
            self._trouble = None

    async def close(self) -> None:
        """Leave the terminal as it is."""


def lines(scene: Scene, languages: Sequence[Language]) -> Iterator[str]:
    """Give a scene's lines without a sign: one for each language, the choices, what is discreet.

    While idle the languages share a line: nobody has come yet who would look for theirs.
    """
    said = [_said(scene, language) for language in languages]
    if scene.signal is Signal.IDLE or all(len(sentences) == 1 for sentences in said):
        yield from (" · ".join(sentences) for sentences in zip(*said, strict=True))
    else:
        yield from (" ".join((heading(title), *rest)) for title, *rest in said)
    yield from (line.in_(languages[0]) for line in scene.lines)
    listed = [choice_words(scene, language) for language in languages]
    yield from (" · ".join(named) for named in zip(*listed, strict=True))
    if scene.charge is not None:
        yield " · ".join(scene.charge.in_(language) for language in languages)
    discreet = [words for each in languages if (words := discreet_words(scene, each))]
    if discreet:
        yield " · ".join(discreet)
    if scene.notice is not None:
        yield f"({' · '.join(scene.notice.in_(language) for language in languages)})"


def _said(scene: Scene, language: Language) -> list[str]:
    said = [scene.title.in_(language)]
    if scene.detail is not None:
        said.append(scene.detail.in_(language))
    party = scene.party
    if (
        party is not None
        and party.persons
        and (scene.signal is not Signal.IDLE or has_company(party))
    ):
        said.append(party_words(party, language))
    return said


def _can_say(stream: TextIO, signs: str) -> bool:
    try:
        signs.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
