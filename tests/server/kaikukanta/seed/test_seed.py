"""The sample network: repeatable, of every kind, and true to what it says of itself."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from kaiku.audit import audit, breaches
from kaiku.card import Kind, State
from kaiku.days import HELSINKI, day_of
from kaiku.decide import NO_FACTS, decide
from kaiku.digest import digest
from kaiku.number import is_ours
from kaiku.offering import OncePerPerformance, Seats, Visits
from kaiku.party import ALONE
from kaiku.venue import VenueKind
from kaiku.wire import Outcome
from server.database import open_database, read
from server.kaikukanta.cards.service import find_card, to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.tables import Feed
from server.kaikukanta.kiosks.tables import Enrolment
from server.kaikukanta.migrations import migrate
from server.kaikukanta.network.tables import Credential, Municipality, Venue
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.offerings.venue import findings
from server.kaikukanta.seed.cards import EACH, population
from server.kaikukanta.seed.samples import SAMPLE_CARDS
from server.kaikukanta.seed.service import Amounts, NotEmptyError, seed
from server.kaikukanta.seed.venues import MAIN
from server.kaikukanta.settings import Settings
from server.kaikukanta.uses.tables import Tally, UseRecord
from server.security import hash_code, hash_token
from tests.databases import Databases

KEY = b"\x5a" * 32
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
AMOUNTS = Amounts(cards=300, uses=2000, years=3)

Made = dict[str, Any]


@pytest.fixture(scope="module")
def engine(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give a migrated database with nothing in it, one for the module."""
    key = tmp_path_factory.mktemp("seed") / "key"
    with databases.empty() as url:
        migrate(Settings(database_url=url, digest_key_file=key))
        engine = open_database(url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def made(engine: Engine) -> Made:
    """Give what the seed tells of the network that it made."""
    return seed(engine, KEY, AMOUNTS, NOW)


def state_of(session: Session, number: str, day: date = TODAY) -> tuple[Kind, State, int]:
    """Return what the register has under a number."""
    record = find_card(session, digest(number, KEY))
    assert record is not None
    card = to_card(record)
    return card.kind, card.state(day), card.children


def test_every_offering_keeps_to_the_model(made: Made, engine: Engine) -> None:
    """The sample venues set nothing that a venue could not (OM-52)."""
    with read(engine) as session:
        for venue in session.exec(select(Venue)):
            found = list(findings(session, venue, NOW))
            offerings = select(OfferingRecord).where(OfferingRecord.venue_id == venue.id)
            for record in session.exec(offerings):
                found += audit(to_offering(record), venue.kind)
            assert breaches(found) == ()


def test_the_codes_are_the_valid_personal_cards(made: Made, engine: Engine) -> None:
    """All of them, and nothing else, today and for weeks to come."""
    with read(engine) as session:
        records = session.exec(select(CardRecord).where(CardRecord.kind == Kind.PERSONAL)).all()
        for day in (TODAY, TODAY + timedelta(days=28)):
            valid = {each.number for each in records if to_card(each).state(day) is State.VALID}
            assert valid == set(made["codes"])
    assert len(made["codes"]) == len(set(made["codes"]))


def test_there_are_cards_of_every_state_and_count_of_children(made: Made, engine: Engine) -> None:
    """At least twenty of each, personal ones of each state with each count, as they are told."""
    counted = Counter((card["kind"], card["state"], card["children"]) for card in made["cards"])
    assert set(counted) == {
        *(("personal", state.value, children) for state in State for children in range(5)),
        *(("community", state.value, 0) for state in State),
    }
    assert min(counted.values()) >= EACH == 20
    with read(engine) as session:
        for card in (*made["cards"], *made["sample"]):
            told = (Kind(card["kind"]), State(card["state"]), card["children"])
            assert state_of(session, card["number"]) == told


def test_every_number_is_of_our_making(made: Made, engine: Engine) -> None:
    """Their check characters are right, and no two are the same."""
    with read(engine) as session:
        numbers = session.exec(select(CardRecord.number)).all()
    assert all(map(is_ours, numbers))
    assert len(numbers) == AMOUNTS.cards + 6 * 5 * EACH + len(SAMPLE_CARDS)


def test_the_vars_are_one_venues_token_offerings_and_codes(made: Made, engine: Engine) -> None:
    """The token, the three offerings and the three codes belong together."""
    given = made["vars"]
    with read(engine) as session:
        token = hash_token(given["token"])
        [venue] = session.exec(select(Credential.venue_id).where(Credential.token_hash == token))
        for name in ("offering", "pool", "performance"):
            assert session.get_one(OfferingRecord, UUID(given[name])).venue_id == venue
        for suffix, name in (("", "offering"), ("_pool", "pool"), ("_performance", "performance")):
            code = hash_code(given[f"enrolment{suffix}"])
            [enrolment] = session.exec(select(Enrolment).where(Enrolment.code_hash == code))
            assert enrolment.venue_id == venue
            assert enrolment.offering_ids == [given[name]]
            assert enrolment.expires_at > NOW + timedelta(days=365)


def test_the_vars_have_the_limits_that_they_are_named_for(made: Made, engine: Engine) -> None:
    """The entry has none, the pool 30 visits a year, the performance 40 seats, once a card."""
    with read(engine) as session:
        entry, pool, performance = (
            to_offering(session.get_one(OfferingRecord, UUID(made["vars"][name])))
            for name in ("offering", "pool", "performance")
        )
    assert (entry.window, entry.limits) == (None, ())
    assert (pool.window, pool.limits) == (None, (Visits(30),))
    assert set(performance.limits) == {Seats(40), OncePerPerformance()}


@pytest.mark.parametrize("hour", [0, 3, 12, 19, 23])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31)])
def test_the_performance_is_on_all_day_whenever_it_is_seeded(day: date, hour: int) -> None:
    """From midnight to midnight in Finland, also when the clocks change."""
    show = MAIN.offerings[2].show
    assert show is not None
    seeded = datetime(day.year, day.month, day.day, hour, 59, tzinfo=HELSINKI)
    window = show.window(day_of(seeded))
    offering = to_offering(
        OfferingRecord(
            venue_id=UUID(int=0), name_fi="", name_sv="", name_en="",
            category=MAIN.offerings[2].category, starts=window.starts, ends=window.ends, changed=0,
        )
    )  # fmt: skip
    for minute in range(0, 24 * 60, 30):
        now = datetime(day.year, day.month, day.day, tzinfo=HELSINKI) + timedelta(minutes=minute)
        assert offering.is_on(now)
        assert offering.day(now) == day


