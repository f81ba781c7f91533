"""An offering is changed while a kiosk is offline: what it let in is kept, and explained (P1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind
from kaiku.offering import Exclusion, OncePerPerformance, Per, Seats, Visits, Window
from kaiku.party import Party
from kaiku.wire import Outcome, Use, write_use
from server.database import transaction
from server.kaikukanta.cards.service import end_card
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from tests.server.kaikukanta.town import NOON, Town, card_row

MORNING = NOON - timedelta(hours=4)
RIGHT = (
    "The settings changed from version 1 to version 2 at 2026-11-24T08:00:00Z,"
    " and the use was right by version 1."
)


def _change(town: Town, offering: UUID, hours: int = 2, **settings: Any) -> None:
    """Set an offering otherwise, some hours ago."""
    with transaction(town.context.engine) as session:
        row = session.get_one(OfferingRecord, offering)
        at = NOON - timedelta(hours=hours)
        change_offering(session, row, replace(to_offering(row), **settings), at)


def _item(town: Town, card: str, offering: UUID, **changed: Any) -> dict[str, Any]:
    """Return an item of a journal: accepted by the first version, unless said otherwise."""
    fields = {"id": uuid4(), "at": MORNING, "offering": offering, "offering_version": 1}
    digest = bytes.fromhex(town.digest(card))
    return write_use(Use(**{**fields, "digest": digest, **changed}))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, {"exclusion": Exclusion.COST}, "offering_excluded"),
        ({}, {"children_welcome": False}, "children_not_in_groups"),
        ({"limits": (Visits(9),)}, {"limits": (Visits(2),)}, "visits_used_up"),
        ({}, {"limits": (Visits(2),)}, "visits_used_up"),
        ({"limits": (Seats(9, Per.DAY),)}, {"limits": (Visits(2),)}, "visits_used_up"),
        ({}, {"window": Window(NOON - timedelta(9), NOON - timedelta(8))}, "offering_over"),
    ],
)
async def test_a_use_that_was_right_by_the_kiosks_settings_is_explained(
    town: Town, before: dict[str, Any], after: dict[str, Any], reason: str
) -> None:
    """It stays in conflict, kept and flagged; every repeat says why."""
    limits = before.get("limits", ())
    offering, card = town.offering(*limits), town.card(children=2)
    kiosk = town.kiosk(offering)
    _change(town, offering, **after)
    item = _item(town, card, offering, party=Party(children=2))
    expected = {"id": item["id"], "result": "conflict", "reason": reason, "detail": RIGHT}
    assert await kiosk.upload(item) == [expected]
    assert await kiosk.upload(item, item) == [expected, expected]
    (use,) = town.uses()
    assert (use.outcome, use.offering_version, use.conflict_version) == (Outcome.ACCEPTED, 1, 2)
    assert use.conflict_since == NOON - timedelta(hours=2)


async def test_what_neither_settings_would_let_in_is_not_explained(town: Town) -> None:
    """A card that had been ended has nothing to do with the change."""
    offering, card = town.offering(), town.card()
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), MORNING - timedelta(hours=1))
    _change(town, offering, exclusion=Exclusion.COST)
    (kept,) = await town.kiosk(offering).upload(_item(town, card, offering))
    assert (kept["result"], kept["reason"]) == ("conflict", "ended")
    assert "detail" not in kept
    assert (town.uses()[0].conflict_version, town.uses()[0].conflict_since) == (2, None)


async def test_a_change_that_refuses_nothing_is_no_conflict(town: Town) -> None:
    """Today's settings would have let it in as well."""
    offering = town.offering(Visits(2))
    _change(town, offering, limits=(Visits(30),))
    (kept,) = await town.kiosk(offering).upload(_item(town, town.card(), offering))
    assert kept["result"] == "recorded"
    assert (town.uses()[0].conflict, town.uses()[0].conflict_version) == (None, None)


