"""Entering past uses from a file: row by row, nothing lost, and safe to send again (OM-47)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kaiku.offering import OfferingKind, Per, Seats, Service, Tariff, Visits, Window
from kaiku.wire import Outcome
from server.database import transaction
from tests.server.kaikukanta.town import NOON, Somebody, Town, card_row

DAY = "20.11.2026"
TARIFFS = (Tariff(Service.COPYING, unit=30, cap=600), Tariff(Service.OVERDUE, cap=1000))


async def _send(who: Somebody, content: str | bytes, **query: Any) -> httpx.Response:
    return await who.send(
        "POST", "/uses/csv", content=content, headers={"Content-Type": "text/csv"}, params=query
    )


async def _report(
    who: Somebody, rows: Iterable[str], sheet: str = "november", **query: Any
) -> dict[str, Any]:
    """Return the report on a file of rows under the columns card, day and children."""
    text = "\r\n".join(["kortti;päivä;lapset", *rows, ";;", ""])
    answer = await _send(who, text, sheet=sheet, **query)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def _outcomes(report: dict[str, Any]) -> list[str]:
    return [row["outcome"] for row in report["rows"]]


def _cents(town: Town) -> dict[str | None, int | None]:
    """Return what is covered of each service."""
    return {use.service: use.cents for use in town.uses() if use.outcome is Outcome.ACCEPTED}


async def test_a_file_is_entered_row_by_row(town: Town) -> None:
    """Each row says what became of it; the totals say it of all (OM-47)."""
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
        (2, "recorded", None),
        (3, "refused", "children_above_registered"),
        (4, "recorded", None),
        (5, "refused", "unknown_card"),
        (6, "invalid", None),
    ]
    assert [row["conflict"] for row in report["rows"]] == [None, None, "visits_used_up", None, None]
    assert report["rows"][3]["detail"] == "Card not found. Contact whoever gave you the card."
    assert report["rows"][4]["detail"] == "card is missing"
    assert report["totals"] == {
        "rows": 5, "recorded": 2, "amended": 0, "unchanged": 0, "refused": 2, "invalid": 1,
        "conflicts": 1, "elsewhere": 0,
    }  # fmt: skip
    assert len(town.uses()) == 4
    assert town.tally(offering) == (2, 4)
    assert {str(use.day) for use in town.uses()} == {"2026-11-20"}


async def test_a_sheet_can_be_sent_again(town: Town) -> None:
    """Equal rows are as many uses as there are rows, however often the sheet comes."""
    offering, card, venue = town.offering(Visits(30)), town.card(), town.venue()
    rows = [f"{card};{DAY};", f"{card};{DAY};", f"{card};21.11.2026;", "ABC1234;21.11.2026;"]
    first = await _report(venue, rows, offering=offering)
    assert len({row["id"] for row in first["rows"]}) == 4
    again = await _report(
        venue, [rows[2], f"'{card.lower()};2026-11-20;0", *rows[1:]], offering=offering
    )
    assert _outcomes(again) == ["unchanged", "unchanged", "unchanged", "recorded", "refused"]
    assert again["rows"][0] == {**first["rows"][2], "row": 2, "outcome": "unchanged"}
    assert again["rows"][3]["elsewhere"] == 0
    assert town.tally(offering) == (4, 4)


async def test_a_corrected_row_amends_its_use(town: Town) -> None:
    """Days later too, and each of two visits on a day by itself; the visits follow."""
    offering, card, venue = town.offering(Visits(30)), town.card(children=3), town.venue()
    for second, first, outcomes, visits in (
        (0, 3, ["recorded", "recorded"], 5),
        (0, 2, ["amended", "unchanged"], 4),
        (1, 2, ["unchanged", "amended"], 5),
    ):
        rows = [f"{card};{DAY};{first}", f"{card};{DAY};{second}"]
        assert _outcomes(await _report(venue, rows, offering=offering)) == outcomes
        assert town.tally(offering) == (2, visits)
        town.clock.pass_(days=2)


async def test_a_correction_that_is_refused_leaves_the_use_as_it_was(town: Town) -> None:
    """And the row says so."""
    offering, card, venue = town.offering(Visits(30)), town.card(children=1), town.venue()
    await _report(venue, [f"{card};{DAY};1"], offering=offering)
    (row,) = (await _report(venue, [f"{card};{DAY};2"], offering=offering))["rows"]
    assert (row["outcome"], row["reason"]) == ("refused", "children_above_registered")
    assert row["detail"].endswith("What was entered before stands.")
    assert town.tally(offering) == (1, 2)


async def test_a_refused_row_is_decided_anew(town: Town) -> None:
    """Once its cause is mended, in the sheet or in the register; until then it says why."""
    offering, venue = town.offering(Visits(30)), town.venue()
    card, late = town.card(children=1), town.card(valid_from=NOON.date())
    rows = [f"{card};{DAY};2", f"{late};{DAY};"]
    first = await _report(venue, rows, offering=offering)
    assert _outcomes(first) == ["refused", "refused"]
    assert _outcomes(await _report(venue, rows, offering=offering)) == ["refused", "refused"]
    assert (len(town.uses()), town.tally(offering)) == (2, (0, 0))
    with transaction(town.context.engine) as session:
        card_row(session, late).valid_from = NOON.date() - timedelta(days=20)
    rows[0] = f"{card};{DAY};1"
    mended = await _report(venue, rows, offering=offering)
    assert _outcomes(mended) == ["recorded", "recorded"]
    assert [row["id"] for row in mended["rows"]] == [row["id"] for row in first["rows"]]
    assert town.tally(offering) == (2, 3)


async def test_two_sheets_of_a_day_are_two(town: Town) -> None:
    """The second desk's row is another visit; since it may be the same, the report says so."""
    offering, card, venue = town.offering(Visits(30)), town.card(children=2), town.venue()
    one = await _report(venue, [f"{card};{DAY};2"], sheet="desk 1", offering=offering)
    two = await _report(venue, [f"{card};{DAY};1"], sheet="desk 2", offering=offering)
    assert [one["rows"][0]["elsewhere"], two["rows"][0]["elsewhere"]] == [0, 1]
    assert two["totals"]["elsewhere"] == 1
    assert town.tally(offering) == (2, 5)


