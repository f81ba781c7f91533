"""Entering past uses from a file: row by row, nothing lost, and safe to send again (OM-47)."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kaiku.offering import Per, Seats, Visits, Window
from kaiku.wire import Outcome
from tests.server.kaikukanta.town import NOON, Somebody, Town

DAY = "20.11.2026"


async def _send(who: Somebody, content: str | bytes, **query: Any) -> httpx.Response:
    return await who.send(
        "POST", "/uses/csv", content=content, headers={"Content-Type": "text/csv"}, params=query
    )


async def _report(who: Somebody, rows: Iterable[str], **query: Any) -> dict[str, Any]:
    """Return the report on a file of rows under the columns card, day and children."""
    text = "\r\n".join(["kortti;päivä;lapset", *rows, ";;", ""])
    answer = await _send(who, text, **query)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_a_file_is_entered_row_by_row(town: Town) -> None:
    """Each row says what became of it; the totals say it of all."""
    offering, card = town.offering(Visits(3)), town.card(children=1)
    rows = [
        f"{card};{DAY};1",
        f"{card};{DAY};2",
        f"{card};{DAY};1",
        "ABC1234;2026-11-20;",
        f";{DAY};",
    ]
    report = await _report(town.venue(), rows, offering=offering)
    assert [(row["row"], row["outcome"], row["reason"]) for row in report["rows"]] == [
        (2, "accepted", None),
        (3, "refused", "children_above_registered"),
        (4, "accepted", None),
        (5, "refused", "unknown_card"),
        (6, "invalid", None),
    ]
    assert [row["conflict"] for row in report["rows"]] == [None, None, "visits_used_up", None, None]
    assert report["rows"][3]["detail"] == "Card not found. Contact whoever gave you the card."
    assert report["rows"][4]["detail"] == "card is missing"
    assert report["totals"] == {
        "rows": 5, "accepted": 2, "refused": 2, "invalid": 1, "conflicts": 1, "repeated": 0,
    }  # fmt: skip
    assert len(town.uses()) == 4
    assert town.tally(offering) == (2, 4)
    assert {str(use.day) for use in town.uses()} == {"2026-11-20"}


async def test_a_file_can_be_sent_again(town: Town) -> None:
    """Equal rows are as many uses as there are rows, however often the file comes."""
    offering, card, venue = town.offering(Visits(30)), town.card(), town.venue()
    rows = [f"{card};{DAY};", f"{card};{DAY};", f"{card};21.11.2026;", "ABC1234;21.11.2026;"]
    first = await _report(venue, rows, offering=offering)
    assert len({row["id"] for row in first["rows"]}) == 4
    again = await _report(
        venue, [rows[2], f"'{card.lower()};2026-11-20;0", *rows[1:]], offering=offering
    )
    assert again["totals"]["repeated"] == 4
    assert [row["repeated"] for row in again["rows"]] == [True, True, True, False, True]
    assert again["rows"][0] == {**first["rows"][2], "row": 2, "repeated": True}
    assert town.tally(offering) == (4, 4)


async def test_a_venue_goes_on_with_what_another_of_its_tokens_entered(town: Town) -> None:
    """A new till that sends last week's file counts nothing twice; an agent is somebody else."""
    offering, card = town.offering(Visits(30)), town.card()
    rows = [f"{card};{DAY};"]
    for who, repeated in (
        (town.venue(), False),
        (town.venue(), True),
        (town.agent(offering), False),
    ):
        report = await _report(who, rows, offering=offering)
        assert [row["repeated"] for row in report["rows"]] == [repeated]
    assert town.tally(offering) == (2, 2)


async def test_a_row_may_bring_its_own_id_and_offering(town: Town) -> None:
    """Then it is that use, also where it was recorded by another call."""
    offering, venue, card = town.offering(), town.venue(), town.card(children=2)
    own, other, theirs = uuid4(), uuid4(), uuid4()
    await venue.use(id=other, card=card, offering=offering, day="2026-11-20")
    await town.kiosk(offering).use(id=theirs, digest=town.digest(card), offering=offering)
    ids = [own, other, theirs, own]
    children = [0, 0, 0, 1]
    lines = [
        f"{id_},{card},{offering},{DAY},{count}" for id_, count in zip(ids, children, strict=True)
    ]
    answer = await _send(venue, "\n".join(["id,card,offering,day,children", *lines]))
    rows = answer.json()["rows"]
    assert [row["id"] for row in rows] == [str(id_) for id_ in ids]
    assert [(row["outcome"], row["repeated"]) for row in rows] == [
        ("accepted", False),
        ("accepted", True),
        ("invalid", False),
        ("accepted", True),
    ]
    assert rows[2]["detail"] == "Another use has this id."
    assert rows[3]["detail"] == "it was entered before with another party, which stands"
    assert len(town.uses()) == 3


