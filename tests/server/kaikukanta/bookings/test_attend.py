"""A scan at the door attends its card's bookings, and the seats are counted once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind
from kaiku.offering import Limit, OncePerPerformance, Per, Seats, Window
from kaiku.party import Party
from kaiku.wire import BookingRow, Use, write_use
from server.database import transaction
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from tests.server.kaikukanta.bookings.evening import TONIGHT, booked, states
from tests.server.kaikukanta.kiosks.feed import fetch
from tests.server.kaikukanta.town import NOON, Town


def change(town: Town, offering: UUID, *limits: Limit, **settings: Any) -> None:
    """Set an offering anew."""
    with transaction(town.context.engine) as session:
        row = session.get_one(OfferingRecord, offering)
        before = to_offering(row)
        fields = {name: getattr(before, name) for name in before.__slots__}
        changed = type(before)(**{**fields, "limits": limits, **settings})
        change_offering(session, row, changed, town.clock())


async def test_a_booked_card_comes_into_a_full_house(town: Town) -> None:
    """The seats of its booking are its own; nobody else gets them (OM-54, OM-57)."""
    offering, venue = town.offering(Seats(3), OncePerPerformance(), window=TONIGHT), town.venue()
    card = town.card(children=2)
    await booked(venue, card, offering, children=1)
    await venue.use(card=town.card(), offering=offering)
    assert (await venue.use(card=town.card(), offering=offering)).json()["reason"] == "seats_full"
    checked = await venue.check(card=card, offering=offering, party={"children": 1})
    assert (checked.json()["outcome"], checked.json()["remaining"]) == ("accepted", 0)
    larger = await venue.check(card=card, offering=offering, party={"children": 2})
    assert larger.json()["reason"] == "seats_full"
    came = await venue.use(card=card, offering=offering, party={"children": 1})
    assert {"id": came.json()["id"], **checked.json()} == came.json()
    assert town.seats_taken(offering) == 3
    assert await states(venue, offering) == ["attended"]
    again = await venue.use(card=card, offering=offering)
    assert again.json()["reason"] == "already_used"


async def test_a_refused_scan_leaves_the_booking_open(town: Town) -> None:
    """Fewer children, and the same booking lets them in."""
    offering, venue = town.offering(Seats(3), window=TONIGHT), town.venue()
    card = town.card(children=1)
    await booked(venue, card, offering, children=1)
    refused = await venue.use(card=card, offering=offering, party={"children": 2})
    assert refused.json()["reason"] == "children_above_registered"
    assert await states(venue, offering) == ["open"]
    assert town.seats_taken(offering) == 2


async def test_a_party_other_than_booked_takes_only_what_is_beyond(town: Town) -> None:
    """A smaller one leaves the booked seats counted; amended larger, it takes more, and back."""
    offering, venue = town.offering(Seats(4), window=TONIGHT), town.venue()
    card, use = town.card(children=3), uuid4()
    await booked(venue, card, offering, children=1)
    await venue.use(id=use, card=card, offering=offering)
    assert town.seats_taken(offering) == 2
    for children, taken, left in ((3, 4, 0), (2, 3, 1), (0, 2, 2), (1, 2, 2)):
        answer = await venue.amend(use, children=children)
        assert answer.json()["remaining"] == left
        assert town.seats_taken(offering) == taken
    assert await states(venue, offering) == ["attended"]


async def test_taking_the_use_back_gives_the_booking_back(town: Town) -> None:
    """Its seats stay its own, and the next scan attends it anew."""
    offering, venue = town.offering(Seats(4), window=TONIGHT), town.venue()
    card, use = town.card(children=3), uuid4()
    await booked(venue, card, offering, children=1)
    await venue.use(id=use, card=card, offering=offering, party={"children": 3})
    await venue.void(use)
    assert town.seats_taken(offering) == 2
    assert await states(venue, offering) == ["open"]
    await venue.use(card=card, offering=offering, party={"children": 1})
    assert town.seats_taken(offering) == 2
    assert await states(venue, offering) == ["attended"]


async def test_one_scan_attends_all_bookings_of_its_card(town: Town) -> None:
    """Where a card may book several, they count together; other cards' are not touched."""
    offering, venue = town.offering(Seats(4), window=TONIGHT), town.venue()
    card = town.card(children=3)
    await booked(venue, card, offering)
    await booked(venue, card, offering, children=1)
    await booked(venue, town.card(), offering)
    await venue.use(card=card, offering=offering, party={"children": 2})
    assert town.seats_taken(offering) == 4
    assert await states(venue, offering) == ["attended", "attended", "open"]


