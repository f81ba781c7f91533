"""Taking a use back: its row stays, and what it took of limits is given back."""

from datetime import timedelta
from uuid import uuid4

from kaiku.offering import OncePerPerformance, Seats, Visits, Window
from tests.server.kaikukanta.town import NOON, Town

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))


async def test_a_use_taken_back_gives_back_its_seats_and_visits(town: Town) -> None:
    """Afterwards the card and the seats are as free as before."""
    offering = town.offering(Seats(3), Visits(3), OncePerPerformance(), window=TONIGHT)
    venue, card, use = town.venue(), town.card(children=2), uuid4()
    full = {"card": card, "offering": offering, "party": {"children": 2}}
    first = await venue.use(id=use, **full)
    assert (await venue.use(**full)).json()["outcome"] == "refused"
    answer = await venue.void(use)
    assert (answer.status_code, answer.json()) == (200, {**first.json(), "voided": True})
    assert (town.seats_taken(offering), town.tally(offering)) == (0, (0, 0))
    assert len(town.uses()) == 2
    assert (await venue.use(**full)).json()["outcome"] == "accepted"


async def test_taking_back_twice_gives_back_once(town: Town) -> None:
    """A repeat is answered the same, even when it comes late."""
    offering, venue, use = town.offering(Visits(30)), town.venue(), uuid4()
    await venue.use(card=town.card(), offering=offering)
    await venue.use(id=use, card=town.card(), offering=offering)
    first = await venue.void(use)
    town.clock.pass_(days=1)
    assert (await venue.void(use)).json() == first.json()
    assert town.tally(offering) == (1, 1)


async def test_a_use_is_taken_back_within_its_time_only(town: Town) -> None:
    """A quarter of an hour after the recording it stands."""
    venue, use = town.venue(), uuid4()
    await venue.use(id=use, card=town.card(), offering=town.offering())
    town.clock.pass_(minutes=15, seconds=1)
    answer = await venue.void(use)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    assert town.uses()[0].voided_at is None


async def test_a_refused_use_cannot_be_taken_back(town: Town) -> None:
    """There is nothing to give back."""
    venue, use = town.venue(), uuid4()
    await venue.use(id=use, card="ABC1234", offering=town.offering())
    answer = await venue.void(use)
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")


async def test_a_kiosk_takes_back_a_passage_that_did_not_happen(town: Town) -> None:
    """Kiosks may, as those who recorded it."""
    offering, use = town.offering(Visits(30)), uuid4()
    kiosk = town.kiosk(offering)
    await kiosk.use(id=use, digest=town.digest(town.card()), offering=offering)
    assert (await kiosk.void(use)).json()["voided"] is True
    assert town.tally(offering) == (0, 0)
