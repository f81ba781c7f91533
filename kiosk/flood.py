"""Tells a scanner that sends rubbish without end from one that read something wrong. Pure.

Each unreadable scan is told to the visitor and recorded, which costs a write to the disk. No person
shows one code after another faster than :data:`RATE` for long; what a broken scanner sends beyond
that is passed over.
"""

from dataclasses import dataclass

MOST = 100.0
"""Unreadable scans that may come at once."""

RATE = 0.5
"""How many more may come each second."""

QUIET = 10.0
"""Seconds without anything passed over after which a scanner is well again."""


@dataclass
class Flood:
    """What one scanner has sent that cannot be read."""

    left: float = MOST
    at: float = 0.0
    over: float | None = None

    def passes(self, at: float) -> bool:
        """Take an unreadable scan; tell whether it is handed on. ``at`` is in seconds."""
        self.left = min(MOST, self.left + max(0.0, at - self.at) * RATE)
        self.at = at
        if self.left < 1:
            self.over = at
            return False
        self.left -= 1
        return True

    def is_on(self, now: float) -> bool:
        """Tell whether it goes on."""
        return self.over is not None and now - self.over < QUIET
