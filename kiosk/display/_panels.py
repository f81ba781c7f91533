"""The e-ink panels that can be named in the configuration, each behind the same small contract.

The makers' libraries are imported when a panel is opened and not before: Waveshare's takes hold of
its pins when it is imported, and Pimoroni's loads numpy.
"""

import importlib
import inspect
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from PIL import Image, ImageChops

from kiosk.display.screen import Palette
from kiosk.gpio import load_factory
from kiosk.ports import DeviceError

LONGEST_REFRESH = 90.0
"""Seconds after which a panel that still says it is busy is taken to be gone."""

_BW, _BWR, _BWY = Palette.BLACK_WHITE, Palette.BLACK_WHITE_RED, Palette.BLACK_WHITE_YELLOW
_BWRY, _MANY = Palette.BLACK_WHITE_RED_YELLOW, Palette.BLACK_WHITE_RED_YELLOW_GREEN

WAVESHARE: dict[str, Palette] = {
    "epd2in13_V3": _BW,
    "epd2in13_V4": _BW,
    "epd2in13b_V3": _BWR,
    "epd2in13b_V4": _BWR,
    "epd2in13g": _BWRY,
    "epd2in66b": _BWR,
    "epd2in7_V2": _BW,
    "epd2in7b_V2": _BWR,
    "epd2in9_V2": _BW,
    "epd2in9b_V3": _BWR,
    "epd2in9b_V4": _BWR,
    "epd3in0g": _BWRY,
    "epd3in52": _BW,
    "epd4in2": _BW,
    "epd4in2_V2": _BW,
    "epd4in26": _BW,
    "epd5in65f": _MANY,
    "epd5in83_V2": _BW,
    "epd5in83b_V2": _BWR,
    "epd7in3e": _MANY,
    "epd7in3f": _MANY,
    "epd7in3g": _BWRY,
    "epd7in5_V2": _BW,
    "epd7in5b_V2": _BWR,
}
"""Waveshare's panels by the maker's own names, and their colours."""

INKY: dict[str, tuple[str, tuple[Any, ...]]] = {
    "inky": ("inky.auto.auto", ()),
    "inky-phat-black": ("inky.phat.InkyPHAT_SSD1608", ("black",)),
    "inky-phat-red": ("inky.phat.InkyPHAT_SSD1608", ("red",)),
    "inky-phat-yellow": ("inky.phat.InkyPHAT_SSD1608", ("yellow",)),
    "inky-what-black": ("inky.inky_ssd1683.Inky", ((400, 300), "black")),
    "inky-what-red": ("inky.inky_ssd1683.Inky", ((400, 300), "red")),
    "inky-what-yellow": ("inky.inky_ssd1683.Inky", ((400, 300), "yellow")),
    "inky-impression-5.7": ("inky.inky_uc8159.Inky", ((600, 448),)),
    "inky-impression-7.3": ("inky.inky_e673.Inky", ((800, 480),)),
}
"""Pimoroni's panels; ``inky`` asks the board what it is."""

WAVESHARE_LINES = (8, 10, 11, 17, 18, 24, 25)
"""The GPIO lines of Waveshare's boards, SPI's among them; the maker's library has them fixed."""

INKY_LINES = (2, 3, 8, 10, 11, 17, 22, 27)
"""Those of Pimoroni's boards: I2C, by which a board says what it is, SPI, and three more."""

_INKY_PALETTES = {"black": _BW, "red": _BWR, "yellow": _BWY, "red/yellow": _BWRY, "multi": _MANY}


class Panel(Protocol):
    """An open panel: its size in pixels, wider than high, and its colours."""

    width: int
    height: int
    palette: Palette

    def show(self, image: Image.Image) -> None:
        """Refresh the panel with an image of its size and colours, and put it to sleep.

        Raises ``OSError`` or ``RuntimeError`` where the panel does not answer.
        """
        ...

    def close(self) -> None:
        """Free the panel; what it shows stays."""
        ...


def lines_of(name: str) -> tuple[int, ...]:
    """Return the GPIO lines that a panel of the tables takes."""
    return WAVESHARE_LINES if name in WAVESHARE else INKY_LINES


def open_panel(name: str) -> Panel:
    """Open a panel of the tables. Raises ``DeviceError`` with what to mend."""
    if name in WAVESHARE:
        return WavesharePanel(name)
    return InkyPanel(name)


