"""Who is told what, without a network in between."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from kaiku.offering import Visits
from kaiku.wire import CardRow, read_row
from server.database import transaction
from server.kaikukanta.cards.service import end_card, mark_out_of_use
from server.kaikukanta.feed.service import Place, newest
from server.kaikukanta.kiosks import events as events_module
from server.kaikukanta.kiosks import watch as watch_module
from server.kaikukanta.kiosks.events import events
from server.kaikukanta.kiosks.moves import MOST_CARDS, Move, move_since
from server.kaikukanta.kiosks.service import revoke
from server.kaikukanta.kiosks.watch import Listener, Watch, watching
from tests.server.kaikukanta.kiosks.feed import kiosk_id
from tests.server.kaikukanta.town import Town, card_row

Event = tuple[str, dict[str, Any]]


@pytest.fixture
async def watch(town: Town) -> Watch:
    """Give a watch that looks only when it is told to."""
    watch = Watch(town.context.engine)
    await watch.start()
    return watch


class Stream:
    """The events of one kiosk."""

    def __init__(self, watch: Watch, kiosk: UUID) -> None:
        self._events: AsyncIterator[str] = events(watch, kiosk)

    async def next(self) -> Event:
        """Return the next event's name and what it says."""
        async with asyncio.timeout(10):
            text = await anext(self._events)
        fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
        return fields["event"], json.loads(fields["data"])


async def stream(town: Town, watch: Watch, *offerings: UUID) -> tuple[Stream, UUID]:
    """Return the stream of a new kiosk, its position read, and whose it is."""
    kiosk = kiosk_id(town, town.kiosk_token(*offerings))
    found = Stream(watch, kiosk)
    assert await found.next() == ("position", {"cursor": str(watch.position)})
    return found, kiosk


async def test_an_ended_card_comes_with_the_event_itself(town: Town, watch: Watch) -> None:
    """Every kiosk is told at once what the card now is, without asking (P4)."""
    number = town.card()
    await watch.look()
    first, _ = await stream(town, watch)
    second, _ = await stream(town, watch)
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, number), town.clock())
    await watch.look()
    for each in (first, second):
        name, told = await each.next()
        assert (name, told["cursor"]) == ("changed", str(watch.position))
        [row] = map(read_row, told["rows"])
        assert isinstance(row, CardRow)
        assert (row.digest.hex(), row.card.status) == (town.digest(number), "ended")


async def test_changes_that_come_close_together_are_told_as_one(town: Town, watch: Watch) -> None:
    """A stream that is not read yet says the newest place once, with all the cards."""
    found, _ = await stream(town, watch)
    numbers = {town.card() for _ in range(2)}
    await watch.look()
    numbers.add(town.card())
    await watch.look()
    _, told = await found.next()
    assert told["cursor"] == str(watch.position)
    digests = {row["digest"] for row in told["rows"]}
    assert digests == {town.digest(number) for number in numbers}


async def test_many_changed_cards_are_only_announced(town: Town, watch: Watch) -> None:
    """More than a few do not fit into an event: the kiosk fetches them."""
    found, _ = await stream(town, watch)
    for _ in range(MOST_CARDS + 1):
        town.card()
    await watch.look()
    assert (await found.next())[1]["rows"] == []


async def test_an_offerings_use_wakes_only_its_kiosks(town: Town, watch: Watch) -> None:
    """Kiosks elsewhere hear nothing of a tally."""
    pool, number = town.offering(Visits(30)), town.card()
    await watch.look()
    mine, kiosk = await stream(town, watch, pool)
    _, other = await stream(town, watch, town.offering())
    await watch.look()
    with transaction(town.context.engine) as session:
        before = newest(session)
    await town.venue().use(card=number, offering=pool)
    with transaction(town.context.engine) as session:
        move = move_since(session, before)
    assert move is not None
    assert (move.concerns(kiosk), move.concerns(other)) == (True, False)
    await watch.look()
    assert (await mine.next())[1]["rows"] == []


