"""A numeric keypad: its keys, its noise, and what is no key of the kiosk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import evdev.ecodes as e
import pytest
from pydantic import ValidationError

from kiosk.drivers.keypad_hid import HidKeypad, Settings
from kiosk.ports import DeviceChanged, Key, Pressed, StatusAsked
from tests.drivers.rigs import Heard, InputLayer, events, running

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


DOWN, UP = 1, 0


class TestAskingForTheStatus:
    """Staff hold keys together that nobody presses together by accident."""

    @asynccontextmanager
    async def pad(self, input_layer: InputLayer, **settings: object) -> AsyncIterator[Heard]:
        """Give a keypad whose keys are to be held for half a second."""
        input_layer.plug(PAD)
        whole = {"driver": "hid", "device": PAD, "status_hold": 0.5, **settings}
        async with running(HidKeypad(Settings.model_validate(whole))) as heard:
            await heard.next(DeviceChanged)
            yield heard

    async def hold(self, input_layer: InputLayer, *keys: tuple[int, int]) -> None:
        """Press keys or let them go."""
        await input_layer.send(PAD, [(e.EV_KEY, code, value) for code, value in keys])

    async def test_zero_and_enter_held_together_ask(self, input_layer: InputLayer) -> None:
        """Once, however long; NumLock and repeats are passed over."""
        async with self.pad(input_layer) as heard:
            await self.hold(input_layer, (e.KEY_KP0, DOWN), (e.KEY_KPENTER, DOWN))
            await self.hold(input_layer, (e.KEY_NUMLOCK, DOWN), (e.KEY_NUMLOCK, UP))
            assert (await heard.next(Pressed)).key is Key.DIGIT_0
            assert (await heard.next(Pressed)).key is Key.ENTER
            await self.hold(input_layer, (e.KEY_KPENTER, 2))
            await heard.next(StatusAsked)
            await heard.nothing(0.6)

    @pytest.mark.parametrize(
        "keys",
        [
            [(e.KEY_KPENTER, DOWN)],
            [(e.KEY_KP0, DOWN)],
            [(e.KEY_KP0, DOWN), (e.KEY_KPENTER, DOWN), (e.KEY_KP0, UP)],
            [(e.KEY_KP0, DOWN), (e.KEY_KPENTER, DOWN), (e.KEY_KPDOT, DOWN)],
            [(e.KEY_KP0, DOWN), (e.KEY_KP0, UP), (e.KEY_KPENTER, DOWN)],
        ],
        ids=["one", "the other", "let go", "a bag on the keypad", "one after the other"],
    )
    async def test_nothing_else_asks(
        self, input_layer: InputLayer, keys: list[tuple[int, int]]
    ) -> None:
        """A visitor who presses what a visitor presses never sees it."""
        async with self.pad(input_layer) as heard:
            await self.hold(input_layer, *keys)
            for code, value in keys:
                if value == DOWN and code != e.KEY_KPDOT:
                    await heard.next(Pressed)
            await heard.nothing(0.8)

    async def test_a_venue_chooses_its_keys(self, input_layer: InputLayer) -> None:
        """Or none, and then nobody asks."""
        async with self.pad(input_layer, status_keys=["*", "-"]) as heard:
            await self.hold(input_layer, (e.KEY_KPASTERISK, DOWN), (e.KEY_KPMINUS, DOWN))
            await heard.next(Pressed)
            await heard.next(Pressed)
            await heard.next(StatusAsked)

    async def test_a_venue_may_choose_none(self, input_layer: InputLayer) -> None:
        """Then not even a keypad that rests asks."""
        async with self.pad(input_layer, status_keys=[]) as heard:
            await self.hold(input_layer, (e.KEY_KP1, DOWN), (e.KEY_KP1, UP))
            await heard.next(Pressed)
            await heard.nothing(0.7)

    def test_a_key_that_is_none_is_an_error(self) -> None:
        """Before any key is read."""
        with pytest.raises(ValidationError):
            Settings.model_validate({"driver": "hid", "device": PAD, "status_keys": ["F1"]})
