"""``admin uses``: entering a file of past uses of a venue (OM-47)."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from server.database import read
from server.kaikukanta.admin.frame import CommandError, Group, identifier, one
from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import VenueCaller
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.uses.bulk import Desk, enter
from server.kaikukanta.uses.report import NOT_ENTERED, Entered, totals
from server.kaikukanta.uses.sheet import SheetError, read_sheet

_PROGRESS = 500


def add(admin: Group) -> None:
    """Add the command."""
    uses = admin.group("uses", "what was used before it was entered")
    command = uses.command("import", "enter a CSV file of past uses of a venue", import_uses)
    command.add_argument("file", type=Path, metavar="FILE", help="CSV in UTF-8, its columns named")
    command.add_argument("--venue", required=True, type=identifier, metavar="ID", help="whose uses")
    command.add_argument(
        "--offering", type=identifier, metavar="ID", help="of the rows that name no offering"
    )
    command.add_argument(
        "--sheet", metavar="NAME", help="the sheet's own name, by default the file's"
    )


def import_uses(context: Context, arguments: Namespace) -> str:
    """Enter the rows one by one; return what became of each, and sum it up on standard error.

    Raise :class:`CommandError` where a row is not in the register as it stands in the file.
    """
    try:
        rows = read_sheet(arguments.file.read_bytes())
    except SheetError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"the file cannot be read: {error.strerror}") from None
    with read(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue").id
    sheet = arguments.sheet or arguments.file.name
    desk = Desk(context, VenueCaller(venue, venue), sheet, arguments.offering, may_guess=True)
    entered = list(_counting(enter(desk, rows), len(rows)))
    report, sum_ = "\n".join(map(_line, entered)), _sum(entered)
    if any(row.outcome in NOT_ENTERED for row in entered):
        raise CommandError(sum_, report=report)
    print(sum_, file=sys.stderr, flush=True)  # noqa: T201
    return report


def _counting(entered: Iterable[Entered], rows: int) -> Iterator[Entered]:
    """Yield what becomes of each row, and tell on standard error how far a long file is."""
    for done, row in enumerate(entered, 1):
        yield row
        if done < rows and done % _PROGRESS == 0:
            print(f"{done} of {rows} rows", file=sys.stderr, flush=True)  # noqa: T201


def _line(row: Entered) -> str:
    """Return what became of a row."""
    said = f"row {row.row}: {row.outcome}"
    if row.reason is not None:
        said += f": {row.reason}"
    if row.conflict is not None:
        said += f", against a limit: {row.conflict}"
    if row.detail is not None:
        said += f": {row.detail}"
    if row.elsewhere:
        said += f"; {row.elsewhere} more of this card on that day: is it the same visit?"
    return said


def _sum(entered: Sequence[Entered]) -> str:
    return (
        "{rows} rows: {recorded} recorded, {amended} amended, {unchanged} unchanged, {refused}"
        " refused, {invalid} invalid; {conflicts} against a limit, {elsewhere} maybe recorded twice"
    ).format(**totals(entered))
