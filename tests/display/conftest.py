"""Gives the displays' tests their buses."""

from tests.display.fixtures import inky, lines, no_pauses, waveshare, wire

__all__ = ["inky", "lines", "no_pauses", "waveshare", "wire"]
