"""Keys of a keyboard, by the names that qemu has for them."""

from collections.abc import Iterator
from dataclasses import dataclass

_NAMED = {" ": "spc", "\n": "ret", "-": "minus", "/": "slash", ".": "dot", ",": "comma"}
_PAD = {
    **{str(digit): f"kp_{digit}" for digit in range(10)},
    "+": "kp_add", "-": "kp_subtract", "*": "kp_multiply", "\n": "kp_enter", "\b": "backspace",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """A key, pressed and let go; with Shift for what stands above."""

    name: str
    shifted: bool = False

    def events(self) -> Iterator[tuple[str, bool]]:
        """Yield what goes down (True) and up, in order."""
        if self.shifted:
            yield "shift", True
        yield self.name, True
        yield self.name, False
        if self.shifted:
            yield "shift", False


def scanned(code: str) -> list[Key]:
    """Return the keys that a scanner presses for a code, and Enter."""
    return [Key(_NAMED.get(sign, sign.lower()), shifted=sign.isupper()) for sign in (*code, "\n")]


def pressed(signs: str) -> list[Key]:
    """Return the keys of a numeric pad."""
    return [Key(_PAD[sign]) for sign in signs]
