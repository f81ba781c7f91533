"""The e-ink panels: what the makers' drivers send shows the picture that was drawn."""

import importlib
import inspect
import logging
import re
import sys
from collections.abc import Iterator
from itertools import cycle, repeat

import pytest
from gpiod.line import Value
from gpiozero.pins.mock import MockFactory
from inky.eeprom import EPDType
from PIL import Image, ImageChops

from kiosk.display import _panels
from kiosk.display._panels import WAVESHARE, InkyPanel, WavesharePanel, layers_of, open_panel
from kiosk.display.screen import Canvas, Palette, draw
from kiosk.ports import DeviceError
from tests.display.bus import Lines, Wire, inverted, unpacked
from tests.display.scenes import ACCEPTED, FAULT, LANGUAGES, REFUSALS

_PIN = re.compile(r"(RST|RESET|DC|CS|CS0|BUSY|PWR|MOSI|SCLK)_PIN")
READY = repeat(Value.INACTIVE)
TURNS = cycle((Value.INACTIVE, Value.ACTIVE))
"""The busy line: some panels are ready while it is low, others as soon as it has risen."""


def drawn(panel: _panels.Panel) -> Image.Image:
    """Return a picture with ink of every kind."""
    return draw(REFUSALS[3], Canvas(panel.width, panel.height, panel.palette), LANGUAGES)


def test_a_black_and_white_panel_of_waveshare_gets_the_picture_and_sleeps(waveshare: Wire) -> None:
    """It is set up, given the picture as it was drawn, refreshed and sent to sleep."""
    panel = WavesharePanel("epd2in13_V4")
    image = drawn(panel)

    panel.show(image)

    commands = [command for command, _ in waveshare.commands()]
    assert commands[0] == 0x12
    assert commands[-4:] == [0x24, 0x22, 0x20, 0x10]
    assert waveshare.commands()[-1] == (0x10, b"\x01")
    picture = unpacked(waveshare.data_of(0x24), 122, 250).rotate(-90, expand=True)
    assert picture.tobytes() == image.convert("1").tobytes()


def test_a_three_colour_panel_of_waveshare_gets_black_and_red_apart(waveshare: Wire) -> None:
    """Its two memories together are the picture, and the red one holds the refusal's sign."""
    panel = WavesharePanel("epd2in13b_V4")
    image = drawn(panel)

    panel.show(image)

    black, red = (
        unpacked(waveshare.data_of(command), 122, 250).rotate(-90, expand=True)
        for command in (0x24, 0x26)
    )
    rebuilt = Image.new("RGB", image.size, "white")
    rebuilt.paste((0, 0, 0), mask=ImageChops.invert(black.convert("L")))
    rebuilt.paste((255, 0, 0), mask=ImageChops.invert(red.convert("L")))
    assert rebuilt.tobytes() == image.tobytes()
    assert red.getextrema() == (0, 255)
    assert waveshare.commands()[-1] == (0x10, b"\x01")


