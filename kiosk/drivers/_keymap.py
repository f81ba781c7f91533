"""Which character a key stands for in a keyboard layout, for scanners that type.

Key codes are those of Linux (``linux/input-event-codes.h``), which the kernel never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Code(IntEnum):
    """The keys that mean something other than their character."""

    TAB = 15
    ENTER = 28
    LEFT_CTRL = 29
    LEFT_SHIFT = 42
    RIGHT_SHIFT = 54
    LEFT_ALT = 56
    CAPS_LOCK = 58
    NUM_LOCK = 69
    SCROLL_LOCK = 70
    KEYPAD_ENTER = 96
    RIGHT_CTRL = 97
    RIGHT_ALT = 100
    LEFT_META = 125
    RIGHT_META = 126


SHIFT: frozenset[int] = frozenset({Code.LEFT_SHIFT, Code.RIGHT_SHIFT})
CTRL: frozenset[int] = frozenset({Code.LEFT_CTRL, Code.RIGHT_CTRL})
META: frozenset[int] = frozenset({Code.LEFT_META, Code.RIGHT_META})
MODIFIERS = SHIFT | CTRL | META | {Code.LEFT_ALT, Code.RIGHT_ALT}
LOCKS = frozenset({Code.NUM_LOCK, Code.SCROLL_LOCK})
ENDS = frozenset({Code.ENTER, Code.KEYPAD_ENTER, Code.TAB})

_SPACE = 57
_ROWS = (
    (41, *range(2, 14)),  # the key left of 1, 1 to 0 and the two after
    tuple(range(16, 28)),  # Q to P and the two after
    (*range(30, 41), 43),  # A to L and the three after
    (86, *range(44, 54)),  # the key left of Z, Z to M and the three after
)
_KEYPAD = {code: str(digit) for digit, code in enumerate((82, 79, 80, 81, 75, 76, 77, 71, 72, 73))}
_KEYPAD |= {55: "*", 74: "-", 78: "+", 98: "/", 117: "=", 121: ","}
_KEYPAD_POINT = 83

KEYPAD_DIGITS = {code: c for code, c in _KEYPAD.items() if c.isdigit()}
TOP_ROW_DIGITS = dict(zip(range(2, 12), "1234567890", strict=True))


def _keys(*rows: str) -> dict[int, str]:
    """Lay four rows of characters on the keys; a space is a key without one."""
    return {
        code: character
        for codes, row in zip(_ROWS, rows, strict=True)
        for code, character in zip(codes, row.ljust(len(codes)), strict=True)
        if character != " "
    }


@dataclass(frozen=True)
class Keymap:
    """A layout: the character of each key code alone, with shift and with AltGr.

    ``dead`` are the characters that wait for the next key, with the combining mark they put on it.
    """

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str] = field(default_factory=dict)
    dead: Mapping[str, str] = field(default_factory=dict)

    def is_letter(self, code: int) -> bool:
        """Tell whether caps lock changes the key."""
        character = self.plain.get(code, "")
        return character.isalpha() and character.upper() == self.shift.get(code)


_US = Keymap(
    plain=_keys("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "<zxcvbnm,./")
    | _KEYPAD
    | {_SPACE: " ", _KEYPAD_POINT: "."},
    shift=_keys("~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', ">ZXCVBNM<>?")
    | _KEYPAD
    | {_SPACE: " ", _KEYPAD_POINT: "."},
)

# The layout of Finland and Sweden. Its ´ ` ¨ ^ ~ are dead: followed by a space they stand alone.
_FI = Keymap(
    plain=_keys("§1234567890+´", "qwertyuiopå¨", "asdfghjklöä'", "<zxcvbnm,.-")
    | _KEYPAD
    | {_SPACE: " ", _KEYPAD_POINT: ","},
    shift=_keys('½!"#¤%&/()=?`', "QWERTYUIOPÅ^", "ASDFGHJKLÖÄ*", ">ZXCVBNM;:_")
    | _KEYPAD
    | {_SPACE: " ", _KEYPAD_POINT: ","},
    altgr=_keys("  @£$€ {[]}\\ ", "  €        ~", "", "|      µ"),
    dead={"´": "\u0301", "`": "\u0300", "¨": "\u0308", "^": "\u0302", "~": "\u0303"},
)

KEYMAPS: Mapping[str, Keymap] = {"us": _US, "fi": _FI}
