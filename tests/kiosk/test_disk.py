"""A trouble of the disk is told from a mistake of the program, and told once."""

import json
import sqlite3

import pytest

from kiosk.disk import Disk, DiskError, translated


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
