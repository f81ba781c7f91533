"""Rows of power: the plug is pulled, and the disk loses what nobody waited for."""

import random
import sys
import time
from collections.abc import Callable

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import eventually

STATE = "/var/lib/kaikuportti"
_MANY = 10
"""Cuts among which some lose a sector, and some uses are amended and taken back."""

_OFTEN = 25
"""Cuts after which it is said how far it has come."""

FLUSH = 0.03
"""Seconds that a flush takes, as on a memory card: so that cuts come while one is under way."""

_CARELESS = """import sqlite3
db = sqlite3.connect("careless.sqlite", isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("CREATE TABLE told (number INTEGER)")
db.execute("PRAGMA wal_checkpoint")
db.execute("PRAGMA synchronous=OFF")
for number in range(500):
    db.execute("INSERT INTO told VALUES (?)", (number,))
print(number + 1)
"""
_COUNT = """import sqlite3
try:
    found = sqlite3.connect("careless.sqlite").execute("SELECT count(*) FROM told")
    print(found.fetchone()[0])
except sqlite3.DatabaseError:
    print(0)
"""
_SHEET = f"{STATE}/sheet"
_FILL = f"tr '\\0' '{{}}' < /dev/zero | dd of={_SHEET} bs=256k count=1 iflag=fullblock conv=notrunc"


@row(
    "control: programs that do not wait for the disk",
    "their records are lost: the cut is a real one",
)
def control(house: House) -> str:
    """Have the power cut while programs trust in what was not flushed."""
    return lose(house, boot)


@row("the power is cut at random moments", "every verdict that was shown is kept (P1)")
def power(house: House) -> Seen:
    """Cut the power while cards are scanned, children are typed and uses are taken back."""
    return keep(house, house.cuts, _scan_and_cut)


def lose(house: House, cut: Callable[[House], None]) -> str:
    """Write without a flush, and have a journal tell what it did not wait for; cut the power."""
    machine = house.station.machine
    machine.tell(f"{_FILL.format('o')} && sync")
    told = int(machine.tell(_run(_CARELESS)))
    machine.tell(f"{_FILL.format('n')} oflag=direct")
    cut(house)
    old = int(machine.tell(f"tr -cd o < {_SHEET} | wc -c")) // 512
    new = int(machine.tell(f"tr -cd n < {_SHEET} | wc -c")) // 512
    kept = int(machine.tell(_run(_COUNT)))
    machine.tell(f"rm -f {_SHEET} {STATE}/careless.sqlite*")
    assert old + new == 512
    assert old > 0
    assert kept < told
    return (
        f"of 512 sectors written and not flushed {old} were lost; "
        f"of {told} commits told by a journal that waits for no flush {told - kept} were lost"
    )


def keep(house: House, cuts: int, cut: Callable[[House, random.Random], None]) -> Seen:
    """Scan and cut again and again; whatever was told must be on record in the end."""
    station, disk = house.station, house.station.machine.disk
    chance = random.Random(2711)
    before = (len(station.told), station.amendments, station.voids)
    began = time.monotonic()
    begin, halfway = len(disk.losses), disk.halfway
    disk.flush_time = FLUSH
    for number in range(1, cuts + 1):
        cut(house, chance)
        if number % _OFTEN == 0:
            took, unsent = time.monotonic() - began, len(house.missing())
            sys.stderr.write(f"{number} of {cuts} cuts in {took:.0f} s; {unsent} uses to arrive\n")
    disk.flush_time = 0.0
    arrived = eventually(lambda: not house.missing(), 300)
    assert arrived, house.missing()
    told, amended, voided = (
        now - then
        for now, then in zip(
            (len(station.told), station.amendments, station.voids), before, strict=True
        )
    )
    losses = disk.losses[begin:]
    assert told > 0
    assert cuts < _MANY or min(sum(losses), amended, voided) > 0
    return Seen(
        f"{told} verdicts, {amended} amended by children, {voided} taken back",
        f"{cuts} times ready again by itself, after {len(losses)} cuts",
        f"all of these; {sum(losses)} sectors were lost, in {sum(map(bool, losses))} of the cuts; "
        f"{disk.halfway - halfway} cuts came within a flush",
    )


def act(house: House, chance: random.Random) -> None:
    """Scan a card; for some type a child afterwards, and take some back."""
    station = house.station
    what = chance.random()
    children = 1 if what < 0.4 else 0
    station.scan_serial(house.card(children=children))
    time.sleep(chance.uniform(0.1, 0.4))
    if children:
        station.press("1")
    if what < 0.2 or what > 0.8:
        time.sleep(chance.uniform(0.05, 0.3))
        station.press("-")
    time.sleep(chance.uniform(0.02, 0.2))


def _run(program: str) -> str:
    return f"cd {STATE}; python3 - <<'END'\n{program}END"


def _scan_and_cut(house: House, chance: random.Random) -> None:
    end = time.monotonic() + chance.uniform(0.2, 6.0)
    while time.monotonic() < end:
        act(house, chance)
    boot(house)


def boot(house: House) -> None:
    """Cut the power, switch on, and wait until the kiosk is ready again."""
    station = house.station
    station.machine.cut()
    station.lines(0.0)
    station.machine.start()
    station.rewind()
    station.wait_for("ready")
