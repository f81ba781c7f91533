"""``kaikuportti``: its commands, their help and their exit codes."""

import errno
import io
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Coroutine
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import pytest

from kaiku.party import ALONE
from kaiku.wire import Use
from kiosk import rescue
from kiosk.cli import main
from kiosk.config import Config, load
from kiosk.desk import Standing
from kiosk.doctor import examine
from kiosk.files import UnavailableError, mark_spoiled
from kiosk.identity import Identity
from kiosk.journal import UseJournal
from kiosk.status import write_status
from kiosk.store import Store
from tests.kaiku.made import ENTRY, NOON
from tests.kiosk.replies import register, reply
from tests.kiosk.test_status import as_another_user

CONFIG = """
[station]
name = "Pool, gate 1"
state = "{state}"
[registry]
url = "http://127.0.0.1:9"
[[scanner]]
driver = "stdin"
"""
COMMANDS = ["run", "check", "enrol", "rescue", "status", "doctor"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Give the station's state folder."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def config(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a good configuration and give its path."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    path = tmp_path / "kiosk.toml"
    path.write_text(CONFIG.format(state=state))
    return str(path)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence, with its options, and where the configuration is looked for."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"usage: kaikuportti {command}" in text
    assert "default: /etc/kaikuportti/kiosk.toml" in text
    assert ". " in text.partition("options:")[0]


def test_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what it is for."""
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(f"    {command} " in text for command in COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["dance"], ["check", "--loud"]])
def test_a_wrong_use_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """And says how it is used."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: kaikuportti" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_configuration_exits_78(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With file, key and mend on standard error, whatever the command."""
    path = tmp_path / "kiosk.toml"
    path.write_text(CONFIG.format(state=tmp_path).replace("name =", "nmae ="))
    assert main([command, "--config", str(path)]) == 78
    told = capsys.readouterr()
    assert f"{path}: station.nmae: is not a setting; did you mean name?" in told.err
    assert told.out == ""


def test_a_missing_configuration_exits_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And names the file that was looked for."""
    assert main(["run", "--config", str(tmp_path / "none.toml")]) == 78
    assert "none.toml: cannot be read" in capsys.readouterr().err


def test_check_prints_the_effective_configuration(
    config: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON, every default filled in; and touches nothing."""
    assert main(["check", "--config", config]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["station"]["name"] == "Pool, gate 1"
    assert whole["station"]["shown"] == 5.0
    assert whole["scanner"] == [{"driver": "stdin"} | whole["scanner"][0]]
    assert list(state.iterdir()) == []


def test_check_warns_of_a_line_that_is_seldom_meant(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And prints the configuration all the same, for there are machines that have it."""
    with Path(config).open("a") as file:
        file.write('[gate]\ndriver = "gpio"\npin = 0\n')
    assert main(["check", "--config", config]) == 0
    told = capsys.readouterr()
    assert f"{config}: gate.pin: GPIO 0 is kept for the chip" in told.err
    assert json.loads(told.out)["gate"]["pin"] == 0


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EIO, 1), (errno.ENOMEM, 1), (errno.EACCES, 78), (errno.ENOENT, 78)]
)
def test_a_configuration_that_cannot_be_read_now_is_tried_again(
    config: str, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """Systemd leaves only a kiosk alone that people must mend: it ends with 78."""

    def read_text(path: Path, encoding: str) -> str:
        if path == Path(config):
            raise OSError(number, os.strerror(number))
        return path.read_bytes().decode(encoding)

    monkeypatch.setattr(Path, "read_text", read_text)
    assert main(["run", "--config", config]) == code


def test_check_tells_what_this_machine_lacks(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture's folder that is not there, by its key."""
    with Path(config).open("a") as file:
        file.write(f'[[display]]\ndriver = "png"\npath = "{tmp_path}/nowhere/screen.png"\n')
    assert main(["check", "--config", config]) == 78
    told = capsys.readouterr().err
    assert f"{config}: display[1].path: the folder {tmp_path}/nowhere does not exist" in told


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a configuration."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"kaikuportti {version('kaikuportti')}\n"


def test_a_kiosk_that_is_not_enrolled_does_not_start(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits 78, so that systemd does not try in vain, and says what to run."""
    assert main(["run", "--config", config]) == 78
    event = json.loads(capsys.readouterr().err)
    assert event["event"] == "cannot_start"
    assert "run kaikuportti enrol" in event["why"]


def test_a_kiosk_whose_identity_cannot_be_read_now_is_tried_again(
    config: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits 1, so that systemd starts it anew: 78 would be for good."""
    (state / "identity.json").mkdir(parents=True)
    assert main(["run", "--config", config]) == 1
    event = json.loads(capsys.readouterr().err)
    assert event["event"] == "cannot_start"
    assert "identity.json cannot be read now: Is a directory" in event["why"]


class TestStatus:
    """How the running kiosk does."""

    def test_where_none_runs_it_says_so_and_exits_1(
        self, config: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """For people and for programs."""
        assert main(["status", "--config", config]) == 1
        assert capsys.readouterr().out == "The kiosk is not running.\n"
        assert main(["status", "--json", "--config", config]) == 1
        assert json.loads(capsys.readouterr().out) == {"running": False}

    def test_where_one_runs_it_tells_how_it_does(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """From the file that the kiosk writes, so that neither store nor device is touched."""
        condition = {
            "version": "0.1.0",
            "unsent": 3,
            "parked": 0,
            "cache_age": None,
            "devices": {},
            "contact": "down",
            "cards": 5,
            "clock_suspect": False,
            "uptime": 1.0,
        }
        write_status(state, condition)
        assert main(["status", "--config", config]) == 0
        assert "Pool, gate 1: version 0.1.0" in capsys.readouterr().out
        assert main(["status", "--json", "--config", config]) == 0
        assert json.loads(capsys.readouterr().out).items() >= {"running": True, "unsent": 3}.items()

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({}, 0),
            ({"contact": "down"}, 0),
            ({"contact": "revoked"}, 1),
            ({"parked": 1}, 1),
            ({"clock_suspect": True}, 1),
            ({"disk": "database or disk is full"}, 1),
            ({"devices": {"scanner/serial": "/dev/ttyACM0: not plugged in"}}, 1),
            ({"clock": "2026-01-01T00:00:00+00:00"}, 1),
        ],
    )
    def test_what_staff_must_mend_exits_1(
        self, change: dict[str, object], code: int, config: str, state: Path
    ) -> None:
        """A kiosk without a network serves by itself, and is well."""
        condition = {
            "version": "0.1.0",
            "unsent": 3,
            "parked": 0,
            "cache_age": None,
            "devices": {"scanner/serial": "ok"},
            "contact": "up",
            "cards": 5,
            "clock_suspect": False,
            "uptime": 1.0,
            "clock": datetime.now(UTC).isoformat(),
        }
        write_status(state, condition | change)
        assert main(["status", "--config", config]) == code


class TestEnrol:
    """Making the kiosk one of the register's."""

    def test_without_a_code_nothing_is_tried(
        self, config: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An empty line is no code."""
        with open("/dev/null") as nothing:  # noqa: PTH123
            monkeypatch.setattr(sys, "stdin", nothing)
            assert main(["enrol", "--config", config]) == 1
        assert "no code was given" in capsys.readouterr().err

    @pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
    def test_a_code_that_no_register_has_made_is_refused_here(
        self,
        errors: str,
        config: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """As a scanner with a wrong setting types it."""
        typed = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8", errors=errors)
        monkeypatch.setattr(sys, "stdin", typed)
        assert main(["enrol", "--config", config]) == 1
        assert "type or scan it again" in capsys.readouterr().err

    def test_a_kiosk_that_is_enrolled_keeps_its_identity(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Unless it is told to replace it."""
        Identity("k", "t", bytes(32)).save(state)
        assert main(["enrol", "ABCD", "--config", config]) == 1
        assert "enrolled already; to replace its identity add --again" in capsys.readouterr().err

    def test_a_register_that_does_not_answer_costs_no_code(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The address that was tried is named, the code is not."""
        assert main(["enrol", "SESAME", "--config", config]) == 1
        told = capsys.readouterr().err
        assert "the register at http://127.0.0.1:9 did not answer" in told
        assert "SESAME" not in told
        assert not (state / "identity.json").exists()


class TestRescue:
    """What was set aside of a damaged journal."""

    def test_where_nothing_is_set_aside_it_says_so(
        self, config: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And there is nothing to let go."""
        assert main(["rescue", "--config", config]) == 0
        assert "no damaged journal is kept here" in capsys.readouterr().out
        assert main(["rescue", "--forget", "--config", config]) == 0

    def test_it_is_told_read_again_and_let_go_once_all_is_sent(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Not before: what could not be read may be of use to somebody until then (P1)."""
        use = Use(uuid4(), ENTRY, NOON, bytes(16), ALONE)
        with closing(UseJournal(state / "journal.sqlite")) as journal:
            journal.record(use, ALONE, "local", Standing.UNSENT)
        mark_spoiled(state / "journal.sqlite")
        assert main(["rescue", "--config", config]) == 0
        told = capsys.readouterr().out
        assert "1 uses were rescued, 1 of them not sent then; 0 pages" in told
        assert "Read once more: 0 uses were found" in told
        assert main(["rescue", "--forget", "--config", config]) == 1
        assert "1 uses are still to be sent; start the kiosk" in capsys.readouterr().err
        with closing(UseJournal(state / "journal.sqlite")) as journal:
            journal.mark([use])
        assert main(["rescue", "--forget", "--config", config]) == 0
        assert capsys.readouterr().out == "Nothing is set aside any more.\n"
        assert not list(state.glob("spoiled*"))

    def test_while_the_kiosk_runs_its_store_is_left_alone(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It tells what the kiosk has told."""
        found = {"at": "2026-11-24T10:00:00+00:00", "rescued": 12, "unsent": 5, "unreadable": 1}
        write_status(state, {"unsent": 5, "spoiled": {"spoiled-1": found}})
        assert main(["rescue", "--config", config]) == 0
        told = capsys.readouterr().out
        assert "spoiled-1: the journal was damaged" in told
        assert "The kiosk is running" in told
        assert main(["rescue", "--forget", "--config", config]) == 1
        assert not (state / "journal.sqlite").exists()

    def test_what_the_kiosk_told_before_a_journal_was_set_aside_says_nothing_of_it(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Its unsent uses are not among those it counted then (P1)."""
        with closing(UseJournal(state / "journal.sqlite")) as journal:
            journal.record(
                Use(uuid4(), ENTRY, NOON, bytes(16), ALONE), ALONE, "local", Standing.UNSENT
            )
        mark_spoiled(state / "journal.sqlite")
        rescue.open_journal(state / "journal.sqlite").close()
        told: dict[str, Any] = {"unsent": 0, "spoiled": {}}
        write_status(state, told)
        assert main(["rescue", "--forget", "--config", config]) == 1
        assert "run this again in a minute" in capsys.readouterr().err
        assert len(rescue.set_aside(state)) == 1
        write_status(state, told | {"spoiled": {name: {} for name in rescue.set_aside(state)}})
        assert main(["rescue", "--forget", "--config", config]) == 0
        assert rescue.set_aside(state) == {}


class TestDoctor:
    """What to mend."""

    def test_each_thing_is_tried_and_told(
        self, config: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One line each; anything to mend exits 1."""
        assert main(["doctor", "--config", config]) == 1
        told = capsys.readouterr().out
        assert "MEND  identity: this kiosk is not enrolled; run kaikuportti enrol" in told
        assert "MEND  store" in told
        assert "run the kiosk with the register in reach" in told
        assert "ok    scanner/stdin" in told
        assert "ok    gate/none" in told

    def test_programs_read_it_as_json(
        self, config: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The same findings."""
        assert main(["doctor", "--json", "--config", config]) == 1
        findings = json.loads(capsys.readouterr().out)
        assert {finding["what"]: finding["ok"] for finding in findings}["scanner/stdin"]
        assert all({"what", "ok", "words"} == set(finding) for finding in findings)

    def test_a_port_of_the_figures_that_is_taken_is_told(
        self, config: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The kiosk would run without figures."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with Path(config).open("a") as file:
                file.write(f"[metrics]\nport = {port}\n")
            assert main(["doctor", "--config", config]) == 1
            assert f"MEND  figures: metrics.port {port}" in capsys.readouterr().out
        assert main(["doctor", "--config", config]) == 1
        assert f"ok    figures: can be served at port {port}" in capsys.readouterr().out

    async def test_a_journal_that_is_gone_is_told(self, config: str, state: Path) -> None:
        """Not as that of a kiosk that never ran: the cards are there."""
        await (await Store.open(state)).close()
        (state / "journal.sqlite").unlink()
        findings = {each.what: each for each in await examine(load(Path(config)))}
        assert "the journal is gone" in findings[f"store {state}"].words
        assert not (state / "journal.sqlite").exists()

    def test_it_makes_nothing(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A store that root made would be closed to the kiosk."""
        assert main(["doctor", "--config", config]) == 1
        assert "nothing is there yet" in capsys.readouterr().out
        assert not list(state.glob("*.sqlite"))

    def test_a_kiosk_that_tells_a_visitor_nothing_is_told(
        self, config: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """By ``check`` too, which takes the configuration all the same."""
        assert main(["doctor", "--config", config]) == 1
        assert "MEND  display: a visitor would learn nothing" in capsys.readouterr().out
        assert main(["check", "--config", config]) == 0
        assert "a visitor would learn nothing" in capsys.readouterr().err

    async def test_a_disk_that_takes_nothing_is_told_with_what_to_do(
        self, config: str, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It tries to write, as each use will, and goes on with the devices."""
        await (await Store.open(state)).close()

        def full(connection: sqlite3.Connection) -> None:
            connection.execute("PRAGMA max_page_count = 1")
            connection.execute("CREATE TABLE more AS SELECT zeroblob(1000000)")

        monkeypatch.setattr("kiosk.journal.rewrite_version", full)
        findings = {each.what: each for each in await examine(load(Path(config)))}
        assert "free some space or replace the memory card" in findings[f"store {state}"].words
        assert findings["gate/none"].ok

    async def test_another_account_s_store_is_told_with_the_mend_and_no_word_of_room(
        self, config: str, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who is told to free some space looks for what is not the trouble."""
        await (await Store.open(state)).close()

        def closed(path: Path, **_: str) -> NoReturn:
            raise UnavailableError(path, "unable to open database file")

        monkeypatch.setattr("kiosk.files._open", closed)
        monkeypatch.setattr(os, "geteuid", lambda: 65534)
        monkeypatch.setattr(os, "access", lambda *_args: False)
        findings = {each.what: each for each in await examine(load(Path(config)))}
        words = findings[f"store {state}"].words
        assert words.endswith(f": {state}")
        assert "run as root: chown -R " in words
        assert "space" not in words

    def test_an_enrolled_kiosk_out_of_reach_is_told_to_look_at_the_network(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the address."""
        Identity("k", "t", bytes(32)).save(state)
        assert main(["doctor", "--config", config]) == 1
        told = capsys.readouterr().out
        assert "MEND  register http://127.0.0.1:9" in told
        assert "look at the network and the address" in told

    @pytest.mark.parametrize(
        ("place", "key", "well", "words"),
        [
            ("disk", bytes(32), True, "on the disk, apart from the cards; the register's"),
            ("disk", b"K" * 32, False, "is not the register's: every card is unknown; enrol"),
            ("disk", None, True, "not there; the register tells it at the next start"),
            ("memory", None, True, "in memory only; the register tells it at each start"),
            ("memory", bytes(32), True, "still on the disk from before; the next start erases it"),
        ],
    )
    async def test_the_way_that_the_key_is_kept_is_told(
        self, config: str, state: Path, place: str, key: bytes | None, well: bool, words: str
    ) -> None:
        """And tried against the register's: under another no card is known."""
        Identity("k", "t", key).save(state)
        async with register(reply({"digest_key": "00" * 32})) as kanta:
            findings = await examine(_with(config, kanta.url, place))
        (found,) = [each for each in findings if each.what == "key of the card digests"]
        assert found.ok == well
        assert words in found.words

    @pytest.mark.parametrize(
        "answer",
        [
            reply(b"<html>Sign in</html>", kind="text/html"),
            reply(b"null"),
            reply({}),
            reply(b""),
            reply(b"[" * 200_000),
        ],
        ids=["page", "null", "object", "nothing", "nested"],
    )
    @pytest.mark.parametrize("place", ["disk", "memory"])
    async def test_what_is_no_register_is_not_taken_for_one(
        self, config: str, state: Path, answer: bytes, place: str
    ) -> None:
        """A guest network answers every call with its own page, and with success."""
        Identity("k", "t", bytes(32)).save(state)
        async with register(answer) as kanta:
            findings = await examine(_with(config, kanta.url, place))
        (found,) = [each for each in findings if each.what == f"register {kanta.url}"]
        assert not found.ok
        assert found.words.startswith("answers what is no answer of the register; look at")

    def test_what_a_running_kiosk_holds_is_left_alone(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Its store and devices are not tried behind its back."""
        write_status(state, {"uptime": 1.0})
        main(["doctor", "--config", config])
        told = capsys.readouterr().out
        assert "a kiosk is running and holds the store and the devices" in told
        assert "scanner/stdin" not in told

    def test_what_a_running_kiosk_must_have_mended_is_told(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It knows of its devices what nobody else can try."""
        Identity("k", "t", bytes(32)).save(state)
        write_status(state, {"uptime": 1.0, "devices": {"keypad/hid": "/dev/x: not plugged in"}})
        assert main(["doctor", "--config", config]) == 1
        assert "MEND  keypad/hid: /dev/x: not plugged in" in capsys.readouterr().out

    def test_the_log_is_not_mixed_into_what_people_read(
        self, config: str, state: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What it says is among the findings."""
        UseJournal(state / "journal.sqlite").close()
        mark_spoiled(state / "journal.sqlite")
        assert main(["doctor", "--config", config]) == 1
        told = capsys.readouterr()
        assert "MEND  journal: was damaged" in told.out
        assert told.err == ""


@pytest.mark.parametrize("command", ["enrol", "doctor", "rescue", "setup"])
def test_a_command_that_is_broken_off_says_so(
    command: str, config: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With Ctrl-C, without a traceback."""

    def break_off(work: Coroutine[Any, Any, int]) -> int:
        work.close()
        raise KeyboardInterrupt

    monkeypatch.setattr("asyncio.run", break_off)
    monkeypatch.setattr(sys, "stdin", io.StringIO("CODE\n"))
    assert main([command, "--config", config]) == 1
    assert capsys.readouterr().err == "\nBroken off.\n"


@pytest.mark.parametrize("command", ["doctor", "rescue"])
def test_a_state_that_is_closed_to_this_user_is_told(
    command: str,
    config: str,
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With who should run it, without a traceback."""
    loaded = load(Path(config))
    monkeypatch.setattr("kiosk.cli.load", lambda _path: loaded)
    with as_another_user(state):
        assert main([command, "--config", config]) == 1
    told = "".join(capsys.readouterr())
    assert "run this as root or as the kiosk's user" in told
    assert str(state) in told


class TestAnExposedWay:
    """A register that is spoken with in plain HTTP, on another machine."""

    @pytest.fixture
    def exposed(self, config: str) -> str:
        """Give such a configuration."""
        path = Path(config)
        path.write_text(path.read_text().replace("http://127.0.0.1:9", "http://10.255.255.1:9"))
        return config

    def test_check_refuses_it(self, exposed: str, capsys: pytest.CaptureFixture[str]) -> None:
        """As a wrong configuration: with the file, the key and the mend."""
        assert main(["check", "--config", exposed]) == 78
        said = capsys.readouterr().err
        assert f"{exposed}: registry.url: http:// lets others read" in said
        assert "write https://, or allow_http = true" in said

    def test_doctor_says_so(self, exposed: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Of a kiosk that runs on, too."""
        assert main(["doctor", "--config", exposed]) == 1
        assert "MEND  registry.url: http:// lets others read" in capsys.readouterr().out


def _with(config: str, url: str, place: str) -> Config:
    """Read a configuration with another register, and a place for the key."""
    path = Path(config)
    text = path.read_text().replace("http://127.0.0.1:9", url)
    path.write_text(text.replace("[station]", f'[station]\nkey = "{place}"'))
    return load(path)


def test_checking_does_not_load_what_running_needs(config: str) -> None:
    """``check`` answers at once on a small machine: no database and no HTTP library."""
    script = (
        "import sys; from kiosk.cli import main; code = main(['check', '--config', sys.argv[1]]);"
        "assert not {'sqlmodel', 'httpx', 'PIL'} & set(sys.modules); sys.exit(code)"
    )
    subprocess.run([sys.executable, "-c", script, config], check=True, capture_output=True)
