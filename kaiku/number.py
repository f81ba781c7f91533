"""Card numbers.

From whatever a scanner or a hand gives to the one canonical form, and the making of new ones.

Our own numbers are eleven random characters and an ISO 7064 MOD 37,36 check character, all from
Code 39 without the letters that look like digits (I and O). They encode nothing (OM-3, OM-28).
Numbers already in people's pockets are accepted by a configured pattern; their length is not
public, so the default is only a sensible guess.
"""

import re
from collections.abc import Callable

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The characters of our numbers: Code 39 without I and O, 34 of them."""

LENGTH = 12
"""How long our numbers are.

Eleven random characters, which are 55 bits, and the check character.
"""

EARLIER = re.compile(r"[0-9A-Z]{6,10}")
"""The default pattern of numbers already in use.

Shorter than ours: a misread number of ours does not fit, though one that was cut short may.
"""

_LONGEST = 64
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_EDGES = "".join(map(chr, range(0x21))) + "\x7f"
_OURS = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def read(scan: bytes | str, earlier: re.Pattern[str] = EARLIER) -> str | None:
    """Return the canonical number in a scan, or None where it holds none.

    An unreadable scan is a value, no error.

    The edges lose white space and control characters, an AIM symbology prefix (``]A0``, ``]Q1``)
    and the asterisks that start and stop Code 39; small letters become capitals. What is then
    neither one of our numbers with its check character nor wholly of the ``earlier`` pattern is
    unreadable: two scans glued together, a web address, a number typed by a scanner with another
    keyboard's layout. ``scan`` may be any bytes of any length.
    """
    try:
        text = scan.decode("ascii") if isinstance(scan, bytes) else scan
    except UnicodeDecodeError:
        return None
    text = text.strip(_EDGES)
    if not text.isascii() or len(text) > _LONGEST:
        return None
    text = _SYMBOLOGY.sub("", text, count=1) if text.startswith("]") else text
    if len(text) > 1 and text[0] == text[-1] == "*":
        text = text[1:-1]
    number = text.strip(_EDGES).upper()
    return number if is_ours(number) or earlier.fullmatch(number) else None


def is_ours(number: str) -> bool:
    """Tell whether this is a number of our own making, its check character right."""
    return _OURS.fullmatch(number) is not None and bool(mod_37_36.is_valid(number))


def make(below: Callable[[int], int]) -> str:
    """Return a new number (OM-3); ``below(n)`` is a random integer under n.

    A draw whose check character would be I or O is thrown away, so that all twelve stay
    unambiguous.
    """
    while True:
        body = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(LENGTH - 1))
        number = body + mod_37_36.calc_check_digit(body)
        if number[-1] in ALPHABET:
            return number
