"""The kiosk's condition as a small file."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kiosk.status import (
    describe,
    find_status,
    read_status,
    status_folder,
    to_be_mended,
    write_status,
)

CONDITION: dict[str, Any] = {
    "version": "0.1.0",
    "unsent": 3,
    "parked": 0,
    "cache_age": 4.2,
    "devices": {"scanner/serial": "ok", "gate/gpio": "missing"},
    "contact": "up",
    "cards": 98_000,
    "clock_suspect": False,
    "uptime": 3661.5,
}

SPOILED = {"at": "2026-11-24T10:00:00+00:00", "rescued": 12, "unsent": 5, "unreadable": 1}


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    """By another process, while the kiosk runs."""
    write_status(tmp_path, {**CONDITION, "unsent": 9})
    write_status(tmp_path, CONDITION)
    found = read_status(tmp_path) or {}
    assert found.items() >= {"pid": os.getpid(), **CONDITION}.items()
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_only_the_kiosks_user_reads_it(tmp_path: Path) -> None:
    """Whatever the folder's rights."""
    before = os.umask(0)
    try:
        write_status(tmp_path, CONDITION)
    finally:
        os.umask(before)
    assert (tmp_path / "status.json").stat().st_mode & 0o777 == 0o600


def test_a_kiosk_that_has_ended_is_not_running(tmp_path: Path) -> None:
    """Though its file is still there, as after a power cut."""
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        check=True,
        capture_output=True,
        text=True,
    )
    (tmp_path / "status.json").write_text(
        json.dumps({**CONDITION, "pid": int(ended.stdout), "born": 1})
    )
    assert read_status(tmp_path) is None


@pytest.mark.parametrize(
    "spoiled", ["", "{", "[]", "{}", '{"pid": 1}', '{"pid": "x"}', '{"pid": null}', "7"]
)
def test_a_spoiled_file_tells_of_no_kiosk(tmp_path: Path, spoiled: str) -> None:
    """And breaks nothing."""
    (tmp_path / "status.json").write_text(spoiled)
    assert read_status(tmp_path) is None


def test_no_file_tells_of_no_kiosk(tmp_path: Path) -> None:
    """Nor a folder that is not there."""
    assert read_status(tmp_path) is None
    assert read_status(tmp_path / "nowhere") is None


@contextmanager
def as_another_user(folder: Path) -> Iterator[None]:
    """Run as somebody to whom the folder is closed."""
    folder.chmod(0o700)
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        folder.chmod(0)
        try:
            yield
        finally:
            folder.chmod(0o700)


def test_a_file_that_this_user_may_not_read_tells_of_no_kiosk(tmp_path: Path) -> None:
    """Rather than of an error in the program."""
    write_status(tmp_path, CONDITION)
    with as_another_user(tmp_path):
        assert read_status(tmp_path) is None


def test_a_process_that_has_its_number_now_is_no_kiosk(tmp_path: Path) -> None:
    """As after a power cut, where the file lies on the disk."""
    write_status(tmp_path, CONDITION)
    told = json.loads((tmp_path / "status.json").read_text())
    for change in ({"pid": 1}, {"pid": os.getppid()}, {"born": told["born"] - 1}):
        (tmp_path / "status.json").write_text(json.dumps({**told, **change}))
        assert read_status(tmp_path) is None


def test_under_systemd_it_lies_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the runtime folder, so that nothing wears out the card; else in the state folder."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    assert status_folder(tmp_path) == tmp_path
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/kaikuportti")
    assert status_folder(tmp_path) == Path("/run/kaikuportti")


def test_a_kiosk_under_systemd_is_found_by_its_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks has no runtime folder of the unit's; another kiosk's condition is not taken."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    monkeypatch.setattr("kiosk.status.RUNTIME", tmp_path / "run")
    state = tmp_path / "state"
    assert find_status(state) is None
    (tmp_path / "run").mkdir()
    write_status(tmp_path / "run", {**CONDITION, "state": str(state)})
    assert (find_status(state) or {})["unsent"] == 3
    assert find_status(tmp_path / "other") is None


