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
from kaiku.offering import Offering, Service
from kaiku.wire import (
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
_LEASE = "SELECT id, offering, day, seats, journal, recalled FROM lease"
_ADD_CARD = "INSERT OR IGNORE INTO card VALUES (?, ?, ?, ?, ?, ?)"
_PUT_CARD = "INSERT OR REPLACE INTO card VALUES (?, ?, ?, ?, ?, ?)"
_PUT_TALLY = "INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_BOOKING = "INSERT OR REPLACE INTO booking VALUES (?, ?, ?, ?)"
_PUT_LEASE = "INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?)"
_PUT_NOTE = "INSERT OR REPLACE INTO note VALUES (?, ?)"


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
        self.cards = self._count()
        """How many cards there are."""

    def _count(self) -> int:
        """Return how many cards there are, as it was noted: to count a million takes a second."""
        noted = self._note("cards")
        if noted is None:
            return int(self._db.execute("SELECT count(*) FROM card").fetchone()[0])
        with intact(self.path):
            return int(noted)

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
        """Return every lease that the register has told of, but for those given back."""
        return tuple(_lease(row) for row in self._db.execute(f"{_LEASE} ORDER BY id"))

    def leases_of(self, offering: UUID, day: date) -> tuple[LeaseRow, ...]:
        """Return those of an offering's day."""
        key = (str(offering), day.toordinal())
        rows = self._db.execute(f"{_LEASE} WHERE offering = ? AND day = ?", key)
        return tuple(_lease(row) for row in rows)

    def lease(self, lease: UUID) -> LeaseRow | None:
        """Return a lease by its id."""
        row = self._db.execute(f"{_LEASE} WHERE id = ?", (str(lease),)).fetchone()
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
        return None if note is None else datetime.fromisoformat(note)

    def hear(self, at: datetime) -> None:
        """Remember over a restart that the register was heard at an instant."""
        self._db.execute(_PUT_NOTE, ("heard", at.isoformat()))

    def apply(self, rows: Iterable[Row]) -> None:
        """Take in a part of the change feed in one transaction; taking it in twice is harmless."""
        cards: list[tuple[bytes, str, int, int, int, str]] = []
        with self._counting(), committing(self._db):
            for row in rows:
                match row:
                    case CardRow(digest, card):
                        cards.append((digest, *_columns(card)))
                    case CardGone():
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
        before = self.cards
        try:
            yield
        except BaseException:
            self.cards = before
            raise

    def _put(self, cards: list[tuple[bytes, str, int, int, int, str]]) -> None:
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
                self._db.execute(
                    "INSERT OR REPLACE INTO offering VALUES (?, ?)", (str(offering.id), body)
                )
                self._offerings = None
            case TallyRow(digest, offering_id, since, uses, visits, service, cents):
                key = (digest, str(offering_id), service or "", since.toordinal())
                self._db.execute(_PUT_TALLY, (*key, uses, visits, cents))
            case BookingRow(id_, digest, offering_id, seats):
                self._db.execute(_PUT_BOOKING, (str(id_), digest, str(offering_id), seats))
            case LeaseRow(id_, offering_id, day, seats, journal, recalled):
                lease = (str(id_), str(offering_id), day.toordinal(), seats, str(journal), recalled)
                self._db.execute(_PUT_LEASE, lease)
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
            case _:
                pass

    def turn_page(self, cursor: str, *, last: bool) -> None:
        """Remember how far the feed has been taken in; ``last`` says that nothing was waiting."""
        with committing(self._db):
            self._db.execute(_PUT_NOTE, ("cursor", cursor))
            if last:
                self._db.execute(_PUT_NOTE, ("whole", "yes"))

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
