"""Tells systemd that a server serves and that its event loop is alive (sd_notify(3)).

Each process that serves tells it, so the unit needs ``NotifyAccess=all``. That one of several lives
says nothing of the others, so each also has the kernel end it where its own loop hangs.
"""

import asyncio
import os
import signal
import socket

_telling: set[asyncio.Task[None]] = set()


async def tell_serving() -> None:
    """Tell that calls are taken, and from now on that the loop is alive; once more is harmless."""
    if not _telling:
        _send("READY=1")
        _telling.add(asyncio.create_task(_tell_alive(_limit())))


async def _tell_alive(limit: float) -> None:
    try:
        while limit:
            signal.setitimer(signal.ITIMER_REAL, limit)
            _send("WATCHDOG=1")
            await asyncio.sleep(limit / 2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit() -> float:
    """Return how many seconds systemd lets a loop be silent; 0 where it does not watch."""
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000


def _send(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(
                state.encode(), address.replace("@", "\0") if address[0] == "@" else address
            )
