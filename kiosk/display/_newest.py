"""For a slow display: draws the newest scene in a thread, and skips what came in between."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from kiosk.ports import Scene

RETRY = 30.0
"""Seconds from a picture that a device did not take to the next attempt."""


class NotTakenError(Exception):
    """The device did not take the picture, and says why.

    The newest is tried again after :data:`RETRY`.
    """


class Newest:
    """Hands scenes to ``draw``, one at a time, each no earlier than it is due.

    ``draw`` may take its time. It raises :class:`NotTakenError` where another attempt may succeed;
    any other error is raised by the next :meth:`give`. ``due`` says when a scene given at a time of
    ``time.monotonic()`` is due, on that clock.
    """

    def __init__(
        self, draw: Callable[[Scene], None], due: Callable[[Scene, float], float] | None = None
    ) -> None:
        self._draw = draw
        self._due = due or (lambda _, given: given)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="picture")
        self._changed = asyncio.Event()
        self._wanted: tuple[Scene, float] | None = None
        self._not_before = 0.0
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        """Why the last picture was not taken; None where it was."""

    @property
    def waiting(self) -> Scene | None:
        """Return the scene that has not been drawn yet, if there is one."""
        return None if self._wanted is None else self._wanted[0]

    def give(self, scene: Scene) -> None:
        """Take a scene in place of any that waits, and return at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        elif self._task.done():
            self._task.result()
        if scene != self.waiting:
            self._wanted = (scene, time.monotonic())
            self._changed.set()

    async def close(self, last: Scene | None) -> None:
        """Finish the picture that is being drawn, draw ``last`` and end the thread."""
        task, self._task, self._wanted = self._task, None, None
        try:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            if last is not None:
                with suppress(NotTakenError):
                    await asyncio.get_running_loop().run_in_executor(
                        self._executor, self._draw, last
                    )
        finally:
            await asyncio.to_thread(self._executor.shutdown)

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            if self._wanted is None:
                await self._changed.wait()
                continue
            scene, given = self._wanted
            delay = max(self._due(scene, given), self._not_before) - time.monotonic()
            if delay > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), delay)
                continue
            self._wanted = None
            await self._attempt(scene)

    async def _attempt(self, scene: Scene) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._draw, scene)
            self.trouble = None
        except NotTakenError as error:
            self.trouble = str(error)
            self._not_before = time.monotonic() + RETRY
            if self._wanted is None:
                self._wanted = (scene, time.monotonic())
