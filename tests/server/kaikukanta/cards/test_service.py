"""Cards as distributors handle them."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select

from kaiku.card import Kind, State, Status
from kaiku.digest import digest
from kaiku.number import is_ours
from server.database import transaction
from server.kaikukanta.cards.service import (
    CARD_ENDED,
    TOO_YOUNG,
    TRIAL_OVER,
    Refusal,
    Registration,
    bring_back,
    card_at,
    end_card,
    extend,
    mark_out_of_use,
    register_card,
)
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.tables import Feed
from tests.server.kaikukanta.town import NOON, Town, card_row

TODAY = date(2026, 11, 24)


def _register(town: Town, **asked: Any) -> CardRecord | Refusal:
    """Register a card of a person born in 1980, unless said otherwise."""
    person = {"birth_year": 1980, "postcode": "20100", "children": 1}
    registration = Registration(distributor_id=town.distributor, **{**person, **asked})
    with transaction(town.context.engine) as session:
        return register_card(session, registration, town.context.digest_key, NOON)


def _seq(session: Session) -> int:
    return session.exec(select(Feed.seq)).one()


async def test_a_card_gets_a_number_of_ours_and_a_year(town: Town) -> None:
    """It is valid until the day before the anniversary (OM-8), and kiosks learn of it."""
    card = _register(town)
    assert isinstance(card, CardRecord)
    assert is_ours(card.number)
    assert card.digest == digest(card.number, town.context.digest_key)
    assert (card.valid_from, card.valid_until) == (TODAY, date(2027, 11, 23))
    with transaction(town.context.engine) as session:
        assert card.changed == _seq(session)


async def test_a_trial_ends_with_the_trial(town: Town) -> None:
    """In a trial area the card is valid for the trial; a trial that is over gives none (OM-9)."""
    card = _register(town, trial_end=date(2026, 12, 31))
    assert isinstance(card, CardRecord)
    assert card.valid_until == date(2026, 12, 31)
    assert _register(town, trial_end=date(2026, 11, 23)) is TRIAL_OVER


async def test_nobody_under_sixteen_gets_a_card(town: Town) -> None:
    """From the year of turning 16 on; the refusal says who gets it instead (OM-6, OM-7)."""
    assert _register(town, birth_year=2011) is TOO_YOUNG
    assert "guardians" in TOO_YOUNG.text.en
    assert isinstance(_register(town, birth_year=2010), CardRecord)


@pytest.mark.parametrize(
    "asked",
    [
        {"birth_year": None},
        {"postcode": None},
        {"postcode": "2010"},
        {"postcode": "2010٠"},
        {"children": None},
        {"children": -1},
        {"children": 100},
        {"kind": Kind.COMMUNITY},
        {"name": "Aino"},
    ],
)
async def test_a_registration_is_complete_and_nothing_more(
    town: Town, asked: dict[str, Any]
) -> None:
    """Blanks are refused, and so is anything that is not asked (OM-20, OM-27)."""
    with pytest.raises(ValidationError):
        _register(town, **asked)


async def test_a_community_card_has_no_person(town: Town) -> None:
    """It is an organisation's (OM-36)."""
    card = _register(town, kind=Kind.COMMUNITY, birth_year=None, postcode=None, children=0)
    assert isinstance(card, CardRecord)
    assert card.kind is Kind.COMMUNITY


async def test_a_card_is_ended_or_put_out_of_use_from_then_on(town: Town) -> None:
    """What happened before is judged as it was; kiosks learn each time (OM-30)."""
    number = town.card()
    with transaction(town.context.engine) as session:
        card = card_row(session, number)
        for change, status in (
            (mark_out_of_use, Status.OUT_OF_USE),
            (bring_back, Status.ACTIVE),
            (end_card, Status.ENDED),
        ):
            before = card.changed
            change(session, card, NOON)
            assert card.status is status
            assert card.changed > before
        assert card_at(session, card, NOON).state(TODAY) is State.ENDED
        before_all = card_at(session, card, NOON - timedelta(seconds=1))
    assert before_all.state(TODAY) is State.VALID


async def test_an_ended_card_does_not_come_back(town: Town) -> None:
    """Neither at once nor by way of out of use (OM-30)."""
    number = town.card()
    with transaction(town.context.engine) as session:
        card = card_row(session, number)
        end_card(session, card, NOON)
        for change in (bring_back, mark_out_of_use):
            assert isinstance(change(session, card, NOON), Refusal)
            assert card.status is Status.ENDED


async def test_a_card_out_of_use_that_is_ended_has_not_worked_since_before(town: Town) -> None:
    """A use entered afterwards from between the two is no good one (OM-30, OM-47)."""
    number = town.card()
    with transaction(town.context.engine) as session:
        card = card_row(session, number)
        mark_out_of_use(session, card, NOON)
        end_card(session, card, NOON + timedelta(hours=2))
        between = card_at(session, card, NOON + timedelta(hours=1))
    assert between.state(TODAY) is not State.VALID


async def test_a_card_is_extended_by_a_year_from_the_day(town: Town) -> None:
    """The same card goes on (OM-29); one that was ended does not."""
    number = town.card(valid_until=date(2026, 11, 1))
    with transaction(town.context.engine) as session:
        card = extend(session, card_row(session, number), NOON)
    assert isinstance(card, CardRecord)
    assert card.valid_until == date(2027, 11, 23)
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, number), NOON)
        assert extend(session, card_row(session, number), NOON) is CARD_ENDED
