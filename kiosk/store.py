"""The kiosk's own store: what it knows of a card at this moment, from the cache and the journal.

Both files are used from one thread only, so that one connection owns each of them; the rest of the
kiosk reaches them through :meth:`Store.call`.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from kaiku.card import Card
from kaiku.days import day_of
from kaiku.decide import NO_FACTS, Facts
from kaiku.fee import period_start
from kaiku.group import USUAL_SIZE, Member
from kaiku.offering import Offering, Tariff
from kiosk import rescue
from kiosk.cache import CardCache
from kiosk.desk import Choice, Known, Record
from kiosk.disk import Disk, DiskError, translated, with_mend
from kiosk.files import SpoiledError, UnavailableError, available, mark_spoiled
from kiosk.integrity import is_spoiled
from kiosk.leases import Leases

P = ParamSpec("P")
T = TypeVar("T")


class Stores:
    """The cache and the journal together, on the thread that owns them."""

    def __init__(self, folder: Path) -> None:
        """Open both files in the station's state folder; what is spoiled is rescued or erased."""
        self._folder = folder
        journal, cache = folder / "journal.sqlite", folder / "cache.sqlite"
        with available(journal):
            self.journal = rescue.open_journal(journal)
        try:
            with available(cache):
                self.cache = CardCache(cache)
        except BaseException:
            self.journal.close()
            raise
        self.leases = Leases(self.cache, self.journal)

    def close(self) -> None:
        """Close both files."""
        self.cache.close()
        self.journal.close()

    def known(
        self,
        digest: bytes | None,
        now: datetime,
        *,
        ask: bool,
        counted: datetime | None = None,
        members: Sequence[bytes] = (),
    ) -> Known:
        """Return what is known of the card under a digest, for the offering that is served now.

        And of the ``members`` of an open group, in their order. ``counted`` is the instant of the
        use that it is about, where that is an earlier one.

        What the register has told of the card's uses and what this kiosk has recorded since then
        are counted together. Seats are shared with others, so that only those leased can be given
        away here (promise P2).
        """
        offering = self.cache.offering_now(now)
        card = None if digest is None else self.cache.card(digest)
        facts, lease, then = NO_FACTS, None, counted or now
        if offering is not None and digest is not None and card is not None:
            facts = self.facts(digest, card, offering, then)
        if offering is not None and offering.seats is not None:
            lease, left = self.leases.at_hand(offering, then)
            facts = replace(facts, leased=left)
        known = tuple(self._member(member, offering, now) for member in members)
        station = self.cache.station
        size = USUAL_SIZE if station is None else station.group
        whole = self.cache.whole
        return Known(offering, card, facts, lease, whole, ask, members=known, size=size)

    def _member(self, digest: bytes, offering: Offering | None, now: datetime) -> Member:
        card = self.cache.card(digest)
        if card is None or offering is None:
            return Member(card)
        return Member(card, self.facts(digest, card, offering, now))

    def known_for(self, digest: bytes | None, choice: Choice, now: datetime, *, ask: bool) -> Known:
        """Return what is known of the card for a service that is chosen at a library's desk."""
        card = None if digest is None else self.cache.card(digest)
        spent = 0
        if digest is not None and choice.tariff.cap is not None:
            spent = self.spent(digest, choice.offering, choice.tariff, now)
        return Known(choice.offering, card, whole=self.cache.whole, ask=ask, spent=spent)

    def facts(self, digest: bytes, card: Card, offering: Offering, now: datetime) -> Facts:
        """Return what a card did before at an offering, and what it has booked."""
        booked = uses = visits = 0
        of_event = offering.seats is not None and offering.seats_day(now) == offering.day(now)
        if of_event and not self.journal.attends(digest, offering.id):
            booked = self.cache.booked(digest, offering.id)
        if offering.counts_cards:
            since = offering.counted_since(card, now)
            told = self.cache.used(digest, offering.id, since)
            # A performance is one span, though entry may open on the evening before its day.
            begin = since if offering.window is None else date.min
            own = self.journal.uncounted(digest, offering.id, begin)
            uses, visits = max(0, told.uses + own.uses), max(0, told.visits + own.visits)
        return Facts(uses=uses, visits=visits, booked=booked)

    def spent(self, digest: bytes, offering: Offering, tariff: Tariff, now: datetime) -> int:
        """Return the cents of a service that a card has been covered for in its period (OM-59)."""
        since = period_start(tariff, day_of(now))
        told = self.cache.used(digest, offering.id, since, tariff.service)
        own = self.journal.uncounted(digest, offering.id, since, tariff.service)
        return max(0, told.cents + own.cents)

    def awaits_tally(self) -> bool:
        """Tell whether a sent use is not in the cache's tallies yet, where cards are counted."""
        return self.journal.has_unsettled(
            offering.id
            for offering in self.cache.offerings()
            if offering.counts_cards or any(tariff.cap is not None for tariff in offering.tariffs)
        )

    def record(self, record: Record) -> None:
        """Commit a use to the journal; return once it is on the disk.

        Raise :class:`kiosk.leases.LeaseGoneError` where its lease was recalled, or spent, since it
        was looked up. No other work on the store comes between the look and the commit.
        """
        self.leases.check(record.use)
        self.journal.record(
            record.use, record.admitted, record.source, record.standing, record.booked
        )

    def forget_cards(self) -> None:
        """Take every card off the disk, but for those of unsent uses (promise P6)."""
        self.cache.wipe()
        self.journal.forget_cards()
        rescue.let_go(self._folder)

    def set_aside(self) -> dict[str, rescue.Rescue]:
        """Return the spoiled journals that were set aside and are still there."""
        try:
            return rescue.set_aside(self._folder)
        except OSError as error:
            raise DiskError(with_mend(error)) from None

    def read_again(self) -> int:
        """Take over what can now be read of those; return how many uses were new."""
        return rescue.read_again(self._folder, self.journal)

    def prune(self, now: datetime) -> None:
        """Forget the uses that the register has had for long.

        But none of those that a journal which was set aside may hold: read again, they would be
        taken for new ones, sent once more, and counted twice until the register has answered.
        """
        held = (day_of(aside.instant) for aside in self.set_aside().values())
        self.journal.prune(now, after=max(held, default=date.min))

    def spoiled(self, error: sqlite3.DatabaseError) -> SpoiledError:
        """Return which of the files SQLite found spoiled while it was used.

        An error of SQLite's names no file, so the small one is read through.
        """
        path = self.cache.path if self.journal.is_whole() else self.journal.path
        return SpoiledError(path, error)

    def try_to_write(self) -> None:
        """Write a little into both files; raise what the disk says where it takes nothing."""
        self.journal.try_to_write()
        self.cache.try_to_write()


