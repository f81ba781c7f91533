"""Many at once, over real threads and connections: no place is given twice, and none is lost."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from uuid import uuid4

import httpx

from kaiku.offering import Limit, OncePerPerformance, OpenBookings, Seats
from tests.server.kaikukanta.bookings.evening import NEXT_WEEK, TONIGHT, booked
from tests.server.kaikukanta.town import Town

AT_ONCE = 50


async def _reasons(calls: list[Awaitable[httpx.Response]]) -> Counter[str | None]:
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {200}
    return Counter(answer.json()["reason"] for answer in answers)


async def test_the_last_three_places_go_to_three_of_fifty(town: Town) -> None:
    """Fifty cards book at two registers over one database at once (OM-54, OM-57)."""
    offering, twin = town.offering(Seats(10), window=NEXT_WEEK), town.twin()
    venue = town.venue()
    for _ in range(7):
        await booked(venue, town.card(), offering)
    who = [venue, twin.agent(offering)]
    cards = [town.card() for _ in range(AT_ONCE)]
    reasons = await _reasons(
        [who[turn % 2].book(card=card, offering=offering) for turn, card in enumerate(cards)]
    )
    await twin.close()
    assert reasons == {None: 3, "seats_full": AT_ONCE - 3}
    assert town.seats_taken(offering) == 10
    assert len(await venue.bookings(offering)) == 10


async def test_a_card_books_as_often_as_it_may_however_often_it_asks_at_once(town: Town) -> None:
    """Once to a performance (OM-58), and no more open than the venue allows (OM-61)."""
    limits: tuple[tuple[Limit, str, int], ...] = (
        (OncePerPerformance(), "already_used", 1),
        (OpenBookings(3), "open_bookings_full", 3),
    )
    twin = town.twin()
    venues = [town.venue(), twin.venue()]
    for limit, reason, most in limits:
        offering, card = town.offering(limit, window=TONIGHT), town.card()
        reasons = await _reasons(
            [venues[turn % 2].book(card=card, offering=offering) for turn in range(20)]
        )
        assert reasons == {None: most, reason: 20 - most}
    await twin.close()


async def test_open_bookings_are_limited_over_offerings_at_once(town: Town) -> None:
    """A card that books ten shows of a venue at once has one open (OM-61)."""
    shows = [town.offering(OpenBookings(1), window=TONIGHT) for _ in range(10)]
    venue, card = town.venue(), town.card()
    reasons = await _reasons([venue.book(card=card, offering=show) for show in shows])
    assert reasons == {None: 1, "open_bookings_full": 9}


async def test_one_id_at_once_is_one_booking(town: Town) -> None:
    """Repeats of one booking are one booking, and all get the same answer."""
    offering = town.offering(Seats(40), OncePerPerformance(), window=TONIGHT)
    venue, twin = town.venue(), town.twin()
    fields = {"id": uuid4(), "card": town.card(), "offering": offering}
    again = twin.bearer(venue.client.headers["Authorization"].removeprefix("Bearer "))
    answers = await asyncio.gather(
        *((venue, again)[turn % 2].book(**fields) for turn in range(AT_ONCE))
    )
    await twin.close()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["outcome"] == "accepted"
    assert town.seats_taken(offering) == 1


async def test_a_card_that_books_and_comes_at_once_has_one_seat(town: Town) -> None:
    """Either the scan attends the booking, or the booking comes too late (OM-58)."""
    offering = town.offering(OncePerPerformance(), Seats(100), window=TONIGHT)
    venue, twin = town.venue(), town.twin()
    door, cards = twin.kiosk(offering), [town.card() for _ in range(20)]
    calls: list[Awaitable[httpx.Response]] = []
    for card in cards:
        calls += [
            venue.book(card=card, offering=offering),
            door.use(digest=town.digest(card), offering=offering),
        ]
    answers = await asyncio.gather(*calls)
    await twin.close()
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["reason"] for answer in answers[1::2]] == [None] * len(cards)
    assert {answer.json()["reason"] for answer in answers[::2]} <= {None, "already_used"}
    assert {each["state"] for each in await venue.bookings(offering)} <= {"attended"}
    assert town.seats_taken(offering) == len(cards)


async def test_booking_cancelling_changing_and_coming_at_once_leave_true_counts(
    town: Town,
) -> None:
    """Whichever comes first, the seats are those of the bookings and of who came beyond them."""
    offering, twin = town.offering(Seats(200), window=TONIGHT), town.twin()
    venue, other = town.venue(), twin.venue()
    cards = [town.card(children=3) for _ in range(8)]
    made = [await booked(venue, card, offering, children=1) for card in cards]
    uses = [uuid4() for _ in cards]
    calls: list[Awaitable[httpx.Response]] = []
    for card, booking, use in zip(cards, made, uses, strict=True):
        calls += [
            venue.use(id=use, card=card, offering=offering, party={"children": 2}),
            other.cancel(booking),
            other.rebook(booking, children=3),
            other.book(card=card, offering=offering),
            venue.void(use),
            other.hand_over(booking, card),
        ]
    answers = await asyncio.gather(*calls)
    await twin.close()
    assert {answer.status_code for answer in answers} <= {200, 404, 409}
    held: Counter[str] = Counter()
    for booking_ in await venue.bookings(offering):
        seats = 1 + booking_["party"]["children"]
        held[booking_["state"]] += seats
    came = [use for use in town.uses() if use.voided_at is None]
    kept = sum(count for state, count in held.items() if state != "cancelled")
    beyond = town.seats_taken(offering) - kept
    assert 0 <= beyond <= sum(1 + use.children for use in came)
    for use in uses:
        await venue.void(use)
    for booking_ in await venue.bookings(offering):
        answer = await venue.cancel(booking_["id"])
        assert answer.json()["state"] == "cancelled"
    assert town.seats_taken(offering) == 0
