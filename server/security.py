"""Tokens and one-time codes: made at random, shown once, kept only as their SHA-256.

They are random enough (256 and 81 bits) that a plain hash keeps them; no password is handled here.
"""

import hmac
import secrets
from hashlib import sha256

from kaiku.number import ALPHABET

TOKEN_BYTES = 32
CODE_LENGTH = 16
"""Characters of a one-time code, without its hyphens: 81 bits."""

_GROUP = 4


def new_token(prefix: str) -> str:
    """Return a new bearer token: a readable prefix and 32 random bytes in base64url.

    The prefix says what the token is for, and lets a leaked one be found by a search.
    """
    return f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"


def new_code() -> str:
    """Return a new one-time code for people to type, such as ``7K2M-…``: four groups of four."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(code[start : start + _GROUP] for start in range(0, CODE_LENGTH, _GROUP))


def hash_token(token: str) -> bytes:
    """Return the SHA-256 under which a token is kept."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def hash_code(code: str) -> bytes:
    """Return the SHA-256 under which a one-time code is kept, hyphens or not."""
    return hash_token(code.replace("-", ""))


def matches(presented: bytes, kept: bytes) -> bool:
    """Tell in constant time whether two hashes are the same."""
    return hmac.compare_digest(presented, kept)
