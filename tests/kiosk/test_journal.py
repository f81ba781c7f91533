"""What the kiosk has decided, on a real SQLite file: nothing that was told is ever lost."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from kaiku.days import day_of
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Use
from kiosk.cache import Used
from kiosk.desk import Standing
from kiosk.journal import KEEP, Backlog, UseJournal
from kiosk.rescue import open_journal
from kiosk.wal import TAKEN_IN
from tests.kaiku.made import DAY, ENTRY, NOON, SHOW, TODAY, uses

AINO, ELLI = b"A" * 16, b"E" * 16
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of the journal."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[UseJournal]:
    """Give an empty journal."""
    journal = UseJournal(path)
    yield journal
    journal.close()


def use(number: int, party: Party = ALONE, *, at: datetime = NOON, digest: bytes = AINO) -> Use:
    """Return an accepted use of the entry."""
    return Use(UUID(int=number), ENTRY, at, digest, party, offering_version=1)


def refusal(number: int, *, at: datetime = NOON) -> Use:
    """Return a refused use of the entry."""
    return replace(use(number, at=at), outcome=Outcome.REFUSED, reason=Reason.EXPIRED)


def amended(before: Use, party: Party) -> Use:
    """Return the next revision of a use, with another party."""
    return replace(before, party=party, revision=before.revision + 1)


def voided(before: Use) -> Use:
    """Return the next revision of a use, taken back."""
    return replace(before, voided=True, revision=before.revision + 1)


def record(
    journal: UseJournal, *some: Use, standing: Standing = Standing.UNSENT, source: str = "local"
) -> None:
    """Record uses with everybody of an accepted party admitted."""
    for one in some:
        accepted = one.outcome is Outcome.ACCEPTED and not one.voided
        journal.record(one, one.party if accepted else NOBODY, source, standing)


class TestRecording:
    """A use as the visitor was told it."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(uses)
    def test_what_is_recorded_is_what_is_sent(self, journal: UseJournal, any_use: Use) -> None:
        """Every field of it (promise P1)."""
        anew = replace(any_use, id=uuid4())
        journal.record(anew, NOBODY, "local", Standing.UNSENT)
        assert journal.unsent(10_000)[-1] == anew

    def test_it_is_there_after_a_restart(self, journal: UseJournal, path: Path) -> None:
        """In the order in which it was recorded."""
        some = [use(3), refusal(1), use(2)]
        record(journal, *some)
        journal.close()
        again = UseJournal(path)
        assert again.unsent(10) == some
        again.close()

    def test_a_new_revision_takes_the_place_of_the_old(self, journal: UseJournal) -> None:
        """One row a use: nothing is counted twice."""
        first = use(1)
        record(journal, first, use(2), amended(first, Party(children=2)))
        assert journal.unsent(10) == [amended(first, Party(children=2)), use(2)]
        record(journal, voided(amended(first, Party(children=2))))
        assert journal.unsent(10)[0].voided
        assert journal.unsent(10)[0].revision == 3

    def test_a_new_revision_says_by_which_version_it_was_decided(self, journal: UseJournal) -> None:
        """The offering's settings may have changed since the first."""
        first = use(1)
        anew = replace(amended(first, Party(children=2)), offering_version=2)
        record(journal, first, anew)
        assert journal.unsent(10) == [anew]

    def test_an_answer_takes_the_place_of_the_question(self, journal: UseJournal) -> None:
        """Outcome, reason and party are then as they were told."""
        asked = replace(refusal(1), reason=Reason.CANNOT_CHECK_NOW)
        record(journal, asked, standing=Standing.ASKED)
        answered = replace(use(1, Party(children=1)), revision=2)
        record(journal, answered, standing=Standing.SENT, source="register")
        last = journal.last_accepted()
        assert last is not None
        assert (last.use, last.admitted) == (answered, Party(children=1))
        assert journal.unsent(10) == []

    def test_a_disk_that_takes_no_more_is_an_error(self, journal: UseJournal) -> None:
        """``record`` returns only when the use is there (promise P1)."""
        journal._db.execute("PRAGMA max_page_count=1")
        many = [use(number) for number in range(1000)]
        with pytest.raises(sqlite3.OperationalError, match="full"):
            record(journal, *many)


