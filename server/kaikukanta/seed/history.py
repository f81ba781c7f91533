"""Sample uses of past years, with the running counts that decisions would have kept of them."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from kaiku.card import Card, Kind, Status
from kaiku.days import HELSINKI, day_of
from kaiku.decide import NO_FACTS, Decision, Facts, decide
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.wire import Outcome
from server.kaikukanta.uses.tables import Recorder

COLUMNS = (
    "id", "card_id", "digest", "offering_id", "offering_version", "recorder", "recorder_id", "at",
    "received_at", "day", "since", "adults", "children", "helpers", "supporters", "asked_children",
    "asked_helpers", "asked_supporters", "outcome", "reason", "remaining", "conflict", "offline",
    "clock_suspect", "revision", "voided_at",
)  # fmt: skip
_CHILDREN_COME = 0.35
_HELPER_COMES = 0.02
_SUPPORTER_COMES = 0.03
_OPENS, _CLOSES = 10, 20


@dataclass(frozen=True, slots=True)
class Goer:
    """A card that is used, as the register keeps it."""

    id: UUID
    digest: bytes
    card: Card


@dataclass(frozen=True, slots=True)
class Place:
    """A standing entry that is used, and the credential that records it."""

    offering: Offering
    recorder: UUID


class History:
    """Deals uses out among cards and standing entries, each decided as it would have been."""

    def __init__(self, rng: random.Random, today: date, years: int) -> None:
        self._rng = rng
        self._today = today
        self._first = today - timedelta(days=365 * years)
        self.spent: defaultdict[tuple[UUID, UUID, date], list[int]] = defaultdict(lambda: [0, 0])

    def uses(self, count: int, goers: Sequence[Goer], places: Sequence[Place]) -> Iterator[Any]:
        """Yield rows of ``COLUMNS``; ``spent`` then holds each card's accepted uses and visits.

        Its keys are card, offering and first counted day, as in a tally.
        """
        able = [goer for goer in goers if self._days(goer.card) is not None]
        if not able:
            return
        for _ in range(count):
            goer = able[int(len(able) * self._rng.random() ** 2)]
            yield self._use(goer, places[int(len(places) * self._rng.random())])

    def _use(self, goer: Goer, place: Place) -> tuple[Any, ...]:
        rng, offering = self._rng, place.offering
        at = self._moment(goer.card)
        asked = self._party(goer.card)
        since = offering.counted_since(goer.card, at) if offering.counts_cards else None
        facts = NO_FACTS if since is None else self._facts(goer, offering, since)
        decision = decide(goer.card, asked, offering, facts, at)
        admitted = decision.admitted
        if since is not None and decision.accepted:
            spent = self.spent[goer.id, offering.id, since]
            spent[0] += 1
            spent[1] += admitted.visits
        return (
            UUID(int=rng.getrandbits(128), version=4), goer.id, goer.digest, offering.id,
            offering.version, Recorder.VENUE, place.recorder, at, at, day_of(at),
            since if decision.accepted else None, admitted.adults, admitted.children,
            admitted.helpers, admitted.supporters, asked.children, asked.helpers, asked.supporters,
            _outcome(decision), decision.reason, decision.remaining, None, False, False, 1, None,
        )  # fmt: skip

    def _facts(self, goer: Goer, offering: Offering, since: date) -> Facts:
        uses, visits = self.spent.get((goer.id, offering.id, since), (0, 0))
        return Facts(uses=uses, visits=visits)

    def _moment(self, card: Card) -> datetime:
        first, last = self._days(card) or (self._first, self._today)
        day = first + timedelta(days=int(self._rng.random() * ((last - first).days + 1)))
        seconds = int((_OPENS + self._rng.random() * (_CLOSES - _OPENS)) * 3600)
        clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
        return datetime.combine(day, clock, HELSINKI).astimezone(UTC)

    def _days(self, card: Card) -> tuple[date, date] | None:
        """Return the first and the last past day on which the card was of use, if any."""
        first = max(card.valid_from, self._first)
        last = min(card.valid_until, self._today - timedelta(days=1))
        fit = card.kind is Kind.PERSONAL and card.status is Status.ACTIVE
        return (first, last) if fit and first <= last else None

    def _party(self, card: Card) -> Party:
        rng = self._rng
        children = 0
        if rng.random() < _CHILDREN_COME:
            children = int(rng.random() * (card.children + 1))
            if rng.random() < _HELPER_COMES:
                children += 1
        return Party(
            children, int(rng.random() < _HELPER_COMES), int(rng.random() < _SUPPORTER_COMES)
        )


def _outcome(decision: Decision) -> Outcome:
    return Outcome.ACCEPTED if decision.accepted else Outcome.REFUSED
