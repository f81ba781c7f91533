"""A venue as a whole: what it tells of itself, and what of its settings goes against the model."""

from typing import Any

import pytest

from tests.server.kaikukanta.town import Json, Town

pytestmark = pytest.mark.anyio

NAME = {"fi": "Näytelmä", "sv": "Pjäs", "en": "Play"}


async def stage(town: Town, day: int, **settings: Any) -> Any:
    """Return the answer to setting up an own production of the theatre on a day of December."""
    show: Json = {
        "name": NAME,
        "category": "culture",
        "kind": "own_production",
        "window": {"starts": f"2026-12-{day}T17:00:00Z", "ends": f"2026-12-{day}T19:00:00Z"},
        **settings,
    }
    return await town.venue(town.theatre).send("POST", "/offerings", json=show)


async def test_a_venue_is_told_what_it_has_not_told(town: Town) -> None:
    """No accessibility information (OM-70), and a web shop that checks nothing (OM-50)."""
    theatre = town.venue(town.theatre)
    told = (await theatre.send("GET", "/venue")).json()
    assert (told["web_shop"], told["accessibility"]) == (None, None)
    assert [finding["rule"] for finding in told["findings"]] == ["OM-70"]
    answer = await theatre.send("PUT", "/venue", json={"web_shop": "unchecked"})
    assert [finding["rule"] for finding in answer.json()["findings"]] == ["OM-50", "OM-70"]
    assert set(answer.json()["findings"][0]["words"]) == {"fi", "sv", "en"}
    complete = {"web_shop": "checks", "accessibility": "https://theatre.example/access"}
    answer = await theatre.send("PUT", "/venue", json=complete)
    assert answer.json()["findings"] == []
    assert (await theatre.send("GET", "/venue")).json() == answer.json()


@pytest.mark.parametrize(
    "wrong", [{"web_shop": "perhaps"}, {"accessibility": "ask at the desk"}, {"colour": "red"}]
)
async def test_what_makes_no_sense_of_a_venue_is_a_problem(town: Town, wrong: Json) -> None:
    """And it is told where it stands."""
    answer = await town.venue().send("PUT", "/venue", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == f"#/{next(iter(wrong))}"


async def test_only_a_venue_tells_of_itself(town: Town) -> None:
    """Neither an agent nor a kiosk does (OM-31)."""
    offering = town.offering()
    for other in (town.agent(offering), town.kiosk(offering)):
        assert (await other.send("GET", "/venue")).status_code == 403
        assert (await other.send("PUT", "/venue", json={})).status_code == 403


async def test_most_own_productions_stay_in(town: Town) -> None:
    """Half of them left out is refused, with the rule, and nothing is kept (OM-62)."""
    saturday, sunday, next_saturday = 19, 20, 26
    refused = await stage(town, saturday, exclusion="weekend")
    assert refused.status_code == 422
    [mistake] = refused.json()["errors"]
    assert (mistake["rule"], mistake["floor"]) == ("OM-62", 1)
    for day in (14, 15):
        assert (await stage(town, day)).status_code == 201
    assert (await stage(town, saturday, exclusion="weekend")).status_code == 201
    assert (await stage(town, sunday, exclusion="weekend")).status_code == 422
    theatre = town.venue(town.theatre)
    kept = (await theatre.send("GET", "/offerings")).json()["offerings"]
    assert len(kept) == 3
    staying = next(each for each in kept if each["exclusion"] is None)
    settings = {key: staying[key] for key in ("name", "category", "kind")}
    window = {"starts": "2026-12-20T17:00:00Z", "ends": "2026-12-20T19:00:00Z"}
    out = {**settings, "window": window, "exclusion": "weekend"}
    path = f"/offerings/{staying['id']}"
    assert (await theatre.send("PUT", path, json=out)).status_code == 422
    assert (await stage(town, next_saturday)).status_code == 201


async def test_a_change_of_kind_leaves_no_more_out(town: Town) -> None:
    """Own productions do not become guests where too few would stay in (OM-62)."""
    in_one = (await stage(town, 14)).json()
    for settings in ({"day": 15}, {"day": 19, "exclusion": "weekend"}):
        assert (await stage(town, **settings)).status_code == 201
    theatre = town.venue(town.theatre)
    kept = {key: in_one[key] for key in ("name", "category", "window")}
    path = f"/offerings/{in_one['id']}"
    answer = await theatre.send("PUT", path, json={**kept, "kind": "guest_production"})
    assert answer.status_code == 422
    [mistake] = answer.json()["errors"]
    assert (mistake["rule"], mistake["pointer"]) == ("OM-62", "#/kind")
    over = {"starts": "2026-11-23T17:00:00Z", "ends": "2026-11-23T19:00:00Z"}
    answer = await theatre.send(
        "PUT", path, json={**kept, "kind": "own_production", "window": over}
    )
    assert [each["pointer"] for each in answer.json()["errors"]] == ["#/window"]
    assert (await theatre.send("GET", "/offerings")).json()["offerings"][0]["version"] == 1


async def test_a_venue_that_leaves_too_many_out_can_mend_it(town: Town) -> None:
    """With time the others are over; one more in, or anything else, is no worse (OM-62)."""
    for settings in ({"day": 14}, {"day": 15}, {"day": 19, "exclusion": "weekend"}):
        assert (await stage(town, **settings)).status_code == 201
    town.clock.pass_(days=23)
    told = (await town.venue(town.theatre).send("GET", "/venue")).json()
    assert [finding["rule"] for finding in told["findings"]] == ["OM-70", "OM-62"]
    assert (await stage(town, 20, exclusion="weekend")).status_code == 422
    assert (await stage(town, 21, kind="guest_production")).status_code == 201
    assert (await stage(town, 22)).status_code == 201


async def test_what_is_over_says_nothing_any_more(town: Town) -> None:
    """The share is of the shows to come (OM-62)."""
    for day in (14, 15):
        assert (await stage(town, day)).status_code == 201
    town.clock.pass_(days=24)
    assert (await stage(town, 19, exclusion="weekend")).status_code == 422
