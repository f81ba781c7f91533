"""Venues set up what they offer; what breaks the model is refused with all that is wrong."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kaiku.offering import Category, Exclusion, OfferingKind
from kaiku.venue import VenueKind
from tests.server.kaikukanta.town import Json, Town

pytestmark = pytest.mark.anyio

NAME = {"fi": "Joulukonsertti", "sv": "Julkonsert", "en": "Christmas concert"}
SHOW: Json = {
    "name": NAME,
    "category": "culture",
    "kind": "own_production",
    "window": {"starts": "2026-12-18T17:00:00Z", "ends": "2026-12-18T19:00:00Z"},
    "limits": [{"type": "seats", "cap": 12}, {"type": "once"}],
    "tickets": 300,
}


async def set_up(town: Town, **changed: Any) -> Any:
    """Return the answer to setting up the show, changed as said, by the theatre."""
    theatre = town.venue(town.theatre)
    return await theatre.send("POST", "/offerings", json={**SHOW, **changed})


async def test_a_venue_sets_up_an_offering_and_sees_it(town: Town) -> None:
    """What was set comes back, and is the venue's alone."""
    made = await set_up(town)
    assert made.status_code == 201
    told = made.json()
    assert (told["kind"], told["tickets"], told["version"]) == ("own_production", 300, 1)
    assert told["limits"][0] == {"type": "seats", "cap": 12, "per": "event"}
    listed = await town.venue(town.theatre).send("GET", "/offerings")
    assert [each["id"] for each in listed.json()["offerings"]] == [told["id"]]
    assert (await town.venue().send("GET", "/offerings")).json() == {"offerings": []}


async def test_the_example_of_the_documentation_is_accepted(town: Town) -> None:
    """The body on the page about the register is sent as it stands; all kinds are there too."""
    page = (Path(__file__).parents[4] / "docs" / "register.md").read_text()
    body = page.partition("\nPOST /api/v1/offerings\n")[2].partition("```")[0]
    theatre = town.venue(town.theatre)
    assert (await theatre.send("POST", "/offerings", json=json.loads(body))).status_code == 201
    for name in (*OfferingKind, *VenueKind, *Exclusion, *Category):
        assert f"`{name}`" in page


async def test_a_reason_that_would_not_do_is_answered_with_those_that_would(town: Town) -> None:
    """Of its own kind, and that there is none where there is none (OM-41)."""
    answer = await set_up(town, exclusion="cost")
    words = [each["words"]["en"] for each in answer.json()["errors"] if each["rule"] == "OM-41"]
    assert words == [
        "This offering cannot be left out for that reason. Reasons that would do: weekend."
    ]


async def test_a_limit_without_its_type_is_told_so(town: Town) -> None:
    """In words, and not in those of a program."""
    [mistake] = (await set_up(town, limits=[{"cap": 12}])).json()["errors"]
    assert mistake == {"pointer": "#/limits/0", "detail": "It needs a type, which says what it is"}


async def test_every_breach_is_told_at_once(town: Town) -> None:
    """Rule, place, floor and words in three languages, for each of them (OM-52)."""
    answer = await set_up(
        town,
        limits=[{"type": "seats", "cap": 8}, {"type": "visits", "cap": 3}],
        window={**SHOW["window"], "opens": "2026-12-18T16:45:00Z"},
        exclusion="cost",
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "breaks_the_model"
    found = {(each["rule"], each["pointer"], each["floor"]) for each in problem["errors"]}
    assert found == {
        ("OM-54", "#/limits/0/cap", 9),
        ("OM-52", "#/limits/1", None),
        ("OM-66", "#/window/opens", "2026-12-18T16:30:00+00:00"),
        ("OM-41", "#/exclusion", None),
        ("OM-62", "#/exclusion", 1),
    }
    assert all(set(each["words"]) == {"fi", "sv", "en"} for each in problem["errors"])
    listed = await town.venue(town.theatre).send("GET", "/offerings")
    assert listed.json() == {"offerings": []}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"window": {"starts": "2026-12-18T17:00:00Z", "ends": "2026-12-18T16:00:00Z"}}, "/window"),
        ({"window": {**SHOW["window"], "opens": "2026-12-18T17:30:00Z"}}, "/window/opens"),
        (
            {"window": {**SHOW["window"], "acquirable": "2027-01-01T00:00:00Z"}},
            "/window/acquirable",
        ),
        ({"children_welcome": False}, "/children_welcome"),
        ({"exclusion": "premiere"}, "/exclusion"),
        ({"wristband": 5}, "/wristband"),
        ({"tariffs": [{"service": "copying"}]}, "/tariffs"),
    ],
)
async def test_one_mistake_hides_no_other(town: Town, wrong: Json, pointer: str) -> None:
    """A window that ends before it starts, or any other, is told with the cap that is too low."""
    answer = await set_up(town, limits=[{"type": "seats", "cap": 8}], **wrong)
    assert answer.status_code == 422
    pointers = {each["pointer"] for each in answer.json()["errors"]}
    assert {f"#{pointer}", "#/limits/0/cap"} <= pointers
    assert all(set(each["words"]) == {"fi", "sv", "en"} for each in answer.json()["errors"])


