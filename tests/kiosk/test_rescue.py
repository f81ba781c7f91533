"""A spoiled journal is set aside and rescued as far as readable: real files, damaged bytes."""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kaiku.party import ALONE, Party
from kaiku.wire import Use
from kiosk import rescue
from kiosk.config import load
from kiosk.desk import Standing
from kiosk.doctor import examine
from kiosk.erasing import erase
from kiosk.files import JOURNAL_VERSION, SpoiledError, StoreError, mark_spoiled
from kiosk.integrity import is_spoiled
from kiosk.journal import KEEP, UseJournal
from kiosk.store import Stores
from kiosk.wal import read_log
from tests.kaiku.made import ENTRY, NOON

PAGE, FRAME, HEAD = 4096, 24 + 4096, 32
USES = 120
LEASE = UUID(int=777_777)
NO_TIME = '{"at": "today", "rescued": 1, "unsent": 1, "unreadable": 0}'


def use(number: int) -> Use:
    """Return an accepted use of a card of its own."""
    return Use(UUID(int=number), ENTRY, NOON, number.to_bytes(16, "big"), ALONE, offering_version=1)


def fill(journal: UseJournal, numbers: range) -> None:
    """Record uses; each third is sent, each fifth amended, each seventh of a lease."""
    for number in numbers:
        made = use(number)
        if number % 7 == 0:
            made = replace(made, lease=LEASE, leased=1)
        journal.record(made, ALONE, "local", Standing.UNSENT)
        if number % 3 == 0:
            journal.mark([made])
        if number % 5 == 0:
            party = Party(children=2)
            journal.record(replace(made, party=party, revision=2), party, "local", Standing.UNSENT)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a state whose journal was closed in order."""
    folder = tmp_path_factory.mktemp("closed")
    with closing(UseJournal(folder / "journal.sqlite")) as journal:
        fill(journal, range(1, USES))
    return folder


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a state as a power cut leaves it: half in the file, half in its log."""
    folder, copy = tmp_path_factory.mktemp("cut"), tmp_path_factory.mktemp("copy")
    with closing(UseJournal(folder / "journal.sqlite")) as journal:
        fill(journal, range(1, USES // 2))
    with closing(UseJournal(folder / "journal.sqlite")) as journal:
        fill(journal, range(USES // 2, USES // 2 + 20))
        for part in folder.iterdir():
            shutil.copy(part, copy)
    return copy


@lru_cache
def images(folder: Path) -> dict[tuple[str, int], set[UUID]]:
    """Return which uses stand on which page of which file, by SQLite's own account of its pages.

    A page is told by its file's ending and where it begins there.
    """
    whole = folder / "whole"
    if not whole.exists():
        whole.mkdir()
        for part in folder.glob("journal.sqlite*"):
            shutil.copy(part, whole)
    with closing(sqlite3.connect(whole / "journal.sqlite")) as db:
        leaves = {
            page
            for (page,) in db.execute(
                "SELECT pageno FROM dbstat WHERE name = 'entry' AND pagetype = 'leaf'"
            )
        }
    found = {}
    main = (folder / "journal.sqlite").read_bytes()
    for page in leaves:
        found["", (page - 1) * PAGE] = _ids(main[(page - 1) * PAGE : page * PAGE])
    log = folder / "journal.sqlite-wal"
    data = log.read_bytes() if log.exists() else b""
    for start in range(HEAD, len(data), FRAME):
        if int.from_bytes(data[start : start + 4], "big") in leaves:
            found["-wal", start] = _ids(data[start + 24 : start + FRAME])
    return found


def _ids(page: bytes) -> set[UUID]:
    return {UUID(int=number) for number in range(1, USES) if str(UUID(int=number)).encode() in page}


@lru_cache
def last_transaction(folder: Path) -> int:
    """Return where the log's last transaction begins."""
    log = folder / "journal.sqlite-wal"
    data = log.read_bytes() if log.exists() else b""
    ends = [start for start in range(HEAD, len(data), FRAME) if any(data[start + 4 : start + 8])]
    return ends[-2] + FRAME if len(ends) > 1 else HEAD


def recorded(journal: UseJournal) -> list[str]:
    """Return the uses of a journal in their order."""
    return [id_ for (id_,) in journal._db.execute("SELECT id FROM entry ORDER BY seq")]


damage = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.one_of(st.integers(1, 64), st.integers(1, 3 * FRAME)),
    st.integers(0, 2**32),
)


def spoil(path: Path, place: float, length: int, seed: int) -> range:
    """Write noise over a part of a file; return which bytes."""
    size = path.stat().st_size
    start = int(place * size)
    length = min(length, size - start)
    noise = random.Random(seed).randbytes(length)
    with path.open("r+b") as file:
        file.seek(start)
        file.write(noise)
    return range(start, start + length)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for many states, one after the other."""
    return tmp_path_factory.mktemp("scratch")


def copied(state: Path, scratch: Path) -> Path:
    """Return a fresh copy of a state."""
    folder = scratch / str(uuid4())
    folder.mkdir()
    for part in state.glob("journal.sqlite*"):
        shutil.copy(part, folder)
    return folder


def touches(hit: range, start: int, size: int) -> bool:
    """Tell whether damage is within a page."""
    return hit.start < start + size and start < hit.stop


def check(state: Path, folder: Path, suffix: str, hit: range) -> None:
    """Open the damaged journal and hold it to what must be there."""
    last = last_transaction(state)
    torn = suffix == "-wal" and hit.stop > last
    expected: set[UUID] = set()
    for (file, start), uses in images(state).items():
        size = FRAME if file else PAGE
        if (file == suffix and touches(hit, start, size)) or (torn and file and start >= last):
            continue
        expected |= uses
    found = in_use(folder / "journal.sqlite")
    wanted = sorted(map(str, expected))
    assert [each for each in found if each in wanted] == wanted


def in_use(path: Path) -> list[str]:
    """Open a journal and use it; what is found only then is seen to by the next opening."""
    for _ in range(2):
        with closing(rescue.open_journal(path)) as journal:
            try:
                found = recorded(journal)
                journal.record(use(USES + 1), ALONE, "local", Standing.UNSENT)
                assert journal.unsent(1000)[-1].id == UUID(int=USES + 1)
            except SpoiledError:
                pass
            except sqlite3.DatabaseError as error:
                if not is_spoiled(error):
                    raise
            else:
                return found
        mark_spoiled(path)
    raise AssertionError("it stays spoiled")


@given(damage=damage)
@settings(max_examples=60, deadline=None)
def test_every_use_on_a_whole_page_of_the_file_is_rescued(
    closed: Path, scratch: Path, damage: tuple[float, int, int]
) -> None:
    """Wherever bytes are damaged: in the head, a root, a leaf, an index.

    But for the one byte of the head that then names a version of some years ahead: that is told.
    """
    folder = copied(closed, scratch)
    hit = spoil(folder / "journal.sqlite", *damage)
    version = int.from_bytes((folder / "journal.sqlite").read_bytes()[60:64], "big")
    assume(not JOURNAL_VERSION < version < 1000)
    check(closed, folder, "", hit)
    shutil.rmtree(folder)


def test_a_table_whose_definition_is_no_text_any_more_is_rescued_from(
    closed: Path, scratch: Path
) -> None:
    """SQLite then complains in what is no text either."""
    whole = (closed / "journal.sqlite").read_bytes()[:PAGE]
    for place in range(whole.index(b"CREATE"), PAGE, 40):
        folder = copied(closed, scratch)
        with (folder / "journal.sqlite").open("r+b") as file:
            file.seek(place)
            file.write(b"\xd8")
        check(closed, folder, "", range(place, place + 1))
        shutil.rmtree(folder)


@given(damage=damage)
@settings(max_examples=60, deadline=None)
def test_every_use_on_a_whole_frame_of_the_log_is_rescued(
    cut: Path, scratch: Path, damage: tuple[float, int, int]
) -> None:
    """Where SQLite would pass over all that follows the damage, and say nothing."""
    folder = copied(cut, scratch)
    hit = spoil(folder / "journal.sqlite-wal", *damage)
    check(cut, folder, "-wal", hit)
    shutil.rmtree(folder)


@given(damage=damage)
@settings(max_examples=30, deadline=None)
def test_a_file_with_a_log_is_rescued_from_both(
    cut: Path, scratch: Path, damage: tuple[float, int, int]
) -> None:
    """What the log has of a page that is broken in the file is there."""
    folder = copied(cut, scratch)
    hit = spoil(folder / "journal.sqlite", *damage)
    check(cut, folder, "", hit)
    shutil.rmtree(folder)


STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.chown", "sqlite3.connect")


def killed_at(step: int, path: Path) -> bool:
    """Open a journal in a process that is killed before its n-th step; tell whether it was."""
    child = os.fork()
    if child == 0:
        left = step

        def watch(event: str, _arguments: object) -> None:
            nonlocal left
            if event not in STEPS:
                return
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        rescue.open_journal(path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_a_rescue_that_is_killed_anywhere_is_ended_by_the_next(cut: Path, scratch: Path) -> None:
    """At each step on the way, with the power gone twice: nothing is lost and nothing is double."""
    folder = copied(cut, scratch)
    spoil(folder / "journal.sqlite-wal", 0.3, 64, 1)
    whole = copied(folder, scratch)
    with closing(rescue.open_journal(whole / "journal.sqlite")) as journal:
        wanted = recorded(journal)
    assert len(wanted) == USES // 2 + 19
    steps, killed = 0, True
    while killed:
        steps += 1
        again = copied(folder, scratch)
        killed = killed_at(steps, again / "journal.sqlite")
        killed_at(1 + steps // 2, again / "journal.sqlite")
        with closing(rescue.open_journal(again / "journal.sqlite")) as journal:
            assert recorded(journal) == wanted
            assert len(journal.unsent(1000)) == len(rescued_unsent(whole))
        (name,) = rescue.set_aside(again)
        assert {part.name for part in (again / name).iterdir()} >= {
            "journal.sqlite",
            "journal.sqlite-wal",
        }
        assert not (again / "spoiled").exists()
    assert steps > 10


def test_a_disk_that_takes_a_part_of_it_is_told_and_the_next_start_goes_on(
    closed: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that fills up at the commit: a word for staff, and no use is lost (promise P1)."""
    folder = copied(closed, scratch)
    spoil(folder / "journal.sqlite", 0.0, 64, 1)
    with monkeypatch.context() as full:
        full.setattr(UseJournal, "take_over", _fill_up)
        with pytest.raises(StoreError, match="cannot be set aside: database or disk is full"):
            rescue.open_journal(folder / "journal.sqlite")
    with closing(rescue.open_journal(folder / "journal.sqlite")) as journal:
        assert len(recorded(journal)) == USES - 1


def _fill_up(journal: UseJournal, entries: object, leases: object) -> int:
    """Have SQLite find the disk full."""
    (pages,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count={pages}")
    journal._db.execute("CREATE TABLE more (value)")
    raise AssertionError("there was room")


def test_uses_that_are_in_the_log_of_the_new_journal_alone_are_not_left_behind(
    closed: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk does not take the log in: the file alone moves to its place (promise P1)."""
    folder = copied(closed, scratch)
    spoil(folder / "journal.sqlite", 0.0, 64, 1)
    with monkeypatch.context() as failing:
        failing.setattr(UseJournal, "close", _close_without_the_log)
        with pytest.raises(StoreError, match="cannot be set aside"):
            rescue.open_journal(folder / "journal.sqlite")
    with closing(rescue.open_journal(folder / "journal.sqlite")) as journal:
        assert len(recorded(journal)) == USES - 1


def _close_without_the_log(journal: UseJournal) -> None:
    """Close a journal as on a disk that takes no page into the file."""
    files = [journal.path, journal.path.with_name(f"{journal.path.name}-wal")]
    before = [(file, file.read_bytes()) for file in files]
    journal._db.close()
    for file, content in before:
        file.write_bytes(content)


def rescued_unsent(folder: Path) -> list[Use]:
    """Return what a journal has to send."""
    with closing(UseJournal(folder / "journal.sqlite")) as journal:
        return journal.unsent(1000)


class _Failing:
    """Erases so many files, and then fails."""

    def __init__(self, left: int) -> None:
        """Take how many."""
        self._left = left

    def __call__(self, file: Path) -> None:
        """Erase one."""
        if self._left == 0:
            raise OSError("power")
        self._left -= 1
        erase(file)


class TestWhatIsKnownOfTheRest:
    """What nobody can read any more leans to the safe side."""

    @pytest.fixture
    def rescued(self, closed: Path, tmp_path: Path) -> Iterator[UseJournal]:
        """Give the journal that came of a damaged one."""
        shutil.copy(closed / "journal.sqlite", tmp_path)
        spoil(tmp_path / "journal.sqlite", 0.0, 64, 1)
        with closing(rescue.open_journal(tmp_path / "journal.sqlite")) as journal:
            yield journal

    def test_nothing_more_is_spent_or_told_of_its_leases(
        self, closed: Path, rescued: UseJournal
    ) -> None:
        """The register keeps what was not told until the lease's term (promise P2)."""
        with closing(UseJournal(closed / "journal.sqlite")) as before:
            assert rescued.id != before.id
        assert rescued.leased(LEASE) == (USES - 1) // 7
        assert rescued.is_given_back(LEASE)
        assert rescued.returning() == []

    def test_what_was_sent_is_not_sent_again_and_what_was_not_is_as_it_was(
        self, closed: Path, tmp_path: Path, rescued: UseJournal
    ) -> None:
        """With every value of each use."""
        folder = tmp_path / "before"
        folder.mkdir()
        shutil.copy(closed / "journal.sqlite", folder)
        assert rescued.unsent(1000) == rescued_unsent(folder)

    def test_staff_can_read_the_counts_until_they_let_go(
        self, tmp_path: Path, rescued: UseJournal
    ) -> None:
        """Then nothing of the uses is left in the folder (promise P6)."""
        ((name, found),) = rescue.set_aside(tmp_path).items()
        assert (found.rescued, found.unsent) == (USES - 1, len(rescued.unsent(1000)))
        os.link(tmp_path / name / "journal.sqlite", tmp_path / "same")
        rescue.let_go(tmp_path)
        assert rescue.set_aside(tmp_path) == {}
        assert not any((tmp_path / "same").read_bytes())

    @pytest.mark.parametrize("content", [None, "", "{", "[]", '{"at": 1}', NO_TIME])
    def test_a_report_that_is_damaged_itself_is_made_anew(
        self, tmp_path: Path, rescued: UseJournal, content: str | None
    ) -> None:
        """As by the same memory card: each look at the kiosk's condition reads it."""
        ((name, before),) = rescue.set_aside(tmp_path).items()
        if content is None:
            (tmp_path / name / "report.json").unlink()
        else:
            (tmp_path / name / "report.json").write_text(content)
        found = rescue.set_aside(tmp_path)
        assert replace(found[name], at=before.at) == before
        assert rescue.set_aside(tmp_path) == found
        assert len(rescued.unsent(1000)) == before.unsent

    def test_letting_go_that_is_broken_off_is_told_and_goes_on(
        self, tmp_path: Path, rescued: UseJournal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Wherever the power went: staff are told until the last of it is erased (promise P6)."""
        (name,) = rescue.set_aside(tmp_path)
        left = {each.name for each in (tmp_path / name).iterdir()}
        assert "journal.sqlite" in left
        for each in range(len(left)):
            with monkeypatch.context() as cut:
                cut.setattr(rescue, "erase", _Failing(each))
                with pytest.raises(OSError, match="power"):
                    rescue.let_go(tmp_path)
            assert list(rescue.set_aside(tmp_path)) == [name]
        rescue.let_go(tmp_path)
        assert not (tmp_path / name).exists()
        assert len(recorded(rescued)) == USES - 1

    def test_reading_again_takes_over_what_is_missing_and_nothing_twice(
        self, tmp_path: Path, rescued: UseJournal
    ) -> None:
        """As from a memory card that gives a sector on another day."""
        assert rescue.read_again(tmp_path, rescued) == 0
        rescued._db.execute("DELETE FROM entry WHERE seq <= 10")
        assert rescue.read_again(tmp_path, rescued) == 10
        assert len(recorded(rescued)) == USES - 1

    def test_what_was_sent_and_is_old_is_not_taken_for_new(self, tmp_path: Path) -> None:
        """It stays until the damaged journal is let go, and is then forgotten as ever."""
        with closing(UseJournal(tmp_path / "journal.sqlite")) as journal:
            fill(journal, range(1, USES))
        mark_spoiled(tmp_path / "journal.sqlite")
        with closing(Stores(tmp_path)) as stores:
            ((name, found),) = stores.set_aside().items()
            report = replace(found, at=(NOON + timedelta(days=1)).isoformat())
            (tmp_path / name / "report.json").write_text(json.dumps(asdict(report)))
            journal = stores.journal
            unsent = journal.unsent(1000)
            journal.mark(unsent)
            journal.settle(journal.sent_counts())
            later = NOON + KEEP + timedelta(days=3)
            stores.prune(later)
            assert stores.read_again() == 0
            assert journal.uncounted(use(1).digest or b"", ENTRY, date.min).uses == 0
            assert journal.unsent(1000) == []
            rescue.let_go(tmp_path)
            stores.prune(later)
            assert recorded(journal) == []


@pytest.mark.parametrize("left", [0, 1, 100, 4096, 5000])
def test_what_is_cut_off_keeps_no_journal_from_working(
    closed: Path, tmp_path: Path, left: int
) -> None:
    """Down to nothing, beside a cache that shows it was in use."""
    shutil.copy(closed / "journal.sqlite", tmp_path)
    (tmp_path / "cache.sqlite").write_bytes(bytes(PAGE))
    os.truncate(tmp_path / "journal.sqlite", left)
    assert in_use(tmp_path / "journal.sqlite") == []
    assert len(rescue.set_aside(tmp_path)) == 1


def test_a_journal_that_is_gone_is_told_where_it_was_in_use(tmp_path: Path) -> None:
    """Its uses went with it; the cache shows that it was there. A first start tells nothing."""
    with closing(Stores(tmp_path)) as stores:
        assert stores.set_aside() == {}
    for file in tmp_path.glob("journal.sqlite*"):
        file.unlink()
    with closing(Stores(tmp_path)) as stores:
        (found,) = stores.set_aside().values()
        assert (found.rescued, found.unsent) == (0, 0)


def test_what_follows_the_broken_end_of_a_transaction_is_rescued(cut: Path, scratch: Path) -> None:
    """The two then look like one, but for the order of their pages: no power cut tears them so.

    Where no head is left of any frame of the transaction, nothing tells them apart.
    """
    end = last_transaction(cut) - FRAME
    for stop in (end + 4, end + 9, end + 24, end + 200):
        for length in (1000, 4000, 7000):
            folder = copied(cut, scratch)
            with (folder / "journal.sqlite-wal").open("r+b") as file:
                file.seek(stop - length)
                file.write(random.Random(stop).randbytes(length))
            check(cut, folder, "-wal", range(stop - length, stop))
            shutil.rmtree(folder)


def test_a_log_without_its_file_is_rescued(cut: Path, tmp_path: Path) -> None:
    """SQLite would remove it."""
    shutil.copy(cut / "journal.sqlite-wal", tmp_path)
    with closing(rescue.open_journal(tmp_path / "journal.sqlite")) as journal:
        assert str(UUID(int=USES // 2 + 19)) in recorded(journal)


def test_what_a_power_cut_tears_off_a_log_is_no_damage(cut: Path, scratch: Path) -> None:
    """Wherever it tears: no folder is made, and the journal keeps its id."""
    with closing(UseJournal(copied(cut, scratch) / "journal.sqlite")) as journal:
        name = journal.id
    size = (cut / "journal.sqlite-wal").stat().st_size
    for left in random.Random(3).sample(range(size), 12):
        folder = copied(cut, scratch)
        os.truncate(folder / "journal.sqlite-wal", left)
        with closing(rescue.open_journal(folder / "journal.sqlite")) as journal:
            assert journal.id == name
        assert rescue.set_aside(folder) == {}


def test_a_journal_of_a_newer_version_is_refused_though_its_tables_are_ours(
    closed: Path, tmp_path: Path
) -> None:
    """After a downgrade it is no damage: the newer program finds it as it left it (promise P1)."""
    shutil.copy(closed / "journal.sqlite", tmp_path)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        db.execute(f"PRAGMA user_version={JOURNAL_VERSION + 1}")
    with pytest.raises(StoreError, match="newer version"):
        rescue.open_journal(tmp_path / "journal.sqlite")
    assert rescue.set_aside(tmp_path) == {}


@pytest.mark.parametrize("version", [1000, 0x7FD8_E1C4, -3])
def test_a_version_that_was_never_written_is_damage(
    closed: Path, scratch: Path, version: int
) -> None:
    """Its four bytes stand in the file's head, where noise reads as a much newer program's."""
    folder = copied(closed, scratch)
    with (folder / "journal.sqlite").open("r+b") as file:
        file.seek(60)
        file.write(version.to_bytes(4, "big", signed=True))
    check(closed, folder, "", range(60, 64))


def test_the_rescue_is_the_kiosks_alone(closed: Path, tmp_path: Path) -> None:
    """Other users of the machine look elsewhere (promise P6)."""
    shutil.copy(closed / "journal.sqlite", tmp_path)
    (tmp_path / "journal.sqlite").chmod(0o600)
    spoil(tmp_path / "journal.sqlite", 0.0, 64, 1)
    rescue.open_journal(tmp_path / "journal.sqlite").close()
    (name,) = rescue.set_aside(tmp_path)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o700
    for file in (tmp_path / "journal.sqlite", tmp_path / name / "journal.sqlite"):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_transaction_of_lower_pages_is_told_from_a_torn_one(tmp_path: Path) -> None:
    """The next one's pages follow on; but no transaction ends twice."""
    with closing(sqlite3.connect(tmp_path / "made.sqlite", isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE one AS SELECT 0 AS x")
        made.execute("CREATE TABLE two AS SELECT 0 AS x")
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made.execute("UPDATE one SET x = 1")
        made.execute("UPDATE two SET x = 1")
        data = bytearray((tmp_path / "made.sqlite-wal").read_bytes())
    assert len(data) == HEAD + 2 * FRAME
    data[HEAD + FRAME // 2] ^= 0xFF
    (tmp_path / "damaged").write_bytes(data)
    assert read_log(tmp_path / "damaged").severed


@pytest.mark.anyio
async def test_a_rescue_under_way_is_told_and_nobody_takes_the_card_out(tmp_path: Path) -> None:
    """The disk was full when the journal was moved away: its uses lie beside it still (P1)."""
    (tmp_path / "spoiled").mkdir()
    (tmp_path / "cache.sqlite").write_bytes(b"x" * 8192)
    config = tmp_path / "kiosk.toml"
    config.write_text(
        f'[station]\nname = "Gate"\nstate = "{tmp_path}"\n'
        '[registry]\nurl = "http://127.0.0.1:9"\n[[scanner]]\ndriver = "stdin"\n'
    )
    (found,) = [each for each in await examine(load(config)) if each.what.startswith("store")]
    assert not found.ok
    assert "do not take the memory card out" in found.words
