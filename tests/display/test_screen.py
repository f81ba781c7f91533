"""The pictures of scenes: every word whole and within, every signal known by its shape."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from kaiku.party import Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Language, Text
from kiosk import words
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.display.screen.blocks import Figure, Lettering
from kiosk.display.screen.canvas import BLACK, GREEN, RED, WHITE, YELLOW, Colour, colours
from kiosk.display.screen.layout import SIGN_AT_LEAST, TITLE_AT_LEAST, lay_out
from kiosk.display.screen.lettering import TIE, Weight, font
from kiosk.display.screen.symbols import symbol
from kiosk.ports import Scene, Signal
from tests.display.scenes import (
    ACCEPTED,
    CANVASES,
    COVERED,
    CROWD,
    EN,
    FI,
    IDLE,
    LANGUAGES,
    LONG,
    NINE_SERVICES,
    NOTICE,
    ONE_OF_EACH,
    ORDERS,
    REFUSALS,
    SCENES,
    SERVICES,
    SIZES,
    SV,
    TYPED,
    TYPED_SUM,
    WRISTBAND,
    refusal,
)

PANELS = [Canvas(width, height, Palette.BLACK_WHITE) for width, height in SIZES]
LARGE = [panel for panel in PANELS if panel.height >= 448]
SCREENS = [panel for panel in PANELS if panel.height >= 480]


def size_of(canvas: Canvas) -> str:
    """Name a canvas in a test's name."""
    return f"{canvas.width}x{canvas.height}-{canvas.palette}"


def lettering(scene: Scene, canvas: Canvas, languages: Sequence[Language]) -> list[Lettering]:
    """Return the lines of words of a scene, from the top."""
    parts = lay_out(scene, canvas, languages)
    return [part for part in parts if isinstance(part, Lettering)]


def said(lines: list[Lettering]) -> str:
    """Return all the words."""
    return " ".join(word.letters for line in lines for word in line.line)


def spoken(words: str) -> str:
    """Return words without what keeps them together."""
    return words.replace(TIE, " ")


def boxes(lines: list[Lettering]) -> Iterator[tuple[float, float, float, float]]:
    """Give the box of ink of each word."""
    for line in lines:
        for word in line.line:
            left, top, right, bottom = font(word.weight, line.size).getbbox(
                word.letters, anchor="ls"
            )
            x, y = round(line.x + word.x), round(line.y)
            yield x + left, y + top, x + right, y + bottom


