"""What a kiosk is sent: all that it needs, once, in any number of pages."""

import gzip
from dataclasses import replace
from datetime import date
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import Session, col, delete

from kaiku.card import Kind, Status
from kaiku.offering import OncePerPerformance, Seats, Visits
from kaiku.wire import (
    Anew,
    CardGone,
    CardRow,
    OfferingGone,
    OfferingRow,
    StationRow,
    TallyRow,
    write_row,
)
from server.database import transaction
from server.kaikukanta.app import create_app
from server.kaikukanta.cards.service import end_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed import service
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.feed.tables import Feed, Tombstone
from server.kaikukanta.kiosks import changes
from server.kaikukanta.kiosks.tables import KioskOffering
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Tally
from tests.databases import Databases
from tests.server.kaikukanta.kiosks.feed import fetch, kiosk_id, page, pages
from tests.server.kaikukanta.town import Town, card_row


def end(town: Town, number: str) -> None:
    """End a card."""
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, number), town.clock())


def serve(session: Session, kiosk: UUID, offering: UUID) -> None:
    """Let a kiosk serve an offering from now on."""
    row = KioskOffering(kiosk_id=kiosk, offering_id=offering)
    session.add(row)
    row.changed = next_seq(session)


async def test_a_new_kiosk_gets_the_station_its_offerings_and_every_card(town: Town) -> None:
    """From the beginning, which is said: who it is, what it serves, all cards, and a cursor."""
    pool = town.offering(Visits(30))
    town.offering(venue=town.theatre)
    numbers = [town.card(children=2), town.card(kind=Kind.COMMUNITY)]
    got = await fetch(town.kiosk(pool))
    assert [type(row) for row in got.rows] == [Anew, StationRow, OfferingRow, CardRow, CardRow]
    assert not got.end.more
    offerings = [row.offering for row in got.rows if isinstance(row, OfferingRow)]
    assert [offering.id for offering in offerings] == [pool]
    assert offerings[0].limits == (Visits(30),)
    digests = {row.digest.hex() for row in got.rows if isinstance(row, CardRow)}
    assert digests == {town.digest(number) for number in numbers}


async def test_an_up_to_date_kiosk_gets_only_its_cursor(town: Town) -> None:
    """Without changes the page is one line, with the same cursor."""
    kiosk = town.kiosk(town.offering())
    first = await fetch(kiosk)
    again = await fetch(kiosk, first.end.cursor)
    assert again.rows == []
    assert again.end == first.end


async def test_an_ended_card_comes_with_the_next_page(town: Town) -> None:
    """A change of a card is sent, and it alone."""
    town.card()
    number = town.card()
    kiosk = town.kiosk(town.offering())
    first = await fetch(kiosk)
    end(town, number)
    got = await fetch(kiosk, first.end.cursor)
    [row] = got.rows
    assert isinstance(row, CardRow)
    assert row.digest.hex() == town.digest(number)
    assert row.card.status is Status.ENDED


async def test_a_use_changes_the_tally_at_the_kiosks_of_its_offering_only(town: Town) -> None:
    """What a card has used is sent to the kiosks that count it."""
    pool, number = town.offering(Visits(30)), town.card(children=1)
    concert = town.offering(OncePerPerformance())
    kiosk, other = town.kiosk(pool), town.kiosk(concert)
    before, elsewhere = await fetch(kiosk), await fetch(other)
    await town.venue().use(card=number, offering=pool, party={"children": 1})
    assert (await fetch(kiosk, before.end.cursor)).rows == [
        TallyRow(bytes.fromhex(town.digest(number)), pool, date(2026, 1, 1), 1, 2)
    ]
    assert (await fetch(other, elsewhere.end.cursor)).rows == []


async def test_a_changed_offering_is_sent_to_the_kiosks_that_serve_it(town: Town) -> None:
    """A new setting comes with its new version."""
    mine, others = town.offering(), town.offering()
    kiosk, other = town.kiosk(mine), town.kiosk(others)
    before, elsewhere = await fetch(kiosk), await fetch(other)
    with transaction(town.context.engine) as session:
        record = session.get_one(OfferingRecord, mine)
        record.children_welcome = False
        change_offering(session, record, to_offering(record), town.clock())
    [row] = (await fetch(kiosk, before.end.cursor)).rows
    assert isinstance(row, OfferingRow)
    assert (row.offering.version, row.offering.children_welcome) == (2, False)
    assert (await fetch(other, elsewhere.end.cursor)).rows == []


async def test_an_offering_that_a_kiosk_begins_to_serve_comes_with_all_its_tallies(
    town: Town,
) -> None:
    """What was used of it before is news to this kiosk."""
    pool, number, token = town.offering(Visits(30)), town.card(), town.kiosk_token()
    await town.venue().use(card=number, offering=pool)
    kiosk = town.bearer(token)
    before = await fetch(kiosk)
    assert before.of(TallyRow) == []
    with transaction(town.context.engine) as session:
        serve(session, kiosk_id(town, token), pool)
    got = await fetch(kiosk, before.end.cursor)
    assert [type(row) for row in got.rows] == [OfferingRow, TallyRow]


