"""The e-ink display: refreshed as seldom as may be, and never left with a stale verdict."""

import asyncio
import logging
from dataclasses import replace

import pytest
from PIL import Image
from pydantic import ValidationError

from kiosk import words
from kiosk.display import _newest, eink
from kiosk.display.eink import EinkDisplay, Pace, Settings
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import Scene, Signal
from tests.display.patience import until
from tests.display.scenes import (
    ACCEPTED,
    FAULT,
    IDLE,
    LANGUAGES,
    NOTICE,
    REFUSALS,
    SURROUNDINGS,
    TYPED,
    WAIT,
)

CANVAS = Canvas(250, 122, Palette.BLACK_WHITE)


class Paper:
    """A panel without time or bus: what it was shown, or what it fails with."""

    width, height, palette = 250, 122, Palette.BLACK_WHITE

    def __init__(self) -> None:
        self.shown: list[bytes] = []
        self.fails = 0
        self.closed = 0

    def show(self, image: Image.Image) -> None:
        """Take a picture."""
        if self.fails:
            self.fails -= 1
            raise TimeoutError("the panel does not answer")
        self.shown.append(image.tobytes())

    def close(self) -> None:
        """Be freed."""
        self.closed += 1


def settings(**others: object) -> Settings:
    """Return settings as they come from TOML, without waiting."""
    return Settings.model_validate(
        {"driver": "eink", "panel": "epd2in13_V4", "rest": 0, "settle": 0, **others}
    )


def display(paper: Paper, **others: object) -> EinkDisplay:
    """Return the display on a panel of paper."""
    return EinkDisplay(paper, CANVAS, settings(**others), SURROUNDINGS)


def picture(scene: Scene) -> bytes:
    """Return the picture of a scene."""
    return draw(scene, CANVAS, LANGUAGES).tobytes()


async def shown(paper: Paper, count: int) -> None:
    """Wait for so many refreshes."""
    await until(lambda: len(paper.shown) >= count)


async def test_by_default_only_what_stands_is_shown() -> None:
    """Verdicts pass too soon for e-ink: the next visitor would read them as theirs."""
    paper = Paper()
    panel = display(paper)
    await panel.show(IDLE)
    await shown(paper, 1)
    for scene in (WAIT, ACCEPTED, *REFUSALS, IDLE):
        await panel.show(scene)
    await panel.show(FAULT)
    await shown(paper, 2)
    assert paper.shown == [picture(IDLE), picture(FAULT)]
    await panel.close()


async def test_what_is_typed_costs_no_refresh() -> None:
    """The idle picture is the same whoever comes in; a notice is a new one."""
    paper = Paper()
    panel = display(paper)
    await panel.show(IDLE)
    await shown(paper, 1)
    await panel.show(replace(TYPED, notice=None))
    await panel.show(IDLE)
    await panel.show(replace(IDLE, notice=NOTICE))
    await shown(paper, 2)
    assert paper.shown == [picture(IDLE), picture(replace(IDLE, notice=NOTICE))]
    await panel.close()


async def test_a_desk_may_show_verdicts() -> None:
    """And then returns to idle."""
    paper = Paper()
    panel = display(paper, shows="everything")
    for number, scene in enumerate((IDLE, ACCEPTED, REFUSALS[0], IDLE), start=1):
        await panel.show(scene)
        await shown(paper, number)
    assert paper.shown == [picture(scene) for scene in (IDLE, ACCEPTED, REFUSALS[0], IDLE)]
    await panel.close()


async def test_a_passing_idle_scene_is_not_drawn() -> None:
    """The word that a visit is taken back lasts some seconds: not long enough for a refresh."""
    paper = Paper()
    panel = display(paper, settle=0.1)
    await panel.show(replace(IDLE, title=words.TAKEN_BACK))
    await panel.show(IDLE)
    await shown(paper, 1)
    await asyncio.sleep(0.15)
    assert paper.shown == [picture(IDLE)]
    await panel.close()


async def test_idle_is_not_drawn_between_two_verdicts() -> None:
    """A returning idle scene waits; the next visitor's verdict takes its place."""
    paper = Paper()
    panel = display(paper, shows="everything", settle=60)
    await panel.show(ACCEPTED)
    await shown(paper, 1)
    await panel.show(IDLE)
    await panel.show(REFUSALS[0])
    await shown(paper, 2)
    assert paper.shown == [picture(ACCEPTED), picture(REFUSALS[0])]
    await panel.close()


