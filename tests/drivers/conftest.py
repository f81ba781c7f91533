"""Gives the drivers' tests their devices."""

from tests.drivers.fixtures import impatient, input_layer, pins, pty

__all__ = ["impatient", "input_layer", "pins", "pty"]
