"""What this kiosk has decided: each use is on the disk before the visitor is told (promise P1)."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from kaiku.days import day_of
from kaiku.offering import Service
from kaiku.party import Party
from kaiku.wire import Use
from kiosk.cache import Used
from kiosk.desk import Standing
from kiosk.entries import COLUMNS, USE, as_row, read_instant, read_members, read_use
from kiosk.files import UnavailableError, committing, intact, open_journal, rewrite_version, shut
from kiosk.integrity import JOURNAL

KEEP = timedelta(days=7)
"""How long a use stays after the register has it: long enough to look into a complaint."""

_RECORD = f"""
    INSERT INTO entry ({", ".join(COLUMNS)}, counted)
    VALUES ({", ".join("?" * len(COLUMNS))}, 0)
    ON CONFLICT (id) DO UPDATE SET
        offering_version = excluded.offering_version,
        children = excluded.children, helpers = excluded.helpers,
        supporters = excluded.supporters, admitted_adults = excluded.admitted_adults,
        admitted_children = excluded.admitted_children,
        admitted_supporters = excluded.admitted_supporters,
        voided = excluded.voided, revision = excluded.revision, taken = excluded.taken,
        lease = excluded.lease, leased = excluded.leased, booked = excluded.booked,
        outcome = excluded.outcome, reason = excluded.reason, source = excluded.source,
        asked = excluded.asked, parked = NULL,
        sent_revision = CASE WHEN excluded.sent_revision > 0
            THEN excluded.revision ELSE sent_revision END,
        sent_taken = CASE WHEN excluded.sent_revision > 0
            THEN excluded.taken ELSE sent_taken END
"""  # noqa: S608  constants
_USE = f"SELECT {', '.join(USE)} FROM entry"  # noqa: S608  constants
_KEPT = JOURNAL["entry"][1:]  # but for its place: those that are taken over go on at the end
_TAKE_OVER = f"""
    INSERT INTO entry ({", ".join(_KEPT)}) VALUES ({", ".join("?" * len(_KEPT))})
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _KEPT)}
    WHERE excluded.revision > revision
"""  # noqa: S608  constants
_OF_CARD = (
    "(digest = ?1 AND members IS NULL OR id IN (SELECT use FROM group_member WHERE digest = ?1))"
)
_ATTENDS = f"""
    SELECT 1 FROM entry
    WHERE {_OF_CARD} AND offering = ?2 AND outcome = 'accepted' AND NOT voided LIMIT 1
"""  # noqa: S608  a constant
_UNCOUNTED = f"""
    SELECT coalesce(sum((taken > 0) - (counted > 0)), 0), coalesce(sum(taken - counted), 0)
    FROM entry
    WHERE {_OF_CARD} AND offering = ?2 AND fee_service IS ?3 AND day >= ?4
"""  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class Last:
    """The use that was accepted last, who came in, and how many of its seats were booked."""

    use: Use
    admitted: Party
    booked: int = 0


@dataclass(frozen=True, slots=True)
class Returning:
    """A lease that is given back, but for the seats of uses that are still to be sent."""

    lease: UUID
    unsent: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much the register does not have yet, and how much it could not take."""

    unsent: int
    parked: int


