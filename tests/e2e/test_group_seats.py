"""A group at the door of a capped performance, on real processes: the register decides (OM-38)."""

import os
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from kaiku.number import make
from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Line, Register, enrol, wait_until, write_config

CAP = 4


@pytest.fixture
def show(register: Register) -> str:
    """Give a performance that is on now, with few seats for cards."""
    now = datetime.now(UTC)
    performance = register.call(
        "/offerings",
        {
            "name": {"fi": "Näytelmä", "sv": "En pjäs", "en": "A play"},
            "category": "culture",
            "kind": "own_production",
            "window": {
                "starts": (now - timedelta(minutes=10)).isoformat(),
                "ends": (now + timedelta(hours=2)).isoformat(),
            },
            "tickets": 100,
            "limits": [{"type": "seats", "cap": CAP}, {"type": "once"}],
        },
    )
    return str(performance["id"])


@pytest.fixture
def booked(register: Register, show: str) -> str:
    """Give a card that has booked a seat, so that less is left to be leased."""
    card = str(register.seed["codes"][0])
    booking = {"id": str(uuid4()), "card": card, "offering": show}
    assert register.call("/bookings", booking)["outcome"] == "accepted"
    return card


@dataclass
class Door:
    """A kiosk whose scanner and keys are a terminal, and what its screen says."""

    kiosk: KioskProcess
    wire: int
    screen: Path

    def gather(self, *cards: str) -> Line:
        """Show a group's cards and press Enter; return what was decided on all of them."""
        os.write(self.wire, "".join(f"{card}\n" for card in (*cards, "")).encode())
        for _ in cards:
            assert self.kiosk.wait_for("verdict")["outcome"] == "ask"
        return self.kiosk.wait_for("verdict")

    def says(self, *words: str) -> bool:
        """Tell whether a line of the screen has said all of it."""
        lines = self.screen.read_text().splitlines()
        return any(all(each in line for each in words) for line in lines)


@pytest.fixture
def door(tmp_path: Path, register: Register, show: str, booked: str) -> Iterator[Door]:
    """Give a kiosk at the performance, connected, and ready for the first card."""
    assert booked, "before the kiosk is granted its lease"
    venue = ledgers.venue(register.database, show)
    code = register.command("admin", "enrolment", "create", "--venue", venue, "--offering", show)
    config = write_config(tmp_path, register.url, {"driver": "stdin"})
    config.write_text(config.read_text() + '\n[[display]]\ndriver = "terminal"\n')
    enrol(config, code.strip())
    far, near = os.openpty()
    tty.setraw(near)
    screen = tmp_path / "screen.txt"
    with screen.open("wb") as out:
        kiosk = KioskProcess(config, stdin=near, stdout=out)
    kiosk.wait_in_touch()
    yield Door(kiosk, far, screen)
    kiosk.kill()
    os.close(far)
    os.close(near)


def test_a_group_is_decided_by_the_register_where_a_cap_is_shared(
    tmp_path: Path, register: Register, show: str, booked: str, door: Door
) -> None:
    """It comes in on the seats that are free and those that a member has booked, or not at all.

    Where the house is full, or the register does not know a card, nobody is let in, and the screen
    says why, of a card by its place. The journal and the register have the same of all three.
    """
    leaders = [
        str(card["number"])
        for card in register.seed["cards"]
        if (card["kind"], card["state"]) == ("community", "valid")
    ]
    second, third, fourth = register.seed["codes"][1:4]

    partial = door.gather(leaders[0], second, make(lambda below: below // 3))
    assert (partial["outcome"], partial["source"]) == ("refused", "register")
    assert partial["reason"] == "group_card_missing"
    assert door.says("A card of the group is missing", "Card\N{NO-BREAK SPACE}2:")

    came = door.gather(leaders[1], booked, second)
    assert (came["outcome"], came["adults"], came["source"]) == ("accepted", 3, "register")
    (kept,) = register.call(f"/bookings?offering={show}")["bookings"]
    assert kept["state"] == "attended"

    full = door.gather(leaders[2], third, fourth)
    assert (full["reason"], full["source"]) == ("seats_full", "register")
    assert door.says("Not enough places left")

    told = {each["use"] for each in (partial, came, full)}
    wait_until(lambda: told <= ledgers.register(register.database).keys(), "a group never came")
    door.kiosk.stop()
    kept_here, kept_there = ledgers.journal(tmp_path / "state"), ledgers.register(register.database)
    assert {use: kept_here[use] for use in told} == {use: kept_there[use] for use in told}
    assert {use: ledgers.members(register.database)[use] for use in told} == dict.fromkeys(told, 2)
