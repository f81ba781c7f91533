"""The command line: what it does, how it fails, and that it explains itself."""

import argparse
import io
import json
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import make_url
from sqlmodel import select

from kaiku.card import last_valid_day
from kaiku.days import day_of
from kaiku.text import Text
from server.database import open_database, read, transaction
from server.kaikukanta.admin.frame import instant
from server.kaikukanta.backup import pg_dump
from server.kaikukanta.cli import main, parser
from server.kaikukanta.context import utc_now
from server.kaikukanta.kiosks.tables import Enrolment, Kiosk, Lease
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import SeatCount
from tests.databases import Databases
from tests.server.kaikukanta.process import KEY, environment, made, seeded

VENUE_NAMES = ("--fi", "Halli", "--sv", "Hall", "--en", "Hall")


class Shell:
    """Runs commands in this process, and tells what they say."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Return the exit status, standard output and standard error."""
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = self._capsys.readouterr()
        return status, said.out.strip(), said.err.strip()

    def admin(self, *words: str) -> str:
        """Return what an admin command says that succeeds."""
        status, out, err = self.run("admin", *words)
        assert (status, err) == (0, "")
        return out

    def refused(self, *words: str) -> str:
        """Return the one line that an admin command is refused with."""
        status, out, err = self.run("admin", *words)
        assert (status, out) == (1, "")
        assert "\n" not in err
        return err


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    """Give a shell."""
    return Shell(capsys)