async def test_a_journal_attends_bookings_too(town: Town) -> None:
    """What a kiosk decided offline counts as if it had asked, each revision once (promise P1)."""
    offering, venue = town.offering(Seats(2), window=TONIGHT), town.venue()
    card, kiosk = town.card(children=3), town.kiosk(offering)
    await booked(venue, card, offering, children=1)
    digest = bytes.fromhex(town.digest(card))
    used = Use(uuid4(), offering, NOON, digest, Party(children=1))
    for item, result, taken, state in (
        (used, "recorded", 2, "attended"),
        (used, "recorded", 2, "attended"),
        (Use(used.id, offering, NOON, digest, Party(children=3), revision=2), "conflict", 4, None),
        (
            Use(used.id, offering, NOON, digest, Party(children=3), revision=3, voided=True),
            "recorded",
            2,
            "open",
        ),
    ):
        (kept,) = await kiosk.upload(write_use(item))
        assert (kept["result"], town.seats_taken(offering)) == (result, taken)
        assert await states(venue, offering) == [state or "attended"]


async def test_kiosks_learn_what_a_card_has_booked(town: Town) -> None:
    """When it is booked, changed, attended, given back and cancelled, and nothing otherwise."""
    offering, venue = town.offering(Seats(9), window=TONIGHT), town.venue()
    card, use = town.card(children=1), uuid4()
    kiosk = town.kiosk(offering)
    cursor = (await fetch(kiosk)).end.cursor

    async def told() -> list[int]:
        nonlocal cursor
        got = await fetch(kiosk, cursor)
        cursor = got.end.cursor
        assert all(isinstance(row, BookingRow) for row in got.rows)
        return [row.seats for row in got.rows if isinstance(row, BookingRow)]

    booking = await booked(venue, card, offering)
    assert await told() == [1]
    await venue.rebook(booking, children=1)
    assert await told() == [2]
    await venue.use(id=use, card=card, offering=offering)
    assert await told() == [0]
    await venue.void(use)
    assert await told() == [2]
    await venue.rebook(booking, children=1)
    await venue.hand_over(booking, card)
    assert await told() == []
    await venue.cancel(booking)
    assert await told() == [0]
    await venue.cancel(booking)
    assert await told() == []


@pytest.mark.parametrize("day", [0, 1])
async def test_a_booking_holds_seats_of_the_day_of_the_event_only(town: Town, day: int) -> None:
    """On another day of a daily cap its card takes seats like any (OM-55)."""
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(days=2))
    offering, venue = town.offering(Seats(1, Per.DAY), window=window), town.venue()
    card = town.card()
    await booked(venue, card, offering)
    town.clock.pass_(days=day)
    if day:
        await venue.use(card=town.card(), offering=offering)
    came = await venue.use(card=card, offering=offering)
    assert came.json()["reason"] == (None if day == 0 else "seats_full")
    assert town.seats_taken(offering) == 1 + day


