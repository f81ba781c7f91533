"""Gives the displays' tests their buses."""

from tests.display.fixtures import inky, lines, no_pauses, waveshare, wire
from tests.drivers.fixtures import pins

__all__ = ["inky", "lines", "no_pauses", "pins", "waveshare", "wire"]
