"""Asking without recording."""

from datetime import timedelta
from uuid import uuid4

from kaiku.card import Kind
from kaiku.offering import OncePerPerformance, Seats, Visits, Window
from tests.server.kaikukanta.bookings.evening import NEXT_WEEK, booked, states
from tests.server.kaikukanta.town import NOON, Town

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))


async def test_a_check_says_what_a_use_would(town: Town) -> None:
    """The same decision and remainder, and nothing is recorded or counted (OM-50)."""
    offering = town.offering(Seats(10), Visits(30), window=TONIGHT)
    card, venue, party = town.card(children=2), town.venue(), {"children": 2}
    checked = await venue.check(card=card, offering=offering, party=party)
    assert checked.status_code == 200
    assert (town.uses(), town.seats_taken(offering), town.tally(offering)) == ([], 0, (0, 0))
    used = await venue.use(card=card, offering=offering, party=party)
    assert {"id": used.json()["id"], **checked.json()} == used.json()


async def test_a_check_knows_the_counts(town: Town) -> None:
    """It refuses what a use would be refused for."""
    offering = town.offering(OncePerPerformance(), Seats(2), window=TONIGHT)
    card, agent = town.card(), town.agent(offering)
    await agent.use(card=card, offering=offering)
    assert (await agent.check(card=card, offering=offering)).json()["reason"] == "already_used"
    answer = await agent.check(card=town.card(children=1), offering=offering, party={"children": 1})
    assert (answer.json()["reason"], answer.json()["remaining"]) == ("seats_full", 1)


async def test_a_check_refuses_wrong_cards_and_offerings(town: Town) -> None:
    """With the same reasons as a use."""
    offering, venue = town.offering(), town.venue()
    for card, where, reason in (
        ("", offering, "unreadable"),
        ("ABC1234", offering, "unknown_card"),
        (town.card(), town.offering(venue=town.theatre), "not_your_offering"),
        (town.card(), uuid4(), "not_your_offering"),
    ):
        assert (await venue.check(card=card, offering=where)).json()["reason"] == reason


async def test_a_ticket_sold_ahead_is_asked_for_by_booking_it(town: Town) -> None:
    """A check is of coming now; a booking says both ways what a sale would be (OM-50)."""
    offering = town.offering(Seats(2), window=NEXT_WEEK)
    agent, card = town.agent(offering), town.card(children=1)
    shown = {"card": card, "offering": offering}
    assert (await agent.check(**shown)).json()["reason"] == "too_early"
    too_many = (await agent.book(**shown, party={"children": 2})).json()
    assert (too_many["reason"], too_many["state"]) == ("children_above_registered", None)
    assert (await agent.bookings(offering), town.seats_taken(offering)) == ([], 0)
    await agent.cancel(await booked(agent, card, offering, children=1))
    assert town.seats_taken(offering) == 0


async def test_a_check_of_a_group_says_what_its_use_would(town: Town) -> None:
    """With the members' bookings in it, and the younger clients; nothing is kept (OM-38)."""
    offering, venue = town.offering(Seats(4), Visits(30), window=TONIGHT), town.venue()
    one, two = town.card(), town.card()
    await booked(venue, one, offering)
    fields = {
        "card": town.card(kind=Kind.COMMUNITY),
        "offering": offering,
        "party": {"children": 1, "helpers": 1},
        "group": {"members": [{"card": one}, {"card": two}]},
    }
    checked = await venue.check(**fields)
    assert (checked.json()["outcome"], checked.json()["remaining"]) == ("accepted", 0)
    assert (town.uses(), town.seats_taken(offering), town.tally(offering)) == ([], 1, (0, 0))
    assert await states(venue, offering) == ["open"]
    used = await venue.use(**fields)
    assert {"id": used.json()["id"], **checked.json()} == used.json()
    full = await venue.check(**{**fields, "group": {"members": [{"card": town.card()}]}})
    assert full.json()["reason"] == "seats_full"


async def test_a_check_says_who_of_a_group_is_missing(town: Town) -> None:
    """By place and reason, as the use does; a group that is too large is refused (OM-37)."""
    offering, venue = town.offering(OncePerPerformance(), window=TONIGHT), town.venue()
    been = town.card()
    await venue.use(card=been, offering=offering)
    members = [{"card": card} for card in (town.card(), been, "ABC1234", "?", town.card())]
    fields = {"card": town.card(kind=Kind.COMMUNITY), "offering": offering}
    for shown, reason in ((members, "group_too_large"), (members[:4], "group_card_missing")):
        checked = await venue.check(**fields, group={"members": shown})
        assert (checked.json()["outcome"], checked.json()["reason"]) == ("refused", reason)
        assert checked.json()["missing"] == [
            {"place": 2, "reason": "already_used"},
            {"place": 3, "reason": "unknown_card"},
            {"place": 4, "reason": "unreadable"},
        ]
    partial = await venue.check(**fields, group={"members": members[:4]})
    used = await venue.use(**fields, group={"members": members[:4]})
    assert {"id": used.json()["id"], **partial.json()} == used.json()


async def test_a_check_of_a_group_that_does_not_fit_is_a_mistake(town: Town) -> None:
    """As of a use: no card twice, no digests from a ticket system, and no fee (OM-59)."""
    leader, member = town.card(kind=Kind.COMMUNITY), town.card()
    for cards, fee, pointer in (
        ([{"card": member}, {"card": member.lower()}], None, "#/group/members/1"),
        ([{"card": leader}], None, "#/group/members/0"),
        ([{"digest": "0" * 32}], None, "#/group/members/0/digest"),
        ([{"card": member}], {"service": "copying", "cents": 1}, "#"),
    ):
        answer = await town.venue().check(
            card=leader, offering=town.offering(), group={"members": cards}, fee=fee
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_members_cannot_be_guessed_by_checks(town: Town) -> None:
    """Each wrong card of a group counts as one that was tried."""
    offering, venue, leader = town.offering(), town.venue(), town.card(kind=Kind.COMMUNITY)
    for start in range(0, town.context.settings.wrong_cards, 4):
        cards = [{"card": f"WRONG{start + each:04}"} for each in range(4)]
        answer = await venue.check(card=leader, offering=offering, group={"members": cards})
        assert answer.json()["reason"] == "group_card_missing"
    late = await venue.check(card=town.card(), offering=offering)
    assert late.status_code == 429


async def test_kiosks_do_not_check(town: Town) -> None:
    """A kiosk decides from its store, and asks by a use."""
    offering = town.offering()
    answer = await town.kiosk(offering).check(card=town.card(), offering=offering)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
