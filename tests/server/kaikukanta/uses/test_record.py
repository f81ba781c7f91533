"""Recording a use over the API: decided by the rules, kept, and answered the same again."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind, Status
from kaiku.offering import Exclusion, OncePerPerformance, Per, Seats, Visits, Window
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.database import transaction
from server.kaikukanta.cards.service import end_card
from server.kaikukanta.network.service import create_distributor
from server.kaikukanta.network.tables import Municipality
from tests.server.kaikukanta.town import NOON, Town, card_row

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))


async def test_a_valid_card_is_accepted_and_its_use_kept(town: Town) -> None:
    """A use is decided and recorded in one call, with who comes in."""
    offering, card, id_ = town.offering(), town.card(children=2), uuid4()
    answer = await town.venue().use(
        id=id_, card=card, offering=offering, party={"children": 2, "helpers": 1}, at=NOON
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(id_),
        "outcome": "accepted",
        "reason": None,
        "admitted": {"adults": 1, "children": 2, "helpers": 1, "supporters": 0},
        "remaining": None,
    }
    (use,) = town.uses()
    assert (use.id, use.outcome, use.children, use.at) == (id_, Outcome.ACCEPTED, 2, NOON)
    assert use.card_id is not None


async def test_party_and_time_can_be_left_out(town: Town) -> None:
    """Without a party the holder comes alone, without a time it is now."""
    answer = await town.venue().use(card=town.card(), offering=town.offering())
    assert answer.json()["admitted"]["adults"] == 1
    assert town.uses()[0].at == NOON


async def test_a_card_of_elsewhere_works_here(town: Town) -> None:
    """Whoever gave it, in whichever municipality of the network (OM-2)."""
    with transaction(town.context.engine) as session:
        session.add(Municipality(code="091", name_fi="Helsinki", name_sv="Helsingfors"))
        session.flush()
        elsewhere = create_distributor(session, "Sosiaaliasema", "091")
    card = replace(town, distributor=elsewhere.id).card()
    answer = await town.venue().use(card=card, offering=town.offering())
    assert answer.json()["outcome"] == "accepted"


async def test_a_number_is_read_as_scanners_and_hands_give_it(town: Town) -> None:
    """White space, small letters and a symbology prefix do not matter."""
    card = f"]A0 {town.card().lower()}\r"
    answer = await town.venue().use(card=card, offering=town.offering())
    assert answer.json()["outcome"] == "accepted"


async def test_an_unreadable_card_is_refused_and_kept_without_digest(town: Town) -> None:
    """Any text is answered; what holds no number is unreadable."""
    offering, venue = town.offering(), town.venue()
    for text in ("", "https://example.fi/x", "A" * 10_000, "\x00\x00", "ä"):
        answer = await venue.use(card=text, offering=offering)
        assert answer.json()["reason"] == "unreadable"
    assert {use.digest for use in town.uses()} == {None}


async def test_an_unknown_card_is_refused(town: Town) -> None:
    """A card that is not registered does not work (OM-21); the refusal is kept."""
    answer = await town.venue().use(card="ABC1234", offering=town.offering())
    assert (answer.json()["outcome"], answer.json()["reason"]) == ("refused", "unknown_card")
    assert answer.json()["admitted"] == {
        "adults": 0,
        "children": 0,
        "helpers": 0,
        "supporters": 0,
    }
    assert town.uses()[0].reason is Reason.UNKNOWN_CARD


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"valid_until": date(2026, 11, 23)}, "expired"),
        ({"valid_from": date(2026, 11, 25)}, "not_yet_valid"),
        ({"status": Status.ENDED}, "ended"),
        ({"status": Status.OUT_OF_USE}, "out_of_use"),
        ({"kind": Kind.COMMUNITY}, "community_card_alone"),
    ],
)
async def test_a_card_that_is_not_good_is_refused(
    town: Town, card: dict[str, Any], reason: str
) -> None:
    """Each state of a card has its reason (OM-8, OM-30, OM-39)."""
    answer = await town.venue().use(card=town.card(**card), offering=town.offering())
    assert answer.json()["reason"] == reason


async def test_the_last_valid_day_is_valid(town: Town) -> None:
    """A card works through its last day."""
    card = town.card(valid_until=date(2026, 11, 24))
    assert (await town.venue().use(card=card, offering=town.offering())).json()["reason"] is None


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"children_welcome": False}, "children_not_in_groups"),
        ({"exclusion": Exclusion.GALA}, "offering_excluded"),
        ({"window": Window(NOON - timedelta(hours=2), NOON)}, "offering_over"),
        (
            {"window": Window(NOON + timedelta(2), NOON + timedelta(3), NOON + timedelta(1))},
            "too_early",
        ),
    ],
)
async def test_an_offering_says_no(town: Town, settings: dict[str, Any], reason: str) -> None:
    """Each setting of an offering has its reason (OM-45, OM-62, OM-66)."""
    offering = town.offering(**settings)
    answer = await town.venue().use(
        card=town.card(children=1), offering=offering, party={"children": 1}
    )
    assert answer.json()["reason"] == reason


async def test_children_above_the_registered_number_are_refused(town: Town) -> None:
    """No more children come along than are registered (OM-22)."""
    answer = await town.venue().use(
        card=town.card(children=1), offering=town.offering(), party={"children": 2}
    )
    assert answer.json()["reason"] == "children_above_registered"


async def test_an_event_outside_the_cards_validity_is_refused(town: Town) -> None:
    """What counts is the day of the event (OM-42)."""
    offering = town.offering(window=Window(NOON + timedelta(60), NOON + timedelta(61)))
    card = town.card(valid_until=date(2026, 12, 1))
    answer = await town.venue().use(card=card, offering=offering)
    assert answer.json()["reason"] == "offering_outside_validity"


async def test_seats_are_capped_and_helpers_take_none(town: Town) -> None:
    """The cap counts holders, children and support persons, not assistants (OM-54, OM-67)."""
    offering, venue = town.offering(Seats(4), window=TONIGHT), town.venue()
    first = await venue.use(
        card=town.card(children=1),
        offering=offering,
        party={"children": 1, "helpers": 2, "supporters": 1},
    )
    assert (first.json()["outcome"], first.json()["remaining"]) == ("accepted", 1)
    full = await venue.use(card=town.card(children=1), offering=offering, party={"children": 1})
    assert (full.json()["reason"], full.json()["remaining"]) == ("seats_full", 1)
    last = await venue.use(card=town.card(), offering=offering)
    assert (last.json()["outcome"], last.json()["remaining"]) == ("accepted", 0)
    assert town.seats_taken(offering) == 4


async def test_a_daily_cap_begins_anew_each_day(town: Town) -> None:
    """Seats per day are counted by the day of the use (OM-55)."""
    offering, venue = town.offering(Seats(1, Per.DAY)), town.venue()
    assert (await venue.use(card=town.card(), offering=offering)).json()["reason"] is None
    full = await venue.use(card=town.card(), offering=offering)
    assert full.json()["reason"] == "seats_full"
    town.clock.pass_(days=1)
    assert (await venue.use(card=town.card(), offering=offering)).json()["reason"] is None


async def test_a_card_goes_once_to_a_performance(town: Town) -> None:
    """The second time it is already used, whoever asks (OM-58)."""
    offering = town.offering(OncePerPerformance(), window=TONIGHT)
    card = town.card()
    assert (await town.venue().use(card=card, offering=offering)).json()["reason"] is None
    again = await town.agent(offering).use(card=card, offering=offering)
    assert again.json()["reason"] == "already_used"


async def test_visits_of_a_year_run_out_and_children_take_one_each(town: Town) -> None:
    """A serial ticket counts the holder and each child (OM-60)."""
    offering, venue, card = town.offering(Visits(5)), town.venue(), town.card(children=2)
    first = await venue.use(card=card, offering=offering, party={"children": 2})
    assert first.json()["remaining"] == 2
    out = await venue.use(card=card, offering=offering, party={"children": 2})
    assert (out.json()["reason"], out.json()["remaining"]) == ("visits_used_up", 2)
    assert town.tally(offering) == (1, 3)


async def test_a_new_year_has_its_visits_anew(town: Town) -> None:
    """By default visits are of the calendar year (OM-60)."""
    offering, venue = town.offering(Visits(1)), town.venue()
    card = town.card(valid_until=date(2027, 12, 31))
    await venue.use(card=card, offering=offering)
    assert (await venue.use(card=card, offering=offering)).json()["reason"] == "visits_used_up"
    town.clock.pass_(days=60)
    assert (await venue.use(card=card, offering=offering)).json()["reason"] is None


async def test_support_persons_are_not_admitted_where_the_venue_does_not(town: Town) -> None:
    """The rest of the party comes in without them (OM-68)."""
    offering = town.offering(supporters_free=False)
    answer = await town.venue().use(card=town.card(), offering=offering, party={"supporters": 1})
    assert answer.json()["admitted"]["supporters"] == 0


async def test_the_same_id_gets_the_same_answer(town: Town) -> None:
    """A repeat after a lost reply counts nothing twice and says what was said."""
    offering, venue = town.offering(Visits(30)), town.venue()
    fields = {"id": uuid4(), "card": town.card(), "offering": offering}
    first = await venue.use(**fields)
    town.clock.pass_(days=30)
    assert (await venue.use(**fields)).json() == first.json()
    assert len(town.uses()) == 1
    assert town.tally(offering) == (1, 1)


async def test_a_refusal_is_repeated_too(town: Town) -> None:
    """The same id keeps its refusal, although the card has been registered meanwhile."""
    venue, offering, card = town.venue(), town.offering(), town.card(children=0)
    fields = {"id": uuid4(), "card": card, "offering": offering, "party": {"children": 1}}
    first = await venue.use(**fields)
    with transaction(town.context.engine) as session:
        card_row(session, card).children = 3
    assert (await venue.use(**fields)).json() == first.json()


async def test_the_same_id_for_something_else_is_a_conflict(town: Town) -> None:
    """An id belongs to one card, one offering and one caller."""
    offering, other, venue = town.offering(), town.offering(), town.venue()
    fields: dict[str, Any] = {"id": uuid4(), "card": town.card(), "offering": offering}
    await venue.use(**fields)
    for caller, changed in (
        (venue, {"card": town.card()}),
        (venue, {"card": ""}),
        (venue, {"offering": other}),
        (town.venue(), {}),
        (town.agent(offering), {}),
    ):
        answer = await caller.use(**{**fields, **changed})
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert len(town.uses()) == 1


async def test_an_offering_of_somebody_else_is_refused_and_not_kept(town: Town) -> None:
    """A venue has its own, an agent the granted, a kiosk those that it serves (OM-31, OM-51)."""
    pool, play = town.offering(), town.offering(venue=town.theatre)
    card = town.card()
    for caller, offering in (
        (town.venue(), play),
        (town.agent(pool), play),
        (town.kiosk(pool), play),
        (town.kiosk(), pool),
        (town.venue(), uuid4()),
    ):
        answer = await caller.use(card=card, offering=offering)
        assert (answer.status_code, answer.json()["reason"]) == (200, "not_your_offering")
    assert town.uses() == []


async def test_a_kiosk_presents_digests(town: Town) -> None:
    """A kiosk holds no number, so it asks by digest (promise P6)."""
    offering, card = town.offering(), town.card()
    answer = await town.kiosk(offering).use(digest=town.digest(card), offering=offering)
    assert answer.json()["outcome"] == "accepted"
    venue = await town.venue().use(digest=town.digest(card), offering=offering)
    assert venue.status_code == 422
    assert venue.json()["errors"][0]["pointer"] == "#/digest"


async def test_a_use_entered_afterwards_counts_on_its_day(town: Town) -> None:
    """A venue enters what happened before, by the card's state of then (OM-47)."""
    offering, card = town.offering(Seats(1, Per.DAY)), town.card()
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), NOON)
    venue, yesterday = town.venue(), NOON - timedelta(days=1)
    assert (await venue.use(card=card, offering=offering)).json()["reason"] == "ended"
    answer = await venue.use(card=card, offering=offering, at=yesterday)
    assert answer.json()["reason"] is None
    assert str(town.uses()[-1].day) == "2026-11-23"


