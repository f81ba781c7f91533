"""Which uses go to the register next. Pure: it knows neither the register nor a clock.

One at which the register fails must not keep back those behind it for good.
"""

from collections.abc import Sequence
from itertools import takewhile
from uuid import UUID

from kaiku.wire import Use

TRIES = 3
"""How often a batch goes as it is before smaller ones are tried."""

ASIDE = 600.0
"""Seconds after which a use that was set aside is tried again."""


class Pacing:
    """How many uses go at once, and which wait.

    Where the register fails again and again, the batch is halved, at last to its first use. That
    one is set aside, and tried again later by itself; each success doubles the batch.
    """

    def __init__(self, most: int) -> None:
        """Begin with batches of ``most`` uses."""
        self._most = self._size = most
        self._failures = 0
        self._aside: dict[UUID, float] = {}

    def held_back(self, clock: float) -> frozenset[UUID]:
        """Return the uses that are set aside at an instant of the monotonic clock."""
        return frozenset(use for use, until in self._aside.items() if clock < until)

    def next(self, unsent: Sequence[Use]) -> list[Use]:
        """Return the batch that goes next; one that was set aside before goes alone."""
        if unsent and unsent[0].id in self._aside:
            return [unsent[0]]
        return list(takewhile(lambda use: use.id not in self._aside, unsent[: self._size]))

    def taken(self, uses: Sequence[Use]) -> None:
        """Take note that the register took a batch, or said which of it it cannot take."""
        self._failures = 0
        self._size = min(self._size * 2, self._most)
        for use in uses:
            self._aside.pop(use.id, None)

    def failed(self, uses: Sequence[Use], clock: float) -> Use | None:
        """Take note that the register failed at a batch; return the use that is set aside."""
        self._failures += 1
        (first, *others) = uses
        if first.id not in self._aside and self._failures < TRIES:
            return None
        if others:
            self._size = max(1, len(uses) // 2)
            return None
        self._aside[first.id] = clock + ASIDE
        return first
