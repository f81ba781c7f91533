"""A library's desk on real processes: fees are typed, covered, and reach the register (OM-59)."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Register, enrol, wait_until, write_config


@pytest.fixture
def desk(tmp_path: Path, register: Register) -> Path:
    """Give the configuration of a kiosk that is enrolled at the sample library."""
    venue, offering = ledgers.library(register.database)
    code = register.command(
        "admin", "enrolment", "create", "--venue", venue, "--offering", offering
    )
    profile = 'profile = "library"'
    config = write_config(tmp_path, register.url, {"driver": "stdin"}, profile)
    enrol(config, code.strip())
    return config


def run(desk: Path, *lines: str) -> KioskProcess:
    """Run the kiosk over lines of keys and cards to their end, once it has fetched."""
    kiosk = KioskProcess(desk, stdin=subprocess.PIPE)
    kiosk.wait_in_touch()
    kiosk.type("".join(f"{line}\n" for line in lines))
    assert kiosk.wait() == 0
    return kiosk


def test_fees_are_typed_covered_and_reach_the_register(
    tmp_path: Path, register: Register, desk: Path
) -> None:
    """Five copies, a fine that is taken back, and copies above the cap; a card alone is nothing.

    A second run knows what the first has covered, from the register.
    """
    first, second = register.seed["codes"][:2]
    kiosk = run(desk, first, "15", first, "21", "50", second, "-", "12", "0", first)
    verdicts = [(each["outcome"], each["reason"]) for each in kiosk.verdicts()]
    assert verdicts == [("accepted", None), ("accepted", None), ("refused", "fees_used_up")]
    fees = ledgers.register_fees(register.database)
    assert sorted((fee.service, fee.cents, fee.voided) for fee in fees.values()) == [
        ("copying", 150, False),
        ("copying", 600, False),
        ("overdue", 150, True),
    ]
    assert fees == ledgers.journal_fees(tmp_path / "state")
    (tmp_path / "state" / "journal.sqlite").unlink()
    again, other = run(desk, "12", "0", first, "12", "0", second).verdicts()
    assert (again["reason"], other["reason"]) == ("fees_used_up", None)


def test_a_desk_that_is_cut_off_covers_up_to_the_cap_by_itself(
    register: Register, desk: Path
) -> None:
    """By what it has covered since; the register has each fee once when it is back (P1)."""
    (first, *_) = register.seed["codes"]
    register.kill()
    kiosk = KioskProcess(desk, stdin=subprocess.PIPE)
    kiosk.type("".join(f"{line}\n" for line in ["11", "9", first, "11", first, "11", first]))
    verdicts = [kiosk.wait_for("verdict") for _ in range(3)]
    assert [each["reason"] for each in verdicts] == [None, None, "fees_used_up"]
    assert {each["source"] for each in verdicts} == {"local"}
    register.start()
    wait_until(lambda: len(ledgers.register_fees(register.database)) == 3, "the fees never came")
    assert kiosk.wait() == 0
    fees = ledgers.register_fees(register.database)
    assert sum(fee.cents for fee in fees.values() if fee.outcome == "accepted") == 600
