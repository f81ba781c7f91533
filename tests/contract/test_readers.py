"""What every scanner and keypad does, whatever it is: one suite over all of them."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from kiosk.drivers import keypad_hid, scanner_hid, scanner_serial, scanner_stdin
from kiosk.drivers._keymap import KEYMAPS
from kiosk.ports import (
    LONGEST_SCAN,
    DeviceChanged,
    InputEnded,
    Key,
    Pressed,
    Reader,
    Scanned,
)
from tests.drivers.rigs import (
    PATIENCE,
    SURROUNDINGS,
    InputLayer,
    Pty,
    events,
    running,
    standard_input,
)

NUMBER = b"KAIKU12345X"
KEYBOARD = "/dev/input/by-id/keyboard"
KEY_CODES = dict(zip("0123456789", (82, 79, 80, 81, 75, 76, 77, 71, 72, 73), strict=True)) | {
    "+": 78,
    "*": 55,
    "-": 74,
    "backspace": 14,
    "enter": 96,
}


@dataclass
class Rig:
    """A reader and the hands of its visitor."""

    reader: Reader
    scan: Callable[[bytes], Awaitable[None]]
    plug: Callable[[], None]
    unplug: Callable[[], None]


@pytest.fixture
def serial(pty: Pty, impatient: None) -> Rig:
    """Give a serial scanner that ends its codes with CR LF."""
    settings = scanner_serial.Settings(driver="serial", port=str(pty.path), idle=PATIENCE)

    async def scan(data: bytes) -> None:
        await pty.send(data + b"\r\n")

    return Rig(scanner_serial.connect(settings, SURROUNDINGS), scan, pty.plug, pty.unplug)


def typing(input_layer: InputLayer, keymap: str) -> Rig:
    """Give a scanner that types."""
    settings = scanner_hid.Settings.model_validate(
        {"driver": "hid", "device": KEYBOARD, "keymap": keymap, "idle": PATIENCE}
    )

    async def scan(data: bytes) -> None:
        await input_layer.type(KEYBOARD, KEYMAPS[keymap], data.decode())

    return Rig(
        scanner_hid.connect(settings, SURROUNDINGS),
        scan,
        lambda: input_layer.plug(KEYBOARD),
        lambda: input_layer.unplug(KEYBOARD),
    )


@pytest.fixture
def hid_us(input_layer: InputLayer, impatient: None) -> Rig:
    """Give a scanner that types in the American layout."""
    return typing(input_layer, "us")


@pytest.fixture
def hid_fi(input_layer: InputLayer, impatient: None) -> Rig:
    """Give a scanner that types in the Finnish layout."""
    return typing(input_layer, "fi")


class Pipe:
    """Standard input as a pipe."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    @contextmanager
    def standing_in(self) -> Iterator[None]:
        """Let the pipe be standard input."""
        with standard_input(self._read):
            os.close(self._read)
            yield
        self.end()

    async def send(self, data: bytes) -> None:
        """Write all of it."""

        def write() -> None:
            left = memoryview(data)
            while left:
                left = left[os.write(self._write, left) :]

        await asyncio.to_thread(write)

    def end(self) -> None:
        """Close it at the writing end."""
        if self._write >= 0:
            os.close(self._write)
            self._write = -1


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Put a pipe in the place of standard input."""
    pipe = Pipe()
    with pipe.standing_in():
        yield pipe


@pytest.fixture
def stdin(pipe: Pipe) -> Rig:
    """Give standard input as a scanner."""
    settings = scanner_stdin.Settings(driver="stdin")

    async def scan(data: bytes) -> None:
        await pipe.send(data + b"\n")

    return Rig(scanner_stdin.connect(settings, SURROUNDINGS), scan, lambda: None, pipe.end)


@pytest.fixture(params=["serial", "hid_us", "hid_fi", "stdin"])
def absent(request: pytest.FixtureRequest) -> Rig:
    """Give each scanner, not plugged in."""
    rig = request.getfixturevalue(request.param)
    assert isinstance(rig, Rig)
    return rig


@pytest.fixture
def rig(absent: Rig) -> Rig:
    """Give each scanner, plugged in."""
    absent.plug()
    return absent


@pytest.fixture(params=["serial", "hid_us", "hid_fi"])
def pluggable(request: pytest.FixtureRequest) -> Rig:
    """Give each scanner that can come and go, not plugged in."""
    rig = request.getfixturevalue(request.param)
    assert isinstance(rig, Rig)
    return rig


async def test_the_first_word_says_that_the_device_is_there(rig: Rig) -> None:
    """A kiosk is ready when each reader has said whether its device is there."""
    async with running(rig.reader) as heard:
        assert (await heard.next(DeviceChanged)).present


async def test_a_code_is_handed_on_with_the_time_of_its_end(rig: Rig) -> None:
    """The bytes come as they were read, without the line end, and with the time of the last."""
    async with running(rig.reader) as heard:
        await heard.next(DeviceChanged)
        before = time.monotonic()
        await rig.scan(NUMBER)
        scanned = await heard.next(Scanned)
        assert scanned.data == NUMBER
        assert before <= scanned.at <= time.monotonic()
        await heard.nothing()


async def test_codes_in_a_row_keep_their_order(rig: Rig) -> None:
    """Nothing is lost or mixed when visitors are quick."""
    async with running(rig.reader) as heard:
        await heard.next(DeviceChanged)
        codes = [b"CODE%04d" % number for number in range(50)]
        for code in codes:
            await rig.scan(code)
        assert [(await heard.next(Scanned)).data for _ in codes] == codes


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"x" * 10_000, id="10000-characters"),
        pytest.param(b"https://example.org/?a=1&b=2", id="url"),
        pytest.param(NUMBER + NUMBER, id="glued"),
        pytest.param(b"ABC 123 !?", id="not-a-number"),
    ],
)
async def test_garbage_is_handed_on_and_the_next_code_is_read(rig: Rig, garbage: bytes) -> None:
    """A reader judges nothing: what is no card number is still told, and then it reads on."""
    async with running(rig.reader) as heard:
        await heard.next(DeviceChanged)
        await rig.scan(garbage)
        assert (await heard.next(Scanned)).data == garbage
        await rig.scan(NUMBER)
        assert (await heard.next(Scanned)).data == NUMBER


async def test_an_empty_code_is_handed_on(rig: Rig) -> None:
    """A line end by itself is a scan of nothing, which the visitor must see answered."""
    async with running(rig.reader) as heard:
        await heard.next(DeviceChanged)
        await rig.scan(b"")
        assert (await heard.next(Scanned)).data == b""
        await rig.scan(NUMBER)
        assert (await heard.next(Scanned)).data == NUMBER
        await heard.nothing()


async def test_of_an_overlong_code_the_first_part_is_handed_on(rig: Rig) -> None:
    """A code longer than the bound takes no more memory than the bound, and ends at its end."""
    async with running(rig.reader) as heard:
        await heard.next(DeviceChanged)
        await rig.scan(b"y" * (LONGEST_SCAN + 1000))
        assert (await heard.next(Scanned)).data == b"y" * LONGEST_SCAN
        await rig.scan(NUMBER)
        assert (await heard.next(Scanned)).data == NUMBER


async def test_an_absent_device_is_waited_for(pluggable: Rig) -> None:
    """A device that is not there is said to be missing, once, and is read when it comes."""
    async with running(pluggable.reader) as heard:
        missing = await heard.next(DeviceChanged)
        assert not missing.present
        assert missing.why == "not plugged in"
        await heard.nothing()
        pluggable.plug()
        assert (await heard.next(DeviceChanged)).present
        await pluggable.scan(NUMBER)
        assert (await heard.next(Scanned)).data == NUMBER


async def test_a_lost_device_is_said_once_and_read_again_when_it_is_back(pluggable: Rig) -> None:
    """Pulling the plug and putting it back, thrice, needs nobody's hand at the kiosk."""
    pluggable.plug()
    async with running(pluggable.reader) as heard:
        for _ in range(3):
            assert (await heard.next(DeviceChanged)).present
            await pluggable.scan(NUMBER)
            assert (await heard.next(Scanned)).data == NUMBER
            pluggable.unplug()
            gone = await heard.next(DeviceChanged)
            assert not gone.present
            assert gone.why
            await heard.nothing()
            pluggable.plug()
        assert (await heard.next(DeviceChanged)).present


