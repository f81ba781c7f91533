"""``make appliance``: boots the machine, tries every row, and prints what was seen.

The status is 1 where a row is not as expected.
``--short`` leaves the long rows out; ``--only WORD`` keeps the first rows, and those whose fault
holds the word.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.appliance import faults, packaging, visits
from tests.appliance.architecture import ARCHITECTURES
from tests.appliance.disk import Disk
from tests.appliance.image import CannotBuildError, home, image
from tests.appliance.machine import Machine
from tests.appliance.rows import ROWS, House, Row
from tests.appliance.station import Station, package
from tests.e2e.house import Register

_MODULES = (visits, faults, packaging)
"""What puts rows into the table, in their order."""

_FIRST = 2
"""Rows without which no other can be tried."""


def main() -> int:
    """Try the rows and print what was seen."""
    options = _options()
    try:
        base = image(ARCHITECTURES[options.architecture])
    except CannotBuildError as error:
        _say(f"LEFT OUT: the virtual machine cannot be made here: {error}")
        return 0
    runs = home() / "runs"
    runs.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=runs))
    register = Register.seeded(folder, cards=400).start()
    disk = Disk(folder, 64, random.Random(2711))
    machine = Machine(folder, base, disk)
    try:
        machine.start()
        cuts = 3 if options.short else options.cuts
        house = House(register, Station(machine), package(), folder, cuts)
        results = [_try(house, row) for row in _chosen(options)]
    finally:
        machine.cut()
        register.kill()
        disk.close()
        if not options.keep:
            shutil.rmtree(folder)
    failed = sum(not well for well in results)
    _say(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make appliance")
    parser.add_argument("--short", action="store_true", help="leave the long rows out")
    parser.add_argument("--only", metavar="WORD", help="only rows whose fault holds the word")
    parser.add_argument("--cuts", type=int, default=30, help="how often the power is cut")
    parser.add_argument(
        "--architecture", choices=ARCHITECTURES, default="amd64", help="the machine's"
    )
    parser.add_argument("--keep", action="store_true", help="keep the machine's folder")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Row]:
    places = {module.__name__: place for place, module in enumerate(_MODULES)}
    return [
        row
        for number, row in enumerate(sorted(ROWS, key=lambda row: places[row.watch.__module__]))
        if number < _FIRST
        or (not (options.short and row.long) and (options.only or "") in row.fault)
    ]


def _try(house: House, row: Row) -> bool:
    began = time.monotonic()
    try:
        seen, well = row.watch(house), True
    except Exception as error:  # noqa: BLE001  each row is tried, whatever another found
        traceback.print_exc()
        seen, well = f"{type(error).__name__}: {error}", False
    mark = "ok  " if well else "FAIL"
    _say(f"{mark} | {row.fault} | {row.expected} | {seen} | {time.monotonic() - began:.0f} s")
    return well


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