async def test_a_live_use_is_judged_by_the_card_as_it_is_now(town: Town) -> None:
    """A clock some minutes slow does not bring an ended card back (promise P4)."""
    offering, card = town.offering(), town.card()
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), NOON)
    for caller, who in (
        (town.venue(), {"card": card}),
        (town.kiosk(offering), {"digest": town.digest(card)}),
    ):
        answer = await caller.use(**who, offering=offering, at=NOON - timedelta(minutes=5))
        assert answer.json()["reason"] == "ended"


async def test_a_use_that_has_not_happened_is_a_mistake(town: Town) -> None:
    """More than ten minutes ahead cannot be."""
    answer = await town.venue().use(
        card=town.card(), offering=town.offering(), at=NOON + timedelta(minutes=11)
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/at")
    assert town.uses() == []


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_kiosk_with_a_wrong_clock_is_served_and_marked(town: Town, hours: int) -> None:
    """It asks of this moment, so the register's time counts (promise P7)."""
    offering, card = town.offering(), town.card()
    answer = await town.kiosk(offering).use(
        digest=town.digest(card), offering=offering, at=NOON + timedelta(hours=hours)
    )
    assert answer.json()["outcome"] == "accepted"
    (use,) = town.uses()
    assert (use.at, use.clock_suspect) == (NOON, True)


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({}, {"#/offering"}),
        ({"offering": str(UUID(int=1))}, {"#"}),
        ({"offering": "x", "card": 5, "id": "y"}, {"#/offering", "#/card", "#/id"}),
        ({"offering": str(UUID(int=1)), "card": "A", "digest": "0" * 32}, {"#"}),
        (
            {"offering": str(UUID(int=1)), "card": "A", "party": {"children": 100, "helpers": "1"}},
            {"#/party/children", "#/party/helpers"},
        ),
        ({"offering": str(UUID(int=1)), "card": "A", "at": "2026-11-24T12:00:00"}, {"#/at"}),
        ({"offering": str(UUID(int=1)), "card": "A", "at": 5}, {"#/at"}),
        (
            {"offering": str(UUID(int=1)), "card": "A", "at": "0001-01-01T00:00:00+14:00"},
            {"#/at"},
        ),
        ({"offering": str(UUID(int=1)), "card": "A", "a/b~c ä": 1}, {"#/a~1b~0c%20%C3%A4"}),
    ],
)
async def test_all_mistakes_are_told_at_once_without_repeating_them(
    town: Town, fields: dict[str, Any], pointers: set[str]
) -> None:
    """A body that does not fit is a 422 with a JSON pointer to each mistake."""
    answer = await town.venue().use(**fields)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {mistake["pointer"] for mistake in problem["errors"]} == pointers
    assert all(set(mistake) == {"pointer", "detail"} for mistake in problem["errors"])
