"""Whether the kiosk is in touch with the register, and what it believes of its own clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far the kiosk's clock may be from the register's before it is suspect."""

SILENCE = 10.0
"""Seconds for which an unanswering register is left alone by scans."""


class Contact(StrEnum):
    """How things stand with the register."""

    UNTRIED = "untried"
    UP = "up"
    DOWN = "down"
    REVOKED = "revoked"


@dataclass
class Link:
    """What the parts that call the register tell each other. Lives on the event loop.

    The clock is ``clock_doubted`` where it is before the last record, or was suspect when the kiosk
    ended: until the register agrees with it, or a time service keeps it. ``why`` says what keeps
    the register out of reach.
    """

    contact: Contact = Contact.UNTRIED
    clock_ahead: timedelta = timedelta(0)
    clock_doubted: bool = False
    last_contact: datetime | None = None
    silent_until: float = 0.0
    flagged: int = field(default=0)
    why: str = ""

    def may_ask(self, clock: float) -> bool:
        """Tell whether a scan may wait for the register: not while it is known to be away.

        ``clock`` is in monotonic seconds. A register that has just let a visitor wait in vain is
        not asked again at once: the next in the queue would wait as long.
        """
        return self.contact in (Contact.UNTRIED, Contact.UP) and clock >= self.silent_until

    def waited_in_vain(self, clock: float) -> None:
        """Remember that a question went unanswered."""
        self.silent_until = clock + SILENCE

    @property
    def clock_suspect(self) -> bool:
        """Tell whether the kiosk's instant is not to be trusted (promise P7)."""
        return abs(self.clock_ahead) > CLOCK_TOLERANCE or self.clock_doubted