def assert_within(scene: Scene, canvas: Canvas, languages: Sequence[Language]) -> None:
    """Check every word and figure: inside the picture, and no words on one another."""
    lines = lettering(scene, canvas, languages)
    found = list(boxes(lines))
    for left, top, right, bottom in found:
        assert left >= 0, said(lines)
        assert top >= 0, said(lines)
        assert right <= canvas.width, said(lines)
        assert bottom <= canvas.height, said(lines)
    for one, other in combinations(found, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, said(lines)
    for part in lay_out(scene, canvas, languages):
        if isinstance(part, Figure):
            assert part.x >= canvas.margin - 1
            assert part.y >= canvas.margin - 1
            assert part.y + part.size <= canvas.height - canvas.margin + 1


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_all_words_stand_within_the_picture_and_apart(canvas: Canvas) -> None:
    """Every scene in every choice and order of languages: no word is clipped or covers another."""
    for scene, languages in product(SCENES, ORDERS):
        assert_within(scene, canvas, languages)


@pytest.mark.parametrize("canvas", CANVASES, ids=size_of)
def test_nothing_is_drawn_at_the_border(canvas: Canvas) -> None:
    """Looked at in the drawn pixels: the border is the ground's colour all around."""
    for scene in SCENES:
        picture = draw(scene, canvas, LANGUAGES)
        ground = colours(scene.signal, canvas.palette).ground
        picture.paste(ground, (2, 2, canvas.width - 2, canvas.height - 2))
        assert picture.getcolors() == [(canvas.width * canvas.height, ground)], scene


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_a_refusal_is_said_in_every_language_on_every_panel(canvas: Canvas) -> None:
    """The first language says what mends it, too; the others at least what is so."""
    for reason, languages in product(Reason, ORDERS):
        text = said(lettering(refusal(reason), canvas, languages))
        assert WORDS[reason].mend.in_(languages[0]) in text
        for language in languages:
            assert WORDS[reason].title.in_(language) in text, (reason, languages)


@pytest.mark.parametrize("canvas", SCREENS, ids=size_of)
def test_a_large_screen_says_everything_in_every_language(canvas: Canvas) -> None:
    """From 800 by 480 on, whatever is refused, each language also says what mends it."""
    for reason, languages in product(Reason, ORDERS):
        text = said(lettering(refusal(reason, NOTICE), canvas, languages))
        for language in languages:
            assert WORDS[reason].mend.in_(language) in text, (reason, languages)


@pytest.mark.parametrize("canvas", LARGE, ids=size_of)
def test_a_title_is_readable_at_two_metres_on_panels_from_six_inches(canvas: Canvas) -> None:
    """Its type is at least 9.6 % of the height: capitals of 5.6 mm on 600 by 448 at 5.83 inches.

    Only a single word that is wider than the panel at that size may be smaller.
    """
    for scene, languages in product(set(SCENES) - {LONG}, ORDERS):
        assert lettering(scene, canvas, languages)[0].size >= round(TITLE_AT_LEAST * canvas.height)


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_the_sign_carries_the_verdict_on_every_panel(canvas: Canvas) -> None:
    """It is at least 45 % of the height: 11 mm on a 2.13-inch panel."""
    for scene in SCENES:
        sign = lay_out(scene, canvas, LANGUAGES)[0]
        assert isinstance(sign, Figure)
        assert sign.what is scene.signal
        assert sign.size >= SIGN_AT_LEAST * canvas.height - 1


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_the_first_language_is_the_largest(canvas: Canvas) -> None:
    """Nothing is as large as its title."""
    for scene in REFUSALS:
        title, *rest = lettering(scene, canvas, LANGUAGES)
        assert title.size >= max(line.size for line in rest)
        assert said([title]).split()[0] == scene.title.fi.split()[0]


def test_a_long_finnish_word_is_set_whole() -> None:
    """The type shrinks until it fits; it is not broken."""
    for canvas in PANELS:
        assert lettering(LONG, canvas, (FI,))[0].line[0].letters == "Kertatarkastusmaksullinen"


@settings(deadline=None, max_examples=60)
@given(
    title=st.text(max_size=200),
    detail=st.text(max_size=400),
    canvas=st.sampled_from(CANVASES),
    signal=st.sampled_from(Signal),
    party=st.builds(
        Party,
        children=st.integers(0, 99),
        helpers=st.integers(0, 99),
        supporters=st.integers(0, 99),
        adults=st.integers(0, 1),
    ),
    notice=st.none() | st.builds(Text.same, st.text(max_size=80)),
    remaining=st.none() | st.integers(0, 10_000),
)
def test_any_text_and_party_is_drawn_within_the_picture(
    title: str,
    detail: str,
    canvas: Canvas,
    signal: Signal,
    party: Party,
    notice: Text | None,
    remaining: int | None,
) -> None:
    """What does not fit is left out whole: a station's own words never break the kiosk."""
    scene = Scene(signal, Text.same(title), Text.same(detail), party, remaining, notice)
    assert_within(scene, canvas, LANGUAGES)
    assert draw(scene, canvas, LANGUAGES).size == (canvas.width, canvas.height)


@pytest.mark.parametrize(("one", "other"), list(combinations(Signal, 2)))
def test_signals_differ_in_shape_alone(one: Signal, other: Signal) -> None:
    """In black and white at 55 pixels, at least a fifth of the ink of any two signs differs."""
    first, second = symbol(one, 55, smooth=False), symbol(other, 55, smooth=False)
    differing = ImageChops.difference(first, second).histogram()[255]
    assert differing >= 0.2 * ImageChops.lighter(first, second).histogram()[255]


def test_pictures_of_different_signals_differ_without_their_words() -> None:
    """The pictures of all signals with the same words are all different, in 1 bit a pixel."""
    canvas = Canvas(250, 122, Palette.BLACK_WHITE)
    pictures = {
        draw(replace(IDLE, signal=signal), canvas, LANGUAGES).convert("1").tobytes()
        for signal in Signal
    }
    assert len(pictures) == len(Signal)


@pytest.mark.parametrize("canvas", CANVASES, ids=size_of)
def test_the_same_scene_gives_the_same_bytes(canvas: Canvas) -> None:
    """Drawing is pure."""
    for scene in ONE_OF_EACH.values():
        assert (
            draw(scene, canvas, LANGUAGES).tobytes()
            == draw(replace(scene), canvas, LANGUAGES).tobytes()
        )


PURE: dict[Palette, set[Colour]] = {
    Palette.BLACK_WHITE: {BLACK, WHITE},
    Palette.BLACK_WHITE_RED: {BLACK, WHITE, RED},
    Palette.BLACK_WHITE_YELLOW: {BLACK, WHITE, YELLOW},
    Palette.BLACK_WHITE_RED_YELLOW: {BLACK, WHITE, RED, YELLOW},
    Palette.BLACK_WHITE_RED_YELLOW_GREEN: {BLACK, WHITE, RED, YELLOW, GREEN},
}


@pytest.mark.parametrize("palette", PURE)
def test_a_picture_for_e_ink_has_its_inks_only(palette: Palette) -> None:
    """Nothing is left to dither."""
    used = {
        colour
        for scene in ONE_OF_EACH.values()
        for _, colour in draw(scene, Canvas(400, 300, palette), LANGUAGES).getcolors() or []
    }
    assert used == PURE[palette]


@pytest.mark.parametrize(("signal", "palette"), list(product(Signal, Palette)))
def test_words_have_a_contrast_of_seven_to_one(signal: Signal, palette: Palette) -> None:
    """WCAG's measure for text (AAA), and 3:1 for the sign's shape."""
    used = colours(signal, palette)
    assert contrast(used.ink, used.ground) >= 7
    assert contrast(used.symbol, used.ground) >= 3


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours by WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour by WCAG 2."""
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_font_has_every_letter_that_is_shown() -> None:
    """A letter that the font lacks would be an empty box."""
    shown = {
        letter
        for text in [
            *(part for each in WORDS.values() for part in (each.title, each.mend)),
            *(text for text in vars(words).values() if isinstance(text, Text)),
            *words.SERVICES.values(),
            Text.same("0123456789×+·åäöÅÄÖéšž–…€"),
        ]
        for language in Language
        for letter in text.in_(language)
    }
    for weight, letter in product(Weight, shown - {" ", TIE}):
        assert bytes(font(weight, 40).getmask(letter)) != bytes(
            font(weight, 40).getmask("\uffff")
        ), (weight, letter)


def test_an_idle_screen_shows_who_is_typed_and_not_the_holder_alone() -> None:
    """The children typed so far are on it; before a key is pressed it only asks for the card."""
    canvas = Canvas(800, 480)
    assert "2 lasta" in said(lettering(TYPED, canvas, LANGUAGES))
    alone = replace(IDLE, party=Party())
    assert said(lettering(alone, canvas, LANGUAGES)) == "Näytä kortti Visa kortet Show the card"


def test_the_remaining_visits_are_small() -> None:
    """They are for the holder, not for the queue (OM-60): the least type of the picture."""
    lines = lettering(ACCEPTED, Canvas(800, 480), LANGUAGES)
    assert "12 käyntiä jäljellä" in said(lines[-1:])
    assert lines[-1].size == min(line.size for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_a_wristband_is_readable_below_the_welcome(canvas: Canvas, language: Language) -> None:
    """Smaller than the welcome, and larger than the visits left, on every panel (OM-60)."""
    assert WRISTBAND.charge is not None
    lines = lettering(WRISTBAND, canvas, (language,))
    (charge,) = [line for line in lines if said([line]) == spoken(WRISTBAND.charge.in_(language))]
    title, *_, left = lines
    assert title.y < charge.y < left.y
    assert title.size > charge.size >= left.size
    if canvas.height >= 300:
        assert charge.size > left.size


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_every_service_is_listed_with_its_number(canvas: Canvas) -> None:
    """On every panel, in the first language; each begins a line (OM-59)."""
    for language in LANGUAGES:
        lines = [said([line]) for line in lettering(SERVICES, canvas, (language, *LANGUAGES))]
        for number, choice in enumerate(SERVICES.choices, start=1):
            assert f"{number} {spoken(choice.in_(language))}" in " ".join(lines)
            assert any(line.startswith(f"{number} ") for line in lines)


@pytest.mark.parametrize("canvas", SCREENS, ids=size_of)
def test_a_large_screen_lists_the_services_in_every_language(canvas: Canvas) -> None:
    """And each has all that may be typed: nine."""
    text = said(lettering(SERVICES, canvas, LANGUAGES))
    for language, choice in product(LANGUAGES, SERVICES.choices):
        assert spoken(choice.in_(language)) in text
    nine = said(lettering(NINE_SERVICES, canvas, LANGUAGES))
    for choice in NINE_SERVICES.choices:
        assert spoken(choice.fi) in nine


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_many_services_are_listed_small_rather_than_not_at_all(canvas: Canvas) -> None:
    """Six on every panel, nine from 2.7 inches on: who cannot read them cannot choose (OM-59)."""
    choices = NINE_SERVICES.choices[: 9 if canvas.height >= 176 else 6]
    listed = said(lettering(replace(NINE_SERVICES, choices=choices), canvas, LANGUAGES))
    assert all(spoken(choice.fi) in listed for choice in choices)


@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_too_many_services_leave_the_title_standing(canvas: Canvas) -> None:
    """A panel that cannot hold the list says at least what is to be done."""
    assert "Valitse palvelu" in said(lettering(NINE_SERVICES, canvas, LANGUAGES))
    assert_within(NINE_SERVICES, canvas, LANGUAGES)


@pytest.mark.parametrize(("language", "sum_"), [(FI, "1,50 €"), (SV, "1,50 €"), (EN, "€1.50")])
@pytest.mark.parametrize("scene", [TYPED_SUM, COVERED])
@pytest.mark.parametrize("canvas", PANELS, ids=size_of)
def test_a_sum_is_part_of_the_title(
    canvas: Canvas, scene: Scene, language: Language, sum_: str
) -> None:
    """It is typed and covered in the largest type of the picture (OM-59)."""
    lines = lettering(scene, canvas, (language,))
    largest = max(line.size for line in lines)
    assert sum_ in said([line for line in lines if line.size == largest])


def test_what_is_left_to_cover_is_small() -> None:
    """It is for the holder, not for the queue (OM-28): the least type of the picture."""
    lines = lettering(COVERED, Canvas(800, 480), LANGUAGES)
    assert "4,50 € jäljellä" in said(lines[-1:])
    assert lines[-1].size == min(line.size for line in lines)


def test_a_crowd_is_one_figure_a_kind_with_a_number() -> None:
    """Twelve children would not fit one by one; the words say it in any case."""
    lines = lettering(CROWD, Canvas(800, 480), LANGUAGES)
    assert "×12" in said(lines)
    assert "12 lasta" in said(lines)


@pytest.mark.parametrize("size", [(199, 122), (250, 95), (122, 250)])
def test_a_size_that_holds_no_words_is_refused(size: tuple[int, int]) -> None:
    """The error says what is wanted."""
    with pytest.raises(ValueError, match="at least 200 by 96"):
        Canvas(*size)


def test_a_picture_is_drawn_in_a_tenth_of_a_second() -> None:
    """A Raspberry Pi is some ten times slower, and must be done before the next visitor."""
    canvas = Canvas(800, 480)
    took = []
    for _ in range(5):
        before = time.perf_counter()
        draw(CROWD, canvas, LANGUAGES)
        took.append(time.perf_counter() - before)
    assert min(took) < 0.1


def test_a_picture_is_an_rgb_image() -> None:
    """Whatever the palette: what a panel makes of it is its driver's business."""
    picture = draw(IDLE, Canvas(250, 122, Palette.BLACK_WHITE), LANGUAGES)
    assert isinstance(picture, Image.Image)
    assert picture.mode == "RGB"
