"""A disk that takes nothing for a while: nobody is let in without a record, and nothing ends."""

import resource
from pathlib import Path

from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Register, SerialScanner
from tests.e2e.test_entrance import card


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
