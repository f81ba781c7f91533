"""A card is scanned, and the register knows: the main path on real processes."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kaiku.digest import digest
from kaiku.number import make
from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Register, SerialScanner, enrol, wait_until, write_config


def card(register: Register, state: str, children: int = 0) -> str:
    """Return the number of a personal card in a state."""
    return next(
        str(card["number"])
        for card in register.seed["cards"]
        if (card["kind"], card["state"], card["children"]) == ("personal", state, children)
    )


def test_a_valid_card_is_accepted_and_reaches_the_register(
    register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """A scan gives a verdict that says who comes in, and soon the register has the use."""
    scanner.scan(card(register, "valid"))
    verdict = kiosk.wait_for("verdict")
    assert (verdict["outcome"], verdict["reason"]) == ("accepted", None)
    assert (verdict["adults"], verdict["children"], verdict["helpers"]) == (1, 0, 0)
    assert verdict["source"] == "local"
    assert verdict["ms"] < 1000
    sent = kiosk.wait_for("sent")
    assert sent["uses"] == [verdict["use"]]
    assert ledgers.register(register.database)[verdict["use"]].outcome == "accepted"


@pytest.mark.parametrize("state", ["expired", "ended", "out_of_use", "not_yet_valid"])
def test_a_card_that_is_not_valid_is_refused_and_the_refusal_is_kept(
    state: str, register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """Each state of a card is refused with its own reason, and the register has the refusal."""
    scanner.scan(card(register, state))
    verdict = kiosk.wait_for("verdict")
    assert (verdict["outcome"], verdict["reason"]) == ("refused", state)
    kiosk.wait_for("sent", uses=[verdict["use"]])
    assert ledgers.register(register.database)[verdict["use"]].reason == state


GARBAGE = {
    "empty": b"",
    "ten thousand characters": b"A" * 10_000,
    "control characters": bytes(range(1, 10)) + b"\x0b\x0c\x0e\x1b\x7f",
    "a scanner with another layout": "àé\"'(-è_ç".encode(),
    "not text at all": b"\xff\xfe\x80\x00",
    "a web address": b"https://example.fi/?card=12",
}


def test_garbage_is_unreadable_and_the_next_scan_works(
    register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """Whatever a scanner may send is answered, and nothing of it sticks to the next scan."""
    first, *codes = register.seed["codes"]
    garbage = [*GARBAGE.values(), (first + codes[0]).encode()]
    for scan, code in zip(garbage, codes, strict=False):
        scanner.send(scan + b"\r\n")
        assert kiosk.wait_for("verdict")["reason"] == "unreadable"
        scanner.scan(code)
        assert kiosk.wait_for("verdict")["outcome"] == "accepted"


def test_an_unknown_card_is_asked_of_the_register(
    kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """A number that no store knows may have been registered a moment ago, so the register says."""
    kiosk.wait_in_touch()
    scanner.scan(make(lambda below: below // 3))
    verdict = kiosk.wait_for("verdict")
    assert (verdict["reason"], verdict["source"]) == ("unknown_card", "register")


def test_an_ended_card_is_refused_within_a_second(
    register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """A card ended at the register is refused by a connected kiosk from the next second (P4)."""
    kiosk.wait_in_touch()
    for code in register.seed["codes"][:5]:
        scanner.scan(code)
        assert kiosk.wait_for("verdict")["outcome"] == "accepted"
        register.command("admin", "card", "end", "-", stdin=code)
        time.sleep(1.0)
        scanner.scan(code)
        verdict = kiosk.wait_for("verdict")
        assert (verdict["reason"], verdict["source"]) == ("ended", "local")


def test_the_register_may_be_away_for_a_while(
    register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """With the register killed the kiosk decides alone, and sends all of it when it is back."""
    kiosk.wait_in_touch()
    register.kill()
    shown = set()
    for code in register.seed["codes"][:20]:
        scanner.scan(code)
        verdict = kiosk.wait_for("verdict")
        assert (verdict["outcome"], verdict["source"]) == ("accepted", "local")
        shown.add(verdict["use"])
    register.start()
    wait_until(
        lambda: shown <= ledgers.register(register.database).keys(), "the uses never arrived"
    )


@pytest.fixture
def stage(tmp_path: Path, register: Register, scanner: SerialScanner) -> Iterator[KioskProcess]:
    """Give a kiosk at a performance with 40 seats for cards."""
    folder = tmp_path / "stage"
    folder.mkdir()
    config = write_config(folder, register.url, {"driver": "serial", "port": scanner.port})
    enrol(config, register.seed["vars"]["enrolment_performance"])
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    yield kiosk
    kiosk.kill()


def leased(state: Path) -> int:
    """Return the seats that a running kiosk may give away by itself."""
    status = state / "status.json"
    return (json.loads(status.read_text())["leased"] or 0) if status.exists() else 0


def test_a_capped_performance_is_decided_from_the_lease_and_no_further(
    tmp_path: Path, register: Register, scanner: SerialScanner, stage: KioskProcess
) -> None:
    """A kiosk that is cut off gives away the seats that it has leased, and none beyond (P2)."""
    wait_until(lambda: leased(tmp_path / "stage" / "state") > 0, "no lease came")
    seats = leased(tmp_path / "stage" / "state")
    assert 0 < seats <= 20
    register.kill()
    for code in register.seed["codes"][:seats]:
        scanner.scan(code)
        verdict = stage.wait_for("verdict")
        assert (verdict["outcome"], verdict["source"]) == ("accepted", "local")
    scanner.scan(register.seed["codes"][seats])
    verdict = stage.wait_for("verdict")
    assert (verdict["reason"], verdict["source"]) == ("cannot_check_now", "local")


def test_what_a_kiosk_has_leased_is_sold_elsewhere_when_it_is_needed(
    tmp_path: Path, register: Register, scanner: SerialScanner, stage: KioskProcess
) -> None:
    """The till sells every seat; the kiosk gives back what it has in time (P2)."""
    wait_until(lambda: leased(tmp_path / "stage" / "state") > 0, "no lease came")
    codes = register.seed["codes"]
    answers = [sell(register, code) for code in codes[:41]]
    assert [answer["outcome"] for answer in answers] == ["accepted"] * 40 + ["refused"]
    assert answers[-1]["reason"] == "seats_full"
    scanner.scan(codes[41])
    assert stage.wait_for("verdict")["reason"] == "seats_full"


def sell(register: Register, code: str) -> dict[str, Any]:
    """Record a use at the performance as the venue's till does; return the answer."""
    offering = register.seed["vars"]["performance"]
    body = {"id": str(uuid4()), "card": code, "offering": offering}
    answer: dict[str, Any] = register.call("/uses", body)
    return answer


