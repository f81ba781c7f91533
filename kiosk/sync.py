"""Keeping the kiosk and the register alike: changes come down, uses go up, each at its own pace.

Nothing here stands between a visitor and the verdict. What fails is tried again, later and later
and never all kiosks at once; what the register cannot take is parked, tried again now and then, and
never blocks the next. A disk that takes nothing is such a failure too.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from kaiku.wire import CardGone, CardRow, CursorRow, Result, Row, Use
from kiosk.backoff import Backoff
from kiosk.disk import DiskError
from kiosk.journal import Returning
from kiosk.link import Contact, Link
from kiosk.log import log
from kiosk.pacing import ASIDE, Pacing
from kiosk.registry import (
    FailedError,
    RegistryClient,
    RegistryError,
    RejectedError,
    RevokedError,
    TokenRefusedError,
    Told,
    UnreachableError,
    UntrustedError,
)
from kiosk.store import Store, Stores

CHUNK = 500
"""Rows taken in at once: a few milliseconds, so that no scan waits long behind them."""

BATCH = 200
"""Uses sent at once."""

PARKED_AGAIN = 3600.0
"""Seconds between two tries of what is parked: a register that was mended takes it."""

ABOUT_THE_USES = (400, 413, 422)
"""Statuses that speak of what was sent; any other no may be a proxy's, and parks nothing."""

NOT_FOUND = 404

SPREAD = 1.0
"""Seconds over which kiosks spread a fetch whose urgent part they have been told."""

HEARTBEAT = 30.0
"""Seconds between two heartbeats."""

_YEARS = range(2020, 2200)
"""What can be told as the time; another answer is none, and no day could be counted from it."""


async def fetch(
    registry: RegistryClient,
    store: Store,
    progress: Callable[[int], None],
    told: set[bytes] | None = None,
) -> None:
    """Take in all changes since the last time; what came before a break is kept.

    Where the feed had begun anew, what it did not tell again is forgotten in the end. What this
    kiosk sent before the fetch began is part of the tallies that it brings. Into ``told``
    go, meanwhile, the digests of cards that events name: a page under way may hold what they were
    before, so their rows are passed over, and that page is fetched once more.
    """
    counts = await store.call(lambda stores: stores.journal.sent_counts())
    told = set() if told is None else told
    await _sweep(store)
    taken = 0
    more = True
    while more:
        chunk: list[Row] = []
        passed_over = False
        told.clear()
        after = await store.call(lambda stores: stores.cache.cursor)
        async for row in registry.changes(after):
            if isinstance(row, CursorRow):
                passed_over |= await store.call(_apply_but, chunk, told)
                more = row.more or passed_over
                if row.more and row.cursor == after:
                    raise UnreachableError("the change feed does not go on")
                if not passed_over:
                    await store.call(_turn_page, row)
                chunk = []
                continue
            chunk.append(row)
            if len(chunk) == CHUNK:
                passed_over |= await store.call(_apply_but, chunk, told)
                taken += len(chunk)
                progress(taken)
                chunk = []
    await _sweep(store)
    if counts:
        await store.call(lambda stores: stores.journal.settle(counts))


async def _sweep(store: Store) -> None:
    """Forget what the register did not tell again, piece by piece; what broke off is ended."""
    after: bytes | None = b""
    while after is not None:
        after = await store.call(_sweep_on, after)


def _sweep_on(stores: Stores, after: bytes) -> bytes | None:
    return stores.cache.sweep(after)


def _apply(stores: Stores, rows: list[Row]) -> None:
    if rows:
        stores.cache.apply(rows)


def _apply_but(stores: Stores, rows: list[Row], told: set[bytes]) -> bool:
    """Take in rows but those of cards that events have named; tell whether there were any.

    It looks when its turn has come on the store's thread: an event that is taken in before has put
    its cards into ``told``, and one that is taken in later overrules these rows.
    """
    kept = [row for row in rows if not (isinstance(row, CardRow | CardGone) and row.digest in told)]
    _apply(stores, kept)
    return len(kept) < len(rows)


def _turn_page(stores: Stores, row: CursorRow) -> None:
    if row.cursor != stores.cache.cursor or not stores.cache.whole:
        stores.cache.turn_page(row.cursor, last=not row.more)


def _parked(stores: Stores) -> list[Use]:
    return stores.journal.parked()


def _give_back(stores: Stores, now: datetime) -> list[Returning]:
    return stores.leases.give_back(now)


def _contact_after(error: RegistryError) -> Contact:
    """Return how things stand with a register that could not be used."""
    match error:
        case TokenRefusedError():
            return Contact.REFUSED
        case UntrustedError():
            return Contact.UNTRUSTED
        case _:
            return Contact.DOWN


