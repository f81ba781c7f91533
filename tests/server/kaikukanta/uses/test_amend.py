"""Another party of a use: decided anew, bounded in time, and never the worse for a refusal."""

from datetime import timedelta
from uuid import UUID, uuid4

from kaiku.offering import OncePerPerformance, Seats, Visits, Window
from tests.server.kaikukanta.town import NOON, Somebody, Town

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))


async def _accepted(town: Town, who: Somebody, offering: UUID, children: int = 0) -> UUID:
    """Return the id of a use that was accepted, of a card with three children registered."""
    use = uuid4()
    answer = await who.use(
        id=use, card=town.card(children=3), offering=offering, party={"children": children}
    )
    assert answer.json()["outcome"] == "accepted"
    return use


async def test_the_party_as_it_now_is_replaces_the_former(town: Town) -> None:
    """Children said afterwards join the same use, and the counts follow."""
    offering, venue = town.offering(Seats(10), Visits(30), window=TONIGHT), town.venue()
    use = await _accepted(town, venue, offering)
    answer = await venue.amend(use, children=2, helpers=1)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "id": str(use),
            "outcome": "accepted",
            "reason": None,
            "admitted": {"adults": 1, "children": 2, "helpers": 1, "supporters": 0},
            "remaining": 27,
        },
    )
    assert (town.seats_taken(offering), town.tally(offering)) == (3, (1, 3))
    await venue.amend(use)
    assert (town.seats_taken(offering), town.tally(offering)) == (1, (1, 1))
    assert len(town.uses()) == 1


async def test_a_refused_amendment_leaves_the_use_and_says_who_stands(town: Town) -> None:
    """The answer tells that three children are too many, and that one stays admitted."""
    offering, venue = town.offering(Seats(2), window=TONIGHT), town.venue()
    use = await _accepted(town, venue, offering, children=1)
    for children, reason in ((4, "children_above_registered"), (3, "seats_full")):
        answer = await venue.amend(use, children=children)
        assert answer.status_code == 200
        assert (answer.json()["outcome"], answer.json()["reason"]) == ("refused", reason)
        assert answer.json()["admitted"]["children"] == 1
    assert town.seats_taken(offering) == 2
    assert town.uses()[0].children == 1


async def test_an_amendment_leaves_the_use_itself_out_of_the_facts(town: Town) -> None:
    """A card that goes once, and the last seat, do not stand in the way of their own use."""
    offering, venue = town.offering(Seats(2), OncePerPerformance(), window=TONIGHT), town.venue()
    use = await _accepted(town, venue, offering)
    assert (await venue.amend(use, children=1)).json()["outcome"] == "accepted"


async def test_the_same_party_again_gets_the_same_answer(town: Town) -> None:
    """A repeat changes nothing, and is answered even when it comes late."""
    offering, venue = town.offering(Visits(30)), town.venue()
    use = await _accepted(town, venue, offering)
    first = await venue.amend(use, children=2)
    town.clock.pass_(days=1)
    assert (await venue.amend(use, children=2)).json() == first.json()
    assert town.tally(offering) == (1, 3)


async def test_a_repeat_of_the_first_ask_gets_the_party_as_it_now_is(town: Town) -> None:
    """A late repeat of the recording does not undo the amendment."""
    offering, venue, use, card = town.offering(), town.venue(), uuid4(), town.card(children=1)
    await venue.use(id=use, card=card, offering=offering)
    await venue.amend(use, children=1)
    again = await venue.use(id=use, card=card, offering=offering)
    assert again.json()["admitted"]["children"] == 1


async def test_a_party_changes_within_its_time_only(town: Town) -> None:
    """A quarter of an hour after the recording, the use stands as it is."""
    venue = town.venue()
    use = await _accepted(town, venue, town.offering())
    town.clock.pass_(minutes=15)
    assert (await venue.amend(use, children=1)).status_code == 200
    town.clock.pass_(seconds=1)
    late = await venue.amend(use, children=2)
    assert (late.status_code, late.json()["code"]) == (409, "too_late")


async def test_an_event_that_has_ended_meanwhile_does_not_refuse_the_children(town: Town) -> None:
    """The party is judged as of the use, not of the keypress."""
    offering, venue = town.offering(window=Window(NOON, NOON + timedelta(minutes=1))), town.venue()
    use = await _accepted(town, venue, offering)
    town.clock.pass_(minutes=2)
    assert (await venue.amend(use, children=1)).json()["outcome"] == "accepted"


async def test_a_refused_or_voided_use_has_no_party_to_change(town: Town) -> None:
    """Nobody came in, so nobody can be added."""
    offering, venue, refused = town.offering(), town.venue(), uuid4()
    await venue.use(id=refused, card="ABC1234", offering=offering)
    answer = await venue.amend(refused, children=0)
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    use = await _accepted(town, venue, offering)
    await venue.void(use)
    answer = await venue.amend(use, children=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "voided")


async def test_only_who_recorded_a_use_changes_it(town: Town) -> None:
    """To anybody else it is not there, just as a use that was never recorded."""
    offering, venue = town.offering(), town.venue()
    use = await _accepted(town, venue, offering)
    for who in (town.venue(), town.agent(offering), town.kiosk(offering)):
        for call in (
            who.amend(use, children=1),
            who.void(use),
            who.amend(uuid4()),
            who.void(uuid4()),
        ):
            answer = await call
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert town.uses()[0].children == 0


async def test_a_party_that_does_not_fit_is_a_mistake(town: Town) -> None:
    """Counts are from 0 to 99, and an id is a UUID."""
    venue = town.venue()
    use = await _accepted(town, venue, town.offering())
    for party in ({"children": -1}, {"children": 10**40}, {"children": True}, {"adults": 1}):
        answer = await venue.amend(use, **party)
        assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)
    answer = await venue.send("PUT", "/uses/x%00/party", json={})
    assert answer.json()["errors"][0]["parameter"] == "use_id"
