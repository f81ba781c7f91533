"""The LED blocks: what luma's driver sends to the MAX7219 chips lights the glyphs."""

import sys
from collections.abc import Iterator
from itertools import combinations

import pytest
from PIL import Image, ImageChops

from kaiku.party import Party
from kiosk.display import led_matrix
from kiosk.display.led_matrix import BLOCK, picture
from kiosk.ports import DeviceError, Display, Scene, Signal
from tests.display.bus import Wire
from tests.display.scenes import ACCEPTED, IDLE, ONE_OF_EACH, SCENES, SURROUNDINGS

pytestmark = pytest.mark.filterwarnings(
    "ignore:Image.Image.getdata:DeprecationWarning"  # luma's own
)


INTENSITY, SHUTDOWN = 10, 12
"""Registers of the MAX7219."""


def connect(**settings: object) -> Display:
    """Return the blocks with settings as they come from TOML."""
    parsed = led_matrix.Settings.model_validate({"driver": "led-matrix", **settings})
    return led_matrix.connect(parsed, SURROUNDINGS)


def lit(wire: Wire, cascaded: int) -> Image.Image:
    """Return what the chips show: each holds eight columns, and the last block is sent first."""
    image = Image.new("1", (BLOCK * cascaded, BLOCK))
    for _, sent in wire.sent:
        for place, (register, columns) in enumerate(pairs(sent)):
            if 1 <= register <= 8:
                x = BLOCK * (cascaded - 1 - place) + register - 1
                for y in range(BLOCK):
                    image.putpixel((x, y), columns >> y & 1)
    return image


def pairs(sent: bytes) -> Iterator[tuple[int, int]]:
    """Give the registers and their values of one transfer, a pair a chip."""
    return zip(sent[::2], sent[1::2], strict=True)


def values(wire: Wire, register: int) -> list[int]:
    """Return what a register of the chips was set to."""
    return [value for _, sent in wire.sent for at, value in pairs(sent) if at == register]


async def test_the_blocks_show_the_picture(wire: Wire) -> None:
    """Rebuilt from the bytes on the bus, whatever the scene."""
    display = connect(orientation=0)
    for scene in SCENES:
        await display.show(scene)
        assert lit(wire, 4).tobytes() == picture(scene, 32).tobytes()


async def test_turned_blocks_show_the_same_picture(wire: Wire) -> None:
    """Each block is turned as the configuration says: turned back, it is the picture."""
    display = connect(orientation=-90)
    await display.show(ACCEPTED)
    sent = lit(wire, 4)
    turned = Image.new("1", sent.size)
    for x in range(0, 32, BLOCK):
        turned.paste(sent.crop((x, 0, x + BLOCK, BLOCK)).rotate(90), (x, 0))
    assert turned.tobytes() == picture(ACCEPTED, 32).tobytes()


async def test_a_row_that_hangs_upside_down_is_turned(wire: Wire) -> None:
    """By half a turn of the whole."""
    display = connect(orientation=0, upside_down=True)
    await display.show(IDLE)
    assert lit(wire, 4).rotate(180).tobytes() == picture(IDLE, 32).tobytes()


async def test_closing_puts_the_blocks_out(wire: Wire) -> None:
    """They are dark, shut down, and SPI is free; a second time does nothing."""
    display = connect(cascaded=2, orientation=0)
    await display.show(ACCEPTED)
    await display.close()
    assert lit(wire, 2).getbbox() is None
    shutdowns = [
        value for _, sent in wire.sent for register, value in pairs(sent) if register == 12
    ]
    assert shutdowns[-2:] == [0, 0]
    assert wire.closed == 1
    sent = len(wire.sent)
    await display.close()
    assert len(wire.sent) == sent


async def test_the_configured_spi_and_contrast_are_used(wire: Wire) -> None:
    """Port, device and brightness, which has sixteen steps."""
    connect(port=1, device=2, contrast=0xA0)
    assert wire.opened == [(1, 2)]
    assert {
        value for _, sent in wire.sent for register, value in pairs(sent) if register == 10
    } == {10}


@pytest.mark.parametrize(("one", "other"), list(combinations(Signal, 2)))
def test_signs_differ_in_shape(one: Signal, other: Signal) -> None:
    """On a single block at least a quarter of the 64 lights differ."""
    first, second = picture(ONE_OF_EACH[one], 8), picture(ONE_OF_EACH[other], 8)
    assert ImageChops.logical_xor(first, second).histogram()[255] >= 16


@pytest.mark.parametrize("width", [8, 16, 24, 32, 64])
@pytest.mark.parametrize("children", [1, 9, 10, 99])
def test_the_number_of_children_is_shown_where_it_fits(width: int, children: int) -> None:
    """Nothing is cut off: on one block the sign alone is shown."""
    scene = Scene(Signal.ACCEPTED, ACCEPTED.title, party=Party(children=children))
    shown = picture(scene, width)
    alone = picture(Scene(Signal.ACCEPTED, ACCEPTED.title), width)
    assert shown.size == (width, BLOCK)
    assert (shown.tobytes() == alone.tobytes()) == (width == 8 or (width == 16 and children > 9))


def test_different_numbers_look_different() -> None:
    """Each number of children from 0 to 99."""
    shown = {
        picture(Scene(Signal.ACCEPTED, ACCEPTED.title, party=Party(children=count)), 32).tobytes()
        for count in range(100)
    }
    assert len(shown) == 100


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "luma.led_matrix.device", None)
    with pytest.raises(DeviceError, match="extra `pi`"):
        connect()


def test_without_spi_it_says_so(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Raspberry Pi comes with SPI off."""

    def missing(*_: int) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("tests.display.bus._SpiDev.open", missing)
    with pytest.raises(DeviceError, match="enable SPI"):
        connect()
