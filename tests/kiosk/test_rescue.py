"""A spoiled journal is set aside and rescued as far as readable: real files, damaged bytes."""

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaiku.party import ALONE, Party
from kaiku.wire import Use
from kiosk import rescue
from kiosk.desk import Standing
from kiosk.files import SpoiledError, mark_spoiled
from kiosk.integrity import is_spoiled
from kiosk.journal import UseJournal
from tests.kaiku.made import ENTRY, NOON

PAGE, FRAME, HEAD = 4096, 24 + 4096, 32
USES = 120
LEASE = UUID(int=777_777)


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
    """Wherever bytes are damaged: in the head, a root, a leaf, an index."""
    folder = copied(closed, scratch)
    hit = spoil(folder / "journal.sqlite", *damage)
    check(closed, folder, "", hit)
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