async def test_what_may_be_recorded_twice_is_told_until_it_is_mended(town: Town) -> None:
    """Each time the sheet comes, whatever its row does; its own rows are no other's."""
    offering, card, venue = town.offering(Visits(30)), town.card(children=2), town.venue()
    rows, other = [f"{card};{DAY};1", f"{card};{DAY};"], uuid4()
    await venue.use(id=other, card=card, offering=offering, day="2026-11-20")
    for first, outcomes in (
        ("1", ["recorded", "recorded"]),
        ("1", ["unchanged", "unchanged"]),
        ("2", ["amended", "unchanged"]),
        ("3", ["refused", "unchanged"]),
    ):
        rows[0] = f"{card};{DAY};{first}"
        report = await _report(venue, rows, offering=offering)
        assert _outcomes(report) == outcomes
        assert [row["elsewhere"] for row in report["rows"]] == [1, 1]
        assert report["totals"]["elsewhere"] == 2
    await venue.void(other)
    report = await _report(venue, rows, offering=offering)
    assert [row["elsewhere"] for row in report["rows"]] == [0, 0]


async def test_a_row_that_does_not_count_is_recorded_nowhere_twice(town: Town) -> None:
    """It was taken back because it was, or refused; once it counts, it is told as well."""
    offering, card, venue = town.offering(Visits(30)), town.card(children=1), town.venue()
    await venue.use(card=card, offering=offering, day="2026-11-20")
    for _ in range(2):
        (row,) = (await _report(venue, [f"{card};{DAY};2"], offering=offering))["rows"]
        assert (row["outcome"], row["elsewhere"]) == ("refused", 0)
    (row,) = (await _report(venue, [f"{card};{DAY};1"], offering=offering))["rows"]
    assert (row["outcome"], row["elsewhere"]) == ("recorded", 1)
    await venue.void(row["id"])
    (row,) = (await _report(venue, [f"{card};{DAY};1"], offering=offering))["rows"]
    assert (row["outcome"], row["elsewhere"]) == ("unchanged", 0)


