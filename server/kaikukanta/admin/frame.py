"""What commands are made of: parsers that fail in one line, arguments that are checked, errors."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NoReturn, TypeVar
from uuid import UUID

from sqlmodel import Session, SQLModel

from kaiku.days import aware
from kaiku.text import Text
from server.kaikukanta.context import Context

REFUSED = 1
USAGE = 2
CONFIGURATION = 78

Command = Callable[[Context, argparse.Namespace], str]
_Row = TypeVar("_Row", bound=SQLModel)


class CommandError(Exception):
    """A command was not carried out: what is wrong and how to mend it, in one line.

    Where a part of it was, ``report`` says which; it goes to standard output.
    """

    def __init__(self, message: str, status: int = REFUSED, report: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.report = report


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2; an argument's value is never repeated by the messages of ours."""
        self.exit(USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


class Group:
    """Commands under one word, such as ``kaikukanta admin card``."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")

    def group(self, name: str, summary: str) -> "Group":
        """Add a group below this one."""
        return Group(self._add(name, summary))

    def command(
        self, name: str, summary: str, run: Command, columns: Sequence[str] = ()
    ) -> argparse.ArgumentParser:
        """Add a command; return its parser, to which its arguments are added.

        ``columns`` say what each column is of the table that it prints.
        """
        parser = self._add(name, summary)
        parser.set_defaults(run=run)
        if columns:
            parser.epilog = f"Columns, with tabs between: {'; '.join(columns)}."
        return parser

    def _add(self, name: str, summary: str) -> argparse.ArgumentParser:
        sentence = f"{summary[0].upper()}{summary[1:]}."
        found: argparse.ArgumentParser = self._commands.add_parser(
            name, help=summary, description=sentence
        )
        return found


def identifier(text: str) -> UUID:
    """Read an id."""
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError("an id is a UUID; the list commands show them") from None


def positive(text: str) -> int:
    """Read an integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it must be a whole number of at least 1")
    return int(text)


def count(text: str) -> int:
    """Read an integer of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("it must be a whole number of at least 0")
    return int(text)


def whole(text: str) -> int:
    """Read an integer, below 0 too: the rules say what is too little, beside all else."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError("it must be a whole number") from None


def name(text: str) -> str:
    """Read a name, without blanks around it; one of nothing else is none."""
    if not text.strip():
        raise argparse.ArgumentTypeError("a name must not be empty")
    return text.strip()


def day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is such as 2026-11-24") from None


def instant(text: str) -> datetime:
    """Read an instant with its offset."""
    try:
        return aware(datetime.fromisoformat(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("an instant is such as 2026-11-24T19:00+02:00") from None


def choices(kind: type[StrEnum]) -> list[str]:
    """Return what may be chosen of an enum."""
    return [member.value for member in kind]


def add_names(parser: argparse.ArgumentParser) -> None:
    """Add a name in three languages."""
    for code, language in (("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")):
        parser.add_argument(
            f"--{code}", required=True, type=name, metavar="NAME", help=f"name in {language}"
        )


def names(arguments: argparse.Namespace) -> Text:
    """Return the name that :func:`add_names` read."""
    return Text(arguments.fi, arguments.sv, arguments.en)


def one(session: Session, table: type[_Row], key: object, what: str) -> _Row:
    """Return the row under a key; raise :class:`CommandError` where there is none."""
    found = session.get(table, key)
    if found is None:
        raise CommandError(f"no such {what}: look at kaikukanta admin {what} list")
    return found


def remark(lines: Iterable[str]) -> None:
    """Tell on standard error what does not stand in a command's way, so that output stays plain."""
    sys.stderr.writelines(f"{line}\n" for line in lines)


def from_input(text: str) -> str:
    """Return an argument, or the first line of standard input where it is ``-``."""
    return sys.stdin.readline() if text == "-" else text


def table(rows: list[tuple[object, ...]]) -> str:
    """Return rows as lines of columns with tabs between them."""
    return "\n".join("\t".join("-" if cell is None else str(cell) for cell in row) for row in rows)