async def test_closing_leaves_the_idle_picture() -> None:
    """Whatever is shown or waits; the panel is freed once."""
    paper = Paper()
    panel = display(paper, shows="everything", settle=60)
    await panel.show(IDLE)
    await panel.show(ACCEPTED)
    await shown(paper, 1)
    await panel.close()
    await panel.close()
    assert paper.shown == [picture(ACCEPTED), picture(IDLE)]
    assert paper.closed == 1


async def test_closing_costs_no_refresh_where_the_idle_picture_is_shown() -> None:
    """It already is what is to be left."""
    paper = Paper()
    panel = display(paper)
    await panel.show(IDLE)
    await shown(paper, 1)
    await panel.close()
    assert paper.shown == [picture(IDLE)]


async def test_a_panel_that_does_not_answer_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said in the log, and the kiosk goes on: the panel is never the verdict."""
    monkeypatch.setattr(_newest, "RETRY", 0.02)
    caplog.set_level(logging.WARNING)
    paper = Paper()
    paper.fails = 2
    panel = display(paper)
    await panel.show(IDLE)
    await shown(paper, 1)
    assert caplog.text.count("epd2in13_V4 did not take a picture") == 2
    await panel.close()


async def test_a_panel_upside_down_gets_the_picture_turned() -> None:
    """By half a turn."""
    paper = Paper()
    panel = display(paper, rotate=180)
    await panel.show(IDLE)
    await shown(paper, 1)
    assert paper.shown == [draw(IDLE, CANVAS, LANGUAGES).rotate(180).tobytes()]
    await panel.close()


def test_the_doctor_is_told_what_panel_it_is() -> None:
    """Its size and colours: what a board answered, too."""
    assert display(Paper()).check() == "250 by 122 pixels, colours bw"


def test_a_panel_rests_between_refreshes() -> None:
    """A scene is due when it has lasted and the panel has rested, whichever is later."""
    pace = Pace(rest=180, settle=10, refreshed=1000)
    assert pace.due(IDLE, given=1010) == 1180
    assert pace.due(IDLE, given=1175) == 1185
    assert pace.due(ACCEPTED, given=1175) == 1180
    assert pace.due(ACCEPTED, given=1300) == 1300
    assert Pace(rest=180, settle=10).due(IDLE, given=5) == 15


def test_by_default_the_panel_is_spared() -> None:
    """Three minutes between refreshes, as the makers ask."""
    spared = Settings(driver="eink", panel="inky")
    assert (spared.rest, spared.shows) == (180, "standing")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"panel": "epd9in9"}, "must be one of inky.*epd7in5_V2"),
        ({"shows": "everything", "rest": 180}, "rest = 30 or less"),
        ({"rest": -1}, "greater than or equal to 0"),
        ({"rotate": 90}, "0 or 180"),
    ],
)
def test_what_the_settings_may_not_be_is_said(wrong: dict[str, object], message: str) -> None:
    """A verdict that stays for minutes is refused, not only what is misspelt."""
    with pytest.raises(ValidationError, match=message):
        settings(**wrong)


def test_signals_are_sorted_into_what_stands_and_what_passes() -> None:
    """A fault stands like the idle scene; whatever concerns one visitor passes."""
    assert {signal for signal in Signal if signal in eink._STANDING} == {Signal.IDLE, Signal.FAULT}


STATUS = replace(IDLE, title=words.READY, lines=(words.CONNECTED,))


def test_what_staff_ask_for_is_drawn_at_once() -> None:
    """Without settling, and half a minute after the last refresh: it is seldom, and for a while."""
    pace = Pace(rest=180, settle=10, refreshed=1000)
    assert pace.due(STATUS, 1100) == 1100
    assert pace.due(STATUS, 1001) == 1030
    assert pace.due(IDLE, 1001) == 1180


async def test_the_panel_is_left_awaiting_a_card() -> None:
    """What staff asked for is not what stands on it once the kiosk has ended."""
    paper = Paper()
    panel = display(paper)
    await panel.show(IDLE)
    await shown(paper, 1)
    await panel.show(STATUS)
    await shown(paper, 2)
    await panel.close()
    assert paper.shown == [picture(IDLE), picture(STATUS), picture(IDLE)]
