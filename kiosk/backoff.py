"""How long to wait before what has failed is tried again."""

import asyncio
import random


class Backoff:
    """How long to wait after a failure: twice as long each time, spread out, and not for ever."""

    def __init__(self, first: float = 0.5, most: float = 60.0) -> None:
        """Begin at ``first`` seconds and never wait longer than ``most``."""
        self._first, self._most, self._next = first, most, first

    def reset(self) -> None:
        """Begin anew, after a success."""
        self._next = self._first

    async def wait(self, sooner: asyncio.Event | None = None) -> None:
        """Wait half to the whole of the time that is due, or until ``sooner`` is set."""
        delay = self._next * random.uniform(0.5, 1.0)  # noqa: S311  spread, not secrecy
        self._next = min(self._next * 2, self._most)
        if sooner is None:
            await asyncio.sleep(delay)
            return
        try:
            async with asyncio.timeout(delay):
                await sooner.wait()
        except TimeoutError:
            pass
