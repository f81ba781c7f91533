"""The two SQLite files: how they are opened, and what happens to those that cannot be used."""

import os
import pwd
import sqlite3
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from kaiku.wire import Anew
from kiosk import files
from kiosk.cache import CardCache
from kiosk.files import (
    SpoiledError,
    StoreError,
    UnavailableError,
    open_cache,
    open_journal,
)
from kiosk.journal import UseJournal


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait seconds for a lock."""
    monkeypatch.setattr("kiosk.files.sqlite3.connect", partial(sqlite3.connect, timeout=0.05))


def pragma(connection: sqlite3.Connection, name: str) -> object:
    """Return how a connection is set."""
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


class TestDurability:
    """What a commit means."""

    def test_a_commit_to_the_journal_is_on_the_disk(self, tmp_path: Path) -> None:
        """WAL and FULL: a power cut takes back nothing that was told (promise P1)."""
        connection = open_journal(tmp_path / "journal.sqlite")
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2
        connection.close()

    def test_the_cache_is_quicker(self, tmp_path: Path) -> None:
        """What it loses the register tells again."""
        connection = open_cache(tmp_path / "cache.sqlite")
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 1
        connection.close()


class TestNoRoom:
    """A file is made on a disk that is full."""

    SCRIPT = """
import resource, sys
from pathlib import Path
from kiosk.files import StoreError, open_journal
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
try:
    open_journal(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""

    def test_it_is_told_and_no_half_of_a_file_is_left(self, tmp_path: Path) -> None:
        """With room, the same file is made whole: with every index."""
        path = tmp_path / "journal.sqlite"
        command = [sys.executable, "-c", self.SCRIPT, str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout.startswith(f"{path} cannot be made: ")
        late, fresh = open_journal(path), open_journal(tmp_path / "other.sqlite")
        names = "SELECT name FROM sqlite_schema ORDER BY name"
        assert late.execute(names).fetchall() == fresh.execute(names).fetchall()
        late.close()
        fresh.close()

    UNNAMED = """
import resource, signal, sys
from pathlib import Path
from kiosk.files import StoreError, open_journal
from kiosk.journal import UseJournal
path = Path(sys.argv[1])
open_journal(path).close()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    UseJournal(path)
except StoreError as error:
    print(error)
"""

    def test_a_journal_that_cannot_be_given_its_id_is_told(self, tmp_path: Path) -> None:
        """As one that was just brought to this version's shape; later it gets its id."""
        path = tmp_path / "journal.sqlite"
        command = [sys.executable, "-c", self.UNNAMED, str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout.startswith(f"{path} cannot be written: ")
        UseJournal(path).close()


class TestOneOwner:
    """A state folder belongs to one kiosk."""

    @pytest.mark.usefixtures("impatient")
    def test_a_second_opener_is_told(self, tmp_path: Path) -> None:
        """By what it is: another kiosk is running."""
        first = open_journal(tmp_path / "journal.sqlite")
        with pytest.raises(StoreError, match="is in use: a kiosk is running"):
            open_journal(tmp_path / "journal.sqlite")
        first.close()
        open_journal(tmp_path / "journal.sqlite").close()

    def test_another_process_is_told_too(self, tmp_path: Path) -> None:
        """As when the service runs and somebody starts a second by hand."""
        first = open_journal(tmp_path / "journal.sqlite")
        script = (
            "import sys, pathlib, sqlite3, functools\n"
            "from kiosk import files\n"
            "files.sqlite3.connect = functools.partial(sqlite3.connect, timeout=0.05)\n"
            "files.open_journal(pathlib.Path(sys.argv[1]))"
        )
        second = subprocess.run(
            [sys.executable, "-c", script, tmp_path / "journal.sqlite"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "is in use: a kiosk is running" in second.stderr
        first.close()

    def test_the_folder_is_made_for_the_kiosk_alone(self, tmp_path: Path) -> None:
        """Other users of the machine look elsewhere (promise P6)."""
        before = os.umask(0)
        try:
            open_journal(tmp_path / "state" / "journal.sqlite").close()
        finally:
            os.umask(before)
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700

    def test_in_a_folder_that_others_may_read_the_files_are_the_kiosks_alone(
        self, tmp_path: Path
    ) -> None:
        """New ones, those of an earlier version of the program, and what SQLite adds (P6)."""
        tmp_path.chmod(0o755)
        before = os.umask(0)
        try:
            sqlite3.connect(tmp_path / "cache.sqlite").close()
            (tmp_path / "cache.sqlite").touch(0o644)
            journal = open_journal(tmp_path / "journal.sqlite")
            cache = open_cache(tmp_path / "cache.sqlite")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        finally:
            os.umask(before)
        assert {"journal.sqlite-wal", "cache.sqlite-wal"} <= modes.keys()
        assert set(modes.values()) == {0o600}
        journal.close()
        cache.close()


class TestVersions:
    """A file of another version of the program."""

    def reshape(self, path: Path, version: int) -> None:
        """Write another version into a file."""
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS old (x)")
            connection.execute(f"PRAGMA user_version={version}")
        connection.close()

    @pytest.mark.parametrize("version", [files.CACHE_VERSION + 1, 99])
    def test_a_cache_of_another_version_is_made_anew(self, tmp_path: Path, version: int) -> None:
        """Older or newer."""
        path = tmp_path / "cache.sqlite"
        self.reshape(path, version)
        connection = open_cache(path)
        assert pragma(connection, "user_version") == files.CACHE_VERSION
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert "card" in tables
        assert "old" not in tables
        connection.close()

    def test_a_journal_of_a_newer_version_is_refused(self, tmp_path: Path) -> None:
        """And left as it is: it may hold uses that the register does not have (promise P1)."""
        path = tmp_path / "journal.sqlite"
        self.reshape(path, files.JOURNAL_VERSION + 1)
        with pytest.raises(StoreError, match="newer version of this program; install that version"):
            open_journal(path)
        with sqlite3.connect(path) as connection:
            assert pragma(connection, "user_version") == files.JOURNAL_VERSION + 1
        connection.close()


class TestSpoiled:
    """A file that is no database any more."""

    @pytest.mark.parametrize("spoiled", [b"\x00" * 4096, b"not a database, " * 512])
    def test_a_spoiled_cache_is_made_anew(self, tmp_path: Path, spoiled: bytes) -> None:
        """The register tells it all again."""
        path = tmp_path / "cache.sqlite"
        path.write_bytes(spoiled)
        connection = open_cache(path)
        assert pragma(connection, "user_version") == files.CACHE_VERSION
        connection.close()

    def test_a_spoiled_journal_is_told_and_left_to_the_rescue(self, tmp_path: Path) -> None:
        """As it is: nothing is thrown away by itself (promise P1)."""
        path = tmp_path / "journal.sqlite"
        path.write_bytes(b"not a database, " * 512)
        with pytest.raises(
            SpoiledError, match=r"journal\.sqlite is spoiled \(file is not a database\)"
        ):
            open_journal(path)
        assert path.read_bytes() == b"not a database, " * 512

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        """Such as one below a file."""
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match=r"journal\.sqlite cannot be opened: "):
            open_journal(tmp_path / "file" / "journal.sqlite")

    def test_a_folder_in_place_of_the_file_is_named(self, tmp_path: Path) -> None:
        """With what to do about it."""
        (tmp_path / "journal.sqlite").mkdir()
        with pytest.raises(UnavailableError, match=r"journal\.sqlite is a folder; move it away"):
            open_journal(tmp_path / "journal.sqlite")

    @pytest.mark.parametrize("name", ["cache.sqlite", "cache.sqlite-wal"])
    def test_a_folder_in_place_of_the_cache_is_named(self, tmp_path: Path, name: str) -> None:
        """It may hold whatever somebody has put there, so it is not removed."""
        (tmp_path / name).mkdir()
        with pytest.raises(UnavailableError, match=f"{name} is a folder; move it away"):
            open_cache(tmp_path / "cache.sqlite")

    def test_a_link_to_nothing_is_named(self, tmp_path: Path) -> None:
        """SQLite would say no more than that it cannot open the file."""
        (tmp_path / "journal.sqlite").symlink_to(tmp_path / "gone" / "journal.sqlite")
        with pytest.raises(UnavailableError, match="is a link to nothing; remove it"):
            open_journal(tmp_path / "journal.sqlite")

    def test_another_account_s_file_is_named_with_the_mend(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As after somebody has run a command as root, or copied the folder."""
        open_journal(tmp_path / "journal.sqlite").close()
        monkeypatch.setattr(os, "geteuid", lambda: 65534)
        monkeypatch.setattr(os, "access", lambda *_args: False)
        owner, own = pwd.getpwuid(tmp_path.stat().st_uid).pw_name, pwd.getpwuid(65534).pw_name
        told = str(UnavailableError(tmp_path / "journal.sqlite", "unable to open database file"))
        assert f"belongs to {owner}; run as root: chown -R {own}: {tmp_path}" in told


class TestACacheOfTheVersionBefore:
    """An update keeps the cards: a kiosk without a network goes on deciding (promise P3)."""

    THIRD = """
        CREATE TABLE card (
            digest BLOB NOT NULL, kind VARCHAR NOT NULL, children INTEGER NOT NULL,
            valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, status VARCHAR NOT NULL,
            PRIMARY KEY (digest)
        ) WITHOUT ROWID;
        CREATE TABLE offering (id VARCHAR NOT NULL, body VARCHAR NOT NULL, PRIMARY KEY (id));
        CREATE TABLE tally (
            digest BLOB NOT NULL, offering VARCHAR NOT NULL, service VARCHAR NOT NULL,
            since INTEGER NOT NULL, uses INTEGER NOT NULL, visits INTEGER NOT NULL,
            cents INTEGER NOT NULL, PRIMARY KEY (digest, offering, service, since)
        ) WITHOUT ROWID;
        CREATE TABLE booking (
            id VARCHAR NOT NULL, digest BLOB NOT NULL, offering VARCHAR NOT NULL,
            seats INTEGER NOT NULL, PRIMARY KEY (id)
        );
        CREATE INDEX booking_of ON booking (digest, offering);
        CREATE TABLE lease (
            id VARCHAR NOT NULL, offering VARCHAR NOT NULL, day INTEGER NOT NULL,
            seats INTEGER NOT NULL, journal VARCHAR NOT NULL, recalled BOOLEAN NOT NULL,
            PRIMARY KEY (id)
        );
        CREATE TABLE note (
            "key" VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY ("key")
        );
        INSERT INTO card VALUES (
            x'41414141414141414141414141414141', 'personal', 2, 739900, 740300, 'active'
        );
        INSERT INTO note VALUES ('cards', '1'), ('cursor', 'earlier'), ('whole', 'yes');
        PRAGMA user_version = 3;
    """

    def test_it_is_brought_to_this_versions_shape(self, tmp_path: Path) -> None:
        """What it holds is of the round before the first in which the feed begins anew."""
        path, fresh = tmp_path / "cache.sqlite", tmp_path / "fresh.sqlite"
        old = sqlite3.connect(path)
        old.executescript(self.THIRD)
        old.close()
        for each in (path, fresh):
            open_cache(each).close()
        assert self.shape(path) == self.shape(fresh)
        cache = CardCache(path)
        known = cache.card(b"A" * 16)
        assert known is not None
        assert (known.children, cache.cards, cache.cursor) == (2, 1, "earlier")
        cache.apply([Anew()])
        cache.turn_page("later", last=True)
        assert cache.sweep() is None
        assert cache.card(b"A" * 16) is None
        cache.close()

    def shape(self, path: Path) -> tuple[object, ...]:
        """Return what a cache's tables and indexes are."""
        connection = sqlite3.connect(path)
        query = "SELECT name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
        names = [name for (name,) in connection.execute(query)]
        columns = {
            (name, *column[:4], column[5])
            for name in names
            for column in connection.execute(f"PRAGMA table_xinfo({name})")
        }
        version = connection.execute("PRAGMA user_version").fetchone()
        connection.close()
        return names, columns, version


class TestAJournalOfAnEarlierVersion:
    """An upgrade keeps what is unsent."""

    FIRST = """
        CREATE TABLE entry (
            seq INTEGER NOT NULL, id VARCHAR NOT NULL, digest BLOB, offering VARCHAR NOT NULL,
            offering_version INTEGER, at VARCHAR NOT NULL, day INTEGER NOT NULL,
            children INTEGER NOT NULL, helpers INTEGER NOT NULL, supporters INTEGER NOT NULL,
            admitted_adults INTEGER NOT NULL, admitted_children INTEGER NOT NULL,
            admitted_supporters INTEGER NOT NULL, outcome VARCHAR NOT NULL, reason VARCHAR,
            source VARCHAR NOT NULL, voided BOOLEAN NOT NULL, clock_suspect BOOLEAN NOT NULL,
            revision INTEGER NOT NULL, sent_revision INTEGER NOT NULL, asked BOOLEAN NOT NULL,
            parked VARCHAR, flagged VARCHAR, visits INTEGER NOT NULL, sent_visits INTEGER NOT NULL,
            counted_visits INTEGER NOT NULL, PRIMARY KEY (seq), UNIQUE (id)
        );
        CREATE INDEX ix_entry_digest ON entry (digest);
        CREATE INDEX entry_unsent ON entry (seq) WHERE sent_revision < revision;
        CREATE INDEX entry_uncounted ON entry (seq) WHERE sent_visits != counted_visits;
        INSERT INTO entry VALUES (
            1, '00000000-0000-4000-8000-000000000001', x'41414141414141414141414141414141',
            '00000000-0000-4000-8000-000000000002', 1, '2026-11-24T10:00:00Z', 739944,
            2, 0, 0, 1, 2, 0, 'accepted', NULL, 'local', 0, 0, 1, 0, 0, NULL, NULL, 3, 0, 0
        );
        PRAGMA user_version = 1;
    """

    def test_it_is_brought_to_this_versions_shape(self, tmp_path: Path) -> None:
        """The same tables and indexes as a new one has, and the use is still to be sent."""
        path, fresh = tmp_path / "journal.sqlite", tmp_path / "fresh.sqlite"
        old = sqlite3.connect(path)
        old.executescript(self.FIRST)
        old.close()
        for each in (path, fresh):
            open_journal(each).close()
        assert self.shape(path) == self.shape(fresh)
        journal = UseJournal(path)
        (use,) = journal.unsent(10)
        assert (use.party.children, use.fee, use.members, use.lease) == (2, None, None, None)
        assert journal.uncounted(b"A" * 16, use.offering, date(2026, 1, 1)).visits == 3
        journal.close()

    def shape(self, path: Path) -> tuple[object, ...]:
        """Return what a journal's tables and indexes are."""
        connection = sqlite3.connect(path)
        columns = {
            (table, name, type_, not_null)
            for table in ("entry", "given_back", "group_member")
            for _, name, type_, not_null, _, _ in connection.execute(f"PRAGMA table_info({table})")
        }
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = {(name, " ".join(sql.split())) for name, sql in connection.execute(query)}
        version = connection.execute("PRAGMA user_version").fetchone()
        connection.close()
        return columns, indexes, version