@pytest.fixture
def register(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a seeded register, for the commands of this process."""
    key = tmp_path / "key"
    key.write_text(KEY)
    with databases.prepared(seeded) as url, environment(url, key):
        yield url


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Path]:
    """Give a directory where a register could be, on SQLite."""
    with environment(f"sqlite:///{tmp_path}/kanta.sqlite", tmp_path / "key"):
        yield tmp_path


def commands(found: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and all below it."""
    yield found
    for action in found._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from commands(each)


COMMANDS = tuple(commands(parser()))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_every_command_and_option_is_explained(command: argparse.ArgumentParser) -> None:
    """Nothing is without a sentence on what it is for."""
    assert command.description
    for action in command._actions:
        assert action.help or isinstance(action, argparse._SubParsersAction), action.dest
        if isinstance(action, argparse._SubParsersAction):
            assert len(action._choices_actions) == len(action.choices)
            assert all(choice.help for choice in action._choices_actions)


def test_the_version_is_told(shell: Shell) -> None:
    """Without a database."""
    status, out, _ = shell.run("--version")
    assert (status, out) == (0, f"kaikukanta {version('kaikuportti')}")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_every_command_shows_its_help(command: argparse.ArgumentParser, shell: Shell) -> None:
    """``--help`` works everywhere, and needs no database."""
    status, out, _ = shell.run(*command.prog.split()[1:], "--help")
    assert status == 0
    assert out.startswith("usage:")


@pytest.mark.parametrize(
    "words",
    [
        (), ("fly",), ("serve", "--port", "http"), ("serve", "--workers", "0"), ("seed",),
        ("seed", "--cards", "0", "--out", "x"), ("admin",), ("admin", "card"),
        ("admin", "card", "show"), ("admin", "venue", "create", "--kind", "zoo", *VENUE_NAMES),
        ("admin", "kiosk", "revoke", "gate"), ("admin", "stats", "--xml"),
        ("admin", "offering", "create", "--starts", "tonight"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_one_line_and_2(shell: Shell, words: tuple[str, ...]) -> None:
    """It says what is wrong and where to read more."""
    status, out, err = shell.run(*words)
    assert (status, out) == (2, "")
    assert err.endswith("--help")
    assert "\n" not in err


def test_a_register_that_is_not_migrated_is_not_served(nothing: Path, shell: Shell) -> None:
    """Serving and administering exit with 78 and name the command that mends it."""
    (nothing / "key").write_text(KEY)
    (nothing / "kanta.sqlite").touch()
    for words in (("serve",), ("admin", "stats")):
        status, _, err = shell.run(*words)
        assert status == 78
        assert err == "kaikukanta: the database is not of this version: run kaikukanta migrate"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAIKUKANTA_DATABASE_URL", "kanta.sqlite"),
        ("KAIKUKANTA_DATABASE_URL", "nosuch://x"),
        ("KAIKUKANTA_BODY_LIMIT", "many"),
        ("KAIKUKANTA_EARLIER_NUMBERS", "("),
    ],
)
def test_wrong_settings_are_78(
    nothing: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The message names the setting."""
    monkeypatch.setenv(name, value)
    status, _, err = shell.run("migrate")
    assert status == 78
    assert name in err
    assert "\n" not in err


def test_a_database_that_is_not_there_is_78(
    nothing: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a directory nor a server that is missing ends in a traceback, or shows a password."""
    for url in ("sqlite:////nowhere/kanta.sqlite", "postgresql+psycopg://u:hush@127.0.0.1:1/x"):
        monkeypatch.setenv("KAIKUKANTA_DATABASE_URL", url)
        status, _, err = shell.run("migrate")
        assert status == 78
        assert "hush" not in err
        assert "\n" not in err


@pytest.mark.parametrize(
    "url", ["mysql://u:hush@host/kanta", "postgresql://u:hush@host/kanta", "sqlite://", "kanta.db"]
)
def test_a_database_of_another_kind_is_78(
    nothing: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """What is supported is said, for every command, and nothing of the address is shown."""
    monkeypatch.setenv("KAIKUKANTA_DATABASE_URL", url)
    said = "it is neither sqlite:///FILE nor postgresql+psycopg://USER@HOST/NAME"
    for words in (["migrate"], ["serve"], ["admin", "stats"], ["backup", "copy"]):
        assert shell.run(*words) == (78, "", f"kaikukanta: KAIKUKANTA_DATABASE_URL: {said}")


def test_only_migrating_makes_a_database(nothing: Path, shell: Shell) -> None:
    """A mistyped name is told by every other command, and leaves no empty file behind."""
    for words in (["serve"], ["admin", "stats"], ["backup", str(nothing / "copy")]):
        status, _, err = shell.run(*words)
        assert status in {1, 78}
        assert "KAIKUKANTA_DATABASE_URL" in err
        assert list(nothing.iterdir()) == []
    assert shell.run("migrate") == (0, "", "")
    assert shell.run("admin", "stats")[0] == 0


def test_another_key_than_the_cards_is_78(register: str, shell: Shell, tmp_path: Path) -> None:
    """A register that would know none of its cards does not start."""
    assert shell.run("admin", "stats")[0] == 0
    (tmp_path / "key").write_text("a5" * 32)
    for words in (["serve"], ["admin", "stats"]):
        status, _, err = shell.run(*words)
        assert status == 78
        assert err.startswith(f"kaikukanta: {tmp_path / 'key'} is not the key of this register's")
        assert "a5a5" not in err


def test_a_misspelt_setting_is_told(
    nothing: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the name that may be meant, on standard error, and never with its value."""
    monkeypatch.setenv("KAIKUKANTA_WRONG_CARD", "hush")
    status, out, err = shell.run("migrate")
    assert (status, out) == (0, "")
    assert err == (
        "kaikukanta: KAIKUKANTA_WRONG_CARD is no setting and changes nothing:"
        " is KAIKUKANTA_WRONG_CARDS meant?"
    )


def test_migrating_twice_changes_nothing(nothing: Path, shell: Shell) -> None:
    """The key stays the same too."""
    assert shell.run("migrate")[0] == 0
    key = (nothing / "key").read_text()
    assert shell.run("migrate")[0] == 0
    assert (nothing / "key").read_text() == key


def test_a_seed_writes_what_it_made_for_its_owner_only(nothing: Path, shell: Shell) -> None:
    """The file has the four parts, and nobody else reads the tokens in it."""
    out = nothing / "out.json"
    assert shell.run("seed", "--cards", "1", "--out", str(out))[0] == 0
    assert set(json.loads(out.read_text())) == {"codes", "cards", "vars", "sample"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    status, _, err = shell.run("seed", "--cards", "1", "--out", str(out))
    assert (status, err) == (1, "kaikukanta: the register is not empty: seed a new database")


def test_a_seed_with_nowhere_to_tell_of_it_makes_nothing(nothing: Path, shell: Shell) -> None:
    """A million cards are not made in vain."""
    status, _, err = shell.run("seed", "--cards", "1", "--out", str(nothing / "no" / "out.json"))
    assert status == 1
    assert "--out" in err
    assert not (nothing / "kanta.sqlite").exists()


def test_a_port_in_use_is_1(nothing: Path, shell: Shell) -> None:
    """The server does not start, and says so."""
    assert shell.run("migrate")[0] == 0
    program = Path(sys.executable).with_name("kaikukanta")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [program, "serve", "--port", port], capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "address already in use" in done.stderr


def test_a_network_is_built_from_commands(register: str, shell: Shell) -> None:
    """Municipality, distributor, venue, offering, code and tokens, one after the other."""
    assert shell.admin("municipality", "create", "020", "--fi", "Akaa", "--sv", "Ackas") == "020"
    assert "020\tAkaa\tAckas" in shell.admin("municipality", "list")
    distributor = shell.admin("distributor", "create", "Työpaja", "--municipality", "020")
    assert distributor in shell.admin("distributor", "list")
    venue = shell.admin("venue", "create", "--kind", "pool", "--municipality", "020", *VENUE_NAMES)
    assert f"{venue}\tpool\tHalli\t020" in shell.admin("venue", "list")
    shell.admin("venue", "set", venue, "--accessibility", "https://hall.example/access")
    entry = shell.admin(
        "offering", "create", "--venue", venue, "--category", "sports", *VENUE_NAMES,
        "--kind", "pool", "--visits", "30", "--visits-year", "card", "--wristband", "500",
        "--supporters-pay",
    )  # fmt: skip
    assert shell.admin("offering", "list", "--venue", venue) == f"{entry}\t{venue}\tHalli\t-"
    code = shell.admin("enrolment", "create", "--venue", venue, "--offering", entry, "--hours", "1")
    token = shell.admin("token", "venue", venue, "--name", "Till")
    agent = shell.admin("token", "agent", "--name", "Tickets", "--offering", entry)
    assert len(code) == 19
    assert token.startswith("kkv_")
    assert agent.startswith("kka_")
    listed = shell.admin("token", "list")
    assert token not in listed
    line = next(line for line in listed.splitlines() if "Tickets" in line)
    assert shell.admin("token", "revoke", line.split("\t")[0]) == "revoked"
    assert "agent\tTickets\trevoked" in shell.admin("token", "list")


def test_an_offering_gets_the_limits_that_were_given(register: str, shell: Shell) -> None:
    """A performance with its time, its seats and once for each card."""
    venue = shell.admin("venue", "list").split("\t")[0]
    shell.admin("venue", "set", venue, "--accessibility", "https://hall.example/access")
    made_one = shell.admin(
        "offering", "create", "--venue", venue, "--category", "culture", *VENUE_NAMES, "--once",
        "--seats", "12", "--opens", "2026-11-24T18:30+02:00", "--starts", "2026-11-24T19:00+02:00",
        "--ends", "2026-11-24T21:00+02:00", "--excluded", "gala", "--kind", "gala",
        "--tickets", "300",
    )  # fmt: skip
    engine = open_database(register)
    with read(engine) as session:
        [record] = [
            each for each in session.exec(select(OfferingRecord)) if str(each.id) == made_one
        ]
    engine.dispose()
    offering = to_offering(record)
    assert offering.window is not None
    assert offering.window.ends - offering.window.starts == timedelta(hours=2)
    assert offering.seats is not None
    assert (offering.seats.cap, offering.once, offering.excluded) == (12, True, True)


def test_advice_on_an_offering_is_told_beside_its_id(register: str, shell: Shell) -> None:
    """On standard error, so that the id alone is on the other: OM-50, OM-56 and OM-70.

    What is the venue's own to set is told with the command that has the flag.
    """
    lines = shell.admin("venue", "list").splitlines()
    college = next(line for line in lines if "\tcollege\t" in line).split("\t")[0]
    shell.admin("venue", "set", college, "--web-shop", "unchecked")
    terms = ("Peru ajoissa.", "Avboka i tid.", "Cancel in time.")
    status, made_one, err = shell.run(
        "admin", "offering", "create", "--venue", college, "--category", "education", *VENUE_NAMES,
        "--kind", "course", "--seats", "1", "--starts", "2026-12-24T19:00+02:00",
        "--ends", "2026-12-24T21:00+02:00", "--no-children", "--terms", *terms,
    )  # fmt: skip
    assert status == 0
    assert [line.split(": ")[:3] for line in err.splitlines()] == [
        ["advice", "OM-56", "--seats"],
        ["advice", "OM-50", "admin venue set --web-shop"],
        ["advice", "OM-70", "admin venue set --accessibility"],
    ]
    engine = open_database(register)
    with read(engine) as session:
        offering = to_offering(session.get_one(OfferingRecord, UUID(made_one)))
    engine.dispose()
    assert offering.terms == Text(*terms)
    assert not offering.children_welcome


def test_a_breach_names_its_flag_and_its_floor_in_finnish_time(register: str, shell: Shell) -> None:
    """What is 0 or below is told beside the rest (OM-52, OM-60, OM-65, OM-66)."""
    lines = shell.admin("venue", "list").splitlines()
    pool = next(line for line in lines if "\tpool\t" in line).split("\t")[0]
    of_pool = ("admin", "offering", "create", "--venue", pool, "--category", "sports", *VENUE_NAMES)
    status, _, err = shell.run(
        *of_pool, "--kind", "pool", "--visits", "0", "--open-bookings", "0", "--wristband", "-5",
        "--tariff", "copying:0",
    )  # fmt: skip
    told = [line.rpartition(": ")[0].removeprefix("kaikukanta: ") for line in err.splitlines()]
    assert status == 1
    assert sorted(told) == [
        "OM-52: --open-bookings", "OM-59: --tariff", "OM-59: --tariff", "OM-60: --visits",
        "OM-60: --wristband",
    ]  # fmt: skip
    _, _, err = shell.run(
        *of_pool, "--kind", "premiere", "--starts", "2026-12-24T19:00+02:00",
        "--ends", "2026-12-24T21:00+02:00", "--acquirable", "2026-12-23T19:00+02:00",
        "--opens", "2026-12-24T18:55+02:00",
    )  # fmt: skip
    assert "OM-65: --acquirable: " in err
    assert "(at the latest 2026-12-17T19:00+02:00)" in err
    assert "(at the latest 2026-12-24T18:30+02:00)" in err


def test_a_name_is_not_empty_and_a_venue_gets_others(register: str, shell: Shell) -> None:
    """Blanks are no name; a wrong one is mended."""
    empty = ("--fi", " ", "--sv", "Hall", "--en", "Hall")
    place = ("--kind", "pool", "--municipality", "091")
    assert shell.run("admin", "venue", "create", *place, *empty)[0] == 2
    venue = shell.admin("venue", "list").split("\t")[0]
    assert shell.admin("venue", "rename", venue, *VENUE_NAMES) == "renamed"
    assert f"{venue}\t" in shell.admin("venue", "list")
    line = next(each for each in shell.admin("venue", "list").splitlines() if venue in each)
    assert line.split("\t")[2] == "Halli"


def test_a_folder_that_is_not_there_is_named(
    nothing: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the database with the command that makes it, and for the key."""
    url = f"sqlite:///{nothing}/srv/kanta.sqlite"
    with monkeypatch.context() as patch:
        patch.setenv("KAIKUKANTA_DATABASE_URL", url)
        status, _, err = shell.run("migrate")
        assert status == 78
        assert f"there is no folder {nothing}/srv: make it (mkdir -p {nothing}/srv)" in err
    monkeypatch.setenv("KAIKUKANTA_DIGEST_KEY_FILE", f"{nothing}/srv/key")
    status, _, err = shell.run("migrate")
    assert (status, err.count("\n")) == (78, 0)
    assert f"{nothing}/srv/key cannot be made" in err


def test_a_key_that_is_gone_is_to_be_put_back(register: str, shell: Shell, tmp_path: Path) -> None:
    """A register with cards says so itself, and does not send for a new key."""
    (tmp_path / "key").unlink()
    status, _, err = shell.run("serve")
    assert status == 78
    assert "key is missing: put it back from its safe copy" in err


def test_a_port_that_is_taken_is_one_plain_line(register: str, shell: Shell) -> None:
    """It is said before anything starts, for one process or several."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for workers in ("1", "2"):
            status, _, err = shell.run("serve", "--port", port, "--workers", workers)
            assert status == 1
            assert err == (
                f"kaikukanta: it cannot listen at 127.0.0.1, port {port}: address already in use"
            )


def test_all_that_is_wrong_with_an_offering_is_told_at_once(register: str, shell: Shell) -> None:
    """Also the order of its times; a time alone is never passed over."""
    venue = shell.admin("venue", "list").split("\t")[0]
    offering = ("offering", "create", "--venue", venue, "--category", "sports", *VENUE_NAMES)
    status, out, err = shell.run(
        "admin", *offering, "--kind", "gala", "--seats", "2", "--tickets", "100", "--no-children",
        "--starts", "2026-11-24T19:00Z", "--ends", "2026-11-24T18:00Z",
    )  # fmt: skip
    assert (status, out) == (1, "")
    for wrong in ("opens, then starts", "OM-54", "OM-45"):
        assert wrong in err
    alone = ("--acquirable", "2026-11-24T19:00+02:00")
    assert "--starts and --ends" in shell.refused(*offering, *alone)


def test_what_cannot_be_is_refused_in_one_line(register: str, shell: Shell) -> None:
    """Each refusal says what to do or where to look."""
    venue = shell.admin("venue", "list").split("\t")[0]
    stranger = "00000000-0000-4000-8000-000000000000"
    offering = ("offering", "create", "--venue", venue, "--category", "sports", *VENUE_NAMES)
    assert "OM-60" in shell.refused(*offering, "--kind", "pool", "--visits", "29")
    assert "--ends" in shell.refused(*offering, "--starts", "2026-11-24T19:00+02:00")
    assert "opens, then starts" in shell.refused(
        *offering, "--starts", "2026-11-24T19:00Z", "--ends", "2026-11-24T18:00Z"
    )
    assert "offering list" in shell.refused(
        "enrolment", "create", "--venue", venue, "--offering", stranger
    )
    assert "kiosk list" in shell.refused("kiosk", "revoke", stranger)
    assert "token list" in shell.refused("token", "revoke", stranger)
    assert "venue list" in shell.refused("token", "venue", stranger, "--name", "x")
    assert "already" in shell.refused("municipality", "create", "091", "--fi", "x", "--sv", "x")
    assert "three digits" in shell.refused("municipality", "create", "9", "--fi", "x", "--sv", "x")


def test_a_card_is_registered_and_followed(
    register: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From registration to its end; the number may come by standard input."""
    distributor = shell.admin("distributor", "list").split("\t")[0]
    number = shell.admin(
        "card", "register", "--distributor", distributor, "--birth-year", "1980",
        "--postcode", "00100", "--children", "2",
    )  # fmt: skip
    until = last_valid_day(day_of(utc_now()))
    shown = shell.admin("card", "show", number.lower())
    assert "state: valid" in shown
    assert "children: 2" in shown
    assert f"valid until: {until}" in shown
    assert number not in shown
    assert shell.admin("card", "extend", number) == f"valid until {until}"
    for command, state in (("out-of-use", "out_of_use"), ("bring-back", "valid"), ("end", "ended")):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{number}\n"))
        shell.admin("card", command, "-")
        assert f"state: {state}" in shell.admin("card", "show", number)
    assert "OM-30" in shell.refused("card", "extend", number)


def test_a_card_that_cannot_be_is_refused(register: str, shell: Shell) -> None:
    """Blanks, youth and numbers that are none are told apart, and no number is repeated."""
    distributor = shell.admin("distributor", "list").split("\t")[0]
    register_one = ("card", "register", "--distributor", distributor)
    community = (*register_one, "--kind", "community")
    assert "--children: a community card has none (OM-36)" in shell.refused(
        *community, "--children", "1"
    )
    young = str(utc_now().year - 10)
    asked = ("--birth-year", young, "--postcode", "00100", "--children", "0")
    assert "OM-6" in shell.refused(*register_one, *asked)
    for number in ("what is this", "ABCDEFGH12345678", "12345678"):
        assert number not in shell.refused("card", "show", number)


def test_all_that_is_against_a_card_is_told_at_once(register: str, shell: Shell) -> None:
    """A line for each flag, in words: blanks, what cannot be, and what the rules are against."""
    distributor = shell.admin("distributor", "list").split("\t")[0]
    register_one = ("admin", "card", "register", "--distributor", distributor)
    blanks = "a personal card needs it"
    guardians = (
        "A card can be given from the year of turning 16. For anyone younger it is given to the"
        " guardians. (OM-6)"
    )
    status, out, err = shell.run(*register_one)
    assert (status, out) == (1, "")
    assert err.removeprefix("kaikukanta: ").splitlines() == [
        f"--birth-year: {blanks} (OM-20)",
        f"--postcode: {blanks} (OM-20)",
        f"--children: {blanks}, 0 for none (OM-20)",
    ]
    young = str(utc_now().year - 10)
    _, _, err = shell.run(
        *register_one, "--birth-year", young, "--postcode", "0053", "--trial-end", "2020-01-01"
    )
    assert err.removeprefix("kaikukanta: ").splitlines() == [
        f"--birth-year: {guardians}",
        "--postcode: a Finnish postcode has five digits, such as 00530 (OM-13)",
        f"--children: {blanks}, 0 for none (OM-20)",
        "--trial-end: The trial is over. (OM-9)",
    ]


def test_who_lives_elsewhere_is_refused_by_name(
    register: str, shell: Shell, tmp_path: Path
) -> None:
    """The sample network does not reach Nurmijärvi (OM-13); a file says anew what is where."""
    distributor = shell.admin("distributor", "list").split("\t")[0]
    register_one = (
        "card", "register", "--distributor", distributor, "--birth-year", "1980", "--children", "0",
    )  # fmt: skip
    assert "Nurmijärvi is not in" in shell.refused(*register_one, "--postcode", "01900")
    assert "not known" in shell.refused(*register_one, "--postcode", "99999")
    places = tmp_path / "places.csv"
    places.write_text("01900;091;Helsinki;Helsingfors\n")
    assert shell.admin("postcode", "import", str(places)) == "1 postcodes"
    assert len(shell.admin(*register_one, "--postcode", "01900")) == 12
    for content, why in (
        (b"", "no postcode"),
        (b"\xff", "UTF-8"),
        (b"01900;091;Helsinki\n9;9;9", "line 2"),
    ):
        places.write_bytes(content)
        assert why in shell.refused("postcode", "import", str(places))
    assert "cannot be read" in shell.refused("postcode", "import", str(tmp_path / "none"))


def test_an_organisation_acknowledges_the_model(register: str, shell: Shell) -> None:
    """One that has not is shown as such, and so is one that knows an older version (OM-1)."""
    for kind in ("distributor", "venue"):
        first = shell.admin(kind, "list").splitlines()[0]
        assert first.endswith("has not acknowledged the model")
        id_ = first.split("\t")[0]
        today = day_of(utc_now())
        told = shell.admin(kind, "acknowledge", id_)
        assert told == f"acknowledged 2025-09-11 on {today}"
        assert shell.admin(kind, "list").splitlines()[0].endswith(told)
        old = shell.admin(kind, "acknowledge", id_, "--version", "2020-01-01")
        assert old.endswith(", not that of 2025-09-11")


def test_a_venue_is_looked_through(register: str, shell: Shell) -> None:
    """What goes against the model or its advice, of the venue and of each offering."""
    venue = shell.admin("venue", "list").split("\t")[0]
    assert "OM-70" in shell.admin("venue", "audit", venue)
    assert "OM-50" in shell.admin("venue", "set", venue, "--web-shop", "unchecked")
    told = ("--web-shop", "none", "--accessibility", "https://hall.example/access")
    assert "OM-70" not in shell.admin("venue", "set", venue, *told)
    assert "needs an address" in shell.refused("venue", "set", venue, "--accessibility", "here")


def test_what_is_stored_of_a_card_is_shown_whole(register: str, shell: Shell) -> None:
    """For the holder who asks (OM-25): what was asked at registration, and each use."""
    number = made()["codes"][0]
    shown = shell.admin("card", "show", number)
    for name in ("state", "children", "valid until", "registered", "birth year", "postcode"):
        assert f"{name}: " in shown
    assert number not in shown


def test_a_kiosk_is_listed_until_it_is_taken_out(register: str, shell: Shell) -> None:
    """There are none before one enrols; taking out an unknown one is refused."""
    assert shell.admin("kiosk", "list") == ""
    engine = open_database(register)
    with read(engine) as session:
        assert len(session.exec(select(Enrolment)).all()) == 3
    engine.dispose()


def test_the_seats_of_a_kiosk_that_is_gone_are_freed(register: str, shell: Shell) -> None:
    """With a warning that it must not come back; a second time there is nothing left (P2)."""
    offering = shell.admin("offering", "list").split("\t")[0]
    engine = open_database(register)
    with transaction(engine) as session:
        day = day_of(utc_now())
        venue = session.get_one(OfferingRecord, UUID(offering)).venue_id
        kiosk = Kiosk(venue_id=venue, name="Door", token_hash=bytes(32), enrolled_at=utc_now())
        session.add(kiosk)
        session.flush()
        lease = Lease(
            kiosk_id=kiosk.id, offering_id=UUID(offering), day=day, journal=uuid4(),
            granted=5, spent=2,
            granted_at=utc_now(),
        )  # fmt: skip
        session.add_all([lease, SeatCount(offering_id=UUID(offering), day=day, taken=5)])
    listed = shell.admin("lease", "list").split("\t")
    assert (listed[0], listed[3:]) == (str(lease.id), [offering, str(day), "3", "held"])
    assert shell.admin("lease", "release", str(lease.id)).startswith(
        "freed 3 seats\nThat kiosk must"
    )
    assert shell.admin("lease", "list") == ""
    assert "freed 0 seats" in shell.admin("lease", "release", str(lease.id))
    with read(engine) as session:
        assert session.get_one(SeatCount, (UUID(offering), day)).taken == 2
    engine.dispose()
    assert "lease list" in shell.refused("lease", "release", offering)


def test_statistics_add_up(register: str, shell: Shell) -> None:
    """As JSON and as lines: outcomes, reasons, children, conflicts, and each venue's part."""
    counts: dict[str, Any] = json.loads(shell.admin("stats", "--json"))
    assert counts["accepted"] + counts["refused"] == 200
    assert sum(venue["accepted"] for venue in counts["venues"]) == counts["accepted"]
    assert sum(venue["children"] for venue in counts["venues"]) == counts["children"]
    assert sum(counts["reasons"].values()) == counts["refused"]
    assert (counts["conflicts"], counts["voided"]) == (0, 0)
    lines = shell.admin("stats").splitlines()
    assert f"accepted: {counts['accepted']}" in lines


def test_a_backup_is_the_database_and_its_owners_only(
    register: str, shell: Shell, tmp_path: Path
) -> None:
    """On SQLite a whole, private copy; on PostgreSQL the command that makes one, and a refusal."""
    target = tmp_path / "copy.sqlite"
    status, out, err = shell.run("backup", str(target))
    if register.startswith("postgresql"):
        assert (status, out) == (1, "")
        assert "pg_dump --format=custom" in err
        return
    assert status == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    copy = sqlite3.connect(target)
    [cards] = copy.execute("SELECT count(*) FROM card").fetchone()
    copy.close()
    assert cards == 30 + len(made()["cards"]) + len(made()["sample"])
    assert sorted(tmp_path.iterdir()) == sorted([target, tmp_path / "key"])
    status, _, err = shell.run("backup", str(target))
    assert (status, "name a new file" in err) == (1, True)
    assert shell.run("backup", str(tmp_path / "no" / "copy"))[0] == 1


def test_a_folder_keeps_the_newest_backups(register: str, shell: Shell, tmp_path: Path) -> None:
    """As each night's timer makes them: older ones go once the new one is whole."""
    folder = tmp_path / "copies"
    folder.mkdir()
    old = [folder / f"kaikukanta-2026010{day}T033000Z.sqlite" for day in range(1, 5)]
    for path in (*old, folder / "notes.txt"):
        path.touch()
    status, out, err = shell.run("backup", "--keep", "3", str(folder))
    if register.startswith("postgresql"):
        assert (status, "pg_dump" in err, sorted(folder.iterdir())) == (
            1, True, [*old, folder / "notes.txt"],
        )  # fmt: skip
        return
    assert status == 0
    *kept, new = sorted(folder.glob("*.sqlite"))
    assert (kept, str(new) in out) == (old[2:], True)
    assert new.stat().st_size > 0
    assert (folder / "notes.txt").exists()


def test_a_backup_that_cannot_be_written_is_told_and_costs_no_older_one(
    register: str, tmp_path: Path
) -> None:
    """On a full disk: exit 1, the reason, nothing half written, and what was there before."""
    if register.startswith("postgresql"):
        return
    folder = tmp_path / "copies"
    folder.mkdir()
    old = [folder / f"kaikukanta-2026010{day}T033000Z.sqlite" for day in range(1, 4)]
    for path in (*old, folder / "kaikukanta-20260104T033000Z.sqlite.part"):
        path.touch()
    program = Path(sys.executable).with_name("kaikukanta")
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 128; exec "$@"', "-", program, "backup", "--keep", "1", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot be written: " in done.stderr
    assert sorted(folder.iterdir()) == old


def test_retention_is_told_before_it_is_done(
    register: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run changes nothing; what is then forgotten is as much, and no count changes."""
    monkeypatch.setenv("KAIKUKANTA_KEEP_CARDS", "P1D")
    before = shell.admin("stats", "--json")
    foreseen = shell.admin("retention", "--dry-run")
    counts = dict(line.split("\t") for line in foreseen.splitlines())
    assert int(counts["numbers of cards that are over"]) > 0
    assert shell.admin("retention", "--dry-run") == foreseen
    assert shell.admin("retention") == foreseen
    again = shell.admin("retention")
    assert {line.split("\t")[1] for line in again.splitlines()} == {"0"}
    assert shell.admin("stats", "--json") == before


def test_a_folder_and_how_many_to_keep_go_together(nothing: Path, shell: Shell) -> None:
    """A file that is named has no newest; a folder without a number would grow for ever."""
    for arguments in ([str(nothing)], ["--keep", "2", str(nothing / "copy")]):
        status, _, err = shell.run("backup", *arguments)
        assert (status, "--keep N" in err) == (1, True)


def test_the_command_for_postgresql_holds_no_password() -> None:
    """It is shown, so the tool asks for the password itself."""
    command = pg_dump(make_url("postgresql+psycopg://kanta:hush@db:6432/kanta"), Path("a b.dump"))
    assert command == (
        "pg_dump --format=custom '--file=a b.dump' --host=db --port=6432 --username=kanta kanta"
    )


def test_a_lost_digest_key_is_not_replaced_where_there_are_cards(
    register: str, shell: Shell, tmp_path: Path
) -> None:
    """Another key would make every card unknown, unattended: the safe copy must be put back."""
    key = tmp_path / "key"
    key.unlink()
    status, _, err = shell.run("migrate")
    assert status == 78
    assert "put the key back" in err
    assert not key.exists()
    key.write_text("garbage")
    assert shell.run("migrate")[0] == 78
    key.write_text(KEY)
    assert shell.run("migrate")[0] == 0


def test_an_empty_file_is_not_backed_up_as_a_register(nothing: Path, shell: Shell) -> None:
    """A mistyped name must not make a night's copies of nothing."""
    (nothing / "kanta.sqlite").touch()
    status, _, err = shell.run("backup", str(nothing / "copy"))
    assert status == 1
    assert "no register to copy" in err
    assert not (nothing / "copy").exists()


def _venue_of(shell: Shell, offering: str) -> str:
    """Return the id of an offering's venue."""
    lines = (line.split("\t") for line in shell.admin("offering", "list").splitlines())
    return next(venue for id_, venue, *_ in lines if id_ == offering)


def test_a_file_of_past_uses_is_imported(register: str, shell: Shell, tmp_path: Path) -> None:
    """The report says what became of each row; while one is to be mended it exits 1 (OM-47)."""
    offering, yesterday = made()["vars"]["offering"], day_of(utc_now()) - timedelta(days=1)
    cards = {
        (card["state"], card["children"]): card["number"]
        for card in made()["cards"]
        if card["kind"] == "personal"
    }
    file = tmp_path / "uses.csv"
    rows = [
        "kortti;päivä;lapset",
        f"{cards['valid', 2]};{yesterday:%d.%m.%Y};2",
        f"{cards['valid', 0]};{yesterday};",
        f"{cards['expired', 0]};{yesterday};",
        f"{cards['valid', 1]};tomorrow;",
    ]
    venue = _venue_of(shell, offering)
    words = ["admin", "uses", "import", str(file), "--venue", venue, "--offering", offering]
    file.write_text("\r\n".join(rows), "utf-8-sig")
    status, out, err = shell.run(*words)
    said = out.splitlines()
    assert said[:2] == ["row 2: recorded", "row 3: recorded"]
    assert said[2].startswith("row 4: refused: expired: The card has expired.")
    assert said[3] == "row 5: invalid: day must be a day such as 20.11.2026 or 2026-11-20"
    assert (status, len(said)) == (1, 4)
    assert err.startswith("kaikukanta: 4 rows: 2 recorded, 0 amended, 0 unchanged, 1 refused, 1 in")
    file.write_text("\n".join([rows[0], f"{rows[1][:-1]}1", rows[2]]))
    status, out, err = shell.run(*words)
    assert (status, out) == (0, "row 2: amended\nrow 3: unchanged")
    assert err.startswith("2 rows: 0 recorded, 1 amended, 1 unchanged, 0 refused, 0 invalid")
    status, out, err = shell.run(*words, "--sheet", "another desk")
    assert status == 0
    assert out.splitlines()[1].startswith("row 3: recorded; 1 more of this card on that day")
    assert err.endswith("2 maybe recorded twice")


def test_a_row_of_the_wrong_card_is_taken_back(register: str, shell: Shell, tmp_path: Path) -> None:
    """Its id stands with the card's uses; it is shown first, and goes only by `--yes` (OM-47)."""
    offering, number = made()["vars"]["offering"], made()["codes"][0]
    yesterday = day_of(utc_now()) - timedelta(days=1)
    file = tmp_path / "uses.csv"
    file.write_text(f"card;day\n{number};{yesterday}\n")
    venue = _venue_of(shell, offering)
    words = ("admin", "uses", "import", str(file), "--venue", venue, "--offering", offering)
    assert shell.run(*words)[0] == 0
    at, _, outcome, party, use = shell.admin("card", "show", number).splitlines()[-1].split("\t")
    assert (outcome, party) == ("accepted", "1+0+0+0")
    status, out, err = shell.run("admin", "use", "void", use)
    assert (status, out) == (1, shell.admin("use", "show", use))
    assert "--yes" in err
    assert f"happened: {at}" in out
    assert "party: 1+0+0+0\nstands: accepted" in out
    assert number not in out
    taken_back = shell.admin("use", "void", use, "--yes")
    assert "stands: taken back 20" in taken_back
    assert shell.admin("use", "void", use, "--yes") == taken_back
    assert "\ttaken back\t" in shell.admin("card", "show", number).splitlines()[-1]
    assert json.loads(shell.admin("stats", "--json"))["voided"] == 1
    assert "card show" in shell.refused("use", "void", offering, "--yes")


def test_a_refused_use_is_not_taken_back(register: str, shell: Shell, tmp_path: Path) -> None:
    """It is shown, and said to have counted nothing."""
    offering = made()["vars"]["offering"]
    expired = next(card["number"] for card in made()["cards"] if card["state"] == "expired")
    file = tmp_path / "uses.csv"
    file.write_text(f"card;day\n{expired};{day_of(utc_now()) - timedelta(days=1)}\n")
    venue = _venue_of(shell, offering)
    words = ("admin", "uses", "import", str(file), "--venue", venue, "--offering", offering)
    assert shell.run(*words)[0] == 1
    use = shell.admin("card", "show", expired).splitlines()[-1].split("\t")[-1]
    status, out, err = shell.run("admin", "use", "void", use, "--yes")
    assert (status, out.splitlines()[-1]) == (1, "stands: refused: expired")
    assert "refused" in err


def test_a_long_file_says_how_far_it_is(register: str, shell: Shell, tmp_path: Path) -> None:
    """On standard error, so that the report can be kept."""
    offering = made()["vars"]["offering"]
    file = tmp_path / "uses.csv"
    file.write_text("card\n" + "'\u200b;x\n" * 1001)
    status, out, err = shell.run(
        "admin", "uses", "import", str(file), "--venue", _venue_of(shell, offering)
    )
    assert (status, len(out.splitlines())) == (1, 1001)
    assert err.splitlines()[:2] == ["500 of 1001 rows", "1000 of 1001 rows"]
    assert "1001 invalid" in err.splitlines()[2]


def test_a_file_that_cannot_be_imported_is_told_in_a_line(
    register: str, shell: Shell, tmp_path: Path
) -> None:
    """A file that is not there, one that is no table, and a venue that is none."""
    file, nobody = tmp_path / "uses.csv", "e3e70682-c209-4cac-a29f-6fbed82c07cd"
    venue = _venue_of(shell, made()["vars"]["offering"])
    missing = shell.refused("uses", "import", str(file), "--venue", venue)
    assert missing == "kaikukanta: the file cannot be read: No such file or directory"
    file.write_text("name;phone\n")
    assert "Column 1 is not known" in shell.refused("uses", "import", str(file), "--venue", venue)
    file.write_text("card\n")
    assert "no such venue" in shell.refused("uses", "import", str(file), "--venue", nobody)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T19:00", "0001-01-01T00:00+14:00"])
def test_an_instant_that_cannot_be_is_told_with_an_example(text: str) -> None:
    """Also one that has no hour in UTC: no traceback."""
    with pytest.raises(argparse.ArgumentTypeError, match=r"2026-11-24T19:00\+02:00"):
        instant(text)
