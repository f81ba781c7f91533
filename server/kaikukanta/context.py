"""What a running register holds and every request may ask for: database, settings, key, clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Semaphore
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from kaiku.digest import digest
from kaiku.number import read
from server.database import open_database
from server.kaikukanta.settings import Settings, read_digest_key

Clock = Callable[[], datetime]

WAITING = 10
"""How many requests may wait for others at once: a quarter of the threads that answer them."""


def utc_now() -> datetime:
    """Return the aware instant that it is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """One register in one process.

    ``clock`` and ``sleep`` (in seconds) are passed in, so that tests can move time. A request that
    waits for somebody else holds one of the ``waits`` for so long; there are :data:`WAITING`.
    """

    engine: Engine
    settings: Settings
    digest_key: bytes = field(repr=False)
    clock: Clock = utc_now
    sleep: Callable[[float], None] = time.sleep
    waits: Semaphore = field(default_factory=lambda: Semaphore(WAITING), repr=False)

    def digest_of(self, card: str) -> bytes | None:
        """Return the digest of a card's number as it was read or typed, None where it is none."""
        number = read(card, self.settings.earlier_numbers)
        return None if number is None else digest(number, self.digest_key)


def open_context(settings: Settings, clock: Clock = utc_now) -> Context:
    """Open the database of the settings; its engine is the caller's to dispose of."""
    return Context(open_database(settings.database_url), settings, read_digest_key(settings), clock)


def of_request(request: Request) -> Context:
    """Return the context of the app that serves a request."""
    context: Context = request.app.state.context
    return context


InContext = Annotated[Context, Depends(of_request)]
