"""Where everything of a scene stands on a canvas, worked out by measuring before anything is drawn.

The sign stands at the left, the words at its right: the first language large, each further language
a paragraph below it, and small at the lower edge what is for staff and what is discreet. The type
is as large as fits. Words are never cut: what does not fit at the least size is left out whole.

At two metres a letter is read with ease from about ten minutes of arc: 5.8 mm. ``TITLE_AT_LEAST``
keeps a title's capitals at 6.3 % of the panel's height wherever the words allow it, 6.2 mm on a
7.5-inch panel of 800 by 480. A panel under about five inches cannot hold a sentence of that size:
there the sign carries the verdict (``SIGN_AT_LEAST``, 45 % of the height: 11 mm on a 2.13-inch
panel) and the title is read at arm's length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto

from kaiku.party import Party
from kaiku.text import Language
from kiosk.display.screen.blocks import (
    Block,
    Figure,
    Placed,
    line_of,
    paragraph,
    people_row,
    stack,
    tied,
)
from kiosk.display.screen.canvas import Canvas
from kiosk.display.screen.lettering import TIE, Run, Weight
from kiosk.display.screen.listing import LEAST, list_lines
from kiosk.display.words import (
    choice_words,
    discreet_words,
    has_company,
    heading,
    party_parts,
)
from kiosk.ports import Scene, Signal

TITLE_AT_LEAST = 0.096
"""The size of a title's type, in heights of the panel, that other words make way for."""
SIGN_AT_LEAST = 0.45
"""The least height of the sign, in heights of the panel."""
_TITLE_AT_MOST = 0.18
_MORE_SPACE = 0.5


class _Wording(Enum):
    """How much is said, from everything to the least."""

    EVERYTHING = auto()
    FURTHER_TITLES = auto()
    """Of the further languages the titles only."""
    PARTY_AS_FIGURES = auto()
    """And the party without words."""
    FIRST_LANGUAGE = auto()
    SMALL_CHOICES = auto()
    """And what a digit chooses among in the least type: staff stand near."""
    NO_CHOICES = auto()
    """And without what a digit chooses among."""


def lay_out(scene: Scene, canvas: Canvas, languages: Sequence[Language]) -> tuple[Placed, ...]:
    """Return the parts of a scene, all of them within the canvas's margins."""
    if scene.lines:
        return list_lines(scene, canvas, languages[0])
    margin = canvas.margin
    foot = _foot(scene, canvas, languages)
    height = canvas.height - 2 * margin - (foot.height + foot.above if foot.parts else 0)
    widest = max(0.245 * canvas.width, SIGN_AT_LEAST * canvas.height)
    sign = round(min(0.62 * canvas.height, widest, height))
    left = margin + sign + max(8, round(0.036 * canvas.width))
    column = _column(scene, languages, canvas, canvas.width - margin - left, height)
    middle = margin + height / 2
    return (
        Figure(margin, middle - sign / 2, sign, scene.signal),
        *column.moved(left, middle - column.height / 2),
        *foot.moved(margin, canvas.height - margin - foot.height),
    )


def _column(
    scene: Scene, languages: Sequence[Language], canvas: Canvas, width: float, height: float
) -> Block:
    """Return the words in the largest type that fits; less is said before a title gets small."""
    legible = max(15, round(TITLE_AT_LEAST * canvas.height))
    floor = max(11, round(0.05 * canvas.height))
    for wording, least in (
        (_Wording.EVERYTHING, legible),
        (_Wording.FURTHER_TITLES, legible),
        (_Wording.PARTY_AS_FIGURES, legible),
        (_Wording.FURTHER_TITLES, floor),
        (_Wording.PARTY_AS_FIGURES, floor),
        (_Wording.FIRST_LANGUAGE, 10),
        (_Wording.SMALL_CHOICES, 10),
        (_Wording.NO_CHOICES, 10),
    ):
        best, low, high = None, least, max(30, round(_TITLE_AT_MOST * canvas.height))
        while low <= high:
            title = (low + high) // 2
            blocks = _set_blocks(scene, languages, wording, title, canvas, width)
            if blocks is not None and stack(blocks).height <= height:
                best, low = blocks, title + 1
            else:
                high = title - 1
        if best is not None:
            return _spread(best, height)
    return Block()


