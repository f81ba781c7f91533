"""Whether the kiosk is in touch with the register, and what it believes of its own clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far the kiosk's clock may be from the register's before it is suspect."""

SILENCE = 10.0
"""Seconds for which an unanswering register is left alone by scans."""


class Contact(StrEnum):
    """How things stand with the register.

    ``REFUSED`` is one that does not take the kiosk's token, ``UNTRUSTED`` one whose certificate is
    not valid: unlike one that is down, neither heals by itself.
    """

    UNTRIED = "untried"
    UP = "up"
    DOWN = "down"
    REFUSED = "refused"
    UNTRUSTED = "untrusted"
    REVOKED = "revoked"


@dataclass
class Link:
    """What the parts that call the register tell each other. Lives on the event loop.

    The clock is ``clock_doubted`` where it is before the last record, has jumped, or was suspect
    when the kiosk ended: until the register agrees with it, or a time service keeps it.
    ``switched_on`` is the instant at which monotonic time was 0, by the clock as it was last;
    ``on_by_register`` is the same by the time that the register told last since the start, and
    ``on_by_record`` by the last use on record, which cannot be after the start.
    ``why`` says what keeps the register out of reach. ``key_check`` is the check value of its key.
    """

    contact: Contact = Contact.UNTRIED
    clock_ahead: timedelta = timedelta(0)
    clock_doubted: bool = False
    last_contact: datetime | None = None
    silent_until: float = 0.0
    flagged: int = field(default=0)
    switched_on: datetime | None = None
    on_by_register: datetime | None = None
    on_by_record: datetime | None = None
    why: str = ""
    key_check: str | None = None

    def may_ask(self, clock: float) -> bool:
        """Tell whether a scan may wait for the register: not while it is known to be away.

        ``clock`` is in monotonic seconds. A register that has just let a visitor wait in vain is
        not asked again at once: the next in the queue would wait as long.
        """
        return self.contact in (Contact.UNTRIED, Contact.UP) and clock >= self.silent_until

    def waited_in_vain(self, clock: float) -> None:
        """Remember that a question went unanswered."""
        self.silent_until = clock + SILENCE

    def watch(self, at: datetime, clock: float) -> None:
        """Doubt a clock that has jumped: which of its two times was right nobody knows (P7).

        ``clock`` is in monotonic seconds, which no setting of the time changes.
        """
        before, self.switched_on = self.switched_on, at - timedelta(seconds=clock)
        if before is not None and abs(self.switched_on - before) > CLOCK_TOLERANCE:
            self.clock_doubted = True

    def hear_time(self, told: datetime, at: datetime, clock: float) -> None:
        """Take the register's time, told when the kiosk's clock was at ``at``.

        ``clock`` is in monotonic seconds.
        """
        self.clock_ahead = at - told
        self.on_by_register = told - timedelta(seconds=clock)
        if abs(self.clock_ahead) <= CLOCK_TOLERANCE:
            self.clock_doubted = False

    def instant(self, at: datetime, clock: float) -> datetime:
        """Return what now is taken for, where the clock says ``at`` (promise P7).

        In place of a clock that is suspect, the time that the register has told goes on. Before it
        has told any, now is at least as long after the last use on record as the kiosk is on.
        """
        since = timedelta(seconds=clock)
        if not self.clock_suspect:
            return at
        if self.on_by_register is not None:
            return self.on_by_register + since
        return at if self.on_by_record is None else max(at, self.on_by_record + since)

    @property
    def instant_guessed(self) -> bool:
        """Tell whether nobody has said what now is: the clock is suspect, the register silent."""
        return self.clock_suspect and self.on_by_register is None

    @property
    def clock_suspect(self) -> bool:
        """Tell whether the kiosk's instant is not to be trusted (promise P7)."""
        return abs(self.clock_ahead) > CLOCK_TOLERANCE or self.clock_doubted
