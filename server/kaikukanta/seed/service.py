"""The seed: fills an empty register and tells what it made.

Everything follows from the arguments and the day: the same arguments give the same numbers, ids and
secrets. States of cards and the performance are relative to the Finnish day of seeding.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlmodel import Session, select

from kaiku.card import Card, Kind, State, Status
from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.offering import Seats
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.service import mark
from server.kaikukanta.feed.tables import Feed
from server.kaikukanta.network.tables import Municipality
from server.kaikukanta.seed import bulk
from server.kaikukanta.seed.cards import Dealt, card_in, every_kind, population
from server.kaikukanta.seed.history import COLUMNS, Goer, History, Place
from server.kaikukanta.seed.network import Network, build_network
from server.kaikukanta.seed.places import PLACES
from server.kaikukanta.seed.samples import SAMPLE_CARDS
from server.kaikukanta.uses.tables import Tally, UseRecord

_CARD_COLUMNS = (
    "id", "number", "digest", "kind", "children", "valid_from", "valid_until", "status",
    "status_since", "distributor_id", "birth_year", "postcode", "registered_at", "changed",
)  # fmt: skip
_MOST_GOERS = 100_000


class NotEmptyError(Exception):
    """The register already has something in it, and a seed mixes with nothing."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much to make: cards besides those of every kind, uses, and the years they fell in."""

    cards: int
    uses: int = 0
    years: int = 5


def seed(engine: Engine, key: bytes, amounts: Amounts, now: datetime) -> dict[str, Any]:
    """Fill the migrated, empty register and return what ``--out`` holds.

    ``key`` is the network's digest key. The answer has ``codes``, ``cards``, ``vars`` and
    ``sample``. Raise :class:`NotEmptyError` where the register has something in it.
    """
    rng = random.Random(f"{amounts.cards} {amounts.uses} {amounts.years}")  # noqa: S311 - samples
    today = day_of(now)
    with Session(engine) as session, session.begin():
        if session.exec(select(Municipality.code).limit(1)).first() is not None:
            raise NotEmptyError
        network = build_network(session, rng, now)
        session.flush()
        cards = _Cards(rng, network, key, today)
        connection = session.connection()
        fixed = tuple(every_kind(rng, today, amounts.years))
        dealt = _all_cards(rng, fixed, amounts, today)
        bulk.insert(connection, CardRecord, _CARD_COLUMNS, cards.rows(dealt))
        _add_uses(connection, History(rng, today, amounts.years), amounts.uses, cards, network)
        feed = session.get_one(Feed, 1)
        feed.seq = network.numbers.last
        mark(session, feed.seq)
    return {
        "codes": cards.codes,
        "cards": [_told(card) for card in fixed],
        "vars": network.vars,
        "sample": [
            {"name": card.name, "number": card.number, "kind": card.kind.value,
             "state": card.state.value, "children": card.children}
            for card in SAMPLE_CARDS
        ],
    }  # fmt: skip


def _told(dealt: Dealt) -> dict[str, Any]:
    return {
        "number": dealt.number,
        "kind": dealt.card.kind.value,
        "state": dealt.state.value,
        "children": dealt.card.children,
    }


def _all_cards(
    rng: random.Random, fixed: tuple[Dealt, ...], amounts: Amounts, today: date
) -> Iterator[Dealt]:
    """Yield the sample cards, those of every kind, then the population."""
    for card in SAMPLE_CARDS:
        kept = card_in(rng, card.kind, card.state, card.children, today, amounts.years)
        yield Dealt(card.number, kept, card.state)
    yield from fixed
    yield from population(rng, amounts.cards, today, amounts.years)


class _Cards:
    """Turns dealt cards into rows, and remembers which are valid and which are used."""

    def __init__(self, rng: random.Random, network: Network, key: bytes, today: date) -> None:
        self._rng = rng
        self._network = network
        self._key = key
        self._today = today
        self._homes = [home for home in PLACES for _ in range(home.weight)]
        self.codes: list[str] = []
        self.goers: list[Goer] = []

    def rows(self, dealt: Iterator[Dealt]) -> Iterator[bulk.Row]:
        """Yield the cards as rows of ``_CARD_COLUMNS``."""
        rng = self._rng
        for place, each in enumerate(dealt):
            id_ = UUID(int=rng.getrandbits(128), version=4)
            hashed = digest(each.number, self._key)
            personal = each.card.kind is Kind.PERSONAL
            if personal and each.state is State.VALID:
                self.codes.append(each.number)
            if len(self.goers) < _MOST_GOERS and place >= _NEVER_USED:
                self.goers.append(Goer(id_, hashed, each.card))
            registered = self._registered(each.card)
            home = self._homes[int(rng.random() * len(self._homes))]
            yield (
                id_, each.number, hashed, each.card.kind, each.card.children, each.card.valid_from,
                each.card.valid_until, each.card.status,
                None if each.card.status is Status.ACTIVE else registered + timedelta(hours=1),
                self._network.distributors[home.code][int(rng.random() * 3)],
                self._birth_year(each.card) if personal else None,
                home.postcodes[int(rng.random() * len(home.postcodes))] if personal else None,
                registered, self._network.numbers.take(),
            )  # fmt: skip

    def _birth_year(self, card: Card) -> int:
        return card.valid_from.year - int(self._rng.triangular(16, 90, 38))

    def _registered(self, card: Card) -> datetime:
        day = min(card.valid_from, self._today - timedelta(days=1))
        minutes = 6 * 60 + int(self._rng.random() * 8 * 60)
        return datetime.combine(day, time(minutes // 60, minutes % 60), UTC)


_NEVER_USED = len(SAMPLE_CARDS) + 5 * 6 * 20
"""The sample cards and those of every kind are left unused, for whoever tries them."""


def _add_uses(
    connection: Connection, history: History, count: int, cards: _Cards, network: Network
) -> None:
    """Add uses of standing entries, without the limited ones of the seed's ``vars``."""
    if count == 0:
        return
    places = [
        Place(offering, recorder)
        for offering, recorder in network.standing
        if not any(isinstance(limit, Seats) for limit in offering.limits)
        and str(offering.id) != network.vars["pool"]
    ]
    bulk.insert(connection, UseRecord, COLUMNS, history.uses(count, cards.goers, places))
    bulk.insert(
        connection,
        Tally,
        ("card_id", "offering_id", "since", "uses", "visits", "service", "cents", "changed"),
        ((*where, *spent, "", 0, network.numbers.take()) for where, spent in history.spent.items()),
    )
