"""Booking places over the API: by staff or an agent, decided by the day of the event (OM-49)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind, Status
from kaiku.offering import Exclusion, OncePerPerformance, OpenBookings, Seats, Visits, Window
from kaiku.text import Text
from tests.server.kaikukanta.bookings.evening import (
    NEXT_WEEK,
    TONIGHT,
    booked,
    companions,
    states,
)
from tests.server.kaikukanta.town import NOON, Town

TERMS = Text("Peru viimeistään perjantaina.", "Avboka senast på fredag.", "Cancel by Friday.")


async def test_places_are_booked_by_staff_and_by_agents(town: Town) -> None:
    """The answer says who has places, what is left, and from when tickets are given (OM-49)."""
    offering = town.offering(Seats(10), window=NEXT_WEEK, terms=TERMS)
    card, id_ = town.card(children=2), uuid4()
    answer = await town.venue().book(
        id=id_, card=card, offering=offering, party={"children": 2, "helpers": 1}
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(id_),
        "outcome": "accepted",
        "reason": None,
        "admitted": {"adults": 1, **companions(2, 1)},
        "remaining": 7,
        "state": "open",
        "terms": {
            "fi": "Peru viimeistään perjantaina.",
            "sv": "Avboka senast på fredag.",
            "en": "Cancel by Friday.",
        },
        "hand_over_from": "2026-12-01T16:30:00Z",
    }
    await booked(town.agent(offering), town.card(), offering)
    assert town.seats_taken(offering) == 4


async def test_what_the_venue_has_not_set_is_null(town: Town) -> None:
    """No terms, no hour and no limit: nothing is made up."""
    offering = town.offering(window=TONIGHT)
    said = (await town.venue().book(card=town.card(), offering=offering)).json()
    assert (said["terms"], said["hand_over_from"], said["remaining"]) == (None, None, None)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"valid_until": date(2026, 11, 30)}, "offering_outside_validity"),
        ({"valid_from": date(2026, 12, 2)}, "offering_outside_validity"),
        ({"valid_from": date(2026, 12, 1)}, None),
        ({"status": Status.ENDED}, "ended"),
        ({"status": Status.OUT_OF_USE}, "out_of_use"),
        ({"kind": Kind.COMMUNITY}, "community_card_alone"),
    ],
)
async def test_the_card_must_be_valid_on_the_day_of_the_event(
    town: Town, card: dict[str, Any], reason: str | None
) -> None:
    """Not on the day of booking (OM-42)."""
    offering = town.offering(window=NEXT_WEEK)
    answer = await town.venue().book(card=town.card(**card), offering=offering)
    assert answer.json()["reason"] == reason


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"children_welcome": False}, "children_not_in_groups"),
        ({"exclusion": Exclusion.FEW_PARTICIPANTS}, "offering_excluded"),
        ({"window": Window(NOON - timedelta(hours=2), NOON)}, "offering_over"),
        ({}, "children_above_registered"),
    ],
)
async def test_the_offering_and_the_party_are_judged(
    town: Town, settings: dict[str, Any], reason: str
) -> None:
    """No children in groups unless allowed (OM-45), and no more than are registered (OM-22)."""
    offering = town.offering(**{"window": TONIGHT, **settings})
    answer = await town.venue().book(
        card=town.card(children=1), offering=offering, party={"children": 2}
    )
    assert answer.json()["reason"] == reason
    assert answer.json()["state"] is None


async def test_nothing_is_booked_before_tickets_can_be_had(town: Town) -> None:
    """From the venue's instant on, there are places for all who ask (OM-57, OM-65)."""
    window = Window(TONIGHT.starts, TONIGHT.ends, acquirable=NOON + timedelta(hours=1))
    offering, venue, card = town.offering(window=window), town.venue(), town.card()
    assert (await venue.book(card=card, offering=offering)).json()["reason"] == "too_early"
    town.clock.pass_(hours=1)
    await booked(venue, card, offering)


async def test_a_group_that_takes_children_is_booked_with_them(town: Town) -> None:
    """Where the venue allows it (OM-45)."""
    offering = town.offering(window=TONIGHT, children_welcome=True)
    await booked(town.venue(), town.card(children=1), offering, children=1)