class Store:
    """The stores behind their own thread; not open yet where the disk does not let them."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; :meth:`open` and :meth:`begin` open what is in it."""
        self._folder = folder
        self._stores: Stores | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self.disk = Disk()

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Open the store in a folder; raise :class:`kiosk.files.StoreError` where that fails."""
        store = cls(folder)
        try:
            await store._open()
        except BaseException:
            await store.close()
            raise
        return store

    @classmethod
    async def begin(cls, folder: Path) -> Self:
        """Return the store in a folder; one that is not available now is for :meth:`try_again`.

        Raises :class:`kiosk.files.StoreError` for what does not pass by itself.
        """
        store = cls(folder)
        try:
            with contextlib.suppress(DiskError):
                await store.try_again()
        except BaseException:
            await store.close()
            raise
        return store

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        self._stores = await loop.run_in_executor(self._thread, Stores, self._folder)

    async def try_again(self) -> None:
        """Open the store where that could not be done before.

        Raises :class:`kiosk.disk.DiskError` where it cannot be done yet, and
        :class:`kiosk.files.StoreError` for what does not pass by itself.
        """
        if self._stores is not None:
            return
        try:
            with translated():
                await self._open()
        except (UnavailableError, DiskError) as error:
            self.disk.fails("store", error)
            raise DiskError(str(error)) from None

    async def call(
        self, work: Callable[Concatenate[Stores, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do a piece of work on the store's thread; pieces run one at a time, in order.

        Work is short, a few milliseconds at most, for a scan may be waiting behind it. Cancelling
        the caller does not stop a piece that has begun. Raises :class:`kiosk.disk.DiskError` where
        the disk does not take or give it now; staff are told. Raises
        :class:`kiosk.files.SpoiledError` where a file is not what was written: the kiosk is to end,
        and its next start sees to it.
        """
        stores = self._stores

        def piece() -> T:
            if stores is None:
                raise DiskError("the store is not open")
            try:
                with translated():
                    return work(stores, *args, **kwargs)
            except sqlite3.DatabaseError as error:
                if not is_spoiled(error):
                    raise
                found = stores.spoiled(error)
            except SpoiledError as error:
                found = error
            mark_spoiled(found.path)
            raise found

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, piece)
        except DiskError as error:
            self.disk.fails("store", error)
            raise

    async def close(self) -> None:
        """Finish what has begun, and close the files."""
        if self._stores is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._stores.close)
        self._thread.shutdown()