async def test_an_agent_learns_nothing_of_what_others_recorded(town: Town) -> None:
    """The venue's own sheet is no business of its agent's (OM-28)."""
    offering, card = town.offering(Visits(30)), town.card()
    agent = town.agent(offering)
    await _report(town.venue(), [f"{card};{DAY};"], offering=offering)
    report = await _report(agent, [f"{card};{DAY};"], offering=offering)
    assert report["rows"][0]["elsewhere"] == 0
    report = await _report(agent, [f"{card};{DAY};"], sheet="again", offering=offering)
    assert report["rows"][0]["elsewhere"] == 1


async def test_a_use_that_was_taken_back_stays_so(town: Town) -> None:
    """The sheet still has its row, and the row says what has become of it."""
    offering, venue = town.offering(Visits(30)), town.venue()
    rows = [f"{town.card()};{DAY};"]
    (row,) = (await _report(venue, rows, offering=offering))["rows"]
    assert (await venue.void(row["id"])).status_code == 200
    (row,) = (await _report(venue, rows, offering=offering))["rows"]
    assert (row["outcome"], row["detail"]) == ("unchanged", "it was taken back, and stays so")
    assert town.tally(offering) == (0, 0)


async def test_a_sheet_has_a_name(town: Town) -> None:
    """Without one, two desks would write over each other."""
    answer = await _send(town.venue(), f"card;day\n{town.card()};{DAY}\n", offering=town.offering())
    assert answer.status_code == 422
    assert [mistake["parameter"] for mistake in answer.json()["errors"]] == ["sheet"]


async def test_a_venue_goes_on_with_what_another_of_its_tokens_entered(town: Town) -> None:
    """A new till that sends last week's file counts nothing twice; an agent is somebody else."""
    offering, card = town.offering(Visits(30)), town.card(children=1)
    for who, children, outcome in (
        (town.venue(), 0, "recorded"),
        (town.venue(), 0, "unchanged"),
        (town.venue(), 1, "amended"),
        (town.agent(offering), 0, "recorded"),
    ):
        rows = [f"{card};{DAY};{children}"]
        assert _outcomes(await _report(who, rows, offering=offering)) == [outcome]
    assert town.tally(offering) == (2, 3)


async def test_a_row_may_bring_its_own_id_and_offering(town: Town) -> None:
    """Then it is that use, also where it was recorded by another call."""
    offering, venue, card = town.offering(), town.venue(), town.card(children=2)
    own, other, theirs = uuid4(), uuid4(), uuid4()
    await venue.use(id=other, card=card, offering=offering, day="2026-11-20")
    await town.kiosk(offering).use(id=theirs, digest=town.digest(card), offering=offering)
    rows = [(own, DAY, 0), (other, DAY, 0), (theirs, DAY, 0), (own, DAY, 1), (own, "21.11.2026", 1)]
    lines = [f"{id_},{card},{offering},{day},{count}" for id_, day, count in rows]
    answer = await _send(
        venue, "\n".join(["id,card,offering,day,children", *lines]), sheet="november"
    )
    report = answer.json()
    assert [row["id"] for row in report["rows"]] == [str(id_) for id_, _, _ in rows]
    assert _outcomes(report) == ["recorded", "unchanged", "invalid", "amended", "invalid"]
    assert report["rows"][2]["detail"] == "Another use has this id."
    assert report["rows"][4]["detail"].startswith("it was entered with another day")
    assert len(town.uses()) == 3