def test_a_revoked_kiosk_forgets_its_cards_and_keeps_its_journal(
    tmp_path: Path, register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """The cards are wiped from the disk and nobody is let in; what is unsent stays (P6)."""
    kiosk.wait_in_touch()
    state = tmp_path / "state"
    identity = json.loads((state / "identity.json").read_text())
    first, second = register.seed["codes"][:2]
    register.kill()
    scanner.scan(first)
    unsent = kiosk.wait_for("verdict")["use"]
    register.command("admin", "kiosk", "revoke", identity["kiosk"])
    register.start()
    kiosk.wait_for("revoked")
    scanner.scan(second)
    assert kiosk.wait_for("verdict")["reason"] == "cannot_check_now"
    kiosk.stop()
    digests = [digest(code, bytes.fromhex(identity["digest_key"])) for code in (first, second)]
    cache = b"".join(path.read_bytes() for path in state.glob("cache.sqlite*"))
    assert not any(each in cache for each in digests)
    assert not (state / "identity.json").exists()
    assert ledgers.journal(state)[unsent].outcome == "accepted"
    assert ledgers.unsent(state) == 1


def test_standard_input_is_a_scanner_and_a_keypad(tmp_path: Path, register: Register) -> None:
    """Lines are scans, digits and signs are keys, and the end of the input ends the kiosk."""
    config = write_config(tmp_path, register.url, {"driver": "stdin"})
    enrol(config, register.seed["vars"]["enrolment"])
    family = card(register, "valid", children=3)
    alone = card(register, "valid")
    kiosk = KioskProcess(config, stdin=subprocess.PIPE)
    kiosk.type(f"2\n{family}\n{alone}\n-\n{card(register, 'valid', children=4)}\n+\n3\n")
    assert kiosk.wait() == 0
    uses = ledgers.register(register.database)
    parties = [(use.children, use.helpers, use.voided) for use in uses.values()]
    assert sorted(parties) == [(0, 0, True), (2, 0, False), (3, 1, False)]
    assert uses == ledgers.journal(tmp_path / "state")


def test_no_file_of_the_kiosk_holds_a_card_number(
    tmp_path: Path, register: Register, kiosk: KioskProcess, scanner: SerialScanner
) -> None:
    """At rest there are digests only, of known and of unknown cards (P6); nor does the log tell."""
    unknown = make(lambda below: below // 2)
    numbers = [*register.seed["codes"][:10], card(register, "ended"), unknown]
    for number in numbers:
        scanner.scan(number)
        kiosk.wait_for("verdict")
    kiosk.stop()
    held = [path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()]
    held.append(repr(kiosk.lines).encode())
    held.append((tmp_path / "register.log").read_bytes())
    assert len(held) >= 5
    for number in numbers:
        assert not any(number.encode() in content for content in held)
