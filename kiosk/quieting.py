"""Keeps what repeats itself from filling the log, and says how often it did. Pure: time comes in.

A device that comes and goes ten times a second, or a register that answers nonsense, would fill a
small disk. Of each subject the first events of a minute are told as they come. Of one that goes on
beyond that, a minute's last event is told with how many more there were, until a minute passes
without any: so how things stand in the end is always told, at the latest after a minute.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MINUTE = 60.0
"""Seconds over which events are counted."""

MOST = 20
"""Lines of one subject within a minute."""

SUBJECTS = 100
"""So many subjects are told apart; the one heard of longest ago makes way."""

EACH = frozenset(
    {
        *("verdict", "sent", "flagged", "parked", "annulled", "lease_returned"),
        *("ready", "stopping", "revoked", "forgotten", "cannot_start", "crashed"),
        *("key_told", "key_removed"),
    }
)
"""Events that are told each and every time: what becomes of a use, and of the kiosk itself."""

_SUBJECT = ("device", "what", "logger")
"""The fields that say what an event is about."""

Fields = Mapping[str, Any]
Told = tuple[str, Fields]
"""An event and its fields, to be written."""


@dataclass
class _Subject:
    """What was heard of one subject: when it was told of, and what is held back since when."""

    told: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))
    since: float | None = None
    count: int = 0
    last: Fields = field(default_factory=dict)

    def is_noisy(self, now: float) -> bool:
        """Tell whether it has had its lines of this minute."""
        return len(self.told) == MOST and now - self.told[0] < MINUTE


class Quieting:
    """What is told at once, and what is held back."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._subjects: OrderedDict[tuple[str, ...], _Subject] = OrderedDict()

    def take(self, event: str, fields: Fields, now: float) -> Iterator[Told]:
        """Yield what is to be written now that this has happened; ``now`` is in seconds."""
        yield from self.due(now)
        if event in EACH:
            yield event, fields
            return
        key = (event, *(str(fields.get(name)) for name in _SUBJECT))
        yield from self._make_room(key)
        subject = self._subjects.setdefault(key, _Subject())
        self._subjects.move_to_end(key)
        if subject.since is None and subject.is_noisy(now):
            subject.since = now
        if subject.since is None:
            subject.told.append(now)
            yield event, fields
        else:
            subject.count += 1
            subject.last = fields

    def due(self, now: float) -> Iterator[Told]:
        """Yield what was held back for a minute; what was quiet for one is told as ever again."""
        for (event, *_), subject in self._subjects.items():
            if subject.since is not None and now - subject.since >= MINUTE:
                yield from _summed_up(event, subject)
                subject.since = now if subject.count else None
                subject.count = 0

    def rest(self) -> Iterator[Told]:
        """Yield all that is held back: nothing more will be heard."""
        for (event, *_), subject in self._subjects.items():
            yield from _summed_up(event, subject)
            subject.count = 0

    def _make_room(self, key: tuple[str, ...]) -> Iterator[Told]:
        if key not in self._subjects and len(self._subjects) == SUBJECTS:
            (event, *_), subject = self._subjects.popitem(last=False)
            yield from _summed_up(event, subject)


def _summed_up(event: str, subject: _Subject) -> Iterator[Told]:
    """Yield the last event that was held back, if any, and how many there were before it."""
    if subject.count > 1:
        yield event, {**subject.last, "more": subject.count - 1}
    elif subject.count:
        yield event, subject.last
