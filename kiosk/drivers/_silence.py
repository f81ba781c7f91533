"""Notices that nothing more has come: what ends a code that has no line end."""

import asyncio
from collections.abc import Callable


class Silence:
    """Calls back once nothing has been heard for so many seconds."""

    def __init__(self, seconds: float, ended: Callable[[], None]) -> None:
        self._seconds = seconds
        self._ended = ended
        self._timer: asyncio.TimerHandle | None = None

    def heard(self) -> None:
        """Wait anew from now."""
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._ended)

    def stop(self) -> None:
        """Wait for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
