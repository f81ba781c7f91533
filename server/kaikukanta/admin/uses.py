"""``admin uses``: entering a file of past uses of a venue (OM-47)."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from server.database import read
from server.kaikukanta.admin.frame import CommandError, Group, identifier, one
from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import VenueCaller
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.uses.bulk import Desk, Entered, RowOutcome, enter, totals
from server.kaikukanta.uses.sheet import Row, SheetError, read_sheet

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


def import_uses(context: Context, arguments: Namespace) -> str:
    """Enter the rows one by one; return the rows to look at, and the totals."""
    try:
        rows = read_sheet(arguments.file.read_bytes())
    except SheetError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"the file cannot be read: {error.strerror}") from None
    with read(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue").id
    desk = Desk(context, VenueCaller(venue, venue), arguments.offering, may_guess=True)
    entered = list(enter(desk, _counting(rows)))
    return "\n".join([*filter(None, map(_line, entered)), _sum(entered)])


def _counting(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows, and tell on standard error how far a long file is."""
    for done, row in enumerate(rows):
        if done and done % _PROGRESS == 0:
            print(f"{done} of {len(rows)} rows", file=sys.stderr, flush=True)  # noqa: T201
        yield row


def _line(row: Entered) -> str | None:
    """Return what there is to say of a row, None of one that was simply accepted."""
    again = " (was there before)" if row.repeated else ""
    match row.outcome:
        case RowOutcome.INVALID:
            return f"row {row.row}: not entered: {row.detail}"
        case RowOutcome.REFUSED:
            return f"row {row.row}: refused: {row.reason}: {row.detail}{again}"
        case RowOutcome.ACCEPTED if row.conflict is not None:
            return f"row {row.row}: accepted against a limit: {row.conflict}{again}"
        case RowOutcome.ACCEPTED:
            return None if row.detail is None else f"row {row.row}: {row.detail}"


def _sum(entered: Sequence[Entered]) -> str:
    return (
        "{rows} rows: {accepted} accepted ({conflicts} against a limit), {refused} refused,"
        " {invalid} not entered; {repeated} were there before"
    ).format(**totals(entered))