class TestDescribe:
    """The condition as lines for people."""

    def test_a_kiosk_that_is_well(self) -> None:
        """Says so without a word too many."""
        assert describe("Pool, gate 1", CONDITION).splitlines() == [
            "Pool, gate 1: version 0.1.0",
            "running for 1:01:01",
            "register: connected, last heard 4 s before",
            "cards: 98000",
            "uses waiting to be sent: 3",
            "scanner/serial: ok",
            "gate/gpio: missing",
        ]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"contact": "untried", "cache_age": None}, "register: not reached yet\n"),
            (
                {"contact": "down", "contact_why": "the certificate has expired"},
                "from the kiosk's own store (the certificate has expired), last heard 4 s before",
            ),
            ({"contact": "down"}, "register: no connection; deciding from the kiosk's own store"),
            ({"contact": "revoked"}, "register: this kiosk was revoked; enrol it again"),
            ({"contact": "refused"}, "does not take this kiosk's token; call support: enrol"),
            ({"contact": "untrusted"}, "certificate is not valid; look at this kiosk's clock"),
            ({"parked": 2}, "uses the register could not take: 2 (ask support)"),
            ({"clock_suspect": True}, "clock: looks wrong; set the time"),
            ({"key_foreign": True}, "key of the card digests: is not the register's: every card"),
            (
                {"disk": "state: it belongs to root; chown it"},
                "disk: state: it belongs to root; chown it\n",
            ),
            ({"key": "disk", "key_known": True}, "key of the card digests: on the disk\n"),
            ({"key": "memory", "key_known": True}, "key of the card digests: in memory only\n"),
            ({"key": "memory", "key_known": False}, "no card is read until the network is there"),
            ({"cards_whole": False}, "cards: 98000, not all yet; the register tells them\n"),
            (
                {"spoiled": {"spoiled-1": SPOILED}},
                "12 uses were rescued, 5 of them not sent then; 1 pages or uses could not be read;",
            ),
            ({"clock": "2026-01-01T00:00:00+00:00"}, "s old: the disk may be full"),
        ],
    )
    def test_what_is_not_well_is_told(self, change: dict[str, Any], told: str) -> None:
        """With what to do about it."""
        assert told in describe("Gate", {**CONDITION, **change})


def test_a_journal_that_was_set_aside_is_to_be_looked_at_until_it_is_let_go() -> None:
    """The memory card has failed once."""
    well = {**CONDITION, "devices": {}}
    assert to_be_mended({**well, "spoiled": {"spoiled-1": SPOILED}})
    assert not to_be_mended({**well, "spoiled": {}})


def test_a_kiosk_that_waits_for_its_key_is_to_be_mended() -> None:
    """It lets nobody in; one without a network that has the key serves by itself."""
    well = {**CONDITION, "devices": {}, "contact": "down", "key": "memory"}
    assert to_be_mended({**well, "key_known": False})
    assert not to_be_mended({**well, "key_known": True})


@pytest.mark.parametrize("contact", ["refused", "untrusted", "revoked"])
def test_a_register_that_does_not_come_back_by_itself_is_to_be_mended(contact: str) -> None:
    """One that is down comes back; of these the reason is told too."""
    condition = {**CONDITION, "devices": {}, "contact": contact, "contact_why": "the reason"}
    [line] = to_be_mended(condition)
    assert line.startswith("register: ")
    assert line.endswith("(the reason)")


def test_a_revoked_kiosk_does_not_wait_for_a_key() -> None:
    """The register tells it none; it is to be enrolled again, and no more."""
    (line,) = to_be_mended({"contact": "revoked", "key": "memory", "key_known": False})
    assert line == "register: this kiosk was revoked; enrol it again"


def test_a_revoked_kiosk_has_no_key_and_awaits_no_cards() -> None:
    """They were erased, and nothing comes before it is enrolled again."""
    revoked = {"contact": "revoked", "cards": 0, "cards_whole": False, "key": "disk"}
    told = describe("Gate", {**CONDITION, **revoked, "key_known": True})
    assert "cards: 0, erased\n" in told
    assert "key of the card digests: erased\n" in told


def test_what_is_to_be_mended_is_listed_for_scripts() -> None:
    """A line each: of a kiosk that is well none, of one without a network none either."""
    well = {**CONDITION, "devices": {"scanner/hid": "ok"}, "contact": "down"}
    assert to_be_mended(well) == []
    devices = {"scanner/hid": "ok", "keypad/hid": "/dev/input/x: not plugged in"}
    ill = {**well, "contact": "revoked", "parked": 2, "disk": "full", "devices": devices}
    assert to_be_mended(ill) == [
        "register: this kiosk was revoked; enrol it again",
        "uses the register could not take: 2 (ask support)",
        "disk: full",
        "keypad/hid: /dev/input/x: not plugged in",
    ]


def test_a_device_that_is_left_out_is_not_said_to_be_well() -> None:
    """There is no gate: nothing of it is ``ok``."""
    told = describe("Desk", {**CONDITION, "devices": {"gate/none": "ok", "scanner/hid": "ok"}})
    assert told.splitlines()[-2:] == ["gate/none: there is none", "scanner/hid: ok"]


def test_a_full_disk_is_told_in_the_room_of_the_last_condition(tmp_path: Path) -> None:
    """And not only once the last condition is old; whoever writes hears of the failure too."""
    write_status(tmp_path, {**CONDITION, "disk": None})
    (tmp_path / "status.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_status(tmp_path, {**CONDITION, "disk": "database or disk is full"})
    found = read_status(tmp_path)
    assert found is not None
    assert found["disk"] == "database or disk is full"


def test_a_kiosk_without_cards_or_a_network_to_fetch_them_is_to_be_mended() -> None:
    """It turns away who it was never told of; with a network it fetches them by itself."""
    lacking = {**CONDITION, "devices": {}, "cards": 0, "cards_whole": False}
    (line,) = to_be_mended({**lacking, "contact": "down"})
    assert line.startswith("cards: not all there")
    assert not to_be_mended({**lacking, "contact": "up"})
