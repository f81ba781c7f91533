"""Turns the keys that a scanner types into codes. Pure: it knows neither devices nor clocks."""

import unicodedata
from collections.abc import Iterable

from kiosk.drivers._keymap import CTRL, ENDS, LOCKS, META, MODIFIERS, SHIFT, Code, Keymap
from kiosk.ports import LONGEST_SCAN

DOWN = 1
UP = 0
_SAME_END = 0.1
"""Seconds within which a second Enter is part of the same end: some scanners send CR LF as two."""


class Wedge:
    """The state of one keyboard: what is held, and the code that is being typed.

    A code is UTF-8. Where a key was lost, or is pressed that types no character, the code cannot be
    trusted and becomes empty, which reads as unreadable.
    """

    def __init__(self, keymap: Keymap, held: Iterable[int] = (), *, caps: bool = False) -> None:
        self._keymap = keymap
        self._held = MODIFIERS.intersection(held)
        self._caps = caps
        self._text: list[str] = []
        self._accent = ""
        self._spoiled = False
        self._ended = float("-inf")

    @property
    def pending(self) -> bool:
        """Tell whether a code has begun and not ended."""
        return bool(self._text or self._accent or self._spoiled)

    def key(self, code: int, value: int, at: float) -> bytes | None:
        """Take a key that went down (1), up (0) or repeats (2); return the code that it ended."""
        if code in MODIFIERS:
            self._held = self._held - {code} if value == UP else self._held | {code}
        elif value != DOWN or code in LOCKS:
            pass
        elif code == Code.CAPS_LOCK:
            self._caps = not self._caps
        elif code in ENDS:
            return self._end(at)
        else:
            return self._take(self._character(code), at)
        return None

    def missed(self, held: Iterable[int]) -> None:
        """Note that keys were lost, and which are held now."""
        self._held = MODIFIERS.intersection(held)
        self._spoiled = True

    def flush(self) -> bytes:
        """Return the pending code as it is and begin anew."""
        self._settle()
        code = b"" if self._spoiled else "".join(self._text).encode()[:LONGEST_SCAN]
        self._text.clear()
        self._spoiled = False
        return code

    def _end(self, at: float) -> bytes | None:
        again = not self.pending and at - self._ended < _SAME_END
        self._ended = at
        return None if again else self.flush()

    def _take(self, character: str | None, at: float) -> bytes | None:
        match character:
            case None:
                self._spoiled = True
            case "\r" | "\n" | "\t":
                return self._end(at)
            case accent if accent in self._keymap.dead and not self._accent:
                self._accent = accent
            case _:
                self._type(character)
        return None

    def _type(self, character: str) -> None:
        if self._accent:
            accent, self._accent = self._accent, ""
            character = self._accented(accent, character)
        if len(self._text) < LONGEST_SCAN:
            self._text.append(character)

    def _settle(self) -> None:
        if self._accent:
            self._type(" ")

    def _accented(self, accent: str, character: str) -> str:
        """Put a dead key's accent on a character; a space or the same accent gives it alone."""
        if character in (" ", accent):
            return accent
        composed = unicodedata.normalize("NFC", character + self._keymap.dead[accent])
        return composed if len(composed) == 1 else accent + character

    def _character(self, code: int) -> str | None:
        """Return what a key types with what is held now; ``None`` for nothing readable."""
        held = self._held
        ctrl = bool(held & CTRL)
        if Code.RIGHT_ALT in held or (ctrl and Code.LEFT_ALT in held):
            return self._keymap.altgr.get(code)
        if Code.LEFT_ALT in held or held & META:
            return None
        shifted = bool(held & SHIFT) != (self._caps and self._keymap.is_letter(code))
        character = (self._keymap.shift if shifted else self._keymap.plain).get(code)
        if ctrl:
            return _control(character)
        return character


def _control(character: str | None) -> str | None:
    """Return the control character that Ctrl makes of a key, as scanners send GS and its like."""
    if character is None or not "@" <= character.upper() <= "_":
        return None
    return chr(ord(character.upper()) & 0x1F)
