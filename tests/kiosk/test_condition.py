"""How the kiosk says that its devices are."""

from kiosk.condition import Devices


def test_a_reader_is_not_tried_until_it_says_how_it_is() -> None:
    """The others are there, or the kiosk would not have started."""
    devices = Devices(("scanner", "gate"), ("scanner",))
    assert devices.told() == {"scanner": "not tried yet", "gate": "ok"}
    devices.note("scanner", "/dev/ttyACM0", present=True, why="")
    assert devices.told() == {"scanner": "ok", "gate": "ok"}


def test_each_part_that_is_missing_is_told_with_why() -> None:
    """A reader may have several; it is whole once all of them are back."""
    devices = Devices(("keypad",), ("keypad",))
    devices.note("keypad", "left", present=False, why="unplugged")
    devices.note("keypad", "right", present=False, why="")
    assert devices.told() == {"keypad": "left: unplugged; right: missing"}
    devices.note("keypad", "left", present=True, why="")
    assert devices.lacks("keypad")
    devices.note("keypad", "right", present=True, why="")
    assert not devices.lacks("keypad")