class TestLast:
    """What was accepted last, and when."""

    def test_an_empty_journal_has_none(self, journal: UseJournal) -> None:
        """The first start of all."""
        assert journal.last_accepted() is None
        assert journal.last_instant() is None

    def test_the_last_accepted_use_is_remembered_with_who_came_in(
        self, journal: UseJournal
    ) -> None:
        """Refusals after it do not count, helpers do."""
        party = Party(children=1, helpers=2, supporters=1)
        journal.record(use(1, party), replace(party, supporters=0), "local", Standing.UNSENT)
        record(journal, refusal(2))
        last = journal.last_accepted()
        assert last is not None
        assert (last.use, last.admitted) == (use(1, party), Party(1, 2, 0))

    def test_what_was_taken_back_is_remembered_as_such(self, journal: UseJournal) -> None:
        """So that an older use does not come in its place."""
        record(journal, use(1), use(2), voided(use(2)))
        last = journal.last_accepted()
        assert last is not None
        assert last.use.voided

    def test_the_last_instant_is_that_of_what_was_recorded_last(self, journal: UseJournal) -> None:
        """A clock that is before it is wrong (promise P7); refusals tell the time too."""
        record(journal, use(1), refusal(2, at=NOON + timedelta(seconds=5)))
        assert journal.last_instant() == NOON + timedelta(seconds=5)

    def test_what_a_wrong_clock_has_recorded_tells_no_time(self, journal: UseJournal) -> None:
        """A year that has not come would make every right clock wrong after it (promise P7)."""
        later = replace(refusal(2, at=NOON + timedelta(days=9999)), clock_suspect=True)
        record(journal, use(1), later)
        assert journal.last_instant() == use(1).at


class TestSending:
    """What the register does not have yet, oldest first."""

    def test_uses_go_oldest_first_in_batches(self, journal: UseJournal) -> None:
        """Refusals too (promise P1)."""
        some = [use(1), refusal(2), use(3), use(4)]
        record(journal, *some)
        assert journal.unsent(3) == some[:3]
        journal.mark(some[:3])
        assert journal.unsent(3) == some[3:]
        journal.mark(some[3:])
        assert journal.unsent(3) == []
        assert journal.backlog() == Backlog(unsent=0, parked=0)

    def test_what_the_register_has_is_not_sent_again(self, journal: UseJournal) -> None:
        """A use that it decided itself."""
        record(journal, use(1), standing=Standing.SENT, source="register")
        assert journal.unsent(10) == []

    def test_a_change_is_sent_as_a_change(self, journal: UseJournal) -> None:
        """The same id with a higher revision."""
        record(journal, use(1))
        journal.mark([use(1)])
        record(journal, amended(use(1), Party(children=1)))
        assert journal.unsent(10) == [amended(use(1), Party(children=1))]

    def test_a_use_that_was_amended_under_way_is_sent_again(self, journal: UseJournal) -> None:
        """The register has only its older revision (promise P1)."""
        record(journal, use(1))
        under_way = journal.unsent(10)
        record(journal, amended(use(1), Party(children=1)))
        journal.mark(under_way)
        assert journal.unsent(10) == [amended(use(1), Party(children=1))]

    def test_what_a_late_batch_says_of_an_older_revision_undoes_no_answer(
        self, journal: UseJournal
    ) -> None:
        """The register keeps the newer of the two, whichever it got first (promise P5)."""
        record(journal, use(1))
        under_way = journal.unsent(10)
        record(journal, amended(use(1), Party(children=1)), standing=Standing.SENT)
        journal.mark(under_way)
        assert journal.unsent(10) == []
        assert journal.sent_counts() == [(str(use(1).id), 2)]

    def test_an_unanswered_batch_is_sent_whole_again(self, journal: UseJournal) -> None:
        """Nothing is marked by sending alone."""
        record(journal, use(1), use(2))
        assert journal.unsent(10) == journal.unsent(10) == [use(1), use(2)]


class TestAsking:
    """A use that the register is being asked about."""

    def test_it_is_held_back(self, journal: UseJournal) -> None:
        """Sent meanwhile it would contradict the answer."""
        record(journal, refusal(1), standing=Standing.ASKED)
        assert journal.unsent(10) == []

    def test_it_blocks_no_other(self, journal: UseJournal) -> None:
        """Older or newer."""
        record(journal, use(1))
        record(journal, refusal(2), standing=Standing.ASKED)
        record(journal, use(3))
        assert journal.unsent(10) == [use(1), use(3)]

    def test_an_unanswered_question_is_sent_as_the_store_decided(self, journal: UseJournal) -> None:
        """Whatever the register had answered (promise P1)."""
        record(journal, refusal(1), standing=Standing.ASKED)
        decided = replace(refusal(1), revision=2)
        record(journal, decided)
        assert journal.unsent(10) == [decided]

    def test_after_a_power_cut_it_is_sent_as_it_stood(
        self, journal: UseJournal, path: Path
    ) -> None:
        """The visitor was told nothing, so nothing happened (promise P1)."""
        record(journal, refusal(1), standing=Standing.ASKED)
        journal.close()
        again = UseJournal(path)
        assert again.unsent(10) == [refusal(1)]
        again.close()


