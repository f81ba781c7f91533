"""A page of the change feed: what a kiosk needs of all that changed since its cursor.

Reading is by many short transactions, for a long one would keep writers out of SQLite. Nothing is
lost between them: the end of the span is read first, and what changes meanwhile moves beyond it and
comes with the next page. The next cursor names the place at which the register was in the end, and
not the end of the span: a register that is put back to between the two has not moved those rows.
"""

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, bindparam, select
from sqlmodel import Session, col

from kaiku.text import Text
from kaiku.wire import Anew, CursorRow, StationRow
from server.database import snapshot
from server.kaikukanta.feed.service import Place, newest, was_at
from server.kaikukanta.kiosks.cursor import BEGINNING, Cursor, Cut
from server.kaikukanta.kiosks.lines import line
from server.kaikukanta.kiosks.source import Source, Span
from server.kaikukanta.kiosks.sources import sources
from server.kaikukanta.kiosks.tables import Kiosk
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.settings import Settings

_NAMES = (
    select(col(Venue.name_fi), col(Venue.name_sv), col(Venue.name_en))
    .join(Kiosk, col(Kiosk.venue_id) == col(Venue.id))
    .where(col(Kiosk.id) == bindparam("kiosk"))
)
CHUNK = 5_000
"""Rows of one transaction: a few tens of milliseconds."""


@dataclass(slots=True)
class Page:
    """A page that is being read: what follows the cursor, up to the change at ``bound``.

    ``station`` is the line that tells a kiosk of itself, ``lines`` are those that were read so far
    and not sent, ``seen`` is where the register was when that was read.
    """

    cursor: Cursor
    bound: int
    station: str
    reader: "_Reader"
    lines: list[str]
    seen: Place

    def read_on(self, session: Session) -> None:
        """Read the next rows, and then where the register is: they are of no later.

        Where it is put back meanwhile, what was seen stays, so that the next page begins anew.
        """
        self.lines = self.reader.read(session)
        if was_at(session, self.seen):
            self.seen = newest(session)


def open_page(session: Session, kiosk_id: UUID, cursor: Cursor, settings: Settings) -> Page:
    """Read the first part of a page; raise :class:`CursorError` for what is no place in it.

    A small page is read whole, so that in a :func:`server.database.snapshot` nothing changes while
    it is. A cursor that has seen another past than this register's is from before a backup was put
    back: the feed then begins anew.
    """
    seen = newest(session)
    if not _follows(session, cursor):
        cursor = BEGINNING
    bound = seen.seq if cursor.cut is None else cursor.cut.bound
    found = sources(session, kiosk_id, Span(cursor.after, bound))
    last: tuple[str, ...] = ()
    if cursor.cut is not None:
        found = [source for source in found if source.name >= cursor.cut.source]
        if found and found[0].name == cursor.cut.source:
            last = cursor.cut.last
            found[0].place(last)
    station = line(_station(session, kiosk_id, settings))
    reader = _Reader(deque(found), last, settings.page_rows)
    page = Page(cursor, bound, station, reader, [], seen)
    page.read_on(session)
    return page


def read_page(engine: Engine, page: Page) -> Iterator[bytes]:
    """Yield the page in pieces of whole lines; the last line is the new cursor.

    More is waiting also where something changed while it was read: a kiosk that has come to the end
    has all that there was at one instant, and nothing else.
    """
    checksum = f"{zlib.crc32(page.station.encode()):08x}"
    if page.cursor == BEGINNING:
        yield f"{line(Anew())}\n".encode()
    if checksum != page.cursor.station:
        yield f"{page.station}\n".encode()
    reader = page.reader
    while True:
        if page.lines:
            yield ("\n".join(page.lines) + "\n").encode()
        if not (reader.sources and reader.left):
            break
        with snapshot(engine) as session:
            page.read_on(session)
    if reader.sources:
        cut = Cut(page.bound, reader.sources[0].name, reader.last)
        cursor = Cursor(page.cursor.after, checksum, cut, page.seen)
    else:
        cursor = Cursor(page.bound, checksum, None, page.seen)
    more = cursor.cut is not None or page.seen.seq > page.bound
    yield f"{line(CursorRow(str(cursor), more))}\n".encode()


def compressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces as one gzip stream, each as soon as it is there."""
    gzip = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        if packed := gzip.compress(piece):
            yield packed
    yield gzip.flush()


@dataclass(slots=True)
class _Reader:
    """Where reading is: the sources that are left, the first one's last row, and rows to go."""

    sources: deque[Source]
    last: tuple[str, ...]
    left: int

    def read(self, session: Session) -> list[str]:
        """Return the next lines, as many as one transaction may have."""
        lines: list[str] = []
        most = min(self.left, CHUNK)
        while self.sources and len(lines) < most:
            asked = most - len(lines)
            found, self.last = self.sources[0].read(session, self.last, asked)
            lines += found
            if len(found) < asked:
                self.sources.popleft()
                self.last = ()
        self.left -= len(lines)
        return lines


def _follows(session: Session, cursor: Cursor) -> bool:
    """Tell whether a kiosk was told nothing but this register's past."""
    seen = cursor.seen
    return seen is not None and cursor.after <= cursor.bound <= seen.seq and was_at(session, seen)


def _station(session: Session, kiosk_id: UUID, settings: Settings) -> StationRow:
    names = session.connection().execute(_NAMES, {"kiosk": kiosk_id}).one()
    return StationRow(Text(*names), settings.earlier_numbers.pattern, settings.group_size)