async def test_a_use_recorded_while_it_happened_is_bounded_in_time(town: Town) -> None:
    """A sheet that brings its id changes it no longer than any other call."""
    offering, venue, card, use = town.offering(), town.venue(), town.card(children=2), uuid4()
    await venue.use(id=use, card=card, offering=offering)
    for minutes, children, outcome in ((14, 1, "amended"), (2, 2, "invalid"), (0, 1, "unchanged")):
        town.clock.pass_(minutes=minutes)
        rows = f"id;card;day;children\n{use};{card};24.11.2026;{children}\n"
        answer = await _send(venue, rows, sheet="november", offering=offering)
        assert _outcomes(answer.json()) == [outcome]


async def test_fees_are_entered(town: Town) -> None:
    """By the sum or by the pieces, and corrected like anything else (OM-59)."""
    desk, venue, card = (
        town.offering(kind=OfferingKind.LIBRARY, tariffs=TARIFFS),
        town.venue(),
        town.card(),
    )

    async def report(*rows: str) -> list[dict[str, Any]]:
        text = "\n".join(["kortti;päivä;palvelu;summa;kpl", *rows])
        answer = await _send(venue, text, sheet="tiski", offering=desk)
        found: list[dict[str, Any]] = answer.json()["rows"]
        return found

    rows = [
        f"{card};{DAY};Kopiointi;;5",
        f"{card};{DAY};myöhästymismaksu;2,50 €;",
        f"{card};{DAY};kaukolaina;2,50 €;",
        f"{card};{DAY};myöhästymismaksu;;2",
    ]
    first = await report(*rows)
    assert [row["outcome"] for row in first] == ["recorded", "recorded", "refused", "invalid"]
    assert first[2]["reason"] == "offering_excluded"
    assert first[3]["detail"] == "one piece of this service has no price here: give cents"
    assert _cents(town) == {"copying": 150, "overdue": 250}
    rows[:2] = [f"{card};{DAY};Kopiointi;;3", f"{card};{DAY};myöhästymismaksu;2,5;"]
    again = await report(*rows)
    assert [row["outcome"] for row in again] == ["amended", "unchanged", "refused", "invalid"]
    assert _cents(town) == {"copying": 90, "overdue": 250}
    against = await report(f"{card};{DAY};Kopiointi;10,00;")
    assert (against[0]["outcome"], against[0]["conflict"]) == ("amended", "fees_used_up")


async def test_a_librarys_row_without_a_service_is_told(town: Town) -> None:
    """It is a fee whose service was forgotten, and no visit to be counted (OM-59)."""
    desk = town.offering(kind=OfferingKind.LIBRARY, tariffs=TARIFFS)
    report = await _report(town.venue(), [f"{town.card()};{DAY};"], offering=desk)
    assert report["rows"][0]["outcome"] == "invalid"
    assert report["rows"][0]["detail"].startswith("service is missing")
    assert town.uses() == []


async def test_a_performance_has_its_own_day(town: Town) -> None:
    """Where a row says none; a standing entry needs one, and another day is a slip."""
    venue = town.venue()
    play = town.offering(window=Window(NOON.replace(day=20), NOON.replace(day=20, hour=12)))
    report = await _report(venue, [f"{town.card()};;", f"{town.card()};{DAY};"], offering=play)
    assert report["totals"]["recorded"] == 2
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
    row = f"id;card;offering;day\n{use};{card};{theirs};{DAY}\n"
    answer = await _send(town.venue(), row, sheet="november")
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
    assert later["totals"]["refused"] == wrong
    assert later["rows"][-1]["outcome"] == "recorded"


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
    answer = await _send(town.venue(), content, sheet="november", offering=town.offering())
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
    """It has its journal (OM-31)."""
    answer = await _send(town.kiosk(), "card\n", sheet="november")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_full_day_is_entered(town: Town) -> None:
    """The cap of the day is no bar to what has happened."""
    offering, cards = town.offering(Seats(3, Per.DAY)), [town.card() for _ in range(10)]
    rows = [f"{cards[turn % 10]};{DAY};" for turn in range(100)]
    report = await _report(town.venue(), rows, offering=offering)
    assert (report["totals"]["recorded"], report["totals"]["conflicts"]) == (100, 97)
    assert town.seats_taken(offering) == 100
    assert {use.outcome for use in town.uses()} == {Outcome.ACCEPTED}