async def test_counts_made_anew_have_the_bookings_in_them(town: Town) -> None:
    """When an event moves, and when a cap is set where there was none."""
    offering, venue = town.offering(window=TONIGHT), town.venue()
    card, use = town.card(children=3), uuid4()
    await booked(venue, card, offering, children=1)
    await venue.cancel(await booked(venue, town.card(), offering))
    await booked(venue, town.card(), offering)
    await venue.use(id=use, card=card, offering=offering, party={"children": 2})
    change(town, offering, Seats(9))
    assert town.seats_taken(offering) == 4
    day = timedelta(days=1)
    change(town, offering, Seats(9), window=Window(TONIGHT.starts + day, TONIGHT.ends + day))
    assert town.seats_taken(offering) == 4
    await venue.amend(use, children=1)
    assert town.seats_taken(offering) == 3
    change(town, offering, Seats(9), window=None)
    await venue.void(use)
    assert town.seats_taken(offering) == 3
    assert await states(venue, offering) == ["cancelled", "open", "open"]


async def test_a_group_attends_its_members_bookings(town: Town) -> None:
    """A member who booked comes on those seats; the others take what there is beyond (OM-38)."""
    offering, venue = town.offering(Seats(3), window=TONIGHT), town.venue()
    leader, one, two = town.card(kind=Kind.COMMUNITY), town.card(), town.card()
    use, group = uuid4(), {"members": [{"card": one}, {"card": two}]}
    await booked(venue, one, offering)
    await booked(venue, two, offering)
    came = await venue.use(id=use, card=leader, offering=offering, group=group)
    assert (came.json()["outcome"], came.json()["remaining"]) == ("accepted", 0)
    assert town.seats_taken(offering) == 3
    assert await states(venue, offering) == ["attended", "attended"]
    await venue.void(use)
    assert town.seats_taken(offering) == 2
    assert await states(venue, offering) == ["open", "open"]


async def test_a_group_comes_into_a_full_house_on_booked_seats_only(town: Town) -> None:
    """Its leader needs a seat too; a refused group leaves the bookings open (OM-54, OM-57)."""
    offering, venue = town.offering(Seats(3), window=TONIGHT), town.venue()
    leader, one, two = town.card(kind=Kind.COMMUNITY), town.card(), town.card()
    group = {"members": [{"card": one}, {"card": two}]}
    for card in (one, two, town.card()):
        await booked(venue, card, offering)
    full = await venue.use(card=leader, offering=offering, group=group)
    assert full.json()["reason"] == "seats_full"
    assert await states(venue, offering) == ["open", "open", "open"]
    change(town, offering, Seats(4))
    assert (await venue.use(card=leader, offering=offering, group=group)).json()["remaining"] == 0
    assert town.seats_taken(offering) == 4


async def test_a_journals_group_attends_bookings_too(town: Town) -> None:
    """What a kiosk decided on them offline is what the register counts (promises P1, P5)."""
    offering, venue = town.offering(Seats(3), window=TONIGHT), town.venue()
    cards = [town.card(kind=Kind.COMMUNITY), town.card(children=1), town.card()]
    await booked(venue, cards[1], offering, children=1)
    await booked(venue, cards[2], offering)
    leader, *members = (bytes.fromhex(town.digest(card)) for card in cards)
    used = Use(uuid4(), offering, NOON, leader, members=tuple(members))
    kiosk = town.kiosk(offering)
    for revision, voided, state in ((1, False, "attended"), (2, True, "open")):
        item = replace(used, revision=revision, voided=voided)
        (kept,) = await kiosk.upload(write_use(item))
        assert (kept["result"], town.seats_taken(offering)) == ("recorded", 3)
        assert await states(venue, offering) == [state, state]


async def test_counts_made_anew_know_what_a_group_attends(town: Town) -> None:
    """When the event moves, its group still sits on its members' bookings."""
    offering, venue, use = town.offering(Seats(9), window=TONIGHT), town.venue(), uuid4()
    leader, one, two = town.card(kind=Kind.COMMUNITY), town.card(), town.card()
    await booked(venue, one, offering)
    group = {"members": [{"card": one}, {"card": two}]}
    await venue.use(id=use, card=leader, offering=offering, group=group)
    assert town.seats_taken(offering) == 3
    day = timedelta(days=1)
    change(town, offering, Seats(9), window=Window(TONIGHT.starts + day, TONIGHT.ends + day))
    assert town.seats_taken(offering) == 3
    await venue.void(use)
    assert town.seats_taken(offering) == 1