class TestParking:
    """What the register cannot take is parked, and blocks nothing."""

    def test_a_parked_use_blocks_nothing_and_is_counted(self, journal: UseJournal) -> None:
        """People look at it."""
        record(journal, use(1), use(2), use(3))
        journal.mark([use(2)], parked={use(1): "offering is not served here"})
        assert journal.unsent(10) == [use(3)]
        assert journal.backlog() == Backlog(unsent=1, parked=1)

    def test_it_is_never_dropped(self, journal: UseJournal) -> None:
        """However old (promise P1)."""
        record(journal, use(1))
        journal.mark([], parked={use(1): "invalid"})
        journal.prune(NOON + 400 * DAY)
        assert journal.backlog().parked == 1

    def test_it_can_be_tried_again(self, journal: UseJournal) -> None:
        """After somebody has mended what was wrong."""
        record(journal, use(1), use(2))
        journal.mark([], parked={use(1): "invalid", use(2): "invalid"})
        assert journal.unpark() == 2
        assert journal.unsent(10) == [use(1), use(2)]
        assert journal.backlog() == Backlog(unsent=2, parked=0)
        assert journal.unpark() == 0

    def test_a_change_is_tried_again_by_itself(self, journal: UseJournal) -> None:
        """It may be what mends it."""
        record(journal, use(1))
        journal.mark([], parked={use(1): "invalid"})
        record(journal, voided(use(1)))
        assert journal.unsent(10) == [voided(use(1))]

    def test_what_was_said_of_an_older_revision_parks_no_newer_one(
        self, journal: UseJournal
    ) -> None:
        """It was amended while it was under way; the register has not seen it so."""
        record(journal, use(1))
        record(journal, amended(use(1), Party(children=1)))
        journal.mark([], parked={use(1): "invalid"})
        assert journal.unsent(10) == [amended(use(1), Party(children=1))]

    def test_a_use_kept_in_conflict_is_sent(self, journal: UseJournal) -> None:
        """The register has it, and flagged it; the kiosk does not send it again."""
        record(journal, use(1))
        journal.mark([use(1)], flagged={use(1).id: "already_used"})
        assert journal.unsent(10) == []
        assert journal.backlog() == Backlog(unsent=0, parked=0)


class TestCounting:
    """What this kiosk has used of a card's limits that the register's tally does not hold yet."""

    def test_what_was_accepted_counts_until_the_tally_holds_it(self, journal: UseJournal) -> None:
        """Sending is not enough: the tally must have come down since."""
        record(journal, use(1, Party(children=2)), use(2))
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(2, 4)
        journal.mark([use(1, Party(children=2))])
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(2, 4)
        journal.settle(journal.sent_counts())
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(1, 1)

    def test_refusals_and_other_cards_offerings_and_years_do_not_count(
        self, journal: UseJournal
    ) -> None:
        """Nor what was taken back."""
        record(journal, refusal(1), use(2, digest=ELLI), replace(use(3), offering=SHOW))
        record(journal, use(4, at=NOON - 365 * DAY), use(5), voided(use(5)))
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(0, 0)
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR - 365 * DAY) == Used(1, 1)

    def test_the_span_begins_on_its_finnish_day(self, journal: UseJournal) -> None:
        """A visit half an hour before midnight in UTC is tomorrow's."""
        late = datetime.fromisoformat("2026-12-31T23:30:00+01:00")
        record(journal, use(1, at=late))
        assert journal.uncounted(AINO, ENTRY, date(2027, 1, 1)) == Used(1, 1)

    def test_what_the_register_decided_counts_until_its_tally_has_come(
        self, journal: UseJournal
    ) -> None:
        """A card shown twice in a second is counted twice."""
        record(journal, use(1), standing=Standing.SENT, source="register")
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(1, 1)
        journal.settle(journal.sent_counts())
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(0, 0)

    def test_what_was_amended_under_way_counts_until_the_change_was_counted(
        self, journal: UseJournal
    ) -> None:
        """The register's tally holds the older party: rather a visit too many than one too few."""
        record(journal, use(1))
        under_way = journal.unsent(10)
        record(journal, amended(use(1), Party(children=2)))
        journal.mark(under_way)
        journal.settle(journal.sent_counts())
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(1, 3)
        journal.mark(journal.unsent(10))
        journal.settle(journal.sent_counts())
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(0, 0)

    def test_what_is_taken_back_after_it_was_counted_counts_back(self, journal: UseJournal) -> None:
        """Until the tally has that too."""
        record(journal, use(1, Party(children=2)))
        journal.mark(journal.unsent(10))
        journal.settle(journal.sent_counts())
        record(journal, voided(use(1, Party(children=2))))
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(-1, -3)
        journal.mark(journal.unsent(10))
        journal.settle(journal.sent_counts())
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(0, 0)