@pytest.mark.parametrize(
    ("limits", "pointer"),
    [
        ([{"type": "once"}, {"type": "seats", "cap": "8"}], "#/limits/1/cap"),
        ([{"type": "seats"}], "#/limits/0/cap"),
        ([{"type": "seats", "cap": 8, "more": 1}], "#/limits/0/more"),
        ([{"type": "quota"}], "#/limits/0"),
    ],
)
async def test_a_pointer_stands_where_the_body_has_the_mistake(
    town: Town, limits: list[Json], pointer: str
) -> None:
    """A limit's type is no part of its place."""
    answer = await set_up(town, limits=limits)
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def test_no_cap_is_nought(town: Town) -> None:
    """Tickets are at least one, and so is a share of them (OM-54)."""
    answer = await set_up(town, tickets=0, limits=[{"type": "seats", "cap": 0}])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/tickets")
    answer = await set_up(town, tickets=1, limits=[{"type": "seats", "cap": 0}])
    [mistake] = answer.json()["errors"]
    assert (mistake["rule"], mistake["floor"]) == ("OM-54", 1)


@pytest.mark.parametrize(
    ("kind", "exclusion", "rule"), [("screening", "billing", "OM-63"), ("course", "cost", "OM-64")]
)
async def test_a_theatre_has_no_right_of_a_cinema_or_a_college(
    town: Town, kind: str, exclusion: str, rule: str
) -> None:
    """Some reasons are of one kind of venue only (OM-63, OM-64)."""
    answer = await set_up(town, kind=kind, limits=[], exclusion=exclusion)
    [mistake] = answer.json()["errors"]
    assert (mistake["rule"], mistake["pointer"]) == (rule, "#/exclusion")


async def test_advice_does_not_stand_in_the_way(town: Town) -> None:
    """One place on a course is kept, with the advice for two (OM-56)."""
    made = await set_up(town, kind="course", limits=[{"type": "seats", "cap": 1}])
    assert made.status_code == 201
    [advice] = made.json()["advice"]
    assert (advice["rule"], advice["setting"], advice["floor"]) == ("OM-56", "limits/0/cap", 2)


async def test_a_change_is_the_next_version_and_decides_at_once(town: Town) -> None:
    """A use after it is decided by the new settings."""
    made = (await set_up(town)).json()
    for _ in range(2):  # most own productions stay in
        await set_up(town)
    theatre = town.venue(town.theatre)
    path = f"/offerings/{made['id']}"
    changed = await theatre.send("PUT", path, json={**SHOW, "exclusion": "weekend"})
    assert changed.status_code == 422  # a Friday
    late = {"starts": "2026-12-19T17:00:00Z", "ends": "2026-12-19T19:00:00Z"}
    weekend = {**SHOW, "window": late, "exclusion": "weekend"}
    changed = await theatre.send("PUT", path, json=weekend)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    decided = await theatre.use(card=town.card(), offering=made["id"])
    assert decided.json()["reason"] == "offering_excluded"


async def test_an_offering_of_another_venue_is_not_there(town: Town) -> None:
    """Nobody changes or reads what is not theirs."""
    made = (await set_up(town)).json()
    for path in (f"/offerings/{made['id']}", f"/offerings/{uuid4()}"):
        assert (await town.venue().send("PUT", path, json=SHOW)).status_code == 404
        assert (await town.venue().send("GET", f"{path}/text")).status_code == 404


async def test_only_a_venue_sets_anything(town: Town) -> None:
    """An agent reads what it was granted, a kiosk neither (OM-31, OM-51)."""
    offering = town.offering()
    agent = town.agent(offering)
    listed = (await agent.send("GET", "/offerings")).json()["offerings"]
    assert [each["id"] for each in listed] == [str(offering)]
    assert (await agent.send("POST", "/offerings", json=SHOW)).status_code == 403
    kiosk = town.kiosk(offering)
    assert (await kiosk.send("GET", "/offerings")).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": [{"type": "hats", "cap": 1}]},
        {"window": {"starts": "2026-12-18T17:00:00Z", "ends": "2026-12-18T16:00:00Z"}},
        {"window": {"starts": "yesterday", "ends": "2026-12-18T16:00:00Z"}},
        {"name": {"fi": "x", "sv": "x"}},
        {"name": {**NAME, "fi": "a\x00b"}},
        {"tickets": -1},
        {"tickets": 0},
        {"window": {"starts": "0001-01-01T00:00:00+02:00", "ends": "2026-12-18T16:00:00Z"}},
        {"window": {"starts": "2026-12-18T16:00:00Z", "ends": "9999-12-31T23:59:59Z"}},
        {"colour": "red"},
    ],
)
async def test_what_makes_no_sense_is_a_problem(town: Town, wrong: Json) -> None:
    """Each is told where it stands, and nothing is kept."""
    answer = await set_up(town, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"].startswith("#/")


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "enintään 12 paikkaa"), ("sv", "högst 12 platser"), ("en", "at most 12 places")],
)
async def test_the_public_text_is_given_in_each_language(
    town: Town, language: str, words: str
) -> None:
    """As text and as HTML, for the venue's own site (OM-53)."""
    made = (await set_up(town)).json()
    path = f"/offerings/{made['id']}/text"
    theatre = town.venue(town.theatre)
    text = await theatre.send("GET", path, params={"language": language})
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert words in text.text
    html = await theatre.send("GET", path, params={"language": language, "format": "html"})
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<section lang="{language}">' in html.text
    assert words in html.text