class WavesharePanel:
    """A panel of Waveshare, by the maker's own driver."""

    def __init__(self, model: str) -> None:
        load_factory()
        from gpiozero import GPIOZeroError

        try:
            driver = importlib.import_module("epaper").epaper(model)
            self._epd = driver.EPD()
            self._bus = driver.epdconfig
            self._bus.module_init()
            self._bus.module_exit()
        except ModuleNotFoundError as error:
            raise DeviceError(
                f"{model} needs {error.name}: install the extras `eink` and `pi`, on a Raspberry Pi"
            ) from error
        except (OSError, ImportError, RuntimeError, GPIOZeroError) as error:
            raise DeviceError(
                f"{model} cannot be opened ({error}): it needs a Raspberry Pi with SPI enabled and "
                "GPIO 8, 17, 18, 24 and 25 free"
            ) from error
        self._read = self._bus.digital_read
        self.width = max(self._epd.width, self._epd.height)
        self.height = min(self._epd.width, self._epd.height)
        self.palette = WAVESHARE[model]

    def show(self, image: Image.Image) -> None:
        """Wake the panel, send the picture, wait until it is there and put the panel to sleep."""
        self._bus.digital_read = _patient(self._read, time.monotonic() + LONGEST_REFRESH)
        try:
            if self._epd.init() not in (0, None):
                raise OSError("the panel's bus could not be set up")
            layers = layers_of(image) if _layers(self._epd) == 2 else (image,)
            self._epd.display(*(self._epd.getbuffer(layer) for layer in layers))
        finally:
            self._epd.sleep()

    def close(self) -> None:
        """Free the pins."""
        self._bus.module_exit(cleanup=True)


def layers_of(image: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return the layer of black ink and that of coloured ink, each with its ink black on white."""
    red, _, blue = image.split()
    return red.convert("1"), ImageChops.lighter(blue, ImageChops.invert(red)).convert("1")


def _layers(epd: Any) -> int:
    return len(inspect.signature(epd.display).parameters)


def _patient(read: Callable[[int], int], until: float) -> Callable[[int], int]:
    """Let the library ask until a time whether the panel is busy: by itself it asks for ever."""

    def ask(pin: int) -> int:
        if time.monotonic() > until:
            raise TimeoutError("the panel does not answer; see to its cable")
        return read(pin)

    return ask


class InkyPanel:
    """A panel of Pimoroni."""

    def __init__(self, name: str) -> None:
        path, arguments = INKY[name]
        module, _, maker = path.rpartition(".")
        try:
            self._inky = getattr(importlib.import_module(module), maker)(*arguments)
            self._inky.setup()
        except ModuleNotFoundError as error:
            raise DeviceError(
                f"{name} needs {error.name}: install the extras `eink` and `pi`"
            ) from error
        except (OSError, RuntimeError, ValueError, SystemExit) as error:
            raise DeviceError(
                f"{name} cannot be opened ({error}): it needs SPI and I2C enabled and its pins "
                f"free; a board that does not say what it is is named, one of {', '.join(INKY)}"
            ) from error
        self.width, self.height = self._inky.resolution
        self.palette = _INKY_PALETTES[self._inky.colour]
        self._inks = _inks(self._inky, self.palette)

    def show(self, image: Image.Image) -> None:
        """Send the picture and wait until it is there; the library puts the panel to sleep."""
        self._inky.set_border(self._inky.WHITE)
        self._inky.set_image(image.quantize(palette=self._inks, dither=Image.Dither.NONE))
        self._inky.show()

    def close(self) -> None:
        """Leave the pins to the end of the process: the library has no way to free them."""


def _inks(driver: Any, palette: Palette) -> Image.Image:
    """Return the library's numbers of the inks, as the palette of an image.

    A driver of many colours has a table; the others hold 0 for white, 1 for black, 2 for the ink.
    """
    third = (255, 255, 0) if palette is Palette.BLACK_WHITE_YELLOW else (255, 0, 0)
    table = [(255, 255, 255), (0, 0, 0), third]
    for place in (sys.modules[type(driver).__module__], driver):
        table = getattr(place, "DESATURATED_PALETTE", table)
    inks = Image.new("P", (1, 1))
    inks.putpalette([part for ink in dict.fromkeys(map(tuple, table)) for part in ink])
    return inks