async def test_a_refusal_keeps_nothing_and_its_id_may_be_tried_again(town: Town) -> None:
    """The seats are as they were; when a place comes free, the same id gets it."""
    offering, venue = town.offering(Seats(1), window=TONIGHT), town.venue()
    first = await booked(venue, town.card(), offering)
    fields = {"id": uuid4(), "card": town.card(), "offering": offering}
    full = (await venue.book(**fields)).json()
    assert (full["outcome"], full["reason"], full["remaining"]) == ("refused", "seats_full", 0)
    assert full["admitted"]["adults"] == 0
    assert await states(venue, offering) == ["open"]
    await venue.cancel(first)
    assert (await venue.book(**fields)).json()["outcome"] == "accepted"


async def test_the_same_id_gets_the_same_answer(town: Town) -> None:
    """A repeat after a lost reply books nothing twice, whatever has been booked since."""
    offering, venue = town.offering(Seats(9), OncePerPerformance(), window=NEXT_WEEK), town.venue()
    fields = {"id": uuid4(), "card": town.card(), "offering": offering}
    first = await venue.book(**fields)
    await booked(venue, town.card(), offering)
    assert (await venue.book(**fields)).json() == first.json()
    assert town.seats_taken(offering) == 2


async def test_a_repeat_after_a_change_is_still_the_same_request(town: Town) -> None:
    """It is compared with what was first asked, and told how the booking stands (promise P1)."""
    offering, venue = town.offering(Seats(9), window=NEXT_WEEK), town.venue()
    id_ = uuid4()
    fields: dict[str, Any] = {"id": id_, "card": town.card(children=3), "offering": offering}
    first = {**fields, "party": {"children": 1, "helpers": 1}}
    await venue.book(**first)
    changed = await venue.rebook(id_, children=2)
    assert (await venue.book(**first)).json() == changed.json()
    other = await venue.book(**fields, party={"children": 2})
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")
    await venue.cancel(id_)
    assert (await venue.book(**first)).json()["state"] == "cancelled"
    assert town.seats_taken(offering) == 0


async def test_the_same_id_for_something_else_is_a_conflict(town: Town) -> None:
    """An id belongs to one card, one offering, one party and one caller."""
    offering, other = town.offering(window=TONIGHT), town.offering(window=TONIGHT)
    venue, card = town.venue(), town.card(children=1)
    fields: dict[str, Any] = {"id": uuid4(), "card": card, "offering": offering}
    await venue.book(**fields)
    for caller, changed in (
        (venue, {"card": town.card()}),
        (venue, {"card": ""}),
        (venue, {"offering": other}),
        (venue, {"party": {"children": 1}}),
        (town.venue(), {}),
        (town.agent(offering), {}),
    ):
        answer = await caller.book(**{**fields, **changed})
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert await states(venue, offering) == ["open"]


async def test_an_offering_without_a_time_cannot_be_booked(town: Town) -> None:
    """A standing entry has no event to come to."""
    answer = await town.venue().book(card=town.card(), offering=town.offering())
    assert (answer.status_code, answer.json()["code"]) == (422, "not_bookable")
    assert answer.json()["errors"][0]["pointer"] == "#/offering"


async def test_an_offering_of_somebody_else_is_refused(town: Town) -> None:
    """A venue books its own, an agent what was granted to it, a kiosk nothing."""
    mine, others = town.offering(window=TONIGHT), town.offering(window=TONIGHT, venue=town.theatre)
    card = town.card()
    for caller, offering in (
        (town.venue(), others),
        (town.agent(mine), others),
        (town.venue(), uuid4()),
    ):
        answer = await caller.book(card=card, offering=offering)
        assert (answer.status_code, answer.json()["reason"]) == (200, "not_your_offering")
    kiosk = await town.kiosk(mine).book(card=card, offering=mine)
    assert (kiosk.status_code, kiosk.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("card", "reason"), [("", "unreadable"), ("ABC1234", "unknown_card")])
