"""``kaikukanta``: serve the register, migrate, seed and back up its database, and administer it.

It exits with 0, with 1 where something was refused, with 2 for a wrong command line and with 78
for settings or a database that it cannot work with.
"""

import json
import os
import shlex
import socket
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from server.database import read
from server.kaikukanta.admin import (
    cards,
    kiosks,
    leases,
    network,
    offerings,
    retention,
    statistics,
    tokens,
    use,
    uses,
    venues,
)
from server.kaikukanta.admin.frame import (
    CONFIGURATION,
    REFUSED,
    CommandError,
    Group,
    Parser,
    count,
    positive,
)
from server.kaikukanta.backup import BackupError, back_up, back_up_into
from server.kaikukanta.cards.service import is_key_of_cards
from server.kaikukanta.context import Context, open_context
from server.kaikukanta.migrations import is_current, migrate
from server.kaikukanta.seed.service import Amounts, NotEmptyError, seed
from server.kaikukanta.serve import serve
from server.kaikukanta.settings import DigestKeyError, Settings, strangers

NO_FILE = "there is no database file {}: check KAIKUKANTA_DATABASE_URL, or run kaikukanta migrate"
NO_FOLDER = "there is no folder {}: make it (mkdir -p {}), or mend KAIKUKANTA_DATABASE_URL"
NOT_MIGRATED = "the database is not of this version: run kaikukanta migrate"

OTHER_KEY = (
    "{} is not the key of this register's cards: put the right one back from its safe copy, or mend"
    " KAIKUKANTA_DIGEST_KEY_FILE"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return the exit status."""
    arguments = parser().parse_args(argv)
    run: Callable[[Settings, Namespace], int] = arguments.program
    for stranger in strangers(os.environ):
        print(f"kaikukanta: {stranger}", file=sys.stderr)
    try:
        return run(_settings(), arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except CommandError as error:
        if error.report is not None:
            print(error.report, flush=True)
        print(f"kaikukanta: {error}", file=sys.stderr)
        return error.status
    except DigestKeyError as error:
        print(f"kaikukanta: {error}", file=sys.stderr)
    except DBAPIError as error:
        print(f"kaikukanta: the database cannot be used: {_cause(error)}", file=sys.stderr)
    return CONFIGURATION


def parser() -> ArgumentParser:
    """Return the whole command line."""
    top = Parser(prog="kaikukanta", description="The register of cards, uses, venues and kiosks.")
    top.add_argument("--version", action="version", version=f"%(prog)s {version('kaikuportti')}")
    programs = top.add_subparsers(metavar="COMMAND", required=True, title="commands")

    def program(name: str, summary: str, run: Callable[[Settings, Namespace], int]) -> Parser:
        found: Parser = programs.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        found.set_defaults(program=run)
        return found

    serving = program("serve", "serve the register's API", _serve)
    serving.add_argument("--host", default="127.0.0.1", help="address to listen at")
    serving.add_argument("--port", type=count, default=8000, help="port to listen at")
    serving.add_argument("--workers", type=positive, default=1, metavar="W", help="processes")
    program("migrate", "bring the database and the digest key into being, or up to date", _migrate)
    seeding = program("seed", "migrate, and fill an empty register with sample data", _seed)
    seeding.add_argument("--cards", type=positive, required=True, metavar="N", help="cards to make")
    seeding.add_argument("--uses", type=count, default=0, metavar="N", help="past uses to make")
    seeding.add_argument(
        "--years", type=positive, default=5, metavar="Y", help="years that they fell in"
    )
    seeding.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where numbers and tokens are told"
    )
    saving = program("backup", "copy a SQLite database while it serves", _back_up)
    saving.add_argument("file", type=Path, metavar="FILE", help="the copy: a new file, or a folder")
    saving.add_argument(
        "--keep", type=positive, metavar="N", help="in a folder: remove all but the newest N copies"
    )
    admin = Group(program("admin", "look at the register and change it", _admin))
    for part in (
        network,
        venues,
        tokens,
        offerings,
        cards,
        kiosks,
        leases,
        use,
        uses,
        statistics,
        retention,
    ):
        part.add(admin)
    return top


def _serve(settings: Settings, arguments: Namespace) -> int:
    with _migrated(settings):
        pass
    if arguments.port > 65535:
        raise CommandError("a port is at most 65535", CONFIGURATION)
    _try_to_listen(arguments.host, arguments.port)
    return serve(arguments.host, arguments.port, arguments.workers)


def _try_to_listen(host: str, port: int) -> None:
    """Raise :class:`CommandError` where the address is not to be had, before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        why = str(error.strerror).partition(" (")[0].lower()
        raise CommandError(f"it cannot listen at {host}, port {port}: {why}") from None


def _migrate(settings: Settings, _arguments: Namespace) -> int:
    _bring_up_to_date(settings)
    return 0


def _seed(settings: Settings, arguments: Namespace) -> int:
    if not arguments.out.absolute().parent.is_dir():
        raise CommandError("--out is in a directory that is not there")
    _bring_up_to_date(settings)
    amounts = Amounts(arguments.cards, arguments.uses, arguments.years)
    with _migrated(settings) as context:
        try:
            made = seed(context.engine, context.digest_key, amounts, context.clock())
        except NotEmptyError:
            raise CommandError("the register is not empty: seed a new database") from None
    _write(arguments.out, json.dumps(made, ensure_ascii=False))
    return 0


def _back_up(settings: Settings, arguments: Namespace) -> int:
    target: Path = arguments.file
    if (arguments.keep is not None) != target.is_dir():
        raise CommandError("--keep N goes with a folder that is there, and a folder with --keep N")
    try:
        if arguments.keep is None:
            back_up(settings.database_url, target)
        else:
            now = datetime.now(UTC)
            target = back_up_into(settings.database_url, target, now, arguments.keep)
    except BackupError as error:
        raise CommandError(str(error)) from None
    print(f"{target} (keep {settings.digest_key_file} apart from it)")
    return 0


def _admin(settings: Settings, arguments: Namespace) -> int:
    with _migrated(settings) as context:
        print(arguments.run(context, arguments), flush=True)
    return 0


def _bring_up_to_date(settings: Settings) -> None:
    """Migrate; SQLite makes a file that is not there, but no folder."""
    file = _sqlite_file(settings)
    if file is not None and not file.parent.is_dir():
        raise CommandError(
            NO_FOLDER.format(file.parent, shlex.quote(str(file.parent))), CONFIGURATION
        )
    migrate(settings)


def _sqlite_file(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


@contextmanager
def _migrated(settings: Settings) -> Iterator[Context]:
    """Give the context of a database that is there, of this version and of this key.

    SQLite would make an empty file of a mistyped name.
    """
    file = _sqlite_file(settings)
    if file is not None and not file.is_file():
        raise CommandError(NO_FILE.format(file), CONFIGURATION)
    context = open_context(settings)
    try:
        if not is_current(context.engine):
            raise CommandError(NOT_MIGRATED, CONFIGURATION)
        with read(context.engine) as session:
            if not is_key_of_cards(session, context.digest_key):
                raise CommandError(OTHER_KEY.format(settings.digest_key_file), CONFIGURATION)
        yield context
    finally:
        context.engine.dispose()


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        mistake = error.errors(include_input=False, include_url=False)[0]
        name = f"KAIKUKANTA_{mistake['loc'][0]}".upper()
        said = mistake["msg"].removeprefix("Value error, ")
        raise CommandError(f"{name}: {said}", CONFIGURATION) from None


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read: it holds tokens."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")


def _cause(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
