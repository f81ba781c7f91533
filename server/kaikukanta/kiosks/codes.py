"""One-time codes as people type them: four groups of four characters that are not mistaken."""

import re

from kaiku.number import ALPHABET
from server.security import CODE_LENGTH

_SEPARATORS = re.compile(r"[\s\-‐‑–—_.]+")
_LOOKALIKES = str.maketrans("IO", "10")


def typed(text: str) -> str | None:
    """Return the code in what somebody typed, or None where it cannot be one.

    Case, spaces and hyphens do not matter; I and O are taken for the digits that they look like.
    """
    code = _SEPARATORS.sub("", text).upper().translate(_LOOKALIKES)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None
