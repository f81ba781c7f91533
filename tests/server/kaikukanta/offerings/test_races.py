"""Many at once, over real threads and connections: a venue's settings are judged one by one."""

import asyncio
from collections import Counter

import pytest

from kaiku.offering import OfferingKind, Window
from kaiku.text import Text
from kaiku.wire import write_instant, write_text
from tests.server.kaikukanta.town import NOON, Json, Town

pytestmark = pytest.mark.anyio

SATURDAY = "2026-11-28T17:00:00Z"
SHOW: Json = {
    "name": write_text(Text.same("Show")),
    "category": "culture",
    "kind": "own_production",
    "window": {"starts": SATURDAY, "ends": "2026-11-28T19:00:00Z"},
}


async def test_most_own_productions_stay_in_however_many_are_left_out_at_once(town: Town) -> None:
    """Of five, two go out and three are told that they may not (OM-62)."""
    window = Window(NOON, NOON.replace(hour=20))
    shows = [
        town.offering(venue=town.theatre, window=window, kind=OfferingKind.OWN_PRODUCTION)
        for _ in range(5)
    ]
    twin = town.twin()
    theatres = [town.venue(town.theatre), twin.venue(town.theatre)]
    answers = await asyncio.gather(
        *(
            theatres[turn % 2].send(
                "PUT", f"/offerings/{show}", json={**SHOW, "exclusion": "weekend"}
            )
            for turn, show in enumerate(shows)
        )
    )
    listed = (await theatres[0].send("GET", "/offerings")).json()["offerings"]
    await twin.close()
    assert Counter(answer.status_code for answer in answers) == {200: 2, 422: 3}
    assert Counter(each["exclusion"] for each in listed) == {None: 3, "weekend": 2}


async def test_an_event_is_moved_before_a_use_or_not_at_all(town: Town) -> None:
    """Whichever comes first, no use is recounted to another day (OM-47)."""
    window = Window(NOON, NOON.replace(hour=20))
    for _ in range(5):
        show = town.offering(venue=town.theatre, window=window, kind=OfferingKind.OWN_PRODUCTION)
        theatre, card = town.venue(town.theatre), town.card()
        used, moved = await asyncio.gather(
            theatre.use(card=card, offering=show),
            theatre.send("PUT", f"/offerings/{show}", json=SHOW),
        )
        assert used.json()["outcome"] == "accepted"
        (use,) = [use for use in town.uses() if use.offering_id == show]
        starts = {200: SATURDAY, 422: write_instant(NOON)}[moved.status_code]
        assert str(use.day) == starts[:10]
