"""Power cuts, lost replies and a register that comes and goes.

No use is lost, none counts twice.
"""

import random
import threading
import time
from pathlib import Path

import pytest

from tests.e2e import ledgers
from tests.e2e.house import KioskProcess, Register, SerialScanner, enrol, wait_until, write_config
from tests.e2e.wire import LossyWire

CUTS = {"enrolment": 50, "enrolment_pool": 15, "enrolment_performance": 15}
"""How often the power goes: at the entry, at the pool with its visits, at the capped show."""


@pytest.mark.parametrize("code", CUTS)
def test_no_use_is_lost_or_doubled_by_cuts_of_power_and_network(
    code: str, tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """What was shown as accepted is in the register exactly once, and both sides agree (P1, P5).

    While cards are scanned without a pause, the kiosk is killed at random moments, every fifth
    reply is lost after the register has done its work, and the register is killed now and then.
    Afterwards no file of the kiosk holds a card number (P6).
    """
    cuts = CUTS[code]
    rng = random.Random(2711)
    wire = LossyWire(register.port, rng)
    config = write_config(tmp_path, wire.url, {"driver": "serial", "port": scanner.port})
    enrol(config, register.seed["vars"][code])
    wire.loss = 0.2
    stop = threading.Event()
    visitors = threading.Thread(target=keep_scanning, args=(scanner, register, stop, rng))
    visitors.start()
    shown: dict[str, str] = {}
    try:
        for cut in range(4 * cuts):
            if cut >= cuts and wire.lost:
                break  # a slow machine may be cut before it has sent anything
            kiosk = KioskProcess(config)
            kiosk.wait_for("ready")
            time.sleep(rng.uniform(0.0, 0.6))
            if cut % 10 == 5:
                register.kill()
            kiosk.kill()
            shown |= {
                line["use"]: line["outcome"]
                for line in kiosk.verdicts()
                if line["outcome"] != "ask"  # a group that was open when the power went
            }
            if cut % 10 == 7:
                register.start()
    finally:
        stop.set()
        visitors.join()
    wire.loss = 0.0
    settle(config, register)
    assert len(shown) > cuts
    assert wire.lost > 0
    uses = ledgers.register(register.database)
    assert {use: uses[use].outcome for use in shown} == shown
    assert ledgers.journal(tmp_path / "state") == uses
    held = [path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()]
    numbers = [card["number"].encode() for card in register.seed["cards"]]
    assert not any(number in content for content in held for number in numbers)


def keep_scanning(
    scanner: SerialScanner, register: Register, stop: threading.Event, rng: random.Random
) -> None:
    """Scan cards of all kinds, until told to stop; now and then one that nobody knows."""
    numbers = [card["number"] for card in register.seed["cards"]]
    while not stop.is_set():
        scanner.scan(rng.choice(numbers) if rng.random() < 0.9 else "UNKNOWN1")
        time.sleep(rng.uniform(0.005, 0.05))


def settle(config: Path, register: Register) -> None:
    """Run the kiosk until the register has all of its journal."""
    state = config.parent / "state"

    def is_settled() -> bool:
        kiosk = KioskProcess(config)
        kiosk.wait_for("ready")
        time.sleep(2.0)
        kiosk.stop()
        return ledgers.unsent(state) == 0

    wait_until(is_settled, "the journal was never sent")
