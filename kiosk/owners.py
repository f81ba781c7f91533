"""What keeps the kiosk from a file, where a person can see and mend it: above all whose it is."""

import os
import pwd
from pathlib import Path


def not_ours(file: Path) -> str | None:
    """Return to whom a file belongs that this account cannot use, and the mend; None for others.

    Raises OSError where it cannot be looked at.
    """
    owner = file.stat().st_uid
    if owner == os.geteuid() or os.access(file, os.R_OK | os.W_OK):
        return None
    mend = (
        f"run as root: chown -R {_account(os.geteuid())}: {file if file.is_dir() else file.parent}"
    )
    return f"{file.name} belongs to {_account(owner)}; {mend}"


def hindrance(folder: Path, *files: Path) -> str | None:
    """Return what keeps this account from a file of a folder, with the mend, or None."""
    for part in (folder, *files):
        try:
            if part.is_symlink() and not part.exists():
                return f"{part.name} is a link to nothing; remove it"
            if not part.exists():
                continue
            if part.is_dir() and part != folder:
                return f"{part.name} is a folder; move it away"
            if (words := not_ours(part)) is not None:
                return words
        except PermissionError:
            return "it is closed to this user; run this as root or as the kiosk's user"
        except OSError:
            return None
    return None


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
