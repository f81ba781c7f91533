"""Wrong cards are counted, so that numbers cannot be guessed through the API."""

from sqlmodel import select

from server.database import read, transaction
from server.kaikukanta.network.tables import Attempts
from tests.server.kaikukanta.town import Town


async def test_wrong_cards_of_a_caller_run_out(town: Town) -> None:
    """Unreadable and unknown, used and checked, all count; then nothing is looked up."""
    offering, venue, other = town.offering(), town.venue(), town.venue()
    good = {"card": town.card(), "offering": offering}
    for _ in range(town.context.settings.wrong_cards // 4):
        await venue.use(card="ABC1234", offering=offering)
        await venue.use(card="?", offering=offering)
        await venue.check(card="ABC1234", offering=offering)
        await venue.check(card="?", offering=offering)
    for answer in (await venue.use(**good), await venue.check(**good)):
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        assert 1 <= int(answer.headers["retry-after"]) <= 600
    assert (await other.use(**good)).status_code == 200
    town.clock.pass_(minutes=10)
    assert (await venue.use(**good)).status_code == 200


async def test_a_good_card_counts_no_attempt(town: Town) -> None:
    """Neither does one that is refused by a rule, nor an offering that is somebody else's."""
    offering, venue = town.offering(), town.venue()
    await venue.use(card=town.card(), offering=offering)
    await venue.use(card=town.card(), offering=offering, party={"children": 1})
    await venue.use(card="ABC1234", offering=town.offering(venue=town.theatre))
    with read(town.context.engine) as session:
        assert session.exec(select(Attempts)).all() == []


async def test_a_repeat_of_a_wrong_card_is_one_attempt(town: Town) -> None:
    """The same id is the same attempt."""
    offering, venue = town.offering(), town.venue()
    use = (await venue.use(card="ABC1234", offering=offering)).json()["id"]
    for _ in range(5):
        await venue.use(id=use, card="ABC1234", offering=offering)
    with read(town.context.engine) as session:
        assert session.exec(select(Attempts.count)).all() == [1]


async def test_attempts_of_windows_that_are_over_are_forgotten(town: Town) -> None:
    """Also of callers who never came again, and of windows that were counted in other lengths."""
    offering, venue, other = town.offering(), town.venue(), town.venue()
    await other.use(card="ABC1234", offering=offering)
    with transaction(town.context.engine) as session:
        session.add_all(Attempts(subject=f"token:{number}", window=number) for number in range(9))
        session.add(Attempts(subject="token:longer", window=2**31 - 1))
    town.clock.pass_(minutes=10)
    await venue.use(card="ABC1234", offering=offering)
    with read(town.context.engine) as session:
        assert len(session.exec(select(Attempts)).all()) == 1
