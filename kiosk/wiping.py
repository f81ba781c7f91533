"""What a kiosk takes off its disk: when it is revoked, or has not heard the register for too long.

The key goes first, for without it no digest tells anything; then the cards. Who cuts the power
meanwhile gains nothing: the kiosk still has its token, is told again, and goes on with it. What the
register does not have yet stays (promise P6).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.backoff import Backoff
from kiosk.disk import DiskError
from kiosk.identity import NotEnrolledError, forget_identity, forget_key
from kiosk.link import Link
from kiosk.store import Store, Stores

LOOK_EVERY = 600.0
"""Seconds between two looks at when the register was last heard."""


async def wipe(store: Store, folder: Path) -> None:
    """Take the key, the cards and the identity off the disk; return once they are."""

    async def work() -> None:
        await _forget(store, folder)
        forget_identity(folder)

    await _until_done(store, work)


async def forget_cards(store: Store, folder: Path) -> None:
    """Take the key and the cards off the disk; return once they are. The register tells them."""

    async def work() -> None:
        await _forget(store, folder)

    await _until_done(store, work)


async def out_of_touch(store: Store, link: Link, after: timedelta | None) -> None:
    """Return once there are cards and the register has not been heard for so long; never for None.

    When it was heard is noted in any case: restarts do not begin the time anew. A clock that is
    suspect proves nothing, and is not counted by (promise P7).
    """
    while True:
        if not link.clock_suspect:
            with contextlib.suppress(DiskError):
                if await store.call(_is_too_long, link.last_contact, datetime.now(UTC), after):
                    return
        await asyncio.sleep(LOOK_EVERY)


def _is_too_long(
    stores: Stores, contact: datetime | None, now: datetime, after: timedelta | None
) -> bool:
    heard = contact or stores.cache.heard or (None if after is None else now)
    if heard is None:
        return False
    if heard != stores.cache.heard or heard > now:
        heard = min(heard, now)
        stores.cache.hear(heard)
    return after is not None and stores.cache.cards > 0 and now - heard > after


async def _forget(store: Store, folder: Path) -> None:
    try:
        forget_key(folder)
    except NotEnrolledError:
        forget_identity(folder)
    finally:  # of a key that cannot be read now, too
        await store.call(Stores.forget_cards)


async def _until_done(store: Store, work: Callable[[], Awaitable[None]]) -> None:
    """Do it, again and again while the disk is full or failing; staff are told."""
    backoff = Backoff()
    while True:
        try:
            await work()
        except DiskError:
            pass
        except OSError as error:
            store.disk.fails("wiping", error)
        else:
            store.disk.works("wiping")
            return
        await backoff.wait()