@pytest.mark.parametrize("version", [None, 2, 7])
async def test_a_kiosk_that_had_heard_of_the_change_is_not_excused(
    town: Town, version: int | None
) -> None:
    """Nor is one that says no version, or one that never was."""
    offering = town.offering()
    _change(town, offering, exclusion=Exclusion.COST)
    item = _item(town, town.card(), offering, offering_version=version)
    (kept,) = await town.kiosk(offering).upload(item)
    assert (kept["result"], kept["reason"]) == ("conflict", "offering_excluded")
    assert "detail" not in kept


async def test_of_several_changes_the_kiosks_own_version_counts(town: Town) -> None:
    """Two kiosks that went offline at different times are each explained by what they knew."""
    offering = town.offering()
    kiosk = town.kiosk(offering)
    _change(town, offering, hours=3, children_welcome=False)
    _change(town, offering, hours=2, exclusion=Exclusion.COST)
    card = town.card(children=1)
    items = [
        _item(town, card, offering, offering_version=version, party=Party(children=children))
        for version, children in ((1, 1), (2, 0), (2, 1))
    ]
    kept = await kiosk.upload(*items)
    assert [each["reason"] for each in kept] == ["offering_excluded"] * 3
    assert [each.get("detail", "")[:52] for each in kept] == [
        "The settings changed from version 1 to version 3 at ",
        "The settings changed from version 2 to version 3 at ",
        "",
    ]


async def test_limits_of_former_settings_are_counted(town: Town) -> None:
    """Right by version 1 is the first only: it went once by then too."""
    offering, card = town.offering(OncePerPerformance()), town.card()
    _change(town, offering, limits=(), exclusion=Exclusion.COST)
    first, second = await town.kiosk(offering).upload(
        _item(town, card, offering), _item(town, card, offering)
    )
    assert first["detail"] == RIGHT
    assert "detail" not in second


async def test_a_group_is_explained_too(town: Town) -> None:
    """Its members by what each had done."""
    offering = town.offering(Visits(1))
    been, leader = town.card(), town.card(kind=Kind.COMMUNITY)
    kiosk = town.kiosk(offering)
    await kiosk.upload(_item(town, been, offering))
    _change(town, offering, limits=(), exclusion=Exclusion.COST)
    fresh, again = await kiosk.upload(
        *(
            _item(town, leader, offering, members=(bytes.fromhex(town.digest(card)),))
            for card in (town.card(), been)
        )
    )
    assert (fresh["reason"], fresh["detail"]) == ("offering_excluded", RIGHT)
    assert "detail" not in again


async def test_an_explanation_goes_with_its_conflict(town: Town) -> None:
    """A party that is changed, refused or taken back leaves none behind."""
    offering, card = town.offering(), town.card(children=1)
    kiosk = town.kiosk(offering)
    _change(town, offering, children_welcome=False)
    item = _item(town, card, offering, party=Party(children=1))
    await kiosk.upload(item)
    assert town.uses()[0].conflict_since is not None
    alone = {**item, "revision": 2, "party": {}}
    assert (await kiosk.upload(alone))[0]["result"] == "recorded"
    (use,) = town.uses()
    assert (use.conflict, use.conflict_version, use.conflict_since) == (None, None, None)


@pytest.mark.parametrize(("version", "free"), [(1, True), (2, False), (None, False)])
async def test_a_support_person_came_in_free_as_the_kiosk_had_been_told(
    town: Town, version: int | None, free: bool
) -> None:
    """Not dropped from the counts, nor counted in by settings that nobody was shown (OM-68)."""
    offering = town.offering(Seats(9, Per.DAY))
    kiosk = town.kiosk(offering)
    _change(town, offering, supporters_free=False)
    item = _item(town, town.card(), offering, party=Party(supporters=1), offering_version=version)
    assert (await kiosk.upload(item))[0]["result"] == "recorded"
    [use] = town.uses()
    assert (use.supporters, use.conflict) == (int(free), None)
    assert town.seats_taken(offering) == 1 + int(free)
