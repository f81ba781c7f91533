"""Sample cards: a realistic population, and a fixed number of every state and count of children."""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kaiku.card import Card, Kind, State, Status, last_valid_day
from kaiku.number import make

EACH = 20
"""How many cards of each kind, state and count of children there are, whatever the arguments."""

_STATES = (State.VALID, State.EXPIRED, State.ENDED, State.OUT_OF_USE, State.NOT_YET_VALID)
_STATE_SHARES = (0.62, 0.92, 0.96, 0.99)
"""Where each state but the first begins, in the order of the states."""

_CHILDREN_SHARES = (0.62, 0.77, 0.90, 0.96, 0.99)
"""Where each count of children from 1 on begins."""

_COMMUNITY_SHARE = 0.02
_EXTENDED_SHARE = 0.3
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Dealt:
    """A card as it was dealt: its number, what decisions need of it, and its state today."""

    number: str
    card: Card
    state: State


def population(rng: random.Random, count: int, today: date, years: int) -> Iterator[Dealt]:
    """Yield as many cards as asked for; states and children are as common as in life."""
    for _ in range(count):
        kind = Kind.COMMUNITY if rng.random() < _COMMUNITY_SHARE else Kind.PERSONAL
        state = _STATES[bisect(_STATE_SHARES, rng.random())]
        children = 0
        if kind is Kind.PERSONAL:
            children = bisect(_CHILDREN_SHARES, rng.random())
        yield deal(rng, kind, state, children, today, years)


def every_kind(rng: random.Random, today: date, years: int) -> Iterator[Dealt]:
    """Yield ``EACH`` personal cards of each state and of 0–4 children, and community cards."""
    for state in _STATES:
        for _ in range(EACH):
            for children in range(5):
                yield deal(rng, Kind.PERSONAL, state, children, today, years)
            yield deal(rng, Kind.COMMUNITY, state, 0, today, years)


def deal(
    rng: random.Random, kind: Kind, state: State, children: int, today: date, years: int
) -> Dealt:
    """Return a new card with dates by which it is in the state today, and for a month to come."""
    return Dealt(
        make(lambda below: int(rng.random() * below)),
        card_in(rng, kind, state, children, today, years),
        state,
    )


def card_in(
    rng: random.Random, kind: Kind, state: State, children: int, today: date, years: int
) -> Card:
    """Return a card that is in the state today, and for a month to come (OM-8, OM-29)."""

    def ago(least: int, most: int) -> date:
        return today - timedelta(days=least + int(rng.random() * (most - least + 1)))

    status = Status.ACTIVE
    granted = extended = today
    match state:
        case State.VALID:
            extended = ago(1, _YEAR - 35)
            granted = extended
            if rng.random() < _EXTENDED_SHARE:
                granted -= timedelta(days=int(rng.random() * _YEAR * years))
        case State.EXPIRED:
            granted = extended = ago(_YEAR + 2, _YEAR * (years + 1) + 1)
        case State.NOT_YET_VALID:
            granted = extended = ago(-120, -31)
        case State.ENDED | State.OUT_OF_USE:
            status = Status(state.value)
            granted = extended = ago(1, _YEAR * years)
    return Card(kind, children, granted, last_valid_day(extended), status)
