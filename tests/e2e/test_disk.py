"""A disk that takes nothing for a while: nobody is let in without a record, and nothing ends."""

import json
import resource
from pathlib import Path

from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Register, SerialScanner, wait_until
from tests.e2e.test_entrance import card
from tests.e2e.test_spoiled import told


def test_a_disk_that_takes_nothing_ends_nothing_and_is_used_again(
    tmp_path: Path, register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """Uses and changes wait; with room again the same kiosk serves, sends and fetches (P1, P4).

    The limit on the size of files stands in for the full disk: each write fails.
    """
    number = card(register, "valid")
    scanner.scan(number)
    first = kiosk.wait_for("verdict")
    kiosk.wait_for("sent", uses=[first["use"]])
    kiosk.limit_files(0)
    scanner.scan(card(register, "valid", children=1))
    full = kiosk.wait_for("verdict")
    assert (full["outcome"], full["reason"]) == ("refused", "cannot_check_now")
    register.command("admin", "card", "end", "-", stdin=number)
    register.kill()
    kiosk.wait_for("contact", state="down")
    register.start()
    kiosk.limit_files(resource.RLIM_INFINITY)
    kiosk.wait_for("disk_works", what="store")
    scanner.scan(card(register, "valid", children=2))
    last = kiosk.wait_for("verdict")
    assert last["outcome"] == "accepted"
    kiosk.wait_for("sent", uses=[last["use"]])
    assert kiosk.stop() == 0
    assert len([line for line in kiosk.lines if line["event"] == "disk_failed"]) <= 3
    held = ledgers.register(register.database)
    assert {first["use"], last["use"]} == set(held)
    assert ledgers.journal(tmp_path / "state") == held


def test_a_store_that_cannot_be_opened_at_the_start_is_waited_for(
    tmp_path: Path, register: Register, config: Path, scanner: SerialScanner
) -> None:
    """The kiosk runs, refuses each card with a fault, tells staff, and then serves (P1).

    A folder in the journal's place stands in for the disk that gives nothing.
    """
    state = tmp_path / "state"
    number = card(register, "valid")
    register.kill()
    kept = [file.rename(tmp_path / file.name) for file in state.glob("journal.sqlite*")]
    (state / "journal.sqlite").mkdir()
    kiosk = KioskProcess(config)
    failed = kiosk.wait_for("disk_failed", what="store")
    assert "journal.sqlite is a folder; move it away" in failed["why"]
    wait_until(lambda: told(config, "status")[0] == 1, "no status")
    scanner.scan(number)
    kiosk.wait_for("journal_failed")
    code, printed = told(config, "status", "--json")
    condition = json.loads(printed)
    assert (code, condition["running"], condition["cards"]) == (1, True, None)
    assert any(line.startswith("disk: ") for line in condition["mend"])
    assert "cards: not known" in told(config, "status")[1]
    assert "is a folder" in told(config, "doctor")[1]
    (state / "journal.sqlite").rmdir()
    for file in kept:
        file.rename(state / file.name)
    kiosk.wait_for("disk_works", what="store")
    kiosk.wait_for("ready")
    scanner.scan(number)
    verdict = kiosk.wait_for("verdict")
    assert verdict["outcome"] == "accepted"
    register.start()
    kiosk.wait_for("sent", uses=[verdict["use"]])
    assert kiosk.stop() == 0
    assert set(ledgers.register(register.database)) == {verdict["use"]}
