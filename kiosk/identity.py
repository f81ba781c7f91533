"""Who the kiosk is to the register: its token, and the key of the card digests.

They lie in a file of their own, apart from the databases, that only the kiosk's user can read. The
key need not be there: the register tells it (decision 12).
"""

import contextlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from kaiku.digest import KEY_SIZE
from kiosk.erasing import erase
from kiosk.owners import not_ours


class NotEnrolledError(Exception):
    """There is no usable identity; the message says how to get one."""


class UnreadableIdentityError(OSError):
    """There is an identity and the system does not give it now; it may pass, or a person mends it.

    The message says why.
    """


@dataclass(frozen=True, slots=True)
class Identity:
    """What enrolment gave. The secrets do not show in its repr."""

    kiosk: str
    token: str = field(repr=False)
    digest_key: bytes | None = field(repr=False)

    def without_key(self) -> Self:
        """Return what may lie on the disk where only the memory may hold the key."""
        return replace(self, digest_key=None)

    def save(self, folder: Path) -> None:
        """Write the identity into the station's state folder, whole or not at all.

        What stood there before is erased. Raises OSError where the disk does not take it.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _tidy(folder)
        draft, place = _path(folder, "new"), _path(folder)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._body(), file)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            os.link(place, _path(folder, "old"))
        draft.replace(place)
        _tidy(folder)

    def _body(self) -> dict[str, str]:
        body = {"kiosk": self.kiosk, "token": self.token}
        return body if self.digest_key is None else {**body, "digest_key": self.digest_key.hex()}


def load_identity(folder: Path) -> Identity:
    """Read the identity.

    Raises :class:`NotEnrolledError` where there is none or it is spoiled, and
    :class:`UnreadableIdentityError` where it cannot be read now.
    """
    try:
        body = json.loads(_path(folder).read_text())
        return Identity(str(body["kiosk"]), str(body["token"]), _key(body))
    except FileNotFoundError:
        raise NotEnrolledError("this kiosk is not enrolled; run kaikuportti enrol") from None
    except OSError as error:
        raise UnreadableIdentityError(_unreadable(_path(folder), error)) from None
    except (ValueError, KeyError, TypeError):
        raise NotEnrolledError(f"{_path(folder)} is spoiled; run kaikuportti enrol") from None


def forget_key(folder: Path) -> bool:
    """Take the digest key off the disk; return whether it was there (promise P6).

    Raises OSError where the disk does not take it, :class:`NotEnrolledError` as loading does.
    """
    _tidy(folder)
    identity = load_identity(folder)
    if identity.digest_key is None:
        return False
    identity.without_key().save(folder)
    return True


def forget_identity(folder: Path) -> None:
    """Erase the identity: the register has revoked this kiosk (promise P6)."""
    _tidy(folder)
    erase(_path(folder))


def _tidy(folder: Path) -> None:
    """Erase what a saving that broke off has left."""
    erase(_path(folder, "new"))
    erase(_path(folder, "old"))


def _unreadable(path: Path, error: OSError) -> str:
    why = error.strerror
    for part in (path.parent, path):
        with contextlib.suppress(OSError):
            why = not_ours(part) or why
    return f"{path} cannot be read now: {why}"


def _key(body: dict[str, Any]) -> bytes | None:
    if "digest_key" not in body:
        return None
    key = bytes.fromhex(body["digest_key"])
    if len(key) != KEY_SIZE:
        raise ValueError("a key of another size")
    return key


def _path(folder: Path, suffix: str = "json") -> Path:
    return folder / f"identity.{suffix}"