class TestPruning:
    """The register has it for good; here it is kept for a while."""

    def settled(self, journal: UseJournal, *some: Use) -> None:
        """Record uses that the register has and has counted."""
        record(journal, *some)
        journal.mark(some)
        journal.settle(journal.sent_counts())

    def test_what_the_register_has_is_forgotten_after_a_week(self, journal: UseJournal) -> None:
        """Not a day before, for a complaint may come."""
        self.settled(journal, use(1))
        journal.prune(NOON + KEEP)
        assert journal.last_accepted() is not None
        journal.prune(NOON + KEEP + DAY)
        assert journal.last_accepted() is None

    def test_what_it_does_not_have_is_kept_for_ever(self, journal: UseJournal) -> None:
        """Whether unsent, changed since, or asked about (promise P1)."""
        self.settled(journal, use(1))
        record(journal, use(2), amended(use(1), Party(children=1)))
        record(journal, refusal(3), standing=Standing.ASKED)
        journal.prune(NOON + 400 * DAY)
        assert journal.backlog() == Backlog(unsent=3, parked=0)

    def test_what_its_tally_does_not_hold_is_kept(self, journal: UseJournal) -> None:
        """Or a limit would forget it."""
        record(journal, use(1))
        journal.mark([use(1)])
        journal.prune(NOON + 400 * DAY)
        assert journal.uncounted(AINO, ENTRY, NEW_YEAR) == Used(1, 1)

    def test_a_clock_set_back_forgets_nothing(self, journal: UseJournal) -> None:
        """Nor does the journal break on one."""
        self.settled(journal, use(1))
        journal.prune(NOON - 4000 * DAY)
        assert journal.last_accepted() is not None


class TestWhatIsOnTheDisk:
    """No file holds a card number or a person (promise P6)."""

    def test_days_are_finnish(self, journal: UseJournal) -> None:
        """As every day here is."""
        late = datetime.fromisoformat("2026-11-24T22:30:00+00:00")
        record(journal, use(1, at=late))
        assert day_of(late) == TODAY + DAY
        assert journal.uncounted(AINO, ENTRY, TODAY + DAY) == Used(1, 1)


