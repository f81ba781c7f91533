"""Asking without recording."""

from datetime import timedelta
from uuid import uuid4

from kaiku.offering import OncePerPerformance, Seats, Visits, Window
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


async def test_kiosks_do_not_check(town: Town) -> None:
    """A kiosk decides from its store, and asks by a use."""
    offering = town.offering()
    answer = await town.kiosk(offering).check(card=town.card(), offering=offering)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
