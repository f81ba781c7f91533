"""Changing, cancelling and handing over what was booked, by whoever may."""

from uuid import uuid4

import pytest

from kaiku.offering import OncePerPerformance, OpenBookings, Seats
from kaiku.text import Text
from server.database import transaction
from server.kaikukanta.cards.service import end_card
from tests.server.kaikukanta.bookings.evening import (
    NEXT_WEEK,
    TONIGHT,
    booked,
    companions,
    states,
)
from tests.server.kaikukanta.town import Town, card_row

TERMS = Text.same("Peruutusmaksu 10 €")


async def test_cancelling_gives_the_seats_back_at_once(town: Town) -> None:
    """A full house has a place again; the terms that bind are told (OM-19)."""
    offering = town.offering(Seats(2), window=TONIGHT, terms=TERMS)
    venue = town.venue()
    booking = await booked(venue, town.card(children=1), offering, children=1)
    assert (await venue.use(card=town.card(), offering=offering)).json()["reason"] == "seats_full"
    answer = await venue.cancel(booking)
    assert answer.json() == {
        "id": str(booking),
        "state": "cancelled",
        "terms": dict.fromkeys(("fi", "sv", "en"), "Peruutusmaksu 10 €"),
    }
    assert town.seats_taken(offering) == 0
    assert (await venue.cancel(booking)).json() == answer.json()
    assert town.seats_taken(offering) == 0
    assert await states(venue, offering) == ["cancelled"]


async def test_a_cancelled_booking_stays_cancelled(town: Town) -> None:
    """It is not changed, not handed over, and not booked again by its id."""
    offering, venue, card = town.offering(window=TONIGHT), town.venue(), town.card()
    booking = await booked(venue, card, offering)
    await venue.cancel(booking)
    for answer in (await venue.rebook(booking, children=0), await venue.hand_over(booking, card)):
        assert (answer.status_code, answer.json()["code"]) == (409, "cancelled")
    again = await venue.book(id=booking, card=card, offering=offering)
    assert again.json()["state"] == "cancelled"


async def test_what_was_attended_is_not_cancelled_or_changed(town: Town) -> None:
    """The use must be taken back first; then the booking is as it was."""
    offering, venue, card = town.offering(Seats(5), window=TONIGHT), town.venue(), town.card()
    booking, use = await booked(venue, card, offering), uuid4()
    await venue.use(id=use, card=card, offering=offering)
    for answer in (
        await venue.cancel(booking),
        await venue.rebook(booking, helpers=1),
        await venue.hand_over(booking, card),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "attended")
    await venue.void(use)
    assert (await venue.cancel(booking)).status_code == 200
    assert town.seats_taken(offering) == 0


async def test_who_did_not_come_is_a_no_show_and_nothing_follows(town: Town) -> None:
    """It is a record that cannot be cancelled away, and the card goes on as before (OM-18)."""
    offering = town.offering(OpenBookings(1), window=TONIGHT)
    venue, card = town.venue(), town.card()
    booking = await booked(venue, card, offering)
    town.clock.pass_(hours=9)
    assert await states(venue, offering) == ["no_show"]
    answer = await venue.cancel(booking)
    assert (answer.status_code, answer.json()["code"]) == (409, "offering_over")
    late = await venue.hand_over(booking, card)
    assert (late.json()["state"], late.json()["reason"]) == ("no_show", "offering_over")
    await booked(venue, card, town.offering(OpenBookings(1), window=NEXT_WEEK))


async def test_another_party_is_decided_anew_without_the_booking_itself(town: Town) -> None:
    """Its own seats and its own place among the open are not in its way."""
    offering = town.offering(Seats(3), OncePerPerformance(), OpenBookings(1), window=TONIGHT)
    venue, card = town.venue(), town.card(children=3)
    booking = await booked(venue, card, offering)
    larger = (await venue.rebook(booking, children=2, helpers=1)).json()
    assert (larger["outcome"], larger["remaining"]) == ("accepted", 0)
    assert larger["admitted"] == {"adults": 1, **companions(2, 1)}
    assert town.seats_taken(offering) == 3
    assert (await venue.rebook(booking, children=2, helpers=1)).json() == larger
    smaller = (await venue.rebook(booking, children=1)).json()
    assert (smaller["remaining"], town.seats_taken(offering)) == (1, 2)


async def test_a_refused_change_leaves_the_booking_as_it_was(town: Town) -> None:
    """The answer says why, and who still has places."""
    offering, venue = town.offering(Seats(2), window=TONIGHT), town.venue()
    booking = await booked(venue, town.card(children=1), offering, children=1)
    for party, reason in (({"supporters": 2}, "seats_full"), ({"children": 2}, None)):
        answer = (await venue.rebook(booking, **party)).json()
        assert (answer["outcome"], answer["state"]) == ("refused", "open")
        assert answer["reason"] == (reason or "children_above_registered")
        assert answer["admitted"] == {"adults": 1, **companions(1)}
    assert town.seats_taken(offering) == 2


async def test_a_ticket_is_handed_over_from_the_venues_hour_on(town: Town) -> None:
    """Before it, it is too early (OM-66); once handed over it stays so."""
    offering, venue, card = town.offering(window=NEXT_WEEK), town.venue(), town.card()
    booking = await booked(venue, card, offering)
    town.clock.pass_(days=7, hours=6, minutes=29)
    early = (await venue.hand_over(booking, card)).json()
    assert early == {
        "id": str(booking),
        "state": "open",
        "outcome": "refused",
        "reason": "too_early",
    }
    town.clock.pass_(minutes=1)
    given = (await venue.hand_over(booking, card)).json()
    assert (given["state"], given["outcome"], given["reason"]) == ("handed_over", "accepted", None)
    (listed,) = await venue.bookings(offering)
    town.clock.pass_(minutes=1)
    assert (await venue.hand_over(booking, card)).json() == given
    assert await venue.bookings(offering) == [listed]
    assert listed["handed_over_at"] == "2026-12-01T16:30:00Z"
    await venue.cancel(booking)
    assert await states(venue, offering) == ["cancelled"]