async def test_cancelling_frees_the_device(rig: Rig) -> None:
    """A reader that was cancelled has let go: another reads on where it stopped."""
    for code in (NUMBER, NUMBER[::-1]):
        async with running(rig.reader) as heard:
            assert (await heard.next(DeviceChanged)).present
            await rig.scan(code)
            assert (await heard.next(Scanned)).data == code


async def test_what_breaks_in_the_kiosk_ends_the_reader(rig: Rig) -> None:
    """An error while an event is handed on is raised, not swallowed in the event loop."""

    def emit(event: object) -> None:
        if isinstance(event, Scanned):
            raise ZeroDivisionError

    task = asyncio.create_task(rig.reader.run(emit))
    await asyncio.sleep(0.1)
    await rig.scan(NUMBER)
    with pytest.raises((ZeroDivisionError, ExceptionGroup)):
        await asyncio.wait_for(task, 10)


@dataclass
class Keys:
    """A reader of keys, the keys it knows, and the hand that presses them."""

    reader: Reader
    keys: tuple[Key, ...]
    press: Callable[[Key], Awaitable[None]]


@pytest.fixture
def keypad(input_layer: InputLayer) -> Keys:
    """Give a numeric keypad."""
    input_layer.plug(KEYBOARD)
    settings = keypad_hid.Settings.model_validate({"driver": "hid", "device": KEYBOARD})

    async def press(key: Key) -> None:
        await input_layer.send(KEYBOARD, events([(KEY_CODES[key],)]))

    return Keys(keypad_hid.connect(settings, SURROUNDINGS), tuple(Key), press)


