"""The first run, at a terminal: find the devices, try them, write the configuration, enrol."""

from kiosk.setup.steps import set_up

__all__ = ["set_up"]
