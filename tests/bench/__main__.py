"""Measures the whole house with a store of a million cards, on real processes."""

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx

import server.kaikukanta.tables  # noqa: F401  every table that another may point to
from kaiku.booking import BookingFacts, book
from kaiku.card import Card, Kind
from kaiku.decide import Decision, Facts, decide
from kaiku.digest import digest
from kaiku.group import Member, decide_group
from kaiku.offering import (
    Category,
    Offering,
    OncePerPerformance,
    OpenBookings,
    Seats,
    Visits,
    Window,
)
from kaiku.party import Party
from kaiku.text import Text
from server.database import open_database, transaction
from server.kaikukanta.cards.service import end_card, find_card
from tests.bench import floors
from tests.bench.report import Figure, exceeded, percentile, say, write
from tests.e2e.house import KioskProcess, Register, SerialScanner, enrol, write_config

VERDICTS = 2000
ENDINGS = 100
DECISIONS = 1000
ROUNDS = 41
OUT = Path("build/bench.json")


def main() -> int:
    """Run the measurements and write the report; return 1 where a budget is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--cards", type=int, default=1_000_000, help="how many cards to hold")
    parser.add_argument("--rules", action="store_true", help="time the rules only")
    arguments = parser.parse_args()
    figures = decisions()
    if not arguments.rules:
        folder = Path(tempfile.mkdtemp(prefix="kaiku-bench-"))
        try:
            figures += house(folder, arguments.cards)
        finally:
            shutil.rmtree(folder)
    write(figures, OUT)
    broken = exceeded(figures)
    for each in broken:
        print(f"over budget: {each}", file=sys.stderr)
    return 1 if broken else 0


def decisions() -> list[Figure]:
    """Time the rules in their worst case, every limit set, against an empty call.

    A party of five at the door and at booking, and a group of five.
    """
    today = date(2026, 11, 24)
    now = datetime(2026, 11, 24, 16, tzinfo=UTC)
    card = Card(Kind.PERSONAL, 4, today, today + timedelta(days=364))
    worker = Card(Kind.COMMUNITY, 0, today, today + timedelta(days=364))
    window = Window(
        now, now + timedelta(hours=2), now - timedelta(hours=1), now - timedelta(days=9)
    )
    limits = (Seats(40), OncePerPerformance(), Visits(30), OpenBookings(3))
    offering = Offering(uuid4(), Text.same("Show"), Category.CULTURE, window, limits)
    party, facts = Party(children=3, helpers=1), Facts(seats_taken=20, visits=10, booked=2)
    members = [Member(card, facts)] * 4
    cases: list[tuple[str, Callable[[], Decision]]] = [
        ("decide, all limits, party of five", lambda: decide(card, party, offering, facts, now)),
        (
            "book, all limits, party of five",
            lambda: book(card, party, offering, BookingFacts(20, 0, 2), now),
        ),
        (
            "decide, all limits, group of five",
            lambda: decide_group(worker, members, 0, offering, facts, now),
        ),
    ]
    floor = _microseconds(lambda: None)
    figures = []
    for name, case in cases:
        assert case().accepted, case()
        figures.append(Figure(name, "us", _microseconds(case), floor))
    return figures


def _microseconds(call: Callable[[], object]) -> float:
    """Return how long a call takes: the median of many rounds, so that no other program counts."""
    return statistics.median(_round(call) for _ in range(ROUNDS)) * 1e6


def _round(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    for _ in range(DECISIONS):
        call()
    return (time.perf_counter() - before) / DECISIONS


def house(folder: Path, cards: int) -> list[Figure]:
    """Measure the kiosk with so many cards in its store."""
    say(f"Seeding a register with {cards} cards…")
    register = Register.seeded(folder, cards).start()
    scanner = SerialScanner()
    try:
        say("First sync…")
        config = write_config(folder, register.url, {"driver": "serial", "port": scanner.port})
        before = time.perf_counter()
        enrol(config, register.seed["vars"]["enrolment"])
        synced = time.perf_counter() - before
        figures = [Figure("first sync", "s", synced, floors.inserts(folder, cards))]
        figures += endings(register, config, scanner)
        register.kill()
        figures += verdicts(folder, cards, register, config, scanner)
    finally:
        register.kill()
        scanner.close()
    return figures


def endings(register: Register, config: Path, scanner: SerialScanner) -> list[Figure]:
    """Measure from a card's end in the register to the first refusal at a connected kiosk (P4).

    The floor is the time in which the register commits the end and answers one request.
    """
    say(f"Ending {ENDINGS} cards…")
    engine = open_database(register.environment["KAIKUKANTA_DATABASE_URL"])
    key = bytes.fromhex(Path(register.environment["KAIKUKANTA_DIGEST_KEY_FILE"]).read_text())
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    kiosk.wait_for("contact", state="up")
    taken, floor = [], []
    with httpx.Client(base_url=register.url) as http:
        for number in random.Random(4).sample(register.seed["codes"], ENDINGS):
            before = time.perf_counter()
            with transaction(engine) as session:
                card = find_card(session, digest(number, key))
                assert card is not None
                end_card(session, card, datetime.now(UTC))
            ended = time.perf_counter()
            http.get("/health")
            floor.append((time.perf_counter() - before) * 1000)
            while True:
                scanner.scan(number)
                if kiosk.wait_for("verdict")["reason"] == "ended":
                    break
                time.sleep(0.02)
            taken.append((time.perf_counter() - ended) * 1000)
    kiosk.stop()
    engine.dispose()
    return [
        Figure(
            "card ended to refused, median",
            "ms",
            statistics.median(taken),
            statistics.median(floor),
        ),
        Figure("card ended to refused, slowest of 100", "ms", max(taken), max(floor)),
    ]


def verdicts(
    folder: Path, cards: int, register: Register, config: Path, scanner: SerialScanner
) -> list[Figure]:
    """Measure verdicts without a network, each with its durable commit, and the kiosk's memory."""
    say(f"{VERDICTS} verdicts without a network…")
    bare_start = floors.start()
    before = time.perf_counter()
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    started = time.perf_counter() - before
    kiosk.wait_for("contact", state="down")
    taken = []
    for number in random.Random(5).sample(register.seed["codes"], VERDICTS):
        scanner.scan(number)
        taken.append(kiosk.wait_for("verdict")["ms"])
        time.sleep(0.001)
    memory = kiosk.resident()
    kiosk.stop()
    say("The floor of a verdict…")
    floor = floors.verdicts(folder, cards, VERDICTS)
    return [
        Figure("verdict offline, median", "ms", percentile(taken, 0.5), percentile(floor, 0.5)),
        Figure("verdict offline, p99", "ms", percentile(taken, 0.99), percentile(floor, 0.99)),
        Figure("verdict offline, slowest", "ms", max(taken), max(floor)),
        Figure("kiosk's resident memory", "MB", memory, floors.resident()),
        Figure("start to ready", "s", started, bare_start),
    ]


if __name__ == "__main__":
    sys.exit(main())