@pytest.mark.parametrize("model", WAVESHARE)
def test_every_panel_of_the_table_takes_a_picture(
    model: str, waveshare: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """The library knows it, finds the picture's size right and puts the panel to sleep."""
    panel = WavesharePanel(model)
    turns = cycle((0, 1))  # some panels pull the line up while they are busy, some down
    panel._read = lambda _: next(turns)
    layers = len(inspect.signature(panel._epd.display).parameters)
    assert (layers == 2) == (panel.palette is Palette.BLACK_WHITE_RED)
    caplog.set_level(logging.WARNING)

    panel.show(drawn(panel))

    assert caplog.text == ""
    assert waveshare.commands()[-1][0] in (0x02, 0x07, 0x10)
    panel.close()


def test_a_panel_that_stays_busy_is_given_up(
    waveshare: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library alone would ask for ever, and the kiosk could not even be stopped."""
    panel = WavesharePanel("epd2in13_V4")
    panel._read = lambda _: 1
    monkeypatch.setattr(_panels, "LONGEST_REFRESH", 0.01)
    with pytest.raises(TimeoutError, match="cable"):
        panel.show(drawn(panel))


def test_off_a_raspberry_pi_a_panel_of_waveshare_says_what_it_needs(
    wire: Wire, pins: MockFactory
) -> None:
    """The library's own error on another machine is turned into one that can be mended."""
    with pytest.raises(DeviceError, match=r"epd7in5_V2 .* Raspberry Pi"):
        open_panel("epd7in5_V2")
    assert not wire.sent


def test_without_spi_a_panel_of_waveshare_says_so(
    waveshare: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Raspberry Pi comes with SPI off."""

    def missing(*_: int) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("tests.display.bus._SpiDev.open", missing)
    with pytest.raises(DeviceError, match="SPI enabled"):
        open_panel("epd2in13_V4")


@pytest.mark.parametrize("colour", ["black", "red", "yellow"])
def test_an_inky_phat_gets_the_picture(colour: str, inky: Wire) -> None:
    """What the real driver of Pimoroni sends is the picture, in its black and its coloured ink."""
    panel = InkyPanel(f"inky-phat-{colour}")
    image = draw(FAULT, Canvas(panel.width, panel.height, panel.palette), LANGUAGES)

    panel.show(image)

    black, ink = (
        unpacked(inky.data_of(command), 136, 250).rotate(90, expand=True).crop((0, 6, 250, 128))
        for command in (0x24, 0x26)
    )
    expected_black, expected_ink = layers_of(image)
    assert black.tobytes() == expected_black.tobytes()
    assert ink.tobytes() == inverted(expected_ink).tobytes()


def test_an_inky_what_gets_the_picture(inky: Wire) -> None:
    """The wHAT's memory lies as the picture does."""
    panel = InkyPanel("inky-what-red")
    image = drawn(panel)

    panel.show(image)

    black = unpacked(inky.data_of(0x24), 400, 300)
    red = unpacked(inky.data_of(0x26), 400, 300)
    expected_black, expected_red = layers_of(image)
    assert black.tobytes() == expected_black.tobytes()
    assert red.tobytes() == inverted(expected_red).tobytes()


@pytest.mark.parametrize(
    ("name", "busy"),
    [("inky-impression-5.7", READY), ("inky-impression-7.3", TURNS)],
)
def test_an_inky_of_many_colours_gets_pure_colours(
    name: str, busy: Iterator[Value], inky: Wire, lines: Lines
) -> None:
    """The library maps each of the picture's colours to one ink and has nothing to dither."""
    lines.busy = busy
    panel = InkyPanel(name)
    image = draw(ACCEPTED, Canvas(panel.width, panel.height, panel.palette), LANGUAGES)

    panel.show(image)

    pixels = inky.data_of(0x10)
    assert len(pixels) == panel.width * panel.height // 2
    codes = b"".join(bytes((byte >> 4, byte & 15)) for byte in pixels)
    shown = Image.frombytes("L", image.size, codes)
    ink = shown.point(lambda code: 255 if code == codes[0] else 0).convert("1")
    assert len(set(codes)) == 2
    assert ink.tobytes() == image.getchannel("G").convert("1").tobytes()


@pytest.mark.parametrize(
    ("variant", "size", "colour", "busy"),
    [
        (4, (212, 104), "black", READY),
        (11, (250, 122), "red", READY),
        (2, (400, 300), "yellow", READY),
        (14, (600, 448), "7colour", READY),
        (15, (640, 400), "7colour", READY),
        (18, (400, 300), "red", READY),
        (20, (800, 480), "7colour", READY),
        (21, (1600, 1200), "spectra6", TURNS),
        (22, (800, 480), "spectra6", TURNS),
        (23, (250, 122), "red/yellow", TURNS),
        (24, (400, 300), "red/yellow", TURNS),
        (25, (600, 400), "spectra6", TURNS),
        (28, (400, 300), "red/yellow", TURNS),
    ],
)
def test_a_board_that_says_what_it_is_takes_a_picture(
    variant: int,
    size: tuple[int, int],
    colour: str,
    busy: Iterator[Value],
    inky: Wire,
    lines: Lines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every driver of the library runs, by the board's own memory, and sends a whole picture."""
    board = EPDType(*size, color=colour, pcb_variant=12, display_variant=variant)
    monkeypatch.setattr("inky.eeprom.read_eeprom", lambda **_: board)
    lines.busy = busy
    panel = open_panel("inky")
    assert (panel.width, panel.height) == size

    panel.show(drawn(panel))

    assert sum(len(data) for is_data, data in inky.sent if is_data) > size[0] * size[1] // 8


def test_without_a_board_inky_says_how_to_name_one() -> None:
    """Where nothing answers on I2C the message lists the names."""
    with pytest.raises(DeviceError, match="inky-what-red"):
        open_panel("inky")


def test_lines_in_use_by_another_are_an_error_that_can_be_mended(
    inky: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would end the process with a joke."""

    def in_use(*_: object) -> bool:
        raise SystemExit("Woah there")

    monkeypatch.setattr("gpiodevice.check_pins_available", in_use)
    with pytest.raises(DeviceError, match="pins free"):
        open_panel("inky-phat-red")


@pytest.mark.parametrize(("panel", "library"), [("epd2in13_V4", "epaper"), ("inky", "inky.auto")])
def test_a_library_that_is_not_installed_is_named(
    panel: str, library: str, pins: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the extra that brings it."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DeviceError, match="extras `eink`"):
        open_panel(panel)


def test_black_and_coloured_ink_are_told_apart() -> None:
    """Each layer has its own ink black, whichever of red and yellow the panel has."""
    image = Image.new("RGB", (4, 1))
    for x, colour in enumerate([(0, 0, 0), (255, 255, 255), (255, 0, 0), (255, 255, 0)]):
        image.putpixel((x, 0), colour)
    black, ink = layers_of(image)
    assert [black.getpixel((x, 0)) for x in range(4)] == [0, 255, 255, 255]
    assert [ink.getpixel((x, 0)) for x in range(4)] == [255, 255, 0, 0]


def test_the_lines_of_a_panel_are_those_of_the_makers_library(waveshare: Wire) -> None:
    """What ``check`` compares with the gate and the lamps is what the library opens."""
    board = WavesharePanel("epd2in13_V4")._bus.implementation
    assert {getattr(board, name) for name in dir(board) if _PIN.fullmatch(name)} == set(
        _panels.WAVESHARE_LINES
    )
    i2c = {2, 3}
    for path, _ in _panels.INKY.values():
        module = importlib.import_module(path.rpartition(".")[0])
        found = {getattr(module, name) for name in dir(module) if _PIN.fullmatch(name)}
        assert found <= set(_panels.INKY_LINES) - i2c
