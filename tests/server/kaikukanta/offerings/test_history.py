"""What has happened stays on its day: an event with uses is not moved once its day has begun."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.offering import OfferingKind, OncePerPerformance, Window
from kaiku.wire import write_instant
from tests.server.kaikukanta.town import NOON, Json, Town

pytestmark = pytest.mark.anyio

TONIGHT = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=2))
NEXT_WEEK = Window(NOON + timedelta(days=7), NOON + timedelta(days=7, hours=2))
STANDING = None


def show(town: Town, window: Window | None) -> UUID:
    """Return a performance of the theatre."""
    kind = OfferingKind.COURSE if window is None else OfferingKind.OWN_PRODUCTION
    limits = () if window is None else (OncePerPerformance(),)
    return town.offering(*limits, venue=town.theatre, window=window, kind=kind)


async def move(town: Town, offering: UUID, window: Window | None, **settings: Any) -> Any:
    """Return the answer to giving an offering another window."""
    theatre = town.venue(town.theatre)
    listed = (await theatre.send("GET", "/offerings")).json()["offerings"]
    now = next(each for each in listed if each["id"] == str(offering))
    kept = {key: now[key] for key in ("name", "category", "kind", "limits")}
    told: Json | None = None
    if window is not None:
        told = {"starts": write_instant(window.starts), "ends": write_instant(window.ends)}
    body = {**kept, "window": told, **settings}
    return await theatre.send("PUT", f"/offerings/{offering}", json=body)


@pytest.mark.parametrize("days", [0, 1])
async def test_an_event_with_uses_is_not_moved_from_its_day(town: Town, days: int) -> None:
    """On its day and ever after; the use stays where it was, and what to do is told (OM-47)."""
    offering, card = show(town, TONIGHT), town.card()
    await town.venue(town.theatre).use(card=card, offering=offering)
    town.clock.pass_(days=days)
    answer = await move(town, offering, NEXT_WEEK)
    assert answer.status_code == 422
    [mistake] = answer.json()["errors"]
    assert (mistake["rule"], mistake["pointer"]) == ("OM-47", "#/window")
    assert "uusi tarjonta" in mistake["words"]["fi"]
    assert "nytt utbud" in mistake["words"]["sv"]
    assert "new offering" in mistake["words"]["en"]
    assert [str(use.day) for use in town.uses()] == ["2026-11-24"]


async def test_it_is_told_with_all_else_that_is_wrong(town: Town) -> None:
    """A worker mends everything in one go."""
    offering = show(town, TONIGHT)
    await town.venue(town.theatre).use(card=town.card(), offering=offering)
    answer = await move(town, offering, NEXT_WEEK, wristband=5)
    assert {each["rule"] for each in answer.json()["errors"]} == {"OM-47", "OM-60"}


@pytest.mark.parametrize(("window", "moved"), [(STANDING, TONIGHT), (TONIGHT, STANDING)])
async def test_an_entry_with_uses_does_not_become_an_event_nor_an_event_an_entry(
    town: Town, window: Window | None, moved: Window | None
) -> None:
    """Its uses would all go to one day, or each to another (OM-47)."""
    offering = show(town, window)
    await town.venue(town.theatre).use(card=town.card(), offering=offering)
    answer = await move(town, offering, moved, kind="course", limits=[])
    assert [each["rule"] for each in answer.json()["errors"]] == ["OM-47"]


async def test_an_event_is_postponed_before_anybody_came(town: Town) -> None:
    """Its bookings move with it, and its day is checked at the event (OM-42)."""
    offering, theatre = show(town, TONIGHT), town.venue(town.theatre)
    booked = await theatre.book(id=uuid4(), card=town.card(), offering=offering)
    assert booked.json()["outcome"] == "accepted"
    assert (await move(town, offering, NEXT_WEEK)).status_code == 200
    town.clock.pass_(days=7)
    assert [each["state"] for each in await theatre.bookings(offering)] == ["open"]


async def test_an_event_is_postponed_when_its_only_use_was_taken_back(town: Town) -> None:
    """Neither that nor a refusal has happened on its day."""
    offering, theatre, use = show(town, TONIGHT), town.venue(town.theatre), uuid4()
    await theatre.use(id=use, card=town.card(), offering=offering)
    await theatre.void(use)
    refused = await theatre.use(card=town.card(), offering=offering, party={"children": 1})
    assert refused.json()["outcome"] == "refused"
    assert (await move(town, offering, NEXT_WEEK)).status_code == 200


async def test_tickets_of_an_event_to_come_move_with_it(town: Town) -> None:
    """They were entered beforehand, and its day has not begun."""
    offering = show(town, NEXT_WEEK)
    await town.venue(town.theatre).use(card=town.card(), offering=offering)
    later = Window(NEXT_WEEK.starts + timedelta(1), NEXT_WEEK.ends + timedelta(1))
    assert (await move(town, offering, later)).status_code == 200
    assert [str(use.day) for use in town.uses()] == ["2026-12-02"]


async def test_a_show_that_is_late_ends_later_on_its_day(town: Town) -> None:
    """The hours of its day may change: its uses stay on it."""
    offering = show(town, TONIGHT)
    await town.venue(town.theatre).use(card=town.card(), offering=offering)
    late = Window(TONIGHT.starts + timedelta(hours=1), TONIGHT.ends + timedelta(hours=1))
    assert (await move(town, offering, late)).status_code == 200
