"""A numeric keypad: its keys, its noise, and what is no key of the kiosk."""

import evdev.ecodes as e

from kiosk.drivers.keypad_hid import HidKeypad, Settings
from kiosk.ports import DeviceChanged, Key, Pressed
from tests.drivers.rigs import InputLayer, events, running

PAD = "/dev/input/by-id/pad"


async def test_the_keys_of_a_keypad_and_of_a_top_row(input_layer: InputLayer) -> None:
    """Each key is told in its order; NumLock, repeats and other keys are passed over."""
    input_layer.plug(PAD)
    keypad = HidKeypad(Settings(driver="hid", device=(PAD,)))
    async with running(keypad) as heard:
        await heard.next(DeviceChanged)
        strokes = [
            (e.KEY_NUMLOCK,), (e.KEY_KP3,), (e.KEY_NUMLOCK,), (e.KEY_7,), (e.KEY_KPPLUS,),
            (e.KEY_KPASTERISK,), (e.KEY_KPMINUS,), (e.KEY_BACKSPACE,), (e.KEY_DELETE,),
            (e.KEY_TAB,), (e.KEY_A,), (e.KEY_ENTER,), (e.KEY_KPENTER,),
        ]  # fmt: skip
        await input_layer.send(PAD, events(strokes))
        await input_layer.send(PAD, [(e.EV_KEY, e.KEY_KP5, value) for value in (1, 2, 2, 0)])
        expected = [
            Key.DIGIT_3, Key.DIGIT_7, Key.HELPER, Key.SUPPORTER, Key.TAKE_BACK, Key.CLEAR,
            Key.CLEAR, Key.ENTER, Key.ENTER, Key.DIGIT_5,
        ]  # fmt: skip
        assert [(await heard.next(Pressed)).key for _ in expected] == expected
        await heard.nothing()


async def test_lost_keys_leave_the_next_ones(input_layer: InputLayer) -> None:
    """What the kernel dropped is gone; the keys after it are told."""
    input_layer.plug(PAD)
    keypad = HidKeypad(Settings(driver="hid", device=(PAD,)))
    async with running(keypad) as heard:
        await heard.next(DeviceChanged)
        await input_layer.send(PAD, [(e.EV_SYN, e.SYN_DROPPED, 0), (0, 0, 0)])
        await heard.nothing(0.05)
        await input_layer.send(PAD, events([(e.KEY_KP1,)]))
        assert (await heard.next(Pressed)).key is Key.DIGIT_1
