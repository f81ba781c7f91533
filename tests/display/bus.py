"""The buses below the displays, recorded: what the makers' real drivers send, byte by byte.

Only the kernel's side is replaced: ``spidev`` (SPI) and the GPIO lines. Every byte is kept with the
state of the line that tells commands from data.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from PIL import Image


@dataclass
class Wire:
    """What went over SPI: transfers in order, each with whether it was data."""

    is_data: Callable[[], bool] = lambda: True
    sent: list[tuple[bool, bytes]] = field(default_factory=list)
    opened: list[tuple[int, int]] = field(default_factory=list)
    closed: int = 0

    def commands(self) -> list[tuple[int, bytes]]:
        """Return each command with the data that followed it."""
        commands: list[tuple[int, bytes]] = []
        for is_data, data in self.sent:
            if is_data:
                command, before = commands[-1]
                commands[-1] = (command, before + data)
            else:
                commands.extend((code, b"") for code in data)
        return commands

    def data_of(self, command: int) -> bytes:
        """Return the data of the last such command."""
        return [data for code, data in self.commands() if code == command][-1]

    def module(self) -> ModuleType:
        """Return a stand-in for the module ``spidev``."""
        module = ModuleType("spidev")
        module.SpiDev = lambda: _SpiDev(self)  # type: ignore[attr-defined]
        return module


class _SpiDev:
    """Takes what ``spidev.SpiDev`` takes."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.max_speed_hz = 0
        self.mode = 0
        self.no_cs = False

    def open(self, bus: int, device: int) -> None:
        self._wire.opened.append((bus, device))

    def close(self) -> None:
        self._wire.closed += 1

    def writebytes(self, data: Iterable[int]) -> None:
        # the kernel's module, too, takes the lowest byte of whatever number it is given
        self._wire.sent.append((self._wire.is_data(), bytes(number & 0xFF for number in data)))

    writebytes2 = writebytes
    xfer = writebytes
    xfer3 = writebytes


class Lines:
    """A GPIO chip and its lines for ``gpiod``; ``busy`` are the levels of the panel's line."""

    def __init__(self, busy: Iterator[Any]) -> None:
        self.values: dict[int, Any] = {}
        self.busy = busy

    def line_offset_from_id(self, pin: int) -> int:
        """Return the line of a pin."""
        return pin

    def request_lines(self, **_: Any) -> "Lines":
        """Hand out the lines."""
        return self

    def set_value(self, line: int, value: Any) -> None:
        """Set a line."""
        self.values[line] = value

    def get_value(self, _: int) -> Any:
        """Read the line that the panel drives."""
        return next(self.busy)


def unpacked(data: bytes, width: int, height: int) -> Image.Image:
    """Return the picture in a panel's memory of a bit a pixel, rows padded to whole bytes."""
    return Image.frombytes("1", (width, height), data)


def inverted(image: Image.Image) -> Image.Image:
    """Return a 1-bit picture with black and white changed over."""
    return image.point(lambda tone: 255 - tone)
