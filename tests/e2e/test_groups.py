"""A group on a community card, on real processes: gathered, decided as one, and kept (OM-38)."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kaiku.digest import digest
from kiosk.identity import load_identity
from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Register, SerialScanner
from tests.e2e.test_entrance import card


@pytest.fixture
def absent(register: Register) -> str:
    """Give the number of a valid card that the kiosk's store lacks."""
    return card(register, "valid")


@pytest.fixture
def entrance(config: Path, absent: str) -> Iterator[KioskProcess]:
    """Give a kiosk that has lost a card, as a spoiled cache does before it is whole again."""
    state = config.parent / "state"
    key = load_identity(state).digest_key
    assert key is not None
    lost = digest(absent, key)
    with closing(sqlite3.connect(state / "cache.sqlite")) as cache:
        assert cache.execute("DELETE FROM card WHERE digest = ?", (lost,)).rowcount == 1
        cache.commit()
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    yield kiosk
    kiosk.kill()


def community(register: Register) -> str:
    """Return the number of a valid community card."""
    return next(
        str(each["number"])
        for each in register.seed["cards"]
        if (each["kind"], each["state"]) == ("community", "valid")
    )


def bring(scanner: SerialScanner, kiosk: KioskProcess, *numbers: str) -> list[object]:
    """Show cards one after the other; return what came of each."""
    outcomes = []
    for number in numbers:
        scanner.scan(number)
        verdict = kiosk.wait_for("verdict")
        outcomes.append(verdict["reason"] or verdict["outcome"])
    return outcomes


def test_a_group_with_a_card_that_is_unknown_here_is_asked_of_the_register(
    register: Register, entrance: KioskProcess, scanner: SerialScanner, absent: str
) -> None:
    """One answer for all of them; the register has the one use, with who came in (P1, P5)."""
    leader = community(register)
    assert bring(scanner, entrance, leader, absent, card(register, "valid", 2)) == ["ask"] * 3
    scanner.scan(leader)
    verdict = entrance.wait_for("verdict")
    assert (verdict["outcome"], verdict["source"]) == ("accepted", "register")
    assert (verdict["adults"], verdict["children"]) == (3, 0)
    assert [verdict["use"]] in [line["uses"] for line in entrance.lines if line["event"] == "sent"]
    assert ledgers.register(register.database)[verdict["use"]].outcome == "accepted"


def test_a_card_that_ended_while_the_group_was_gathering_is_left_out(
    register: Register, entrance: KioskProcess, scanner: SerialScanner, absent: str
) -> None:
    """Within a second, and the others come in without it (OM-30, P4)."""
    leader, other = community(register), card(register, "valid", 2)
    bring(scanner, entrance, leader, other)
    register.command("admin", "card", "end", "-", stdin=absent)
    time.sleep(1)
    assert bring(scanner, entrance, absent, leader) == ["ended", "accepted"]
    assert entrance.verdicts()[-1]["adults"] == 2


def test_a_group_that_came_in_without_a_network_reaches_the_register_once(
    register: Register, entrance: KioskProcess, scanner: SerialScanner, absent: str
) -> None:
    """A card that nobody can look up is left out, the others come in (P1)."""
    register.kill()
    entrance.wait_for("contact", state="down")
    leader = community(register)
    members = [card(register, "valid", children) for children in (1, 2)]
    outcomes = bring(scanner, entrance, leader, members[0], absent, members[1], leader)
    assert outcomes == ["ask", "ask", "unknown_card", "ask", "accepted"]
    use = entrance.verdicts()[-1]["use"]
    register.start()
    while use not in entrance.wait_for("sent")["uses"]:
        pass
    assert ledgers.register(register.database)[use].outcome == "accepted"