def _spread(blocks: Sequence[Block], height: float) -> Block:
    """Stack blocks with somewhat more space between them, where there is room."""
    above = sum(block.above for block in blocks[1:])
    room = height - stack(blocks).height
    wider = 1 + min(_MORE_SPACE, 0.5 * room / above) if above else 1
    return stack([replace(block, above=wider * block.above) for block in blocks])


def _set_blocks(
    scene: Scene,
    languages: Sequence[Language],
    wording: _Wording,
    title: int,
    canvas: Canvas,
    width: float,
) -> list[Block] | None:
    """Set the words, with type of the size ``title`` for the title and the rest in proportion.

    ``None`` says that a word is wider than the column.
    """
    first, *others = languages
    party = _shown_party(scene)
    terse = scene.detail is None and party is None and not scene.choices and not scene.charge
    detail = max(min(title, 11), round(0.056 * canvas.height), round(0.5 * title))
    other = max(
        min(title, 10), round(0.045 * canvas.height), round((0.5 if terse else 0.38) * title)
    )
    blocks = list(_of_first(scene, first, wording, title, detail, width))
    alone = wording.value >= _Wording.FIRST_LANGUAGE.value
    for number, language in enumerate(() if alone else others):
        above = (0.35 if number else 0.75) * other
        blocks.append(paragraph(list(_runs(scene, language, wording)), other, width, above))
    whole = [block for block in blocks if block is not None]
    return whole if len(whole) == len(blocks) else None


def _of_first(
    scene: Scene, language: Language, wording: _Wording, title: int, detail: int, width: float
) -> Iterator[Block | None]:
    """Give the first language's blocks, each at a size of its own: everything has its line."""
    yield paragraph([Run(scene.title.in_(language), Weight.BOLD)], title, width)
    if scene.detail is not None:
        yield paragraph([Run(scene.detail.in_(language))], detail, width, 0.16 * title)
    party = _shown_party(scene)
    if party is not None:
        words = () if wording is _Wording.PARTY_AS_FIGURES else party_parts(party, language)
        yield people_row(party, words, detail, width, 0.32 * title)
    if scene.charge is not None:
        yield paragraph([Run(_tied(scene.charge.in_(language)))], detail, width, 0.32 * title)
    choices = () if wording is _Wording.NO_CHOICES else choice_words(scene, language)
    if wording is _Wording.SMALL_CHOICES:
        detail = LEAST
    for number, choice in enumerate(choices):
        above = (0.06 if number else 0.24) * title
        yield paragraph([Run(choice.replace(" ", TIE, 1))], detail, width, above)


def _tied(words: str) -> str:
    return words.replace(" ", TIE)


def _runs(scene: Scene, language: Language, wording: _Wording) -> Iterator[Run]:
    """Give a further language's paragraph: the title in bold, then the rest."""
    title = scene.title.in_(language)
    rest = []
    if wording is _Wording.EVERYTHING:
        party = _shown_party(scene)
        rest += [scene.detail.in_(language)] if scene.detail is not None else []
        rest += [tied(party_parts(party, language))] if party is not None else []
        rest += [f"· {_tied(scene.charge.in_(language))}"] if scene.charge is not None else []
        choices = [_tied(words) for words in choice_words(scene, language)]
        rest += [f"{TIE}· ".join(choices)] if choices else []
    yield Run(heading(title) if rest else title, Weight.BOLD)
    for words in rest:
        yield Run(words)


def _shown_party(scene: Scene) -> Party | None:
    if scene.party is None or not scene.party.persons:
        return None
    return None if scene.signal is Signal.IDLE and not has_company(scene.party) else scene.party


def _foot(scene: Scene, canvas: Canvas, languages: Sequence[Language]) -> Block:
    """Set what is small at the lower edge: the notice left, what remains on the card right."""
    discreet = [words for each in languages if (words := discreet_words(scene, each))]
    size = max(11, round(0.04 * canvas.height))
    width = canvas.width - 2 * canvas.margin
    share = width if scene.notice is None or not discreet else (width - size) / 2
    parts: list[Placed] = []
    height = 0.0
    if scene.notice is not None:
        notice = line_of([scene.notice.in_(each) for each in languages], size, share - 1.4 * size)
        parts += [Figure(0, 0.12 * size, size, Signal.FAULT), *notice.moved(1.4 * size, 0)]
        height = notice.height
    if discreet:
        left = line_of(discreet, size, share)
        parts += left.moved(width - left.width, 0)
        height = max(height, left.height)
    return Block(tuple(parts), width, height, 0.9 * size)
