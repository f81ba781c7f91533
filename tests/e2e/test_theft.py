"""What a thief finds on a kiosk: its files are searched byte for byte (promise P6)."""

import json
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaiku.digest import digest
from tests.e2e.house import (
    BIN,
    KioskProcess,
    Register,
    SerialScanner,
    enrol,
    wait_until,
    write_config,
)


def held(folder: Path) -> bytes:
    """Return every byte in the files of a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_revoked_kiosk_holds_the_cards_of_unsent_uses_alone(
    tmp_path: Path, register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """No other digest, no key and no token; what its files held before is in their blocks no more.

    Their other names show that: a second name of each file is made before the wipe.
    """
    state, names = tmp_path / "state", tmp_path / "names"
    names.mkdir()
    identity = json.loads((state / "identity.json").read_text())
    key = bytes.fromhex(identity["digest_key"])
    sent, unsent, other = (digest(code, key) for code in register.seed["codes"][:3])
    scanner.scan(register.seed["codes"][0])
    use = kiosk.wait_for("verdict")["use"]
    kiosk.wait_for("sent", uses=[use])
    register.kill()
    kiosk.wait_for("contact", state="down")
    scanner.scan(register.seed["codes"][1])
    kiosk.wait_for("verdict")
    for name in ("identity.json", "cache.sqlite", "cache.sqlite-wal"):
        (names / name).hardlink_to(state / name)
    assert all(each in held(state) for each in (sent, unsent, other))
    register.command("admin", "kiosk", "revoke", identity["kiosk"])
    register.start()
    kiosk.wait_for("revoked")
    secrets = (sent, other, identity["digest_key"].encode(), identity["token"].encode())
    for folder in (state, names):
        assert not any(secret in held(folder) for secret in secrets)
    assert kiosk.stop() == 0
    assert not any(secret in held(state) for secret in secrets)
    assert unsent in held(state)


@pytest.fixture
def forgetful(tmp_path: Path, register: Register, scanner: SerialScanner) -> Path:
    """Give the configuration of a kiosk that is enrolled and keeps its key in memory only."""
    device = {"driver": "serial", "port": scanner.port}
    config = write_config(tmp_path, register.url, device, 'key = "memory"')
    assert "the kiosk needs the network" in enrol(config, register.seed["vars"]["enrolment"])
    return config


@pytest.fixture
def told_to_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Give the socket at which systemd would hear of the kiosk's state."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield channel


def heard(channel: socket.socket) -> str:
    """Return all that systemd has been told since the last time."""
    told = ""
    while True:
        try:
            told += channel.recv(4096).decode() + "\n"
        except BlockingIOError:
            return told


def status(config: Path) -> tuple[int, str]:
    """Return the exit code of ``kaikuportti status``, and what it says of the key at the end."""
    done = subprocess.run(
        [BIN / "kaikuportti", "status", "--config", config],
        capture_output=True,
        text=True,
        check=False,
    )
    (*_, key) = [""] + [line for line in done.stdout.splitlines() if line.startswith("key of")]
    return done.returncode, key.rpartition("; ")[2]


def test_a_kiosk_with_its_key_in_memory_waits_for_the_register_and_then_reads(
    tmp_path: Path,
    register: Register,
    forgetful: Path,
    scanner: SerialScanner,
    told_to_systemd: socket.socket,
) -> None:
    """Without the register it is not ready, reads nothing and says why; with it, it serves.

    No file of the kiosk's ever holds the key, neither log tells it, and no crash would dump it.
    """
    key = (tmp_path / "digest.key").read_text().strip()
    assert key not in held(tmp_path / "state").decode("latin-1")
    register.kill()
    kiosk = KioskProcess(forgetful)
    kiosk.wait_for("key_awaited")
    wait_until(
        lambda: status(forgetful) == (1, "no card is read until the network is there"),
        "it does not say what it waits for",
    )
    told = heard(told_to_systemd)
    assert "STATUS=waiting for the register to tell the key" in told
    assert "READY=1" not in told
    assert not {"ready", "verdict"} & {line["event"] for line in kiosk.lines}
    register.start()
    kiosk.wait_for("ready")
    wait_until(lambda: "READY=1" in heard(told_to_systemd), "systemd is not told")
    assert kiosk.longest_core() == 0
    scanner.scan(register.seed["codes"][0])
    assert kiosk.wait_for("verdict")["outcome"] == "accepted"
    register.kill()
    scanner.scan(register.seed["codes"][1])
    assert kiosk.wait_for("verdict")["outcome"] == "accepted"
    assert kiosk.stop() == 0
    everything = held(tmp_path / "state").decode("latin-1") + repr(kiosk.lines)
    everything += (tmp_path / "register.log").read_text()
    assert "The digest key was told to kiosk" in everything
    assert key not in everything
    assert bytes.fromhex(key).decode("latin-1") not in everything


def test_a_stolen_kiosk_that_was_revoked_is_not_told_the_key(
    tmp_path: Path, register: Register, forgetful: Path
) -> None:
    """Whoever plugs it in again gets neither: it wipes what it has, and never is ready."""
    state = tmp_path / "state"
    identity = json.loads((state / "identity.json").read_text())
    register.command("admin", "kiosk", "revoke", identity["kiosk"])
    key = bytes.fromhex((tmp_path / "digest.key").read_text().strip())
    known = digest(register.seed["codes"][0], key)
    assert known in held(state)
    kiosk = KioskProcess(forgetful)
    kiosk.wait_for("revoked")
    wait_until(lambda: known not in held(state), "the cards are still there")
    assert kiosk.stop() == 0
    assert not {"ready", "key_told"} & {line["event"] for line in kiosk.lines}
    assert not (state / "identity.json").exists()
    assert KioskProcess(forgetful).wait() == 78


def test_a_kiosk_that_was_out_of_touch_too_long_forgets_and_is_told_anew(
    tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """The cards and the key are off its disk, and it ends; started again, it waits and then serves.

    A use that the register does not have stays, and is sent then.
    """
    state = tmp_path / "state"
    device = {"driver": "serial", "port": scanner.port}
    config = write_config(tmp_path, register.url, device, "forget_after = 1")
    enrol(config, register.seed["vars"]["enrolment"])
    identity = json.loads((state / "identity.json").read_text())
    key = bytes.fromhex(identity["digest_key"])
    unsent, other = (digest(code, key) for code in register.seed["codes"][:2])
    register.kill()
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    scanner.scan(register.seed["codes"][0])
    use = kiosk.wait_for("verdict")["use"]
    kiosk.kill()
    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    with closing(sqlite3.connect(state / "cache.sqlite")) as cache, cache:
        cache.execute("INSERT OR REPLACE INTO note VALUES ('heard', ?)", [two_days_ago.isoformat()])
    kiosk = KioskProcess(config)
    kiosk.wait_for("forgotten", days=1)
    assert kiosk.wait() == 0
    left = held(state)
    assert not any(secret in left for secret in (other, identity["digest_key"].encode()))
    assert unsent in left
    kiosk = KioskProcess(config)
    kiosk.wait_for("key_awaited")
    register.start()
    kiosk.wait_for("ready")
    wait_until(
        lambda: any(use in line.get("uses", ()) for line in kiosk.lines), "the use is not sent"
    )
    scanner.scan(register.seed["codes"][1])
    assert kiosk.wait_for("verdict")["outcome"] == "accepted"
    assert kiosk.stop() == 0
    assert json.loads((state / "identity.json").read_text()) == identity
