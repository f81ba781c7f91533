"""The step that chooses what shows the verdict, one display or several, and has each show it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from kaiku.text import Text
from kiosk import words
from kiosk.config import Device, Role
from kiosk.display._panels import INKY, WAVESHARE
from kiosk.display.screen import Palette
from kiosk.ports import Scene, Signal, Troubled
from kiosk.setup.settling import Asking, Part, ask_level, connected, settle
from kiosk.setup.talk import Talk

_KINDS = {
    "lights": "two or three lamps on GPIO lines",
    "led-matrix": "a row of LED blocks on SPI",
    "eink": "an e-ink panel of Pimoroni or Waveshare, beside lamps: it is slow",
    "png": "a picture in a file, for a screen that another program shows",
    "terminal": "words in the terminal in which the kiosk is started",
    "none": "nothing more",
}
_MAKERS = {
    "pimoroni": "Inky pHAT, Inky wHAT, Inky Impression",
    "waveshare": "its size and version are printed on the back, such as 4.2inch e-Paper V2",
}
_COLOURS = {
    Palette.BLACK_WHITE: "black and white",
    Palette.BLACK_WHITE_RED: "black, white and red",
    Palette.BLACK_WHITE_YELLOW: "black, white and yellow",
    Palette.BLACK_WHITE_RED_YELLOW: "black, white, red and yellow",
    Palette.BLACK_WHITE_RED_YELLOW_GREEN: "many colours",
}
_REFUSED = Text("Kortti ei kelpaa", "Kortet gäller inte", "The card is not valid")
_VERDICTS = (
    (Scene(Signal.ACCEPTED, words.WELCOME), "a welcome (lights: green, steady)"),
    (Scene(Signal.REFUSED, _REFUSED), "a refusal (lights: red, blinking fast)"),
    (Scene(Signal.ASK, words.CHILDREN), "a question (lights: yellow, slowly on and off)"),
)
_STANDING = (
    (
        Scene(Signal.IDLE, words.SHOW_CARD),
        f"“{words.SHOW_CARD.fi}”, the right way up (it takes up to half a minute)",
    ),
)


async def ask_displays(talk: Talk, parts: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Choose what shows the verdict, one display or several, into ``parts``."""
    talk.say("\n5. What shows the verdict")
    standing = [dict(part) for part in before.get("display", [])]
    state = parts["station"].get("state", "/var/lib/kaikuportti")
    asking: dict[str, Asking] = {
        "lights": _ask_lamps,
        "eink": _ask_panel,
        "png": partial(_ask_picture, state),
    }
    offered = dict(_KINDS)
    chosen: list[Part] = []
    while len(offered) > 1:
        default = next((part["driver"] for part in standing if part["driver"] in offered), None)
        is_told = any(part["driver"] != "eink" for part in chosen)
        default = default or ("none" if is_told else "lights")
        driver = await talk.choose("Which display?", offered, default)
        if driver == "none":
            break
        part = next((part for part in standing if part["driver"] == driver), {"driver": driver})
        standing = [other for other in standing if other is not part]
        ask_settings = asking.get(driver, _ask_nothing)
        await settle(talk, parts, Role.DISPLAY, chosen, part, ask_settings, _try)
        has_more = any(other["driver"] == driver for other in standing)
        if chosen and chosen[-1] is part and not has_more:
            del offered[driver]
    if chosen:
        parts["display"] = chosen


async def _ask_nothing(_talk: Talk, _part: Part) -> None:
    """Leave a display as it is; what can be set of it is seldom needed."""


async def _ask_lamps(talk: Talk, part: Part) -> None:
    talk.say("Lines are Broadcom numbers: GPIO 17 is pin 11 of the header.")
    part["green"] = await talk.whole_number("Line of the green lamp", part.get("green", 5))
    part["red"] = await talk.whole_number("Line of the red lamp", part.get("red", 6))
    part["yellow"] = await talk.whole_number(
        "Line of a yellow lamp, - for none", part.get("yellow"), optional=True
    )
    await ask_level(talk, part, "Is a lamp lit when its line is high?")


async def _ask_panel(talk: Talk, part: Part) -> None:
    before = part.get("panel", "inky")
    maker = "waveshare" if before in WAVESHARE else "pimoroni"
    maker = await talk.choose("Who has made the panel?", _MAKERS, maker)
    models = _WAVESHARE if maker == "waveshare" else _INKY
    default = before if before in models else next(iter(models))
    part["panel"] = await talk.choose("Which is it?", models, default)
    is_turned = part.get("rotate") == 180
    is_turned = await talk.confirm("Does it hang upside down?", default=is_turned)
    part["rotate"] = 180 if is_turned else None


def _in_words(model: str, palette: Palette) -> str:
    """Return a panel of Waveshare as it says on its back: ``epd2in13b_V4`` is 2.13inch (B) V4."""
    found = re.fullmatch(r"epd(\d+)in(\d+)([a-z]?)(?:_(V\d))?", model)
    assert found is not None
    whole, part, letter, version = found.groups("")
    named = [f"{whole}.{part}inch", f"({letter.upper()})" if letter else "", version]
    return f"{' '.join(filter(None, named))}, {_COLOURS[palette]}"


_WAVESHARE = {model: _in_words(model, palette) for model, palette in WAVESHARE.items()}
_INKY = {
    **dict.fromkeys(INKY, "an older board, which does not say what it is"),
    "inky": "a board that says what it is: try this first",
}


async def _ask_picture(state: str, talk: Talk, part: Part) -> None:
    path = part.get("path", f"{state}/screen.png")
    part["path"] = await talk.ask("The picture's file", path, _wrong_path)
    part["width"] = await talk.whole_number("Its width in pixels", part.get("width", 800))
    part["height"] = await talk.whole_number("Its height in pixels", part.get("height", 480))


def _wrong_path(answer: str) -> str | None:
    return None if answer.startswith("/") else "Type all of it, such as /var/lib/x/screen.png."


async def _try(talk: Talk, device: Device) -> bool:
    """Show each verdict, or what stands where the display shows no more, and ask what is seen."""
    is_slow = device.settings.driver == "eink"
    if is_slow:
        at_once = device.settings.model_copy(update={"rest": 0.0, "settle": 0.0})
        device = replace(device, settings=at_once)
    async with connected(device) as display:
        for scene, expected in _STANDING if is_slow else _VERDICTS:
            await display.show(scene)
            is_right = await talk.confirm(f"Does it show {expected}?")
            trouble = display.trouble if isinstance(display, Troubled) else None
            if trouble is not None:
                talk.say(f"  It does not work: {trouble}.")
            if trouble is not None or not is_right:
                return False
    return True
