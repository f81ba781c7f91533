"""Many at once, over real threads and connections: a limit holds, and nothing is there twice."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from kaiku.offering import OncePerPerformance, Seats, Visits, Window
from kaiku.wire import Use, write_use
from tests.server.kaikukanta.town import NOON, Town

AT_ONCE = 50
TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))

Calls = list[Coroutine[Any, Any, httpx.Response]]


async def _reasons(calls: Calls) -> Counter[str | None]:
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {200}
    return Counter(answer.json()["reason"] for answer in answers)


async def test_the_last_seat_goes_to_one_of_fifty(town: Town) -> None:
    """Fifty cards ask two registers over one database at once; exactly one is accepted."""
    offering, twin = town.offering(Seats(1), window=TONIGHT), town.twin()
    who = [town.venue(), twin.agent(offering)]
    cards = [town.card() for _ in range(AT_ONCE)]
    reasons = await _reasons(
        [who[turn % 2].use(card=card, offering=offering) for turn, card in enumerate(cards)]
    )
    await twin.close()
    assert reasons == {None: 1, "seats_full": AT_ONCE - 1}
    assert town.seats_taken(offering) == 1


async def test_a_card_spends_its_visits_and_no_more(town: Town) -> None:
    """Fifty visits of one card at once; thirty are accepted (OM-60)."""
    offering, twin, card = town.offering(Visits(30)), town.twin(), town.card()
    who = [town.venue(), twin.venue()]
    calls = [who[turn % 2].use(card=card, offering=offering) for turn in range(AT_ONCE)]
    reasons = await _reasons(calls)
    await twin.close()
    assert reasons == {None: 30, "visits_used_up": AT_ONCE - 30}
    assert town.tally(offering) == (30, 30)


async def test_a_card_goes_once_however_often_it_asks_at_once(town: Town) -> None:
    """Of ten tickets to one performance one is given (OM-58)."""
    offering, venue, card = town.offering(OncePerPerformance()), town.venue(), town.card()
    reasons = await _reasons([venue.use(card=card, offering=offering) for _ in range(10)])
    assert reasons == {None: 1, "already_used": 9}


async def test_one_id_at_once_is_one_use(town: Town) -> None:
    """Fifty repeats of one use are one use, and all get the same answer; with limits or none."""
    limited, venue = town.offering(Seats(40), Visits(30)), town.venue()
    for offering in (town.offering(), limited):
        fields = {"id": uuid4(), "card": town.card(), "offering": offering}
        answers = await asyncio.gather(*(venue.use(**fields) for _ in range(AT_ONCE)))
        assert len({(answer.status_code, answer.text) for answer in answers}) == 1
        assert answers[0].json()["outcome"] == "accepted"
    assert len(town.uses()) == 2
    assert town.tally(limited) == (1, 1)


async def test_the_same_journal_sent_at_once_is_kept_once(town: Town) -> None:
    """A kiosk that repeats itself while it is still being heard counts nothing twice."""
    offering = town.offering(Visits(30), Seats(100))
    kiosk, digest = town.kiosk(offering), bytes.fromhex(town.digest(town.card()))
    items = [write_use(Use(uuid4(), offering, NOON, digest)) for _ in range(10)]
    results = await asyncio.gather(*(kiosk.upload(*items) for _ in range(5)))
    assert {result["result"] for batch in results for result in batch} == {"recorded"}
    assert (town.tally(offering), len(town.uses())) == ((10, 10), 10)


async def test_amending_and_taking_back_at_once_leaves_true_counts(town: Town) -> None:
    """Whichever comes first, the counts say what the uses say."""
    offering, venue = town.offering(Visits(90), Seats(200)), town.venue()
    card, uses = town.card(children=3), [uuid4() for _ in range(8)]
    await asyncio.gather(*(venue.use(id=use, card=card, offering=offering) for use in uses))
    calls: Calls = []
    for use in uses:
        calls += [venue.amend(use, children=2), venue.void(use), venue.amend(use, children=1)]
        calls += [venue.use(card=card, offering=offering)]
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} <= {200, 409}
    kept = [use for use in town.uses() if use.voided_at is None]
    assert town.tally(offering) == (len(kept), sum(1 + use.children for use in kept))
    assert town.seats_taken(offering) == town.tally(offering)[1]