async def test_tombstones_come_before_what_came_back(town: Town) -> None:
    """A kiosk forgets what is gone, everyone's and its own, and not what another must forget."""
    offering, token, number = town.offering(), town.kiosk_token(), town.card()
    kiosk, id_ = town.bearer(token), kiosk_id(town, token)
    other = kiosk_id(town, town.kiosk_token())
    before = await fetch(kiosk)
    gone = bytes.fromhex(town.digest(number))
    with transaction(town.context.engine) as session:
        session.add(Tombstone(digest=gone, changed=next_seq(session)))
        session.add(Tombstone(offering_id=offering, kiosk_id=id_, changed=next_seq(session)))
        session.add(Tombstone(offering_id=town.pool, kiosk_id=other, changed=next_seq(session)))
        card_row(session, number).changed = next_seq(session)
    got = await fetch(kiosk, before.end.cursor)
    assert got.rows[:2] == [CardGone(gone), OfferingGone(offering)]
    assert [type(row) for row in got.rows[2:]] == [CardRow]


async def test_a_new_kiosk_needs_no_tombstones(town: Town) -> None:
    """Who knows nothing has nothing to forget."""
    with transaction(town.context.engine) as session:
        session.add(Tombstone(digest=bytes(16), changed=next_seq(session)))
    assert (await fetch(town.kiosk(town.offering()))).of(CardGone) == []


async def test_a_renamed_venue_is_told(town: Town) -> None:
    """The station's row comes again when it says something new."""
    kiosk = town.kiosk(town.offering())
    before = await fetch(kiosk)
    with transaction(town.context.engine) as session:
        venue = session.get_one(Venue, town.pool)
        venue.name_fi = "Uusi halli"
        venue.changed = next_seq(session)
    [row] = (await fetch(kiosk, before.end.cursor)).rows
    assert isinstance(row, StationRow)
    assert row.venue.fi == "Uusi halli"