def test_the_network_has_venues_of_every_kind(made: Made, engine: Engine) -> None:
    """And twenty municipalities or more, named in both languages."""
    with read(engine) as session:
        assert {venue.kind for venue in session.exec(select(Venue))} == set(VenueKind)
        places = session.exec(select(Municipality)).all()
    assert len(places) >= 20
    assert all(place.name_fi and place.name_sv and len(place.code) == 3 for place in places)


def test_every_change_has_its_place_in_the_feed(made: Made, engine: Engine) -> None:
    """Cards have places of their own, none beyond the newest."""
    with read(engine) as session:
        newest = session.exec(select(Feed.seq)).one()
        changed = session.exec(select(CardRecord.changed).order_by(col(CardRecord.changed))).all()
    assert all(before < after for before, after in pairwise(changed))
    assert changed[0] > 0
    assert changed[-1] <= newest


def test_uses_agree_with_the_counts_that_are_kept(made: Made, engine: Engine) -> None:
    """Tallies are the sums of accepted uses, and no card has had more visits than its limit."""
    with read(engine) as session:
        uses = session.exec(select(UseRecord)).all()
        tallies = session.exec(select(Tally)).all()
    assert len(uses) == AMOUNTS.uses
    counted: Counter[tuple[UUID | None, UUID, date | None, str]] = Counter()
    for use in uses:
        if use.since is not None:
            counted[use.card_id, use.offering_id, use.since, "uses"] += 1
            counted[use.card_id, use.offering_id, use.since, "visits"] += use.adults + use.children
    kept = {
        (each.card_id, each.offering_id, each.since, what): getattr(each, what)
        for each in tallies
        for what in ("uses", "visits")
    }
    assert kept == dict(counted)
    assert max(each.visits for each in tallies) <= 50