async def test_without_a_change_there_is_no_move(town: Town) -> None:
    """A look at a feed that stood still finds nothing."""
    with transaction(town.context.engine) as session:
        move = move_since(session, Place(-1, 0))
        assert move is not None
        assert move_since(session, move.place) is None


async def test_all_should_fetch_where_the_place_was_lost(town: Town) -> None:
    """As when a standby that lacked the last changes takes over, and others take their places."""
    kiosk = kiosk_id(town, town.kiosk_token())
    town.offering()
    with transaction(town.context.engine) as session:
        place = newest(session)
        move = move_since(session, Place(place.seq, place.drawn ^ 1))
    assert move is not None
    assert move.place == place
    assert move.concerns(kiosk)


async def test_a_kiosk_that_was_taken_out_meanwhile_is_told_at_once(
    town: Town, watch: Watch
) -> None:
    """Also when it was let in just before and listens only now."""
    kiosk = kiosk_id(town, town.kiosk_token())
    with transaction(town.context.engine) as session:
        revoke(session, kiosk, town.clock())
    await watch.look()
    found = Stream(watch, kiosk)
    assert [(await found.next())[0] for _ in range(2)] == ["position", "revoked"]


async def test_a_quiet_stream_shows_that_it_lives(
    town: Town, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment comes where nothing else does, and the stream ends with the server."""
    monkeypatch.setattr(events_module, "BEAT_SECONDS", 0.01)
    kiosk = kiosk_id(town, town.kiosk_token())
    found = events(watch, kiosk)
    said = [await anext(found) for _ in range(3)]
    assert said[1:] == [": still here\n\n"] * 2
    watch.close()
    with pytest.raises(StopAsyncIteration):
        await anext(found)


async def test_a_watch_that_breaks_ends_the_process(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register that no longer tells anybody of changes must not go on as if it did."""
    ended: asyncio.Queue[int] = asyncio.Queue()
    monkeypatch.setattr(signal, "raise_signal", ended.put_nowait)

    async def broken(_watch: Watch) -> None:
        raise LookupError

    monkeypatch.setattr(Watch, "run", broken)
    async with watching(town.context.settings.database_url), asyncio.timeout(10):
        assert await ended.get() == signal.SIGTERM


async def test_a_database_that_is_away_for_a_moment_is_looked_at_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed meanwhile is told once it is back."""
    monkeypatch.setattr(watch_module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(watch_module, "NOTIFIED_LOOK_SECONDS", 0.1)
    whole, failed = Watch._move, asyncio.Event()

    def away(watch: Watch) -> Move | None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("", {}, Exception())
        return whole(watch)

    async with watching(town.context.settings.database_url) as watch:
        found, _ = await stream(town, watch)
        monkeypatch.setattr(Watch, "_move", away)
        await failed.wait()
        town.card()
        assert (await found.next())[0] == "changed"


async def test_a_card_that_changes_again_is_told_again(town: Town, watch: Watch) -> None:
    """Each event has the card as it was at its own look."""
    number = town.card()
    await watch.look()
    found, _ = await stream(town, watch)
    for change, status in ((mark_out_of_use, "out_of_use"), (end_card, "ended")):
        with transaction(town.context.engine) as session:
            change(session, card_row(session, number), town.clock())
        await watch.look()
        assert (await found.next())[1]["rows"][0]["status"] == status


def test_once_too_many_cards_changed_none_is_named_until_that_is_told() -> None:
    """A kiosk takes what is named for all that is urgent: a part would delay the rest (P4)."""
    listener = Listener(UUID(int=1))
    listener.tell(("a",) * MOST_CARDS)
    listener.tell(("b",))
    listener.tell(("c",))
    assert listener.take() == ()
    listener.tell(("d",))
    assert listener.take() == ("d",)
    listener.tell(None)
    listener.tell(("e",))
    assert listener.take() == ()