@pytest.mark.parametrize("most", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("chunk", [1, 3, 5000])
async def test_pages_of_any_size_hold_each_row_once(
    town: Town, monkeypatch: pytest.MonkeyPatch, most: int, chunk: int
) -> None:
    """Where a page is cut makes no difference, also among rows that share a place in the feed."""
    monkeypatch.setattr(changes, "CHUNK", chunk)
    pool, concert = town.offering(Visits(30)), town.offering(OncePerPerformance(), Seats(9))
    token = town.kiosk_token(pool, concert)
    numbers = [town.card() for _ in range(5)]
    for number in numbers:
        await town.venue().use(card=number, offering=pool)
        await town.venue().use(card=number, offering=concert)
    with transaction(town.context.engine) as session:
        session.execute(update(CardRecord).values(changed=4))
        session.execute(update(Tally).values(changed=5))
    whole = page(town, kiosk_id(town, token), None, 1000)
    cut = pages(town, kiosk_id(town, token), None, most)
    rows = [str(write_row(row)) for each in cut for row in each.rows]
    assert sorted(rows) == sorted(str(write_row(row)) for row in whole.rows)
    assert cut[-1].end == whole.end
    assert len(whole.rows) == 2 + 2 + 5 + 10


async def test_what_changes_between_two_pages_is_not_lost(town: Town) -> None:
    """A row that moves on while pages are read comes in its new form with a later one."""
    token = town.kiosk_token(town.offering())
    numbers = [town.card() for _ in range(6)]
    id_ = kiosk_id(town, token)
    first = page(town, id_, None, 3)
    assert first.end.more
    for number in numbers:
        end(town, number)
    rest = pages(town, id_, first.end.cursor, 3)
    last = page(town, id_, rest[-1].end.cursor, 1000)
    known = {
        row.digest.hex(): row.card.status
        for each in (first, *rest, last)
        for row in each.rows
        if isinstance(row, CardRow)
    }
    assert known == {town.digest(number): Status.ENDED for number in numbers}


async def test_an_erased_card_is_forgotten_in_the_middle_of_a_first_sync(town: Town) -> None:
    """The tombstone of a card that an earlier page had comes after the span that is being read."""
    token, number = town.kiosk_token(town.offering()), town.card()
    town.card()
    id_ = kiosk_id(town, token)
    first = page(town, id_, None, 2)
    with transaction(town.context.engine) as session:
        session.execute(delete(CardRecord).where(col(CardRecord.number) == number))
        gone = bytes.fromhex(town.digest(number))
        session.add(Tombstone(digest=gone, changed=next_seq(session)))
    rest = pages(town, id_, first.end.cursor, 100)
    assert CardGone(gone) in rest[-1].rows


async def test_more_is_waiting_where_something_changed_while_a_page_was_read(town: Town) -> None:
    """A kiosk that has come to the end has all that there was at one instant."""
    token, number = town.kiosk_token(town.offering()), town.card()
    id_ = kiosk_id(town, token)
    first = page(town, id_, None, 2)
    end(town, number)
    second = page(town, id_, first.end.cursor, 100)
    assert (second.of(CardRow), second.end.more) == ([], True)
    last = page(town, id_, second.end.cursor, 100)
    assert (len(last.of(CardRow)), last.end.more) == (1, False)


async def test_what_moved_out_of_a_page_comes_where_that_was_lost(
    town: Town, databases: Databases
) -> None:
    """A backup of after the page's end and before the move is of another past than was seen."""
    token, number = town.kiosk_token(town.offering()), town.card()
    id_ = kiosk_id(town, token)
    first = page(town, id_, None, 2)
    town.context.engine.dispose()
    with databases.copied(town.context.settings.database_url) as copy:
        end(town, number)
        second = page(town, id_, first.end.cursor, 100)
        assert second.of(CardRow) == []
        settings = town.context.settings.model_copy(update={"database_url": copy})
        restored = replace(town, app=create_app(settings, town.clock))
        [row] = page(restored, id_, second.end.cursor, 100).of(CardRow)
        assert isinstance(row, CardRow)
        assert (row.digest.hex(), row.card.status) == (town.digest(number), Status.ACTIVE)
        restored.context.engine.dispose()


async def test_an_earlier_registers_cursor_begins_anew_once(town: Town) -> None:
    """It does not say what it has seen, which may have been lost with a backup put back since."""
    kiosk = town.kiosk(town.offering())
    first = await fetch(kiosk)
    earlier, _, _ = first.end.cursor.rpartition(";")
    again = await fetch(kiosk, earlier)
    assert (again.rows, again.end) == (first.rows, first.end)
    assert (await fetch(kiosk, again.end.cursor)).rows == []


async def test_a_change_that_an_earlier_register_made_is_told_and_then_all_anew(
    town: Town,
) -> None:
    """As while several processes are updated one by one: it marks no place."""
    number = town.card()
    kiosk = town.kiosk(town.offering())
    first = await fetch(kiosk)
    with transaction(town.context.engine) as session:
        feed = session.get_one(Feed, 1)
        feed.seq += 1
        card_row(session, number).changed = feed.seq
    got = await fetch(kiosk, first.end.cursor)
    assert [type(row) for row in got.rows] == [CardRow]
    assert (await fetch(kiosk, got.end.cursor)).of(Anew) != []


async def test_a_kiosk_that_slept_too_long_begins_anew(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks are kept of so many changes; whether an older cursor is right cannot be known."""
    monkeypatch.setattr(service, "KEPT", 3)
    kiosk = town.kiosk(town.offering())
    first = await fetch(kiosk)
    for changes_since in (2, 3):
        for _ in range(changes_since):
            town.card()
        got = await fetch(kiosk, first.end.cursor)
        assert (got.of(Anew) != []) == (changes_since == 3)
        first = got


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "1", "1;", "1;zzzzzzzz", "-2;00000000", "1:2;00000000", "0:1:3:1;00000000;SEEN",
        "0:1:3:x,ab;00000000", "0:1:3:1,abc;00000000;SEEN", "0:1:2:1,ab;00000000;SEEN",
        "0:1:1:99999999999,1;00000000;SEEN", "9" * 30 + ";00000000", "0:1:3:1,2,3;00000000;SEEN",
        "é" * 99, "0;00000000;1", "0;00000000;1.x", "0;00000000;-2.00000000",
    ],
)  # fmt: skip
async def test_a_cursor_that_is_none_is_a_422(town: Town, cursor: str) -> None:
    """What the register did not give is refused, naming the parameter and not its value."""
    kiosk = town.kiosk(town.offering())
    _, _, seen = (await fetch(kiosk)).end.cursor.rpartition(";")
    town.card()
    cursor = cursor.replace("SEEN", seen)
    answer = await kiosk.send("GET", "/kiosk/changes", params={"after": cursor})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"][0]["parameter"] == "after"
    assert len(cursor) < 9 or cursor not in answer.text


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate", "gzip"), ("identity", None), ("gzip;q=0", None), ("br", None), ("*", None)],
)
async def test_a_page_is_compressed_for_those_who_ask(
    town: Town, accepted: str, coding: str | None
) -> None:
    """Gzip where it is accepted, plain lines otherwise; both are the same."""
    town.card()
    kiosk = town.kiosk(town.offering())
    request = kiosk.client.build_request(
        "GET", "/api/v1/kiosk/changes", headers={"Accept-Encoding": accepted}
    )
    answer = await kiosk.client.send(request, stream=True)
    raw = b"".join([piece async for piece in answer.aiter_raw()])
    await answer.aclose()
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "application/x-ndjson"
    plain = gzip.decompress(raw) if coding else raw
    assert plain.decode() == (await kiosk.send("GET", "/kiosk/changes")).text


async def test_only_a_kiosk_fetches_changes(town: Town) -> None:
    """A venue's system and a ticket agent get 403."""
    offering = town.offering()
    answers: list[httpx.Response] = [
        await who.send("GET", "/kiosk/changes") for who in (town.venue(), town.agent(offering))
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
