"""Whose a file is, and how it is given to the account that the kiosk runs with."""

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


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