async def test_a_performance_has_its_own_day(town: Town) -> None:
    """Where a row says none; a standing entry needs one, and another day is a slip."""
    venue = town.venue()
    play = town.offering(window=Window(NOON.replace(day=20), NOON.replace(day=20, hour=12)))
    report = await _report(venue, [f"{town.card()};;", f"{town.card()};{DAY};"], offering=play)
    assert report["totals"]["accepted"] == 2
    assert {use.at for use in town.uses()} == {NOON.replace(day=20)}
    slip = await _report(venue, [f"{town.card()};21.11.2026;"], offering=play)
    assert slip["rows"][0]["detail"] == "it did not take place on this day"
    entry = await _report(venue, [f"{town.card()};;"], offering=town.offering())
    assert entry["rows"][0]["detail"] == "day is needed, since the offering has none of its own"
    ahead = await _report(venue, [f"{town.card()};25.11.2026;"], offering=town.offering())
    assert ahead["rows"][0]["detail"] == "the day has not come yet"
    assert len(town.uses()) == 2


async def test_an_offering_of_somebody_else_is_refused(town: Town) -> None:
    """And nothing is told of it."""
    theirs, card = town.offering(venue=town.theatre), town.card()
    for offering in (theirs, uuid4()):
        report = await _report(town.venue(), [f"{card};{DAY};", f"{card};;"], offering=offering)
        assert [row["reason"] for row in report["rows"]] == ["not_your_offering"] * 2
    assert town.uses() == []


async def test_what_was_entered_for_others_is_not_told(town: Town) -> None:
    """Whoever knows an id of another venue's learns nothing by it."""
    theirs, card, use = town.offering(venue=town.theatre), town.card(), uuid4()
    await town.venue(town.theatre).use(id=use, card=card, offering=theirs, day="2026-11-20")
    answer = await _send(town.venue(), f"id;card;offering;day\n{use};{card};{theirs};{DAY}\n")
    assert answer.json()["rows"][0]["outcome"] == "invalid"
    assert answer.json()["rows"][0]["reason"] is None


async def test_numbers_cannot_be_guessed_by_the_file(town: Town) -> None:
    """What comes after too many wrong cards is not kept, and is entered when it is sent later."""
    offering, venue, card = town.offering(), town.venue(), town.card()
    wrong = town.context.settings.wrong_cards
    rows = [*(f"WRONG{number:04};{DAY};" for number in range(wrong)), f"{card};{DAY};"]
    report = await _report(venue, rows, offering=offering)
    assert report["totals"]["refused"] == wrong
    assert report["rows"][-1]["outcome"] == "invalid"
    assert report["rows"][-1]["detail"].startswith("too many wrong cards: send the file again in")
    town.clock.pass_(minutes=11)
    later = await _report(venue, rows, offering=offering)
    assert later["totals"]["repeated"] == wrong
    assert later["rows"][-1]["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("content", "status", "code", "words"),
    [
        ("a;b\n1;2\n", 422, "invalid", "Column 1 is not known"),
        ("kortti;päivä\n".encode("cp1252"), 422, "invalid", "not UTF-8"),
        ("card\n" + "A\n" * 501, 413, "too_large", "split it"),
        (b"card\n" + b"A" * 1024 * 1024, 413, "too_large", "bytes"),
        ("", 422, "invalid", "does not fit"),
    ],
)
async def test_a_file_that_cannot_be_taken_says_why(
    town: Town, content: str | bytes, status: int, code: str, words: str
) -> None:
    """As a whole, with nothing of it entered."""
    answer = await _send(town.venue(), content, offering=town.offering())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["detail"]
    assert town.uses() == []


async def test_a_file_is_csv_and_nothing_else_is(town: Town) -> None:
    """JSON there, and CSV elsewhere, are of the wrong media type."""
    venue = town.venue()
    json = await venue.send("POST", "/uses/csv", json={})
    assert (json.status_code, json.json()["code"]) == (415, "not_csv")
    csv = await venue.send("POST", "/uses", content="x", headers={"Content-Type": "text/csv"})
    assert (csv.status_code, csv.json()["code"]) == (415, "not_json")


async def test_a_kiosk_enters_no_files(town: Town) -> None:
    """It has its journal."""
    answer = await _send(town.kiosk(), "card\n")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_full_day_is_entered(town: Town) -> None:
    """The cap of the day is no bar to what has happened."""
    offering, cards = town.offering(Seats(3, Per.DAY)), [town.card() for _ in range(10)]
    rows = [f"{cards[turn % 10]};{DAY};" for turn in range(100)]
    report = await _report(town.venue(), rows, offering=offering)
    assert (report["totals"]["accepted"], report["totals"]["conflicts"]) == (100, 97)
    assert town.seats_taken(offering) == 100
    assert {use.outcome for use in town.uses()} == {Outcome.ACCEPTED}