RECORDING = """
import sys, pathlib
from uuid import UUID
from datetime import UTC, datetime
from kaiku.wire import Use
from kiosk.desk import Standing
from kiosk.journal import UseJournal

journal = UseJournal(pathlib.Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 1_000_000):
    use = Use(UUID(int=number), UUID(int=1), datetime.now(UTC), bytes(16))
    journal.record(use, use.party, "local", Standing.UNSENT)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_every_use_that_was_recorded_is_there_after_kill_9(path: Path) -> None:
    """At random moments, many times over: what ``record`` returned for is in the file (P1)."""
    moments = random.Random(9)
    told: list[int] = []
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", RECORDING, path, str(len(told) + 1_000)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        told += [int(process.stdout.readline()) for _ in range(moments.randrange(1, 20))]
        time.sleep(moments.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout if line.endswith("\n")]
        process.wait()
        process.stdout.close()
        journal = UseJournal(path)
        kept = [one.id.int for one in journal.unsent(1_000_000)]
        journal.close()
        assert len(set(kept)) == len(kept)
        assert set(told) <= set(kept)
        told = kept  # one more may have been written than was told
    assert len(told) >= 8


def second_names(path: Path, folder: Path) -> list[Path]:
    """Give the files of a database second names, which show what becomes of their blocks."""
    parts = [part for part in path.parent.iterdir() if part.is_file()]
    for part in parts:
        (folder / part.name).hardlink_to(part)
    return [folder / part.name for part in parts]


class TestForgettingCards:
    """A kiosk that is revoked keeps what is unsent, and no card of what was sent (promise P6)."""

    def test_no_byte_of_a_sent_uses_card_is_left(
        self, journal: UseJournal, path: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Nor of a group's members: in no file, and in no block of the log that was removed."""
        sent, group = use(1, digest=AINO), replace(use(2, digest=AINO), members=(b"M" * 16,))
        parked, unsent = use(3, digest=b"P" * 16), use(4, digest=ELLI)
        record(journal, sent, group, parked, unsent)
        journal.mark([sent, group], parked={parked: "no such offering"})
        names = second_names(path, tmp_path_factory.mktemp("names"))
        journal.forget_cards()
        held = b"".join(part.read_bytes() for part in (*path.parent.iterdir(), *names))
        assert AINO not in held
        assert b"M" * 16 not in held
        assert (b"M" * 16).hex().encode() not in held
        assert ELLI in held
        assert journal.unsent(9) == [unsent]
        assert journal.backlog() == Backlog(unsent=1, parked=1)

    def test_what_was_sent_and_is_amended_since_is_unsent(self, journal: UseJournal) -> None:
        """The register does not have it as it is now, so it stays whole."""
        before = use(1)
        record(journal, before)
        journal.mark([before])
        now = amended(before, Party(2))
        record(journal, now)
        journal.forget_cards()
        assert journal.unsent(9) == [now]

    def test_what_a_lease_has_spent_stays(self, journal: UseJournal) -> None:
        """The kiosk may be taken in again with the same journal (promise P2)."""
        lease = UUID(int=7)
        sent = replace(use(1), lease=lease, leased=2)
        record(journal, sent)
        journal.mark([sent])
        journal.forget_cards()
        assert journal.leased(lease) == 2

    def test_the_log_of_a_journal_that_was_shut_holds_nothing(self, path: Path) -> None:
        """SQLite removes it at an orderly end: its blocks hold zeros, the use is in the file."""
        journal = UseJournal(path)
        record(journal, use(1, digest=ELLI))
        log = path.with_name("log")
        log.hardlink_to(path.with_name("journal.sqlite-wal"))
        assert ELLI in log.read_bytes()
        journal.close()
        assert not any(log.read_bytes().removeprefix(TAKEN_IN))
        again = UseJournal(path)
        assert again.unsent(9) == [use(1, digest=ELLI)]
        again.close()

    def test_a_power_cut_while_it_is_shut_takes_no_use_back(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whichever sectors of its log are on the disk by then, once the mark is (promise P1)."""
        log, flushed = path.with_name("journal.sqlite-wal"), []

        def note(_file: int) -> None:
            flushed.append((path.read_bytes(), log.read_bytes()))

        journal = UseJournal(path)
        for number in range(40):
            record(journal, use(number))
        before = log.read_bytes()
        monkeypatch.setattr("kiosk.erasing.os.fsync", note)
        journal.close()
        monkeypatch.undo()
        (file, marked), (_, ended) = flushed
        assert marked == TAKEN_IN + before[len(TAKEN_IN) :]
        assert ended == TAKEN_IN + bytes(len(before) - len(TAKEN_IN))
        chance = random.Random(1918)
        cuts = [(512 * n, 1.0) for n in range(1, len(before) // 512, 40)]
        for end, share in [*cuts, *((len(before), chance.random()) for _ in range(40))]:
            torn = bytearray(marked)
            for start in range(512, len(before), 512):
                if start >= end or chance.random() > share:
                    torn[start : start + 512] = ended[start : start + 512]
            path.write_bytes(file)
            log.write_bytes(torn)
            path.with_name("cache.sqlite").write_bytes(b"in use" * 4096)
            again = open_journal(path)
            assert again.backlog().unsent == 40
            again.close()
        assert not [*path.parent.glob("spoiled*")]

    def test_uses_that_are_forgotten_are_gone_from_their_file(self, path: Path) -> None:
        """After a week, pages that nothing uses any more hold no digest either."""
        journal = UseJournal(path)
        old = [use(n, digest=bytes([n % 251]) * 2 + b"\xaa" * 14) for n in range(500)]
        record(journal, *old)
        journal.mark(old)
        journal.settle(journal.sent_counts())
        journal.prune(NOON + KEEP + 2 * DAY)
        journal.close()
        assert b"\xaa" * 14 not in path.read_bytes()
