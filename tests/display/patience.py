"""Waiting in the tests of displays that work in a thread."""

import asyncio
from collections.abc import Callable

PATIENCE = 10.0
"""Seconds after which something expected is held not to come."""


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - a thread or a file sets it, not this loop
            await asyncio.sleep(0.005)
