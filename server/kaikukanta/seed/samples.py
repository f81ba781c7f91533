"""The sample cards that the README prints and the demo scans: the same at every seed."""

import random
from dataclasses import dataclass

from kaiku.card import Kind, State
from kaiku.number import make


@dataclass(frozen=True, slots=True)
class SampleCard:
    """A card that every seed has, with what it is on the day of seeding."""

    name: str
    number: str
    kind: Kind
    state: State
    children: int


_KINDS = (
    ("valid, no children", Kind.PERSONAL, State.VALID, 0),
    ("valid, 2 children", Kind.PERSONAL, State.VALID, 2),
    ("valid, 4 children", Kind.PERSONAL, State.VALID, 4),
    ("expired", Kind.PERSONAL, State.EXPIRED, 0),
    ("ended", Kind.PERSONAL, State.ENDED, 1),
    ("out of use", Kind.PERSONAL, State.OUT_OF_USE, 0),
    ("not yet valid", Kind.PERSONAL, State.NOT_YET_VALID, 1),
    ("community card", Kind.COMMUNITY, State.VALID, 0),
)


def _samples() -> tuple[SampleCard, ...]:
    rng = random.Random("sample cards")  # noqa: S311 - sample data
    return tuple(
        SampleCard(name, make(rng.randrange), kind, state, children)
        for name, kind, state, children in _KINDS
    )


SAMPLE_CARDS = _samples()
