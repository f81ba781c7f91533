"""A typing scanner on the input layer: what opening, grabbing and losing keys do."""

import errno
import time

import evdev.ecodes as e
import pytest
from pydantic import ValidationError

from kiosk.drivers._keymap import KEYMAPS
from kiosk.drivers.scanner_hid import HidScanner, Settings
from kiosk.ports import DeviceChanged, DeviceError, Scanned
from tests.drivers.rigs import Heard, InputLayer, events, running, strokes

ONE = "/dev/input/by-path/one"
TWO = "/dev/input/by-path/two"


def scanner(**settings: object) -> HidScanner:
    """Return a scanner at path one, or as set."""
    return HidScanner(Settings.model_validate({"driver": "hid", "device": ONE} | settings))


@pytest.mark.usefixtures("impatient")
async def test_several_devices_make_one_scanner(input_layer: InputLayer) -> None:
    """Two scanners at a gate are read at once, and their codes are not mixed."""
    input_layer.plug(ONE)
    input_layer.plug(TWO)
    async with running(scanner(device=[ONE, TWO])) as heard:
        assert {(await heard.next(DeviceChanged)).device for _ in range(2)} == {ONE, TWO}
        us = KEYMAPS["us"]
        await input_layer.send(ONE, events(strokes(us, "ON")))
        await input_layer.type(TWO, us, "TWO")
        await input_layer.type(ONE, us, "E")
        assert [(await heard.next(Scanned)).data for _ in range(2)] == [b"TWO", b"ONE"]


async def test_a_code_without_an_end_is_handed_on_after_silence(input_layer: InputLayer) -> None:
    """Its time is that of the last key, not of the end of waiting."""
    input_layer.plug(ONE)
    async with running(scanner(idle=0.2)) as heard:
        await heard.next(DeviceChanged)
        await input_layer.send(ONE, events(strokes(KEYMAPS["us"], "12")))
        scanned = await heard.next(Scanned)
        assert scanned.data == b"12"
        assert time.monotonic() - scanned.at >= 0.2


async def test_lost_keys_make_one_unreadable_code(input_layer: InputLayer) -> None:
    """After SYN_DROPPED comes one empty scan, by silence if its end was lost too."""
    input_layer.plug(ONE)
    async with running(scanner(idle=0.1)) as heard:
        await heard.next(DeviceChanged)
        us = KEYMAPS["us"]
        dropped = (e.EV_SYN, e.SYN_DROPPED, 0)
        await input_layer.send(ONE, [*events(strokes(us, "12")), dropped])
        assert (await heard.next(Scanned)).data == b""
        await input_layer.type(ONE, us, "34")
        assert (await heard.next(Scanned)).data == b"34"


async def test_keys_held_at_the_opening_count(input_layer: InputLayer) -> None:
    """Shift and caps lock are asked of the device, not assumed to be up."""
    input_layer.held = (e.KEY_RIGHTSHIFT,)
    input_layer.leds = (e.LED_CAPSL,)
    input_layer.plug(ONE)
    async with running(scanner()) as heard:
        await heard.next(DeviceChanged)
        await input_layer.send(ONE, events([(e.KEY_A,), (e.KEY_1,), (e.KEY_ENTER,)]))
        assert (await heard.next(Scanned)).data == b"a!"


@pytest.mark.usefixtures("impatient")
async def test_a_node_without_rights_yet_is_tried_again(input_layer: InputLayer) -> None:
    """A new node appears before udev has set its rights: that is waited for."""
    input_layer.plug(ONE)
    input_layer.refused[ONE] = errno.EACCES
    async with running(scanner()) as heard:
        refused = await heard.next(DeviceChanged)
        assert not refused.present
        assert "group input" in refused.why
        input_layer.refused.clear()
        assert (await heard.next(DeviceChanged)).present


@pytest.mark.usefixtures("impatient")
async def test_a_device_that_another_program_holds_is_waited_for(input_layer: InputLayer) -> None:
    """Two kiosks do not share a scanner: the second one says why it waits, and closes it."""
    input_layer.plug(ONE)
    input_layer.busy = True
    async with running(scanner()) as heard:
        assert (await heard.next(DeviceChanged)).why == "another program holds the device"
        assert input_layer.opened[0].fd == -1
        input_layer.busy = False
        assert (await heard.next(DeviceChanged)).present


async def test_without_grab_a_held_device_is_read_too(input_layer: InputLayer) -> None:
    """``grab = false`` leaves the keys to others as well."""
    input_layer.plug(ONE)
    input_layer.busy = True
    async with running(scanner(grab=False)) as heard:
        assert (await heard.next(DeviceChanged)).present


async def test_half_a_code_is_forgotten_with_its_device(input_layer: InputLayer) -> None:
    """A scanner pulled out within a code leaves nothing behind for the next code."""
    input_layer.plug(ONE)
    async with running(scanner(idle=0.1)) as heard:
        await heard.next(DeviceChanged)
        await input_layer.send(ONE, events(strokes(KEYMAPS["us"], "12")))
        input_layer.unplug(ONE)
        gone = await heard.next(DeviceChanged)
        assert (gone.present, gone.why) == (False, "No such device")
        await heard.nothing(0.3)


async def test_a_file_that_is_no_input_device_ends_the_kiosk(input_layer: InputLayer) -> None:
    """A path that names something else is for a person to mend, not to be waited for."""
    input_layer.refused[ONE] = errno.ENOTTY
    with pytest.raises(ExceptionGroup) as raised:
        await scanner().run(Heard())
    assert raised.group_contains(DeviceError, match="not an input device")


def test_the_check_names_the_device_or_what_to_mend(input_layer: InputLayer) -> None:
    """``doctor`` says which keyboard is at each path."""
    with pytest.raises(DeviceError, match="one: not plugged in"):
        scanner().check()
    input_layer.plug(ONE)
    assert scanner().check() == f"{ONE} (Stand-in)"


@pytest.mark.parametrize("wrong", [{"device": []}, {"device": ""}, {"keymap": "dvorak"}, {"x": 1}])
def test_settings_are_closed(wrong: dict[str, object]) -> None:
    """A device, a layout and nothing unknown."""
    with pytest.raises(ValidationError):
        scanner(**wrong)
