"""Reading the change feed as a kiosk does."""

import json
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from kaiku.wire import CursorRow, Row, read_row
from server.database import read, snapshot
from server.kaikukanta.kiosks.changes import open_page, read_page
from server.kaikukanta.kiosks.cursor import BEGINNING, read_cursor
from server.kaikukanta.kiosks.tables import Kiosk
from server.security import hash_token
from tests.server.kaikukanta.town import Somebody, Town


@dataclass(frozen=True)
class Page:
    """A page that was read: its rows, and the cursor row that ended it."""

    rows: list[Row]
    end: CursorRow

    def of(self, kind: type[Row]) -> list[Row]:
        """Return the rows of a kind."""
        return [row for row in self.rows if isinstance(row, kind)]


def parse(text: str) -> Page:
    """Read the lines of a page; exactly the last one is a cursor."""
    rows = [read_row(json.loads(line)) for line in text.splitlines()]
    assert None not in rows
    *others, last = rows
    assert isinstance(last, CursorRow)
    kept = [row for row in others if row is not None]
    assert not any(isinstance(row, CursorRow) for row in kept)
    return Page(kept, last)


async def fetch(kiosk: Somebody, after: str | None = None) -> Page:
    """Return a page over HTTP."""
    answer = await kiosk.send("GET", "/kiosk/changes", params={"after": after} if after else {})
    assert answer.status_code == 200, answer.text
    return parse(answer.text)


def kiosk_id(town: Town, token: str) -> UUID:
    """Return whose token it is."""
    with read(town.context.engine) as session:
        return session.exec(select(Kiosk.id).where(Kiosk.token_hash == hash_token(token))).one()


def page(town: Town, kiosk: UUID, after: str | None, most: int) -> Page:
    """Return a page of at most so many rows, without HTTP."""
    cursor = BEGINNING if after is None else read_cursor(after)
    engine = town.context.engine
    settings = town.context.settings.model_copy(update={"page_rows": most})
    with snapshot(engine) as session:
        opened = open_page(session, kiosk, cursor, settings)
    return parse(b"".join(read_page(engine, opened)).decode())


def pages(town: Town, kiosk: UUID, after: str | None, most: int) -> list[Page]:
    """Return pages until nothing more is waiting."""
    found = [page(town, kiosk, after, most)]
    while found[-1].end.more:
        found.append(page(town, kiosk, found[-1].end.cursor, most))
    return found
