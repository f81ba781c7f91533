"""A page of the change feed: what a kiosk needs of all that changed since its cursor.

Reading is by many short transactions, for a long one would keep writers out of SQLite. Nothing is
lost between them: the end of the span is read first, and what changes meanwhile moves beyond it and
comes with the next page.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from kaiku.text import Text
from kaiku.wire import CursorRow, StationRow
from server.database import read
from server.kaikukanta.feed.tables import Feed
from server.kaikukanta.kiosks.cursor import BEGINNING, Cursor, Cut
from server.kaikukanta.kiosks.lines import line
from server.kaikukanta.kiosks.sources import Source, Span, sources
from server.kaikukanta.kiosks.tables import Kiosk
from server.kaikukanta.network.tables import Venue

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
    return session.exec(select(Feed.seq)).one()


def open_page(
    session: Session, kiosk_id: UUID, cursor: Cursor, earlier_numbers: str, most: int
) -> Page:
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
    station = line(_station(session, kiosk_id, earlier_numbers))
    return Page(cursor, bound, tuple(found), station, most)


def read_page(engine: Engine, page: Page) -> Iterator[bytes]:
    """Yield the page in pieces of whole lines; the last line is the new cursor."""
    checksum = f"{zlib.crc32(page.station.encode()):08x}"
    if checksum != page.cursor.station:
        yield f"{page.station}\n".encode()
    left = page.most
    for source in page.sources:
        last = _last(page.cursor.cut, source)
        while True:
            asked = min(left, CHUNK)
            with read(engine) as session:
                lines, last = source.read(session, last, asked)
            left -= len(lines)
            if lines:
                yield ("\n".join(lines) + "\n").encode()
            if left == 0:
                yield _end(Cursor(page.cursor.after, checksum, Cut(page.bound, source.name, last)))
                return
            if len(lines) < asked:
                break
    yield _end(Cursor(page.bound, checksum))


def compressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces as one gzip stream, each as soon as it is there."""
    gzip = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        if packed := gzip.compress(piece):
            yield packed
    yield gzip.flush()


def _last(cut: Cut | None, source: Source) -> tuple[str, ...]:
    return cut.last if cut is not None and cut.source == source.name else ()


def _end(cursor: Cursor) -> bytes:
    return f"{line(CursorRow(str(cursor), more=cursor.cut is not None))}\n".encode()


def _station(session: Session, kiosk_id: UUID, earlier_numbers: str) -> StationRow:
    of_kiosk = select(Venue).join(Kiosk, col(Kiosk.venue_id) == col(Venue.id))
    venue = session.exec(of_kiosk.where(Kiosk.id == kiosk_id)).one()
    return StationRow(Text(venue.name_fi, venue.name_sv, venue.name_en), earlier_numbers)
