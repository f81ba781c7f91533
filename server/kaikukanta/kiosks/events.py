"""Server-sent events to a kiosk: that something changed, that it is in the network no more."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from server.kaikukanta.kiosks.watch import APART_SECONDS, Listener, Watch

MEDIA_TYPE = "text/event-stream"
BEAT_SECONDS = 15.0
"""How long a stream is silent at most: a kiosk that hears nothing for longer has lost it."""

RETRY_MILLISECONDS = 1000


async def events(watch: Watch, kiosk_id: UUID) -> AsyncIterator[str]:
    """Yield the events of a kiosk until it goes, is taken out, or the server ends.

    ``position`` comes first. ``changed`` comes when something for this kiosk changed; both say
    the newest place in the feed. ``rows`` of ``changed`` are the cards that did, as in the feed,
    where they are few: a kiosk may take them at once, and fetches all the same. ``revoked`` is
    the last event of a kiosk that was taken out.
    """
    with watch.listening(kiosk_id) as listener:
        if await watch.revoked(kiosk_id):
            listener.revoked = True
        yield f"retry: {RETRY_MILLISECONDS}\n" + _event("position", watch)
        while not watch.closed:
            if listener.revoked:
                yield _event("revoked", watch)
                return
            if listener.news:
                yield _event("changed", watch, listener.take())
                await asyncio.sleep(APART_SECONDS)
            elif not await _woken(listener):
                yield ": still here\n\n"


async def _woken(listener: Listener) -> bool:
    """Wait for news; return False after a while without."""
    try:
        async with asyncio.timeout(BEAT_SECONDS):
            await listener.woken.wait()
    except TimeoutError:
        return False
    listener.woken.clear()
    return True


def _event(name: str, watch: Watch, cards: tuple[str, ...] = ()) -> str:
    rows = f', "rows": [{", ".join(cards)}]' if name == "changed" else ""
    return f'event: {name}\ndata: {{"cursor": "{watch.position}"{rows}}}\n\n'
