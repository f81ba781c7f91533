"""A page of the change feed: what a kiosk needs of all that changed since its cursor.

Reading is by many short transactions, for a long one would keep writers out of SQLite. Nothing is
lost between them: the end of the span is read first, and what changes meanwhile moves beyond it and
comes with the next page.
"""

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, bindparam, select
from sqlmodel import Session, col

from kaiku.text import Text
from kaiku.wire import CursorRow, StationRow
from server.database import read
from server.kaikukanta.feed.tables import Feed
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
_POSITION = select(col(Feed.seq))

CHUNK = 5_000
"""Rows of one transaction: a few tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is about to be read: at most ``most`` rows of the sources, from the cursor on.

    ``bound`` is the last change that it covers, ``station`` the line that tells a kiosk of itself.
    """

    cursor: Cursor
    bound: int
    sources: tuple[Source, ...]
    station: str
    most: int


def position(session: Session) -> int:
    """Return the place of the newest change."""
    newest: int = session.connection().execute(_POSITION).scalar_one()
    return newest


def open_page(session: Session, kiosk_id: UUID, cursor: Cursor, settings: Settings) -> Page:
    """Fix what a page covers; raise :class:`CursorError` for a cursor that was tampered with.

    A cursor beyond the newest change is from before the register was restored from a backup: the
    feed then begins anew.
    """
    newest = position(session)
    bound = newest if cursor.cut is None else cursor.cut.bound
    if not cursor.after <= bound <= newest:
        cursor, bound = BEGINNING, newest
    found = sources(session, kiosk_id, Span(cursor.after, bound))
    if cursor.cut is not None:
        found = [source for source in found if source.name >= cursor.cut.source]
        if found and found[0].name == cursor.cut.source:
            found[0].place(cursor.cut.last)
    station = line(_station(session, kiosk_id, settings))
    return Page(cursor, bound, tuple(found), station, settings.page_rows)


def read_page(engine: Engine, page: Page) -> Iterator[bytes]:
    """Yield the page in pieces of whole lines; the last line is the new cursor."""
    checksum = f"{zlib.crc32(page.station.encode()):08x}"
    if checksum != page.cursor.station:
        yield f"{page.station}\n".encode()
    reader = _Reader(deque(page.sources), _last(page), page.most)
    while reader.sources and reader.left:
        with read(engine) as session:
            lines = reader.read(session)
        if lines:
            yield ("\n".join(lines) + "\n").encode()
    if reader.sources:
        cut = Cut(page.bound, reader.sources[0].name, reader.last)
        cursor = Cursor(page.cursor.after, checksum, cut)
    else:
        cursor = Cursor(page.bound, checksum)
    yield f"{line(CursorRow(str(cursor), more=cursor.cut is not None))}\n".encode()


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


def _last(page: Page) -> tuple[str, ...]:
    """Return the last row that the kiosk has of the page's first source."""
    cut = page.cursor.cut
    at_cut = cut is not None and page.sources and page.sources[0].name == cut.source
    return cut.last if cut is not None and at_cut else ()


def _station(session: Session, kiosk_id: UUID, settings: Settings) -> StationRow:
    names = session.connection().execute(_NAMES, {"kiosk": kiosk_id}).one()
    return StationRow(Text(*names), settings.earlier_numbers.pattern, settings.group_size)
