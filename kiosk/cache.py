"""What the register has told the kiosk: cards by digest, the offerings it serves, and counts.

All of it can be fetched again, so it is written quickly and wiped without loss.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from kaiku.card import Card, Kind, Status
from kaiku.days import aware
from kaiku.offering import Offering, Service
from kaiku.wire import (
    Anew,
    BookingRow,
    CardGone,
    CardRow,
    LeaseRow,
    OfferingGone,
    OfferingRow,
    Row,
    StationRow,
    TallyRow,
    read_offering,
    read_row,
    write_offering,
    write_row,
)
from kiosk.erasing import overwrite
from kiosk.files import committing, intact, open_cache, parts, rewrite_version, shut

_CARD = "SELECT kind, children, valid_from, valid_until, status FROM card WHERE digest = ?"
_TALLY = (
    "SELECT uses, visits, cents FROM tally"
    " WHERE digest = ? AND offering = ? AND service = ? AND since = ?"
)
_BOOKED = "SELECT coalesce(sum(seats), 0) FROM booking WHERE digest = ? AND offering = ?"
_LEASE = "SELECT id, offering, day, seats, journal, recalled FROM lease WHERE told = ?"
_ADD_CARD = "INSERT OR IGNORE INTO card VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_CARD = "INSERT OR REPLACE INTO card VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_OFFERING = "INSERT OR REPLACE INTO offering VALUES (?, ?, ?)"
_PUT_TALLY = "INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_BOOKING = "INSERT OR REPLACE INTO booking VALUES (?, ?, ?, ?, ?)"
_PUT_LEASE = "INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_NOTE = "INSERT OR REPLACE INTO note VALUES (?, ?)"


_CardColumns = tuple[bytes, str, int, int, int, str, int]

SWEPT = 500
"""Cards that are swept at once: a few milliseconds, so that no scan waits long behind them."""

_ANYTHING = " UNION ALL ".join(
    f"SELECT 1 FROM (SELECT * FROM {table} LIMIT 1)"  # noqa: S608  ours
    for table in ("card", "offering", "tally", "booking", "lease")
)
_STRETCH = "SELECT digest FROM card WHERE digest > ? ORDER BY digest LIMIT 1 OFFSET ?"
_SWEEP_TO = "DELETE FROM {} WHERE digest > ? AND digest <= ? AND told < ?"
_SWEEP_ON = "DELETE FROM {} WHERE digest > ? AND told < ?"


@dataclass(frozen=True, slots=True)
class Used:
    """A card's accepted uses and visits of an offering, or a service's cents, over a span."""

    uses: int
    visits: int
    cents: int = 0


class CardCache:
    """The cache file. Used from one thread only."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raise :class:`kiosk.files.StoreError` where that fails."""
        self.path = path
        self._db = open_cache(path)
        self._offerings: tuple[Offering, ...] | None = None
        self._round = self._count_rounds()
        self.cards = self._count()
        """How many cards there are."""

    def _count(self) -> int:
        """Return how many cards there are, as it was noted: to count a million takes a second."""
        noted = self._note("cards")
        if noted is None:
            return int(self._db.execute("SELECT count(*) FROM card").fetchone()[0])
        with intact(self.path):
            return int(noted)

    def _count_rounds(self) -> int:
        noted = self._note("round")
        with intact(self.path):
            return int(noted or 0)

    def close(self) -> None:
        """Close the file."""
        shut(self.path, self._db)

    def card(self, digest: bytes) -> Card | None:
        """Return the card under a digest, or None."""
        row = self._db.execute(_CARD, (digest,)).fetchone()
        if row is None:
            return None
        kind, children, valid_from, valid_until, status = row
        with intact(self.path):
            return Card(Kind(kind), children, _day(valid_from), _day(valid_until), Status(status))

    def used(
        self, digest: bytes, offering: UUID, since: date, service: Service | None = None
    ) -> Used:
        """Return what the register last told of the card's uses of an offering since a day."""
        key = (digest, str(offering), service or "", since.toordinal())
        return Used(*(self._db.execute(_TALLY, key).fetchone() or (0, 0)))

    def booked(self, digest: bytes, offering: UUID) -> int:
        """Return the seats that the card's bookings hold, and that no use has attended yet."""
        return int(self._db.execute(_BOOKED, (digest, str(offering))).fetchone()[0])

    def leases(self) -> tuple[LeaseRow, ...]:
        """Return every lease that the register has told of, but for those given back.

        And where the feed has begun anew, but for those that were not told again yet: a register
        that was put back may have given their seats to others (promise P2).
        """
        rows = self._db.execute(f"{_LEASE} ORDER BY id", (self._round,))
        with intact(self.path):
            return tuple(_lease(row) for row in rows)

    def leases_of(self, offering: UUID, day: date) -> tuple[LeaseRow, ...]:
        """Return those of an offering's day."""
        key = (self._round, str(offering), day.toordinal())
        rows = self._db.execute(f"{_LEASE} AND offering = ? AND day = ?", key)
        with intact(self.path):
            return tuple(_lease(row) for row in rows)

    def lease(self, lease: UUID) -> LeaseRow | None:
        """Return a lease by its id."""
        row = self._db.execute(f"{_LEASE} AND id = ?", (self._round, str(lease))).fetchone()
        with intact(self.path):
            return None if row is None else _lease(row)

    def forget_leases(self, leases: Iterable[UUID]) -> None:
        """Forget leases that were given back: the journal knows of them."""
        with committing(self._db):
            self._db.executemany(
                "DELETE FROM lease WHERE id = ?", [(str(lease),) for lease in leases]
            )

    def offerings(self) -> tuple[Offering, ...]:
        """Return all offerings that this kiosk serves."""
        if self._offerings is None:
            rows = self._db.execute("SELECT body FROM offering ORDER BY id").fetchall()
            with intact(self.path):
                self._offerings = tuple(read_offering(json.loads(body)) for (body,) in rows)
        return self._offerings

    def offering(self, offering: UUID) -> Offering | None:
        """Return an offering that this kiosk serves."""
        return next((each for each in self.offerings() if each.id == offering), None)

    def offering_now(self, now: datetime) -> Offering | None:
        """Return the offering that an entrance serves now.

        It is the performance that is on, else the standing entry, else the performance that comes
        next, else the last one (which is over, and the verdict will say so). None while there is
        none.
        """
        dated: list[tuple[datetime, datetime, Offering]] = []
        standing: list[Offering] = []
        for offering in self.offerings():
            if offering.window is None:
                standing.append(offering)
            else:
                dated.append((offering.window.starts, offering.window.ends, offering))
        on = [entry for entry in dated if entry[2].is_on(now)]
        if on:
            return min(on, key=lambda entry: entry[1])[2]
        if standing:
            return standing[0]
        coming = [entry for entry in dated if now < entry[1]]
        if coming:
            return min(coming, key=lambda entry: entry[0])[2]
        return max(dated, key=lambda entry: entry[1])[2] if dated else None

    @property
    def cursor(self) -> str | None:
        """Where the next fetch of changes goes on; None from the beginning."""
        return self._note("cursor")

    @property
    def whole(self) -> bool:
        """Tell whether a first sync has come to its end, so that an absent card is unknown."""
        return self._note("whole") is not None

    @property
    def station(self) -> StationRow | None:
        """What the register told of this kiosk's venue and of earlier card numbers."""
        note = self._note("station")
        with intact(self.path):
            row = None if note is None else read_row(json.loads(note))
        return row if isinstance(row, StationRow) else None

    @property
    def clock_doubted(self) -> bool:
        """Tell whether the kiosk's clock was suspect when it was last looked at (promise P7)."""
        return self._note("clock") is not None

    def doubt_clock(self, *, doubted: bool) -> None:
        """Remember over a restart whether the clock is suspect."""
        if doubted:
            self._db.execute(_PUT_NOTE, ("clock", "suspect"))
        else:
            self._db.execute("DELETE FROM note WHERE key = 'clock'")

    @property
    def heard(self) -> datetime | None:
        """When the register was last heard, as far as it was written down."""
        note = self._note("heard")
        with intact(self.path):
            return None if note is None else aware(datetime.fromisoformat(note))

    def hear(self, at: datetime) -> None:
        """Remember over a restart that the register was heard at an instant."""
        self._db.execute(_PUT_NOTE, ("heard", at.isoformat()))

    def apply(self, rows: Iterable[Row]) -> None:
        """Take in a part of the change feed in one transaction; taking it in twice is harmless."""
        cards: list[_CardColumns] = []
        with self._counting(), committing(self._db):
            for row in rows:
                match row:
                    case CardRow(digest, card):
                        cards.append((digest, *_columns(card), self._round))
                    case CardGone() | Anew():
                        self._put(cards)
                        cards.clear()
                        self._apply(row)
                    case _:
                        self._apply(row)
            self._put(cards)
            self._db.execute(_PUT_NOTE, ("cards", str(self.cards)))

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Count as before where what is done within is not committed."""
        before = self.cards, self._round
        try:
            yield
        except BaseException:
            self.cards, self._round = before
            raise

    def _put(self, cards: list[_CardColumns]) -> None:
        """Add cards and replace those that were there, keeping count without counting anew."""
        if not cards:
            return
        added = self._db.executemany(_ADD_CARD, cards).rowcount
        self.cards += added
        if added < len(cards):
            self._db.executemany(_PUT_CARD, cards)

    def _apply(self, row: Row) -> None:
        match row:
            case OfferingRow(offering):
                body = json.dumps(write_offering(offering))
                self._db.execute(_PUT_OFFERING, (str(offering.id), body, self._round))
                self._offerings = None
            case TallyRow(digest, offering_id, since, uses, visits, service, cents):
                key = (digest, str(offering_id), service or "", since.toordinal())
                self._db.execute(_PUT_TALLY, (*key, uses, visits, cents, self._round))
            case BookingRow(id_, digest, offering_id, seats):
                booking = (str(id_), digest, str(offering_id), seats)
                self._db.execute(_PUT_BOOKING, (*booking, self._round))
            case LeaseRow(id_, offering_id, day, seats, journal, recalled):
                lease = (str(id_), str(offering_id), day.toordinal(), seats, str(journal), recalled)
                self._db.execute(_PUT_LEASE, (*lease, self._round))
            case StationRow():
                self._db.execute(_PUT_NOTE, ("station", json.dumps(write_row(row))))
            case CardGone(digest):
                gone = self._db.execute("DELETE FROM card WHERE digest = ?", (digest,))
                self.cards -= gone.rowcount
                self._db.execute("DELETE FROM tally WHERE digest = ?", (digest,))
                self._db.execute("DELETE FROM booking WHERE digest = ?", (digest,))
            case OfferingGone(offering_id):
                self._db.execute("DELETE FROM offering WHERE id = ?", (str(offering_id),))
                self._offerings = None
            case Anew():
                self._round += 1
                self._db.execute(_PUT_NOTE, ("round", str(self._round)))
                if self._db.execute(_ANYTHING).fetchone() is not None:
                    self._db.execute(_PUT_NOTE, ("sweep", "later"))
            case _:
                pass

    def turn_page(self, cursor: str, *, last: bool) -> None:
        """Remember how far the feed has been taken in; ``last`` says that nothing was waiting.

        Where the feed had begun anew, what was not told again is then to be swept.
        """
        with committing(self._db):
            self._db.execute(_PUT_NOTE, ("cursor", cursor))
            if last:
                self._db.execute(_PUT_NOTE, ("whole", "yes"))
                self._db.execute("UPDATE note SET value = 'due' WHERE key = 'sweep'")

    def sweep(self, after: bytes = b"") -> bytes | None:
        """Forget, of a stretch of cards, what was not told again since the feed began anew.

        Return the last digest of the stretch, to go on after it; None where nothing is to be swept
        any more, or not yet. Swept are those that were told before, so that nothing that was told
        is missing at any time. Broken off, it is done once more from its beginning.
        """
        if self._note("sweep") != "due":
            return None
        with self._counting(), committing(self._db):
            end = self._db.execute(_STRETCH, (after, SWEPT - 1)).fetchone()
            where = (after, self._round) if end is None else (after, end[0], self._round)
            of_digest = _SWEEP_ON if end is None else _SWEEP_TO
            self.cards -= self._db.execute(of_digest.format("card"), where).rowcount
            for table in ("tally", "booking"):
                self._db.execute(of_digest.format(table), where)
            if end is None:
                for table in ("offering", "lease"):
                    self._db.execute(f"DELETE FROM {table} WHERE told < ?", (self._round,))  # noqa: S608  ours
                self._db.execute("DELETE FROM note WHERE key = 'sweep'")
                self._offerings = None
            self._db.execute(_PUT_NOTE, ("cards", str(self.cards)))
        return None if end is None else bytes(end[0])

    def try_to_write(self) -> None:
        """Write a little and change nothing."""
        rewrite_version(self._db)

    def wipe(self) -> None:
        """Forget everything, on the disk too: the kiosk was revoked (promise P6).

        The files are overwritten and made anew, which needs no free space. Raises OSError, with all
        as it was, where the disk takes nothing.
        """
        for part in parts(self.path):
            overwrite(part)
        self._db.close()
        for part in parts(self.path):
            part.unlink(missing_ok=True)
        self._db = open_cache(self.path)
        self._offerings = None
        self._round = 0
        self.cards = 0

    def _note(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])


@lru_cache(maxsize=4096)
def _day(ordinal: int) -> date:
    return date.fromordinal(ordinal)


def _lease(row: Sequence[Any]) -> LeaseRow:
    id_, offering, day, seats, journal, recalled = row
    return LeaseRow(UUID(id_), UUID(offering), _day(day), seats, UUID(journal), bool(recalled))


def _columns(card: Card) -> tuple[str, int, int, int, str]:
    return (
        card.kind.value,
        card.children,
        card.valid_from.toordinal(),
        card.valid_until.toordinal(),
        card.status.value,
    )
