"""Gives the contract's tests the devices of the drivers' tests."""

from tests.drivers.fixtures import impatient, input_layer, pins, pty

__all__ = ["impatient", "input_layer", "pins", "pty"]
