"""Takes over, into a new journal, what can still be read of a spoiled one (promise P1).

The spoiled files are set aside in a folder of their own and stay there until staff let them go. A
rescue that the power breaks off goes on at the next start; how far it is shows from the names.

1. The folder is made, and the files move into it, the journal itself last.
2. What is readable becomes a new journal in the folder, with a report beside it.
3. The new journal moves to its place.
4. The folder gets the name of this day.

The new journal has an id of its own, so nothing more is spent of the old one's leases: what nobody
can read of them counts as spent (promise P2).
"""

import contextlib
import errno
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kaiku.days import aware
from kiosk.erasing import erase, persist
from kiosk.files import SpoiledError, UnavailableError, parts, unmark
from kiosk.journal import UseJournal
from kiosk.log import log
from kiosk.remnants import Remnants, read_remnants
from kiosk.wal import PAGE

_UNDER_WAY, _DONE = "spoiled", "spoiled-*"
_JOURNAL, _REPORT, _DRAFT = "journal.sqlite", "report.json", "rescued.sqlite"


@dataclass(frozen=True, slots=True)
class Rescue:
    """A spoiled journal that was set aside, and what could be read of it.

    ``unsent`` of the uses that were rescued the register did not have then; ``unreadable`` are the
    pages and the uses that were broken, and a page holds some ten uses.
    """

    at: str
    rescued: int
    unsent: int
    unreadable: int

    def __post_init__(self) -> None:
        """Raise ValueError or TypeError where its time is none, as in a damaged report."""
        aware(datetime.fromisoformat(self.at))

    @property
    def instant(self) -> datetime:
        """When it was set aside."""
        return aware(datetime.fromisoformat(self.at))


def open_journal(path: Path) -> UseJournal:
    """Open the journal; one that is spoiled is set aside, and what is readable of it rescued.

    Raises :class:`kiosk.files.UnavailableError` where that fails, as on a full disk; then the next
    opening goes on with it.
    """
    folder = path.with_name(_UNDER_WAY)
    if not folder.exists():
        try:
            _raise_where_emptied(path)
            return UseJournal(path)
        except SpoiledError as error:
            log("spoiled", file=path.name, why=error.fault)
    try:
        _rescue(path, folder)
    except (OSError, sqlite3.OperationalError) as error:
        raise UnavailableError(path, error, "set aside") from None
    return UseJournal(path)


def is_under_way(state: Path) -> bool:
    """Tell whether a damaged journal was moved away, and what it holds is not taken over yet."""
    return (state / _UNDER_WAY).exists()


def set_aside(state: Path) -> dict[str, Rescue]:
    """Return the spoiled journals that are still there, by their folders' names."""
    return {
        folder.name: _report(folder)
        for folder in _folders(state)
        if (folder / _JOURNAL).exists()  # it goes last where one is let go
    }


def read_again(state: Path, journal: UseJournal) -> int:
    """Take over what can now be read of the spoiled journals; return how many uses were new."""
    found = [read_remnants(folder / _JOURNAL) for folder in _folders(state)]
    return sum(journal.take_over(each.entries, each.leases) for each in found)


def let_go(state: Path) -> None:
    """Erase the spoiled journals, for they hold whose the uses were (promise P6).

    Raises OSError where the disk does not take it.
    """
    for folder in _folders(state):
        for file in sorted(folder.iterdir(), key=lambda file: file.name == _JOURNAL):
            erase(file)
        folder.rmdir()


def _raise_where_emptied(path: Path) -> None:
    """Raise where a journal is empty or gone that was in use: the cache is made after it."""
    if _holds_nothing(path) and not _holds_nothing(path.with_name("cache.sqlite")):
        raise SpoiledError(path, "it is empty" if path.exists() else "it is gone")


def _holds_nothing(path: Path) -> bool:
    return not path.exists() or path.stat().st_size < PAGE


def _rescue(path: Path, folder: Path) -> None:
    """Do what is left to be done."""
    spoiled, draft = folder / path.name, folder / _DRAFT
    folder.mkdir(mode=0o700, exist_ok=True)
    if not spoiled.exists():
        path.touch(mode=0o600)
        for part in reversed(parts(path)):
            if part.exists():
                part.rename(folder / part.name)
        persist(folder)
    if not path.exists():
        for part in parts(draft):
            erase(part)
        report = _write_draft(spoiled, draft)
        _keep(folder, report)
        _give_to_the_kiosk((folder, draft, folder / _REPORT))
        persist(folder)
        unmark(path)
        draft.rename(path)
        persist(path.parent)
        found = asdict(report)
        del found["at"]  # the line has an instant of its own
        log("rescued", **found)
    folder.rename(_dated(folder))


def _write_draft(spoiled: Path, draft: Path) -> Rescue:
    """Make the new journal as one file: its log does not come along. Raises OSError."""
    found = read_remnants(spoiled)
    with closing(UseJournal(draft)) as journal:
        journal.take_over(found.entries, found.leases)
    _, log_of_draft, _ = parts(draft)
    if log_of_draft.exists():
        raise OSError(errno.EIO, "the disk did not take in the log of the new journal")
    return _tell_of(found)


def _tell_of(found: Remnants) -> Rescue:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Rescue(at, len(found.entries), found.unsent, found.unreadable)


def _keep(folder: Path, report: Rescue) -> None:
    """Write the report, down to the disk."""
    with (folder / _REPORT).open("w") as file:
        json.dump(asdict(report), file)
        file.flush()
        os.fsync(file.fileno())


def _report(folder: Path) -> Rescue:
    """Return the report of a rescue; one that is damaged itself is made anew."""
    try:
        return Rescue(**json.loads((folder / _REPORT).read_text()))
    except (OSError, ValueError, TypeError):
        report = _tell_of(read_remnants(folder / _JOURNAL))
    with contextlib.suppress(OSError):  # a disk that takes nothing: it is made anew again
        _keep(folder, report)
    return report


def _dated(folder: Path) -> Path:
    """Return the name of this instant, or the next free one where the clock has gone back."""
    name = f"{folder.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    while folder.with_name(name).exists():
        name += "-"
    return folder.with_name(name)


def _folders(state: Path) -> list[Path]:
    return sorted(each for each in state.glob(_DONE) if each.is_dir())


def _give_to_the_kiosk(files: Sequence[Path]) -> None:
    """Give files that root has made to the owner of the state."""
    if os.geteuid() == 0:
        owner = files[0].parent.stat()
        for file in files:
            os.chown(file, owner.st_uid, owner.st_gid)