async def test_wrong_cards_are_refused_and_limited(town: Town, card: str, reason: str) -> None:
    """Nobody finds numbers by booking; what was booked is still answered."""
    offering, venue = town.offering(window=TONIGHT), town.venue()
    fields = {"id": uuid4(), "card": town.card(), "offering": offering}
    first = await venue.book(**fields)
    for _ in range(town.context.settings.wrong_cards):
        assert (await venue.book(card=card, offering=offering)).json()["reason"] == reason
    answer = await venue.book(card=town.card(), offering=offering)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert (await venue.book(**fields)).json() == first.json()


async def test_a_card_books_a_performance_once_and_may_book_again_what_it_cancelled(
    town: Town,
) -> None:
    """A booking counts as a use does, and a use as a booking (OM-58)."""
    offering, venue = town.offering(OncePerPerformance(), window=TONIGHT), town.venue()
    card, came = town.card(), town.card()
    first = await booked(venue, card, offering)
    assert (await venue.book(card=card, offering=offering)).json()["reason"] == "already_used"
    await venue.cancel(first)
    await booked(venue, card, offering)
    await venue.use(card=came, offering=offering)
    assert (await venue.book(card=came, offering=offering)).json()["reason"] == "already_used"


async def test_open_bookings_are_limited_over_the_whole_venue(town: Town) -> None:
    """One more when one is cancelled, attended or over; each venue counts its own (OM-61)."""
    limit, day = OpenBookings(2), timedelta(days=1)
    tonight = town.offering(limit, window=TONIGHT)
    tomorrow = town.offering(limit, window=Window(TONIGHT.starts + day, TONIGHT.ends + day))
    later = town.offering(limit, window=NEXT_WEEK)
    elsewhere = town.offering(limit, window=NEXT_WEEK, venue=town.theatre)
    venue, card = town.venue(), town.card()

    async def reason() -> str | None:
        answer = await venue.book(card=card, offering=later)
        said: str | None = answer.json()["reason"]
        return said

    first = await booked(venue, card, tonight)
    await booked(venue, card, tomorrow)
    assert await reason() == "open_bookings_full"
    await booked(town.venue(town.theatre), card, elsewhere)
    await venue.cancel(first)
    await booked(venue, card, tonight)
    assert await reason() == "open_bookings_full"
    await venue.use(card=card, offering=tonight)
    assert await reason() is None
    assert await reason() == "open_bookings_full"
    town.clock.pass_(days=2)
    assert await reason() is None


async def test_visits_that_are_used_up_are_not_booked(town: Town) -> None:
    """What is left is told, the places that are booked taken off (OM-60)."""
    offering, venue = town.offering(Visits(3), window=TONIGHT), town.venue()
    card = town.card(children=2)
    await venue.use(card=card, offering=offering)
    answer = await venue.book(card=card, offering=offering, party={"children": 1})
    assert answer.json()["remaining"] == 0
    out = await venue.book(card=card, offering=offering, party={"children": 2})
    assert out.json()["reason"] == "visits_used_up"


async def test_support_persons_have_no_places_where_they_are_not_free(town: Town) -> None:
    """The rest of the party has; the same id is answered the same (OM-68)."""
    offering = town.offering(Seats(5), window=TONIGHT, supporters_free=False)
    venue = town.venue()
    fields = {"id": uuid4(), "card": town.card(), "offering": offering, "party": {"supporters": 1}}
    answer = await venue.book(**fields)
    assert answer.json()["admitted"] == {"adults": 1, **companions()}
    assert (await venue.book(**fields)).json() == answer.json()
    assert town.seats_taken(offering) == 1


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({}, {"#/card", "#/offering"}),
        ({"card": "A", "offering": str(UUID(int=1)), "at": "now"}, {"#/at"}),
        (
            {"card": "A", "offering": str(UUID(int=1)), "party": {"children": 100}},
            {"#/party/children"},
        ),
        ({"card": "A", "offering": str(UUID(int=1)), "digest": "0" * 32}, {"#/digest"}),
    ],
)
async def test_mistakes_are_told_with_their_places(
    town: Town, fields: dict[str, Any], pointers: set[str]
) -> None:
    """A body that does not fit is a 422 with a JSON pointer to each mistake."""
    answer = await town.venue().book(**fields)
    assert answer.status_code == 422
    assert {mistake["pointer"] for mistake in answer.json()["errors"]} == pointers
