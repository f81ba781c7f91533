"""A trouble of the disk is told from a mistake of the program, and told once."""

import errno
import json
import os
import sqlite3
from pathlib import Path

import pytest

from kiosk.disk import Disk, DiskError, translated, with_mend


def test_a_full_disk_is_a_trouble_and_a_mistake_stays_one() -> None:
    """What nobody can mend at the kiosk ends the process, as ever."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE entry (id)")
    db.execute("PRAGMA query_only = ON")
    with pytest.raises(DiskError, match="readonly"), translated():
        db.execute("INSERT INTO entry VALUES (1)")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), translated():
        db.execute("SELECT * FROM nowhere")
    db.close()


def test_each_trouble_is_logged_once_and_staff_are_told_when_it_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """However often it is tried meanwhile: the log may lie on the same disk."""
    disk, told = Disk(), []
    disk.changed = lambda: told.append(list(disk.troubles))
    for _ in range(3):
        disk.fails("store", DiskError("full"))
    disk.works("status")
    for _ in range(2):
        disk.works("store")
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["disk_failed", "disk_works"]
    assert told == [["store"], []]


ROOM = "; free some space or replace the memory card"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left", "/s/new"), f"/s/new: No space left{ROOM}"),
        (OSError(errno.EDQUOT, "Quota exceeded"), f"Quota exceeded{ROOM}"),
        (OSError(errno.EROFS, "Read-only file system"), "system; replace the memory card"),
        (OSError(errno.EIO, "I/O error"), "I/O error; replace the memory card"),
        (PermissionError(errno.EACCES, "Denied"), "; let the account that the kiosk runs with"),
        (sqlite3.OperationalError("disk I/O error"), f"disk I/O error{ROOM}"),
        (DiskError("said already"), "said already"),
    ],
)
def test_each_cause_is_told_with_its_own_mend(error: Exception, told: str) -> None:
    """Room is spoken of only where it may be what is missing."""
    assert told in with_mend(error)
    assert ("space or" in with_mend(error)) is ("space or" in told)


def test_a_full_and_a_read_only_database_are_told_apart() -> None:
    """As SQLite raises them."""
    told = []
    for pragma in ("max_page_count = 1", "query_only = 1"):
        connection = sqlite3.connect(":memory:")
        connection.execute(f"PRAGMA {pragma}")
        with pytest.raises(DiskError) as failed, translated():
            connection.execute("CREATE TABLE more AS SELECT zeroblob(100000)")
        connection.close()
        told.append(str(failed.value))
    assert told == [
        f"database or disk is full{ROOM}",
        "attempt to write a readonly database; replace the memory card",
    ]


def test_another_account_s_folder_is_told_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where root has made the state folder; more room would not help."""
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    monkeypatch.setattr(os, "access", lambda *_args: False)
    disk, file = Disk(), tmp_path / "status.new"
    disk.fails("status", PermissionError(errno.EACCES, "Permission denied", str(file)))
    told = disk.troubles["status"]
    assert told.startswith(f"{file}: Permission denied: {tmp_path.name} belongs to ")
    assert "run as root: chown -R " in told
    assert "space" not in told