@pytest.fixture
def keys_of_stdin(pipe: Pipe) -> Keys:
    """Give the keys that can be typed as lines into a pipe."""
    settings = scanner_stdin.Settings(driver="stdin")

    async def press(key: Key) -> None:
        await pipe.send(key.encode() + b"\n")

    known = tuple(key for key in Key if key not in (Key.CLEAR, Key.ENTER))
    return Keys(scanner_stdin.connect(settings, SURROUNDINGS), known, press)


@pytest.fixture(params=["keypad", "keys_of_stdin"])
def keys(request: pytest.FixtureRequest) -> Keys:
    """Give each device that has keys."""
    keys = request.getfixturevalue(request.param)
    assert isinstance(keys, Keys)
    return keys


async def test_each_key_is_told_once_with_its_time(keys: Keys) -> None:
    """A key is told when it goes down, not again when it comes up."""
    async with running(keys.reader) as heard:
        await heard.next(DeviceChanged)
        for key in keys.keys:
            before = time.monotonic()
            await keys.press(key)
            pressed = await heard.next(Pressed)
            assert pressed.key is key
            assert before <= pressed.at <= time.monotonic()
        await heard.nothing()


async def test_an_input_that_ends_says_so_and_returns(stdin: Rig) -> None:
    """A scanner that cannot come back tells it last and returns from its run."""
    async with running(stdin.reader) as heard:
        await heard.next(DeviceChanged)
        await stdin.scan(NUMBER)
        stdin.unplug()
        assert (await heard.next(Scanned)).data == NUMBER
        await heard.next(InputEnded)
