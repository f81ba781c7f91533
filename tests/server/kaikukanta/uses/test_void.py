"""Taking a use back: its row stays, and what it took of limits is given back."""

from datetime import timedelta
from uuid import uuid4

from kaiku.card import Kind
from kaiku.offering import OfferingKind, OncePerPerformance, Seats, Service, Tariff, Visits, Window
from server.kaikukanta.uses.records import State
from server.kaikukanta.uses.service import NOT_FOUND, REFUSED, void_any
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


async def test_an_operator_takes_back_anybodys_use_at_any_time(town: Town) -> None:
    """Such as a row of the wrong card, found days later; again changes nothing (OM-47)."""
    offering, use = town.offering(Visits(30)), uuid4()
    yesterday = (NOON - timedelta(days=1)).date()
    card = town.card(children=1)
    await town.venue().use(
        id=use, card=card, offering=offering, day=yesterday.isoformat(), party={"children": 1}
    )
    town.clock.pass_(days=9)
    first = void_any(town.context, use)
    assert isinstance(first, State)
    assert first.voided
    assert town.tally(offering) == (0, 0)
    [kept] = town.uses()
    assert (kept.outcome, kept.voided_at) == ("accepted", town.clock())
    town.clock.pass_(days=1)
    assert void_any(town.context, use) == first
    assert town.uses()[0].voided_at == kept.voided_at


async def test_an_operator_takes_back_no_refused_or_unknown_use(town: Town) -> None:
    """Neither has counted anything."""
    use = uuid4()
    await town.venue().use(id=use, card="ABC1234", offering=town.offering())
    assert void_any(town.context, use) is REFUSED
    assert void_any(town.context, uuid4()) is NOT_FOUND


async def test_a_groups_members_get_their_visits_back_from_an_operator(town: Town) -> None:
    """And their bookings wait again; a fee's cents are given back too (OM-38, OM-59)."""
    offering = town.offering(Seats(9), OncePerPerformance(), window=TONIGHT, venue=town.theatre)
    fees = town.offering(kind=OfferingKind.LIBRARY, tariffs=(Tariff(Service.OVERDUE, cap=200),))
    theatre, library, card = town.venue(town.theatre), town.venue(), town.card()
    group, fee = uuid4(), uuid4()
    await theatre.book(card=card, offering=offering)
    leader = town.card(kind=Kind.COMMUNITY)
    members = {"members": [{"card": card}]}
    await theatre.use(id=group, card=leader, offering=offering, group=members)
    paid = {"card": card, "offering": fees, "fee": {"service": "overdue", "cents": 200}}
    await library.use(id=fee, **paid)
    assert (town.seats_taken(offering), town.tally(offering)[0]) == (2, 1)
    town.clock.pass_(hours=1)
    for use in (group, fee):
        void_any(town.context, use)
    assert (town.seats_taken(offering), town.tally(offering)[0]) == (1, 0)
    assert [each["state"] for each in await theatre.bookings(offering)] == ["open"]
    assert (await library.use(**paid)).json()["outcome"] == "accepted"


async def test_a_kiosk_that_tells_more_of_a_use_later_does_not_bring_it_back(town: Town) -> None:
    """What an operator took back stays so, whatever revision the journal still has."""
    offering, use = town.offering(Visits(30)), uuid4()
    kiosk, digest = town.kiosk(offering), town.digest(town.card(children=2))
    nobody = {"children": 0, "helpers": 0, "supporters": 0}
    item = {
        "id": str(use), "digest": digest, "offering": str(offering), "at": NOON.isoformat(),
        "party": nobody, "outcome": "accepted",
        "reason": None, "revision": 1, "offering_version": 1, "clock_suspect": False,
        "voided": False,
    }  # fmt: skip
    assert (await kiosk.upload(item))[0]["result"] == "recorded"
    void_any(town.context, use)
    grown = {**item, "party": {**nobody, "children": 2}, "revision": 2}
    assert (await kiosk.upload(grown))[0]["result"] == "recorded"
    assert town.tally(offering) == (0, 0)
    assert town.uses()[0].voided_at is not None