async def test_the_card_is_along_when_a_ticket_is_handed_over(town: Town) -> None:
    """The booking's own card, and no other (OM-46); trying is limited."""
    offering, venue, card = town.offering(window=TONIGHT), town.venue(), town.card()
    booking = await booked(venue, card, offering)
    for other in (town.card(), "ABC1234", ""):
        answer = await venue.hand_over(booking, other)
        assert (answer.status_code, answer.json()["code"]) == (409, "other_card")
        assert not other or other not in answer.text
    for _ in range(town.context.settings.wrong_cards - 3):
        await venue.hand_over(booking, "ABC1234")
    assert (await venue.hand_over(booking, card)).status_code == 429
    town.clock.pass_(minutes=11)
    assert (await venue.hand_over(booking, card)).json()["state"] == "handed_over"


async def test_a_card_that_was_ended_since_gets_no_ticket(town: Town) -> None:
    """It is refused everywhere (OM-30)."""
    offering, venue, card = town.offering(window=TONIGHT), town.venue(), town.card()
    booking = await booked(venue, card, offering)
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), town.clock())
    answer = (await venue.hand_over(booking, card)).json()
    assert (answer["state"], answer["reason"]) == ("open", "ended")


async def test_a_venue_acts_on_every_booking_of_its_own_and_an_agent_on_its_own(
    town: Town,
) -> None:
    """What is not theirs is not there for anybody else."""
    offering = town.offering(window=TONIGHT)
    agent, other = town.agent(offering), town.agent(offering)
    card = town.card()
    booking = await booked(agent, card, offering)
    for stranger in (other, town.venue(town.theatre)):
        for answer in (
            await stranger.cancel(booking),
            await stranger.rebook(booking, helpers=1),
            await stranger.hand_over(booking, card),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await agent.rebook(booking, helpers=1)).status_code == 200
    assert (await town.venue().hand_over(booking, card)).json()["state"] == "handed_over"
    assert (await town.venue().cancel(booking)).json()["state"] == "cancelled"
    assert (await agent.cancel(uuid4())).status_code == 404
    kiosk = await town.kiosk(offering).cancel(booking)
    assert (kiosk.status_code, kiosk.json()["code"]) == (403, "forbidden")


async def test_a_venue_lists_all_bookings_and_an_agent_its_own(town: Town) -> None:
    """With party, state and times; nothing that tells whose card it is (OM-28, OM-48)."""
    offering = town.offering(window=TONIGHT)
    venue, agent, card = town.venue(), town.agent(offering), town.card(children=1)
    assert await venue.bookings(offering) == []
    one, two = await booked(venue, card, offering, children=1), uuid4()
    town.clock.pass_(minutes=1)
    await agent.book(id=two, card=town.card(), offering=offering)
    listed = {
        "id": str(one),
        "party": companions(1),
        "state": "open",
        "booked_at": "2026-11-24T10:00:00Z",
        "handed_over_at": None,
    }
    both = await venue.bookings(offering)
    assert listed in both
    assert {booking["id"] for booking in both} == {str(one), str(two)}
    assert [booking["id"] for booking in await agent.bookings(offering)] == [str(two)]
    assert await town.agent(offering).bookings(offering) == []
    for stranger in (town.agent(), town.venue(town.theatre)):
        answer = await stranger.send("GET", "/bookings", params={"offering": str(offering)})
        assert answer.status_code == 404


async def test_bookings_are_listed_by_state(town: Town) -> None:
    """Each is in one state, and what is open becomes a no-show when the event is over."""
    offering, venue = town.offering(window=TONIGHT), town.venue()
    await booked(venue, town.card(), offering)
    await venue.cancel(await booked(venue, town.card(), offering))
    card = town.card()
    await venue.hand_over(await booked(venue, card, offering), card)
    came = town.card()
    await booked(venue, came, offering)
    await venue.use(card=came, offering=offering)
    everything = ["attended", "cancelled", "handed_over", "open"]
    assert await states(venue, offering) == everything
    for state in everything:
        assert await states(venue, offering, state=state) == [state]
    assert await states(venue, offering, state="no_show") == []
    town.clock.pass_(hours=9)
    assert await states(venue, offering, state="no_show") == ["no_show", "no_show"]
    assert await states(venue, offering, state="open") == []
    assert await states(venue, offering) == ["attended", "cancelled", "no_show", "no_show"]


async def test_many_bookings_come_in_pages(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each booking once, and the last page says that it is the last."""
    monkeypatch.setattr("server.kaikukanta.bookings.listing.PAGE", 2)
    offering, venue = town.offering(window=TONIGHT), town.venue()
    made = {str(await booked(venue, town.card(), offering)) for _ in range(5)}
    found: list[str] = []
    asked = {"offering": str(offering)}
    while True:
        page = (await venue.send("GET", "/bookings", params=asked)).json()
        assert len(page["bookings"]) <= 2
        found += [booking["id"] for booking in page["bookings"]]
        if page["after"] is None:
            break
        asked["after"] = page["after"]
    assert found == sorted(made)