class Sync:
    """The tasks that talk with the register in the background."""

    def __init__(
        self,
        registry: RegistryClient,
        store: Store,
        link: Link,
        changed: Callable[[], Awaitable[None]],
        revoked: Callable[[], Awaitable[None]],
        condition: Callable[[], Awaitable[dict[str, Any]]],
    ) -> None:
        """Take what to work with and whom to tell.

        ``changed`` is called when contact or cards have changed, ``revoked`` when the register has
        revoked the kiosk; ``condition`` gives the body of a heartbeat.
        """
        self._registry, self._store, self._link = registry, store, link
        self._changed, self._revoked, self._condition = changed, revoked, condition
        self._unsent = asyncio.Event()
        self._up = asyncio.Event()
        self._drained = asyncio.Event()
        self._stale = asyncio.Event()
        self._leases = asyncio.Event()
        self._spread = 0.0
        self._fetching = asyncio.Lock()
        self._told: set[bytes] = set()
        self._pacing = Pacing(BATCH)
        self.synced = asyncio.Event()
        """Set once the whole card list has been there."""

    def wake(self) -> None:
        """Say that there is something to send."""
        self._drained.clear()
        self._unsent.set()

    async def drained(self) -> None:
        """Wait until the register has everything, but what is parked or set aside."""
        await self._drained.wait()

    async def run(self) -> None:
        """Keep in touch until cancelled, or until the register has revoked the kiosk."""
        if await self._store.call(lambda stores: stores.cache.whole):
            self.synced.set()
        self.wake()
        tasks = [
            asyncio.create_task(self._follow()),
            asyncio.create_task(self._refresh()),
            asyncio.create_task(self._send()),
            asyncio.create_task(self._send_parked()),
            asyncio.create_task(self._give_back()),
            asyncio.create_task(self._beat()),
        ]
        try:
            await asyncio.gather(*tasks)
        except RevokedError:
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        # Only now: a fetch that was under way would have put cards back.
        await self._turn(Contact.REVOKED)
        await self._revoked()

    async def _follow(self) -> None:
        """Fetch, then listen for what changes."""
        backoff = Backoff()
        while True:
            try:
                await self._fetch()
                async for told in self._registry.events():
                    await self._hear(told)
                    backoff.reset()
                    await self._turn(Contact.UP)
                raise UnreachableError("the register ended the stream of events")
            except RevokedError:
                raise
            except RegistryError as error:
                await self._turn(_contact_after(error), str(error))
            except DiskError:
                pass  # the register is there; what it tells is taken in once there is room
            await backoff.wait()

    async def _hear(self, told: Told) -> None:
        """Take in the cards that an event names at once (promise P4); the rest can be fetched."""
        if told.name == "revoked":
            raise RevokedError("the register has revoked this kiosk")
        self._told.update(row.digest for row in told.rows if isinstance(row, CardRow | CardGone))
        await self._store.call(_apply, list(told.rows))
        if told.name:
            if not self._stale.is_set() or not told.rows:
                self._spread = SPREAD if told.rows else 0.0
            self._stale.set()

    async def _refresh(self) -> None:
        """Fetch when told that something changed; not all kiosks at once for what they know."""
        backoff = Backoff()
        while True:
            await self._stale.wait()
            await asyncio.sleep(self._spread * random.random())  # noqa: S311  spread, not secrecy
            self._stale.clear()
            try:
                await self._fetch()
                backoff.reset()
            except RevokedError:
                raise
            except (RegistryError, DiskError):
                self._stale.set()
                await backoff.wait()

    async def _fetch(self) -> None:
        async with self._fetching:
            await fetch(self._registry, self._store, self._tell_progress, self._told)
        self.synced.set()
        self._leases.set()
        await self._turn(Contact.UP)
        await self._changed()

    def _tell_progress(self, rows: int) -> None:
        if rows % 50_000 == 0:
            log("syncing", rows=rows)

    async def _send(self) -> None:
        """Send what is unsent, oldest first, as soon as there is something."""
        backoff = Backoff()
        while True:
            await self._unsent.wait()
            self._unsent.clear()
            try:
                while uses := await self._next_uses():
                    await self._send_or_set_aside(uses)
                    backoff.reset()
            except RevokedError:
                raise
            except RegistryError:
                self._unsent.set()
                self._up.clear()
                await backoff.wait(sooner=self._up)
            except DiskError:
                self._unsent.set()
                await backoff.wait()
            if not self._unsent.is_set():
                self._drained.set()

    async def _next_uses(self) -> list[Use]:
        held_back = self._pacing.held_back(time.monotonic())
        unsent = await self._store.call(lambda stores: stores.journal.unsent(BATCH, held_back))
        return self._pacing.next(unsent)

    async def _send_or_set_aside(self, uses: list[Use]) -> None:
        try:
            await self._send_batch(uses)
        except FailedError as error:
            aside = self._pacing.failed(uses, time.monotonic())
            if aside is not None:
                log("set_aside", use=str(aside.id), why=str(error))
                asyncio.get_running_loop().call_later(ASIDE, self.wake)
            raise
        self._pacing.taken(uses)

    async def _send_batch(self, uses: list[Use]) -> None:
        try:
            results = await self._registry.send(uses)
        except RejectedError as error:
            if error.status not in ABOUT_THE_USES:
                raise UnreachableError(str(error)) from None
            if len(uses) == 1:
                await self._park(uses[0], str(error))
            else:  # find out which of them it is
                middle = len(uses) // 2
                await self._send_batch(uses[:middle])
                await self._send_batch(uses[middle:])
            return
        flagged = {item.id: item.detail for item in results if item.result is Result.CONFLICT}
        said = zip(uses, results, strict=True)
        parked = {use: item.detail for use, item in said if item.result is Result.INVALID}
        sent = [use for use in uses if use not in parked]
        await self._store.call(lambda stores: stores.journal.mark(sent, flagged, parked))
        self._leases.set()
        if sent:
            log("sent", uses=[str(use.id) for use in sent])
        for use_id, why in flagged.items():
            log("flagged", use=str(use_id), why=why)
        await self._tell_parked(parked)
        self._link.flagged += len(flagged)
        if await self._store.call(lambda stores: stores.awaits_tally()):
            # The tally may have come before the reply did: then no event will settle these.
            self._stale.set()

    async def _send_parked(self) -> None:
        """Try parked uses again now and then; they stay parked meanwhile, and nothing waits."""
        while True:
            await asyncio.sleep(PARKED_AGAIN)
            try:
                await self._send_again(await self._store.call(_parked))
            except RevokedError:
                raise
            except (RegistryError, DiskError):
                pass

    async def _send_again(self, parked: list[Use]) -> None:
        """Send each once; one at which the register fails is passed over, after smaller batches."""
        pacing, backoff = Pacing(BATCH), Backoff()
        while uses := pacing.next(parked):
            try:
                await self._send_batch(uses)
            except FailedError:
                if pacing.failed(uses, time.monotonic()) is not None:
                    parked = parked[1:]
                await backoff.wait()
            else:
                pacing.taken(uses)
                parked = parked[len(uses) :]
                backoff.reset()

    async def _park(self, use: Use, why: str) -> None:
        await self._store.call(lambda stores: stores.journal.mark([], parked={use: why}))
        await self._tell_parked({use: why})

    async def _tell_parked(self, parked: Mapping[Use, str]) -> None:
        for use, why in parked.items():
            log("parked", use=str(use.id), why=why)
        if parked:
            await self._changed()

    async def _give_back(self) -> None:
        """Give back leases that the register wants, or that are over, at once (promise P2).

        What is told again, as uses are sent, frees the seats that were kept for them.
        """
        backoff = Backoff()
        while True:
            await self._leases.wait()
            self._leases.clear()
            try:
                for returning in await self._store.call(_give_back, datetime.now(UTC)):
                    await self._return(returning)
                    backoff.reset()
            except RevokedError:
                raise
            except RegistryError:
                self._leases.set()
                self._up.clear()
                await backoff.wait(sooner=self._up)
            except DiskError:
                self._leases.set()
                await backoff.wait()

    async def _return(self, returning: Returning) -> None:
        try:
            await self._registry.return_lease(returning.lease, returning.unsent)
        except RejectedError as error:
            if error.status != NOT_FOUND:
                raise
            # The register was put back from an older backup and knows no such lease.
        await self._store.call(lambda stores: stores.journal.returned(returning))
        log("lease_returned", lease=str(returning.lease), unsent=returning.unsent)

    async def _beat(self) -> None:
        """Tell the register how the kiosk does; learn how far its clock is off, and of its key."""
        while True:
            self._leases.set()
            try:
                condition = await self._condition()
                asked = time.monotonic()
                answer = await self._registry.heartbeat(condition)
                self._note_key(answer.get("key_check"))
                await self._compare_clocks(asked, answer.get("now"))
            except RevokedError:
                raise
            except (RegistryError, DiskError):
                pass
            await self._rest()

    async def _rest(self) -> None:
        """Wait until the next heartbeat: soon, where the register comes back meanwhile.

        A kiosk that has started with a wrong clock learns the time by it (promise P7).
        """
        if self._link.contact is Contact.UP:
            await asyncio.sleep(HEARTBEAT)
            return
        self._up.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await self._up.wait()

    def _note_key(self, check: object) -> None:
        """Take note of which key the register has; an older one does not tell."""
        self._link.key_check = check if isinstance(check, str) else None

    async def _compare_clocks(self, asked: float, theirs: object) -> None:
        """Compare at the middle of the call that began at monotonic ``asked``.

        How long it took is not for the clock to say: it may be set right meanwhile.
        """
        clock, at = time.monotonic(), datetime.now(UTC)
        half = (clock - asked) / 2
        try:
            told = datetime.fromisoformat(str(theirs))
            if told.year not in _YEARS:
                return
            self._link.hear_time(told, at - timedelta(seconds=half), clock - half)
        except (TypeError, ValueError, OverflowError):
            return
        await self._changed()

    async def _turn(self, contact: Contact, why: str = "") -> None:
        if contact is Contact.UP:
            self._link.last_contact = datetime.now(UTC)
        self._link.why = why
        if contact is self._link.contact:
            return
        if contact is Contact.UP:
            self._up.set()
        self._link.contact = contact
        log("contact", state=contact.value, **({"why": why} if why else {}))
        with suppress(DiskError):  # staff are told; a revoked kiosk goes on to wipe the cards
            await self._changed()