def test_uses_lie_in_the_past_and_within_the_cards_days(made: Made, engine: Engine) -> None:
    """Within the years that were asked for; a few were refused, each with its reason."""
    with read(engine) as session:
        rows = session.exec(
            select(UseRecord, CardRecord).join(
                CardRecord, col(CardRecord.id) == col(UseRecord.card_id)
            )
        ).all()
    first = TODAY - timedelta(days=365 * AMOUNTS.years)
    for use, card in rows:
        assert first <= use.day < TODAY
        assert card.valid_from <= use.day <= card.valid_until
        assert (use.outcome is Outcome.REFUSED) == (use.reason is not None)
    assert 0 < sum(use.outcome is Outcome.REFUSED for use, _ in rows) < AMOUNTS.uses / 5


def test_what_is_handed_out_for_trying_is_unused(made: Made, engine: Engine) -> None:
    """Each valid card is let in at each of the three offerings, as if it were its first use."""
    limited = [UUID(made["vars"][name]) for name in ("pool", "performance")]
    with read(engine) as session:
        used = select(func.count()).select_from(UseRecord)
        assert session.exec(used.where(col(UseRecord.offering_id).in_(limited))).one() == 0
        offering = to_offering(session.get_one(OfferingRecord, limited[0]))
        card = find_card(session, digest(made["codes"][0], KEY))
        assert card is not None
    assert decide(to_card(card), ALONE, offering, NO_FACTS, NOW).accepted


def test_a_register_with_something_in_it_is_not_seeded(made: Made, engine: Engine) -> None:
    """A seed mixes with nothing."""
    with pytest.raises(NotEmptyError):
        seed(engine, KEY, AMOUNTS, NOW)


def test_the_same_arguments_make_the_same(made: Made, databases: Databases, tmp_path: Path) -> None:
    """Numbers, ids and secrets come out again; other arguments make others."""
    for amounts, same in ((AMOUNTS, True), (Amounts(cards=1), False)):
        with databases.empty() as url:
            migrate(Settings(database_url=url, digest_key_file=tmp_path / "key"))
            engine = open_database(url)
            again = seed(engine, KEY, amounts, NOW)
            engine.dispose()
        assert (json.dumps(again) == json.dumps(made)) is same
        assert again["sample"] == made["sample"]


def test_the_sample_cards_are_fixed() -> None:
    """They stand in the README, so they never change."""
    assert {card.name: card.number for card in SAMPLE_CARDS} == {
        "valid, no children": "12EPLHVPB8QZ",
        "valid, 2 children": "YG7A1G5VB7C8",
        "valid, 4 children": "W245D0DVM0RH",
        "expired": "JWWHAE396JDY",
        "ended": "R34VYC1VN74B",
        "out of use": "Q9H22UUME4X6",
        "not yet valid": "1MN8ZT3NUDB5",
        "community card": "YM6028KAN5M5",
    }


def test_a_population_is_as_mixed_as_in_life() -> None:
    """Most cards are valid and have no children, and every state and count occurs."""
    cards = list(population(random.Random(1), 5000, TODAY, 5))
    states = Counter(card.state for card in cards)
    assert set(states) == set(State)
    assert states[State.VALID] > 2500
    assert {card.card.children for card in cards} == {0, 1, 2, 3, 4, 5}
    assert all(card.card.state(TODAY) is card.state for card in cards)
