"""``make appliance``: boots the machine, tries every row, and prints what was seen as a table.

The status is 1 where a row is not as expected, or where something of it is lost. ``--short`` leaves
the long rows out; ``--only PATTERN`` keeps the first rows, and those whose fault it is found in.
"""

import argparse
import contextlib
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from deb.build import build, lay_out, pack, version
from tests.appliance import (
    devices,
    gate,
    network,
    packaging,
    power,
    process,
    quick,
    storage,
    units,
    visits,
    week,
)
from tests.appliance.architecture import ARCHITECTURES, Architecture
from tests.appliance.disk import Disk
from tests.appliance.image import CannotBuildError, Image, expect_means, home, image
from tests.appliance.machine import Machine
from tests.appliance.rows import ROWS, House, Row
from tests.appliance.station import Station, eventually
from tests.e2e.house import Register

_MODULES = (
    visits, devices, gate, network, process, storage, power, quick, week, packaging, units,
)  # fmt: skip
"""What puts rows into the table, in their order."""

_FEW_CUTS = 2
_TOLD = 40
"""Lines of the kiosk's log that are printed where a row is not as expected."""

_FIRST = 2
"""Rows without which no other can be tried."""


def main() -> int:
    """Try the rows and print what was seen."""
    options = _options()
    began = time.monotonic()
    try:
        expect_means()
        quick = options.short or options.only is not None
        base, package = _made(ARCHITECTURES[options.architecture], quick=quick)
    except CannotBuildError as error:
        _say(f"LEFT OUT: the virtual machine cannot be made here: {error}")
        return 0
    _say(f"Image and package are there after {time.monotonic() - began:.0f} s.")
    runs = home() / "runs"
    runs.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=runs))
    register = Register.seeded(folder, cards=400).start()
    disk = Disk(folder, 64, random.Random(2711))
    machine = Machine(folder, base, disk)
    try:
        machine.start()
        cuts = _FEW_CUTS if options.short else options.cuts
        house = House(register, Station(machine), package, folder, cuts, options.quick_cuts)
        results = _tried(house, _chosen(options))
    finally:
        machine.cut()
        register.kill()
        disk.close()
        if not options.keep:
            shutil.rmtree(folder)
    failed = sum(not well for well in results)
    took = timedelta(seconds=int(time.monotonic() - began))
    _say(f"\n{len(results) - failed} passed, {failed} failed; {took} in all.")
    return 1 if failed else 0


def _made(architecture: Architecture, *, quick: bool) -> tuple[Image, Path]:
    """Make the image and the package at the same time.

    A ``quick`` package holds the same files as the one that is released, and is not compressed.
    """
    with ThreadPoolExecutor(1) as beside:
        packing = beside.submit(_pack_quickly if quick else build)
        return image(architecture), packing.result()


def _pack_quickly() -> Path:
    folder = home() / "package"
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(folder)
    package = folder / f"kaikuportti_{version()}_all.deb"
    pack(folder / "tree", package, "-Znone")
    return package


def _tried(house: House, rows: list[Row]) -> list[bool]:
    _say("\n| | fault | expected | seen | |\n|---|---|---|---|---|")
    return [_try(house, row) for row in rows]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make appliance")
    parser.add_argument("--short", action="store_true", help="leave the long rows out")
    parser.add_argument("--only", metavar="PATTERN", help="only rows whose fault holds it")
    parser.add_argument("--cuts", type=int, default=30, help="how often the power is cut")
    parser.add_argument(
        "--quick-cuts", type=int, default=60, help="and of a machine that is resumed, not booted"
    )
    parser.add_argument(
        "--architecture", choices=ARCHITECTURES, default="amd64", help="the machine's"
    )
    parser.add_argument("--keep", action="store_true", help="keep the machine's folder")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Row]:
    places = {module.__name__: place for place, module in enumerate(_MODULES)}
    if ARCHITECTURES[options.architecture].is_foreign:
        del places[units.__name__]
    rows = [row for row in ROWS if row.watch.__module__ in places]
    return [
        row
        for number, row in enumerate(sorted(rows, key=lambda row: places[row.watch.__module__]))
        if number < _FIRST
        or (not (options.short and row.long) and re.search(options.only or "", row.fault))
    ]


def _try(house: House, row: Row) -> bool:
    began = time.monotonic()
    try:
        seen = str(row.watch(house))
        assert eventually(lambda: not house.missing()), f"lost: {house.missing()}"
        well = True
    except Exception as error:  # noqa: BLE001  each row is tried, whatever another found
        traceback.print_exc()
        sys.stderr.write("\n".join([*house.station.machine.log.seen[-_TOLD:], ""]))
        seen, well = f"{type(error).__name__}: {error}", False
        with contextlib.suppress(Exception):
            house.mend()
    mark, took = "ok" if well else "FAIL", time.monotonic() - began
    _say(f"| {mark} | {row.fault} | {row.expected} | {_one_line(seen)} | {took:.0f} s |")
    return well


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
