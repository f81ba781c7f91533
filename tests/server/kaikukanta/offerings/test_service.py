"""Offerings, set and changed; counts follow what they count."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlmodel import select

from kaiku.offering import (
    Category,
    Exclusion,
    Limit,
    Offering,
    OncePerPerformance,
    Per,
    Seats,
    Visits,
    Window,
    Year,
)
from kaiku.text import Text
from server.database import read, transaction
from server.kaikukanta.feed.tables import Feed
from server.kaikukanta.offerings.service import change_offering, create_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Tally
from tests.server.kaikukanta.town import NOON, Town


def _change(town: Town, offering: UUID, *limits: Limit, window: Window | None = None) -> None:
    with transaction(town.context.engine) as session:
        row = session.get_one(OfferingRecord, offering)
        change_offering(
            session, row, replace(to_offering(row), limits=limits, window=window), town.clock()
        )


async def test_an_offering_is_kept_as_it_was_set(town: Town) -> None:
    """Every setting and limit comes back."""
    offering = Offering(
        uuid4(),
        Text("Joulu", "Jul", "Christmas"),
        Category.CULTURE,
        Window(NOON, NOON + timedelta(hours=2), NOON - timedelta(minutes=30)),
        (Seats(40, Per.DAY), OncePerPerformance(), Visits(30, Year.CARD)),
        children_welcome=False,
        supporters_free=False,
        exclusion=Exclusion.GALA,
    )
    with transaction(town.context.engine) as session:
        create_offering(session, town.theatre, offering)
    with read(town.context.engine) as session:
        assert to_offering(session.get_one(OfferingRecord, offering.id)) == offering


async def test_each_change_is_a_version_and_reaches_kiosks(town: Town) -> None:
    """A use says by which version it was decided."""
    offering, card = town.offering(), town.card()
    await town.venue().use(card=card, offering=offering)
    _change(town, offering, Seats(20, Per.DAY))
    await town.venue().use(card=card, offering=offering)
    assert {use.offering_version for use in town.uses()} == {1, 2}
    with read(town.context.engine) as session:
        row = session.get_one(OfferingRecord, offering)
        assert (row.version, row.changed) == (2, session.exec(select(Feed.seq)).one())


async def test_a_cap_set_in_the_middle_counts_what_was_before(town: Town) -> None:
    """A venue that begins to limit seats has not forgotten who is inside."""
    offering, venue = town.offering(), town.venue()
    for _ in range(2):
        await venue.use(card=town.card(), offering=offering)
    assert town.seats_taken(offering) == 0
    _change(town, offering, Seats(3, Per.DAY))
    assert town.seats_taken(offering) == 2
    assert (await venue.use(card=town.card(), offering=offering)).json()["remaining"] == 0
    assert (await venue.use(card=town.card(), offering=offering)).json()["reason"] == "seats_full"


async def test_visits_set_in_the_middle_count_what_was_before(town: Town) -> None:
    """And kiosks learn of the card's visits with the limit itself."""
    offering, venue, card = town.offering(), town.venue(), town.card()
    await venue.use(card=card, offering=offering)
    _change(town, offering, Visits(2))
    assert (await venue.use(card=card, offering=offering)).json()["remaining"] == 0
    with read(town.context.engine) as session:
        tally = session.exec(select(Tally)).one()
        assert (tally.uses, tally.visits) == (2, 2)
    _change(town, offering, Visits(3))
    assert (await venue.use(card=card, offering=offering)).json()["remaining"] == 0


async def test_a_performance_moved_to_another_day_keeps_its_seats(town: Town) -> None:
    """The cap is the event's, whatever its day."""
    tomorrow = Window(NOON + timedelta(1), NOON + timedelta(1, hours=2))
    offering = town.offering(Seats(1), window=tomorrow)
    await town.venue().use(card=town.card(), offering=offering)
    _change(
        town,
        offering,
        Seats(1),
        window=Window(tomorrow.starts + timedelta(1), tomorrow.ends + timedelta(1)),
    )
    answer = await town.venue().use(card=town.card(), offering=offering)
    assert answer.json()["reason"] == "seats_full"
    assert str(town.uses()[0].day) == "2026-11-26"
