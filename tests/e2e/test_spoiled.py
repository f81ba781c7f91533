"""A failing memory card: the kiosk's files are damaged, and it serves again and loses nothing."""

import json
import os
import shutil
import subprocess
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from kaiku.card import Card, Kind
from kaiku.wire import CardRow
from kiosk.cache import CardCache
from tests.e2e import ledgers
from tests.e2e.house import BIN, KioskProcess, Register, SerialScanner, wait_until
from tests.e2e.test_entrance import card

PAGE = 4096


def told(config: Path, *command: str) -> tuple[int, str]:
    """Return the exit code of a command of the kiosk, and what it prints."""
    done = subprocess.run(
        [BIN / "kaikuportti", command[0], "--config", config, *command[1:]],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_uses_of_a_spoiled_journal_reach_the_register_once(
    tmp_path: Path, register: Register, kiosk: KioskProcess, config: Path, scanner: SerialScanner
) -> None:
    """The power goes, the head of the file is broken; staff are told until they let it go (P1)."""
    state = tmp_path / "state"
    register.kill()
    kiosk.wait_for("contact", state="down")
    uses = []
    for number in register.seed["codes"][:12]:
        scanner.scan(number)
        uses.append(kiosk.wait_for("verdict"))
    kiosk.kill()
    with (state / "journal.sqlite").open("r+b") as file:
        file.write(os.urandom(PAGE))
    again = KioskProcess(config)
    try:
        again.wait_for("spoiled", file="journal.sqlite")
        assert again.wait_for("rescued")["rescued"] == len(uses)
        again.wait_for("ready")
        wait_until(lambda: "uses were rescued" in told(config, "status")[1], "staff are not told")
        assert told(config, "rescue", "--forget")[0] == 1
        register.start()
        held = ledgers.register(register.database)
        wait_until(
            lambda: {use["use"] for use in uses} <= set(ledgers.register(register.database)),
            "the register does not have them",
        )
        held = ledgers.register(register.database)
        wait_until(
            lambda: json.loads(told(config, "status", "--json")[1])["unsent"] == 0, "still unsent"
        )
        assert told(config, "rescue", "--forget") == (0, "Nothing is set aside any more.\n")
        wait_until(lambda: told(config, "status")[0] == 0, "staff are told for ever")
    finally:
        again.kill()
    assert not list(state.glob("spoiled*"))
    assert ledgers.journal(state) == held


def test_a_journal_of_which_nothing_is_left_keeps_no_kiosk_from_serving(
    tmp_path: Path, register: Register, kiosk: KioskProcess, config: Path, scanner: SerialScanner
) -> None:
    """A text file stands in its place, and its log is gone."""
    kiosk.kill()
    for part in (tmp_path / "state").glob("journal.sqlite*"):
        part.write_text("All work and no play\n")
    again = KioskProcess(config)
    try:
        assert again.wait_for("rescued")["rescued"] == 0
        again.wait_for("ready")
        scanner.scan(card(register, "valid"))
        verdict = again.wait_for("verdict")
        assert verdict["outcome"] == "accepted"
        again.wait_for("sent", uses=[verdict["use"]])
        code, words = told(config, "doctor")
        assert code == 1
        assert "MEND  journal: was damaged" in words
    finally:
        again.kill()
    (kept,) = (tmp_path / "state").glob("spoiled-*")
    assert "All work" in (kept / "journal.sqlite").read_text()


def test_a_cache_that_is_found_spoiled_in_use_is_fetched_anew(
    tmp_path: Path, register: Register, kiosk: KioskProcess, config: Path, scanner: SerialScanner
) -> None:
    """The visitor is not let in, the kiosk ends, and its next run has the cards again."""
    kiosk.kill()
    cache = tmp_path / "state" / "cache.sqlite"
    fill(cache)
    number = card(register, "valid")
    (tmp_path / "state" / "cache.sqlite-wal").unlink(missing_ok=True)
    running = KioskProcess(config)
    running.wait_for("ready")
    register.kill()
    running.wait_for("contact", state="down")
    shutil.copy(cache, tmp_path / "whole")
    with cache.open("r+b") as file:
        file.seek(12 * PAGE)
        file.write(os.urandom(cache.stat().st_size - 12 * PAGE))
    scanner.scan(number)
    running.wait_for("journal_failed")
    running.wait_for("cannot_start")
    assert running.wait() == 1
    assert running.verdicts() == []
    register.start()
    again = KioskProcess(config)
    try:
        again.wait_for("spoiled", file="cache.sqlite")
        assert again.wait_for("ready")["cards"] < 1000
        scanner.scan(number)
        assert again.wait_for("verdict")["outcome"] == "accepted"
    finally:
        again.kill()


def fill(cache: Path, cards: int = 100_000) -> None:
    """Add cards to a cache, more than SQLite keeps in memory."""
    today = date(2026, 1, 1)
    made = Card(Kind.PERSONAL, 0, today, today + timedelta(days=364))
    with closing(CardCache(cache)) as store:
        store.apply(CardRow(os.urandom(16), made) for _ in range(cards))
