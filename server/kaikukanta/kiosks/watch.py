"""Who is told that something changed: one look at the feed in each process, for all its listeners.

Other processes write too, so a process cannot know of every change by itself. PostgreSQL notifies;
SQLite is looked at ten times a second, which costs it nothing. On PostgreSQL too the feed is looked
at now and then, for what a broken connection may have missed.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from uuid import UUID

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from server.database import open_database, read
from server.kaikukanta.feed.service import CHANNEL, Place, newest
from server.kaikukanta.kiosks.moves import MOST_CARDS, Move, move_since
from server.kaikukanta.kiosks.service import is_revoked

LOOK_SECONDS = 0.1
NOTIFIED_LOOK_SECONDS = 2.0
APART_SECONDS = 0.05
"""Looks are at least this far apart: a busy minute wakes nobody more than twenty times a second."""

RETRY_SECONDS = 1.0

_ENDING = (signal.SIGINT, signal.SIGTERM)

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Listener:
    """What one open stream has to tell: that it should fetch, and whether it is over.

    ``cards`` are the lines of cards that changed, None once they are too many to name: then none is
    named, for a kiosk takes what is named as all that is urgent.
    """

    kiosk_id: UUID
    news: bool = False
    cards: tuple[str, ...] | None = ()
    revoked: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, cards: tuple[str, ...] | None) -> None:
        """Note that something changed, and wake the stream."""
        if self.cards is None or cards is None or len(self.cards) + len(cards) > MOST_CARDS:
            self.cards = None
        else:
            self.cards += cards
        self.news = True
        self.woken.set()

    def take(self) -> tuple[str, ...]:
        """Return the cards that are to be told, which are then told."""
        cards, self.cards, self.news = self.cards, (), False
        return cards or ()


class Watch:
    """The feed's position as this process last saw it, and who waits for it to move."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listeners: set[Listener] = set()
        self._wake = asyncio.Event()
        self._place = Place(-1, 0)
        self.closed = False

    @property
    def position(self) -> int:
        """How many changes there had been when it looked last."""
        return self._place.seq

    @contextmanager
    def listening(self, kiosk_id: UUID) -> Iterator[Listener]:
        """Give a listener that is woken by what concerns the kiosk."""
        listener = Listener(kiosk_id)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def revoked(self, kiosk_id: UUID) -> bool:
        """Tell whether a kiosk was taken out before its listener was there to hear of it."""
        return await asyncio.to_thread(self._is_revoked, kiosk_id)

    def close(self) -> None:
        """End every stream, so that the process can end."""
        self.closed = True
        for listener in self._listeners:
            listener.woken.set()

    async def start(self) -> None:
        """Take the feed as it is; only what changes from here on is told."""
        self._place = await asyncio.to_thread(self._newest)

    async def run(self) -> None:
        """Look at the feed until cancelled."""
        if self._engine.dialect.name != "postgresql":
            await self._look_on(LOOK_SECONDS)
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._be_notified())
            tasks.create_task(self._look_on(NOTIFIED_LOOK_SECONDS))

    async def look(self) -> None:
        """Look at the feed once, and wake whom its move concerns."""
        move = await asyncio.to_thread(self._move)
        if move is None:
            return
        self._place = move.place
        for listener in self._listeners:
            if listener.kiosk_id in move.revoked:
                listener.revoked = True
                listener.woken.set()
            elif move.concerns(listener.kiosk_id):
                listener.tell(move.cards)

    async def _look_on(self, seconds: float) -> None:
        while True:
            try:
                await self.look()
                await asyncio.sleep(APART_SECONDS)
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
                    self._wake.clear()
            except TimeoutError:
                continue
            except SQLAlchemyError as error:
                _log.warning("The feed cannot be read: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _be_notified(self) -> None:
        """Wake the look at each notification, over a connection of its own that is made anew."""
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **options, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake.set()
                    async for _ in connection.notifies():
                        self._wake.set()
            except psycopg.Error as error:
                _log.warning("The database does not notify: %s", type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    def _newest(self) -> Place:
        with read(self._engine) as session:
            return newest(session)

    def _move(self) -> Move | None:
        with read(self._engine) as session:
            return move_since(session, self._place)

    def _is_revoked(self, kiosk_id: UUID) -> bool:
        with read(self._engine) as session:
            return is_revoked(session, kiosk_id)


@asynccontextmanager
async def watching(database_url: str) -> AsyncIterator[Watch]:
    """Watch a database, on connections of its own, until the end of the ``with``."""
    engine = open_database(database_url)
    watch = Watch(engine)
    try:
        await watch.start()
        task = asyncio.create_task(watch.run())
        task.add_done_callback(_end_if_broken)
        try:
            with closed_by_signals(watch):
                yield watch
        finally:
            watch.close()
            task.cancel()
            await asyncio.wait([task])
    finally:
        engine.dispose()


def _end_if_broken(task: asyncio.Task[None]) -> None:
    """End the process at an error that nobody expected: whoever runs it starts it again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("The feed is watched no more", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


@contextmanager
def closed_by_signals(watch: Watch) -> Iterator[None]:
    """Close the watch at the signal that also ends the server.

    The server waits for open streams before it ends the application, so they must end by
    themselves. Signals come to the main thread only.
    """
    loop = asyncio.get_running_loop()
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in _ENDING if main}
    chained = {number: found for number, found in before.items() if callable(found)}

    def close(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(watch.close)
        chained[signal.Signals(number)](number, frame)

    for number in chained:
        signal.signal(number, close)
    try:
        yield
    finally:
        for number, found in chained.items():
            signal.signal(number, found)
