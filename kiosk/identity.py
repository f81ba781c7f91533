"""Who the kiosk is to the register: its token, and the key of the card digests.

They lie in a file of their own, apart from the databases, that only the kiosk's user can read.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from kaiku.digest import KEY_SIZE


class NotEnrolledError(Exception):
    """There is no usable identity; the message says how to get one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What enrolment gave. The secrets do not show in its repr."""

    kiosk: str
    token: str = field(repr=False)
    digest_key: bytes = field(repr=False)

    def save(self, folder: Path) -> None:
        """Write the identity into the station's state folder, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = {"kiosk": self.kiosk, "token": self.token, "digest_key": self.digest_key.hex()}
        draft = _path(folder).with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(body, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(_path(folder))


def load_identity(folder: Path) -> Identity:
    """Read the identity; raise :class:`NotEnrolledError` where there is none or it is spoiled."""
    try:
        body = json.loads(_path(folder).read_text())
        key = bytes.fromhex(body["digest_key"])
        identity = Identity(str(body["kiosk"]), str(body["token"]), key)
    except FileNotFoundError:
        raise NotEnrolledError("this kiosk is not enrolled; run kaikuportti enrol") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise NotEnrolledError(f"{_path(folder)} is spoiled; run kaikuportti enrol") from None
    if len(key) != KEY_SIZE:
        raise NotEnrolledError(f"{_path(folder)} is spoiled; run kaikuportti enrol")
    return identity


def forget_identity(folder: Path) -> None:
    """Remove the identity: the register has revoked this kiosk (promise P6)."""
    _path(folder).unlink(missing_ok=True)


def _path(folder: Path) -> Path:
    return folder / "identity.json"
