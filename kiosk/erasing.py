"""Takes a file's content off the disk before its name: removing a file leaves its blocks as read.

What a card's own electronics keep of former blocks, as memory cards do to spread the wear, and
what a file system keeps that never writes in place, is out of reach from here.
"""

import os
from pathlib import Path

_PIECE = bytes(1 << 20)


def overwrite(path: Path, mark: bytes = b"") -> None:
    """Write zeros over a file in place, down to the disk; one that is not there stays so.

    A ``mark`` takes the place of its first bytes, and is on the disk before anything else of it is
    touched: whatever a power cut leaves of the rest, who reads the mark knows. It needs no free
    space. Raises OSError where the disk does not take it.
    """
    try:
        file = path.open("r+b", buffering=0)
    except FileNotFoundError:
        return
    with file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        if mark and left > len(mark):
            left -= file.write(mark)
            os.fsync(file.fileno())
        while left > 0:
            left -= file.write(_PIECE[:left])
        os.fsync(file.fileno())


def erase(path: Path) -> None:
    """Overwrite a file and remove it. Raises OSError where the disk does not take it."""
    overwrite(path)
    path.unlink(missing_ok=True)


def persist(folder: Path) -> None:
    """Have the names in a folder down on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