class UseJournal:
    """The journal file. Used from one thread only."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raise :class:`kiosk.files.StoreError` where that fails."""
        self.path = path
        self._db = open_journal(path)
        # What was being asked about when the power went was never told: it is sent as it stands.
        self._asked: set[UUID] = set()
        try:
            self.id = self._name()
        except sqlite3.OperationalError as error:
            self._db.close()
            raise UnavailableError(path, error, "written") from None
        """By which a lease says that this journal knows what was spent of it."""

    def _name(self) -> UUID:
        found = self._db.execute("SELECT value FROM note WHERE key = 'id'").fetchone()
        if found is not None:
            return UUID(found[0])
        name = uuid4()
        with committing(self._db):
            self._db.execute("INSERT INTO note VALUES ('id', ?)", (str(name),))
        return name

    def close(self) -> None:
        """Close the file."""
        shut(self.path, self._db)

    def record(
        self, use: Use, admitted: Party, source: str, standing: Standing, booked: int = 0
    ) -> None:
        """Commit a use, or its new revision, to the disk; return once it is there."""
        with committing(self._db):
            self._db.execute(_RECORD, as_row(use, admitted, source, standing, booked))
            members = [(member, str(use.id)) for member in use.members or ()]
            self._db.executemany("INSERT OR IGNORE INTO group_member VALUES (?, ?)", members)
        if standing is Standing.ASKED:
            self._asked.add(use.id)
        else:
            self._asked.discard(use.id)

    def give_up(self, use: UUID) -> None:
        """Send a use as it stands, though the register was asked: nothing came of the question."""
        self._asked.discard(use)

    def uncounted(
        self, digest: bytes, offering: UUID, since: date, service: Service | None = None
    ) -> Used:
        """Return the card's uses of an offering that the register's tally does not hold yet.

        Those of groups count for their members (OM-38).
        It can be negative: a use that was taken back after the register had counted it.
        """
        key = (digest, str(offering), service, since.toordinal())
        uses, taken = self._db.execute(_UNCOUNTED, key).fetchone()
        return Used(uses, taken, 0) if service is None else Used(uses, 0, taken)

    def attends(self, digest: bytes, offering: UUID) -> bool:
        """Tell whether the card has come in at an offering here: its booking is then attended.

        By itself, or as a member of a group (OM-38).
        """
        found = self._db.execute(_ATTENDS, (digest, str(offering)))
        return found.fetchone() is not None

    def leased(self, lease: UUID, but: UUID | None = None) -> int:
        """Return the seats of a lease that uses have taken, those of one use left out."""
        found = self._db.execute(
            "SELECT coalesce(sum(leased), 0) FROM entry"
            " WHERE lease = ? AND leased > 0 AND id IS NOT ?",
            (str(lease), None if but is None else str(but)),
        )
        return int(found.fetchone()[0])

    def held(self, use: Use) -> int:
        """Return the seats that a use has taken of its lease, as it was recorded last."""
        found = self._db.execute(
            "SELECT leased FROM entry WHERE id = ? AND lease IS ?",
            (str(use.id), None if use.lease is None else str(use.lease)),
        ).fetchone()
        return 0 if found is None else int(found[0])

    def give_back(self, leases: Iterable[UUID]) -> None:
        """Spend nothing more of these leases, whatever becomes of the power."""
        with committing(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO given_back VALUES (?, NULL)",
                [(str(lease),) for lease in leases],
            )

    def is_given_back(self, lease: UUID) -> bool:
        """Tell whether a lease has been given back: nothing more is spent of it."""
        found = self._db.execute("SELECT 1 FROM given_back WHERE lease = ?", (str(lease),))
        return found.fetchone() is not None

    def returning(self) -> list[Returning]:
        """Return what the register is to be told of leases that were given back."""
        rows = self._db.execute(
            "SELECT lease, told, (SELECT coalesce(sum(leased), 0) FROM entry WHERE"
            " entry.lease = given_back.lease AND leased > 0 AND sent_revision < revision)"
            " FROM given_back WHERE told IS NULL OR told > 0"
        ).fetchall()
        return [
            Returning(UUID(lease), unsent)
            for lease, told, unsent in rows
            if told is None or unsent < told
        ]

    def returned(self, told: Returning) -> None:
        """Remember what the register was told of a lease."""
        self._db.execute(
            "UPDATE given_back SET told = ? WHERE lease = ?",
            (told.unsent, str(told.lease)),
        )

    def last_accepted(self) -> Last | None:
        """Return the use that was accepted last, if any."""
        row = self._db.execute(
            f"{_USE} WHERE outcome = 'accepted' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        admitted = "admitted_adults, admitted_children, admitted_supporters, booked"
        adults, children, supporters, booked = self._db.execute(
            f"SELECT {admitted} FROM entry WHERE id = ?",  # noqa: S608  constant columns
            row[:1],
        ).fetchone()
        with intact(self.path):
            use = read_use(row)
        return Last(use, Party(children, use.party.helpers, supporters, adults), booked)

    def unsent(self, most: int, but: frozenset[UUID] = frozenset()) -> list[Use]:
        """Return the oldest uses that the register does not have as they now are.

        Some can be left out.
        """
        held_back = but | self._asked
        rows = self._db.execute(
            f"{_USE} WHERE sent_revision < revision AND parked IS NULL ORDER BY seq LIMIT ?",
            (most + len(held_back),),
        )
        with intact(self.path):
            uses = [read_use(row) for row in rows]
        return [use for use in uses if use.id not in held_back][:most]

    def mark(
        self,
        sent: Iterable[Use],
        flagged: Mapping[UUID, str] | None = None,
        parked: Mapping[Use, str] | None = None,
    ) -> None:
        """Remember what became of uses that were sent, in one commit.

        ``flagged`` are those that the register kept in conflict, ``parked`` those that it cannot
        take. A use that was amended while it was under way stays unsent, for only its older
        revision went, and what is said of that one parks no other. Where the register has answered
        about a newer revision meanwhile, it has that.
        """
        with committing(self._db):
            for use in sent:
                self._db.execute(
                    "UPDATE entry SET sent_revision = max(sent_revision, ?2), flagged = ?3,"
                    " sent_taken = CASE WHEN revision = ?2 THEN taken ELSE sent_taken END,"
                    " parked = CASE WHEN revision = ?2 THEN NULL ELSE parked END"
                    " WHERE id = ?1",
                    (str(use.id), use.revision, (flagged or {}).get(use.id)),
                )
            for use, why in (parked or {}).items():
                self._db.execute(
                    "UPDATE entry SET parked = ? WHERE id = ? AND revision = ?",
                    (why, str(use.id), use.revision),
                )

    def sent_counts(self) -> Sequence[tuple[str, int]]:
        """Return what the register has counted of uses, perhaps not yet in the cache's tallies."""
        return self._db.execute(
            "SELECT id, sent_taken FROM entry WHERE sent_taken != counted"
        ).fetchall()

    def has_unsettled(self, offerings: Iterable[UUID]) -> bool:
        """Tell whether a use of these offerings was sent and is not settled yet."""
        counted = {str(offering) for offering in offerings}
        waiting = self._db.execute(
            "SELECT DISTINCT offering FROM entry WHERE sent_taken != counted"
        )
        return any(offering in counted for (offering,) in waiting)

    def settle(self, counts: Sequence[tuple[str, int]]) -> None:
        """Regard these counts as part of the cache's tallies.

        A fetch begun after them has ended.
        """
        with committing(self._db):
            self._db.executemany(
                "UPDATE entry SET counted = ? WHERE id = ?",
                [(taken, use_id) for use_id, taken in counts],
            )

    def parked(self) -> list[Use]:
        """Return the uses that the register could not take, oldest first."""
        rows = self._db.execute(
            f"{_USE} WHERE sent_revision < revision AND parked IS NOT NULL ORDER BY seq"
        )
        with intact(self.path):
            return [read_use(row) for row in rows]

    def unpark(self) -> int:
        """Try parked uses again at the next sending; return how many there were."""
        return self._db.execute("UPDATE entry SET parked = NULL WHERE parked IS NOT NULL").rowcount

    def backlog(self) -> Backlog:
        """Count what is unsent and what is parked."""
        unsent, parked = self._db.execute(
            "SELECT coalesce(sum(parked IS NULL), 0), coalesce(sum(parked IS NOT NULL), 0)"
            " FROM entry WHERE sent_revision < revision"
        ).fetchone()
        return Backlog(unsent, parked)

    def last_instant(self) -> datetime | None:
        """Return the latest instant on record: a clock that is before it is wrong (promise P7).

        What was recorded with a clock that was suspect proves nothing.
        """
        row = self._db.execute(
            "SELECT at FROM entry WHERE NOT clock_suspect ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        with intact(self.path):
            return None if row is None else read_instant(row[0])

    def forget_cards(self) -> None:
        """Forget, on the disk too, whose the uses were that the register has (promise P6).

        What is unsent stays as it is, parked or not, and so does what a lease has spent.
        """
        with committing(self._db):
            self._db.execute(
                "DELETE FROM group_member WHERE use IN"
                " (SELECT id FROM entry WHERE sent_revision >= revision)"
            )
            self._db.execute(
                "UPDATE entry SET digest = NULL, members = NULL WHERE sent_revision >= revision"
            )
        self._db.execute("PRAGMA wal_checkpoint(FULL)")  # into the pages that VACUUM cuts off
        self._db.execute("VACUUM")
        shut(self.path, self._db)
        self._db = open_journal(self.path)

    def take_over(self, entries: Iterable[Mapping[str, object]], leases: Iterable[str]) -> int:
        """Take in, in one commit, what another journal held; return how many uses were new.

        A use that is here already as it stands there, or as it was later, stays. Of ``leases``,
        which were that journal's, nothing is spent here and nothing told: what it spent of them is
        not known (promise P2).
        """
        taken = 0
        with committing(self._db):
            for entry in entries:
                row = [entry[name] for name in _KEPT]
                taken += self._db.execute(_TAKE_OVER, row).rowcount
                members = [
                    (member, entry["id"]) for member in read_members(str(entry["members"] or ""))
                ]
                self._db.executemany("INSERT OR IGNORE INTO group_member VALUES (?, ?)", members)
            self._db.executemany(
                "INSERT OR IGNORE INTO given_back VALUES (?, 0)", [(lease,) for lease in leases]
            )
        return taken

    def is_whole(self) -> bool:
        """Tell whether nothing is found wrong with the file; all of it is read."""
        try:
            for table in JOURNAL:
                self._db.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  ours
            found = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(found == ("ok",))

    def try_to_write(self) -> None:
        """Write a little and change nothing."""
        rewrite_version(self._db)

    def prune(self, now: datetime, after: date = date.min) -> None:
        """Forget uses of days past ``after`` that the register has had for more than :data:`KEEP`.

        But not what says how much of a lease is spent, while it runs.
        """
        with committing(self._db):
            self._db.execute(
                "DELETE FROM entry WHERE day > ? AND day < ? AND sent_revision >= revision"
                " AND parked IS NULL AND sent_taken = counted"
                " AND (leased = 0 OR lease IN (SELECT lease FROM given_back))",
                (after.toordinal(), day_of(now - KEEP).toordinal()),
            )
            self._db.execute("DELETE FROM group_member WHERE use NOT IN (SELECT id FROM entry)")
