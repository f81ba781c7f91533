"""A kiosk's journal: what its visitors were shown is kept, once, whatever the register thinks."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from kaiku.offering import OncePerPerformance, Seats, Visits, Window
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Use, write_use
from server.database import transaction
from server.kaikukanta.cards.service import end_card
from server.kaikukanta.kiosks.tables import Kiosk, KioskOffering
from tests.server.kaikukanta.town import NOON, Town, card_row

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))
MORNING = NOON - timedelta(hours=4)


def _item(town: Town, card: str | None, offering: UUID, **changed: Any) -> dict[str, Any]:
    """Return an item of a journal: accepted this morning, unless said otherwise."""
    digest = None if card is None else bytes.fromhex(town.digest(card))
    fields = {"id": uuid4(), "at": MORNING, "offering": offering, "digest": digest}
    return write_use(Use(**{**fields, **changed}))


async def test_what_was_decided_offline_is_recorded(town: Town) -> None:
    """An accepted use is kept with its time, its party and its counts."""
    offering, card = town.offering(Visits(30)), town.card(children=2)
    item = _item(town, card, offering, party=Party(children=2, helpers=1))
    assert await town.kiosk(offering).upload(item) == [{"id": item["id"], "result": "recorded"}]
    (use,) = town.uses()
    assert (use.at, use.children, use.helpers, use.offline) == (MORNING, 2, 1, True)
    assert town.tally(offering) == (1, 3)


async def test_an_item_may_name_the_card_in_place_of_its_digest(town: Town) -> None:
    """As a use that is asked about may; a wrong kind of either is invalid."""
    offering, card = town.offering(), town.card()
    items = [_item(town, None, offering, id=uuid4()) for _ in range(3)]
    items[0]["card"] = card.lower()
    items[1]["card"] = 7
    items[2] |= {"card": card, "digest": town.digest(card)}
    kept = await town.kiosk(offering).upload(*items)
    assert [each["result"] for each in kept] == ["recorded", "invalid", "invalid"]
    assert [each.get("detail") for each in kept[1:]] == [
        "card must be a string",
        "exactly one of card and digest is needed",
    ]
    (use,) = town.uses()
    assert use.digest is not None
    assert use.digest.hex() == town.digest(card)


async def test_numbers_cannot_be_guessed_by_the_batch(town: Town) -> None:
    """A token without the digest key finds no more cards than by live uses."""
    offering = town.offering()
    kiosk = town.kiosk(offering)
    wrong = town.context.settings.wrong_cards
    items = [_item(town, None, offering, id=uuid4()) for _ in range(wrong + 2)]
    for number, item in enumerate(items):
        item["card"] = f"WRONG{number:04}"
    items[-1]["card"] = town.card()
    kept = await kiosk.upload(*items)
    assert [each["result"] for each in kept[:wrong]] == ["conflict"] * wrong
    assert [each["result"] for each in kept[wrong:]] == ["invalid"] * 2
    again = await kiosk.upload(_item(town, town.card(), offering))
    assert [each["result"] for each in again] == ["recorded"]


async def test_stray_barcodes_do_not_shut_a_kiosks_visitors_out(town: Town) -> None:
    """It sends digests, which it holds all of: there is nothing to guess."""
    offering, card = town.offering(Seats(5)), town.card()
    kiosk = town.kiosk(offering)
    for number in range(town.context.settings.wrong_cards + 1):
        stray = await kiosk.use(digest=town.digest(f"STRAY{number:04}"), offering=offering)
        assert stray.json()["reason"] == "unknown_card"
    answer = await kiosk.use(digest=town.digest(card), offering=offering)
    assert answer.json()["outcome"] == "accepted"


async def test_refusals_are_kept_with_their_reason_and_count_nothing(town: Town) -> None:
    """Of unreadable scans too (promise P1)."""
    offering = town.offering(Visits(30), Seats(3))
    kiosk = town.kiosk(offering)
    no = {"outcome": Outcome.REFUSED}
    results = await kiosk.upload(
        _item(town, None, offering, reason=Reason.UNREADABLE, **no),
        _item(town, town.card(), offering, reason=Reason.CANNOT_CHECK_NOW, **no),
        _item(town, "ABC1234", offering, reason=Reason.UNKNOWN_CARD, **no),
    )
    assert [result["result"] for result in results] == ["recorded"] * 3
    assert {use.reason for use in town.uses()} == {
        Reason.UNREADABLE,
        Reason.CANNOT_CHECK_NOW,
        Reason.UNKNOWN_CARD,
    }
    assert (town.tally(offering), town.seats_taken(offering)) == ((0, 0), 0)


async def test_an_item_again_is_answered_again_and_counted_once(town: Town) -> None:
    """A repeat after a lost reply, in the same batch or another."""
    offering = town.offering(Visits(30))
    kiosk, item = town.kiosk(offering), _item(town, town.card(), offering)
    results = await kiosk.upload(item, item) + await kiosk.upload(item)
    assert [result["result"] for result in results] == ["recorded"] * 3
    assert (len(town.uses()), town.tally(offering)) == (1, (1, 1))


async def test_a_full_house_keeps_what_was_accepted_and_flags_it(town: Town) -> None:
    """The visitor was let in: kept, counted above the cap, and in conflict (promise P1)."""
    offering = town.offering(Seats(1), window=TONIGHT)
    kiosk = town.kiosk(offering)
    first, second = (_item(town, town.card(), offering) for _ in range(2))
    results = await kiosk.upload(first, second, second)
    assert results == [
        {"id": first["id"], "result": "recorded"},
        {"id": second["id"], "result": "conflict", "reason": "seats_full"},
        {"id": second["id"], "result": "conflict", "reason": "seats_full"},
    ]
    assert town.seats_taken(offering) == 2
    assert {use.outcome for use in town.uses()} == {Outcome.ACCEPTED}


async def test_conflicts_have_the_reason_of_the_rules(town: Town) -> None:
    """Of the card, of the party, and of what others did meanwhile."""
    once = town.offering(OncePerPerformance(), window=TONIGHT)
    kiosk, card = town.kiosk(once), town.card()
    await town.venue().use(card=card, offering=once)
    expired = town.card(valid_until=(NOON - timedelta(days=2)).date())
    results = await kiosk.upload(
        _item(town, card, once),
        _item(town, town.card(), once, party=Party(children=1)),
        _item(town, "ABC1234", once),
        _item(town, None, once),
        _item(town, expired, once, at=MORNING - timedelta(days=3)),
    )
    assert [result.get("reason") for result in results] == [
        "already_used",
        "children_above_registered",
        "unknown_card",
        "unreadable",
        "offering_outside_validity",
    ]
    assert len(town.uses()) == 6
    assert town.tally(once) == (4, 5)


async def test_a_card_ended_after_the_use_is_no_conflict(town: Town) -> None:
    """The use is judged as of its time; after the ending it is a conflict."""
    offering, card = town.offering(), town.card()
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), NOON - timedelta(hours=1))
    before, after = await town.kiosk(offering).upload(
        _item(town, card, offering), _item(town, card, offering, at=NOON)
    )
    assert (before["result"], after["result"]) == ("recorded", "conflict")
    assert after["reason"] == "ended"


async def test_no_time_is_too_long_ago(town: Town) -> None:
    """A kiosk may have been cut off for weeks."""
    offering = town.offering()
    item = _item(town, town.card(valid_from=(NOON - timedelta(99)).date()), offering)
    item["at"] = "2026-10-01T08:00:00Z"
    (result,) = await town.kiosk(offering).upload(item)
    assert result["result"] == "recorded"


async def test_a_higher_revision_replaces_the_use(town: Town) -> None:
    """Another party, then taken back: the counts follow, and nothing is there twice."""
    offering = town.offering(Visits(30), Seats(9))
    kiosk, card, use = town.kiosk(offering), town.card(children=2), uuid4()
    alone = _item(town, card, offering, id=use)
    with_children = _item(town, card, offering, id=use, revision=2, party=Party(children=2))
    back = _item(town, card, offering, id=use, revision=3, party=Party(children=2), voided=True)
    await kiosk.upload(alone, with_children)
    assert (town.tally(offering), town.seats_taken(offering)) == ((1, 3), 3)
    await kiosk.upload(back)
    assert (town.tally(offering), town.seats_taken(offering)) == ((0, 0), 0)
    assert (await kiosk.upload(alone, with_children))[1]["result"] == "recorded"
    assert (town.tally(offering), len(town.uses())) == ((0, 0), 1)
    assert town.uses()[0].voided_at is not None


async def test_a_change_that_was_given_up_and_comes_late_is_not_made(town: Town) -> None:
    """The visitor was told what the journal says, whatever is still under way (promise P5)."""
    offering, card = town.offering(Seats(9)), town.card(children=3)
    kiosk = town.kiosk(offering)
    use = uuid4()
    await kiosk.use(id=use, digest=town.digest(card), offering=offering)
    first = await kiosk.amend(use, children=1, revision=2)
    assert first.json()["admitted"]["children"] == 1
    stands = _item(town, card, offering, id=use, at=NOON, revision=6, party=Party(children=1))
    assert (await kiosk.upload(stands))[0]["result"] == "recorded"
    late = await kiosk.amend(use, children=3, revision=4)
    assert (late.status_code, late.json()["code"]) == (409, "superseded")
    assert (town.uses()[0].children, town.seats_taken(offering)) == (1, 2)


async def test_an_older_part_of_the_journal_does_not_undo_a_newer_change(town: Town) -> None:
    """The other way round: a batch that was held up comes after the change that followed it."""
    offering, card = town.offering(Seats(9)), town.card(children=3)
    kiosk = town.kiosk(offering)
    use = uuid4()
    await kiosk.use(id=use, digest=town.digest(card), offering=offering)
    await kiosk.amend(use, children=2, revision=4)
    older = _item(town, card, offering, id=use, at=NOON, revision=4, party=Party())
    assert (await kiosk.upload(older))[0]["result"] == "recorded"
    assert (town.uses()[0].children, town.seats_taken(offering)) == (2, 3)
    restated = _item(town, card, offering, id=use, at=NOON, revision=5, party=Party())
    await kiosk.upload(restated)
    assert (town.uses()[0].children, town.seats_taken(offering)) == (0, 1)


async def test_what_was_taken_back_before_it_was_sent_counts_nothing(town: Town) -> None:
    """It is kept as voided, and is no conflict."""
    offering = town.offering(Visits(30))
    item = _item(town, "ABC1234", offering, revision=2, voided=True)
    assert (await town.kiosk(offering).upload(item))[0]["result"] == "recorded"
    assert town.uses()[0].voided_at is not None


async def test_a_lost_reply_followed_by_a_refusal_becomes_refused(town: Town) -> None:
    """The register accepted, the visitor was refused: the row follows the visitor."""
    offering = town.offering(Visits(30))
    kiosk, card, use = town.kiosk(offering), town.card(), uuid4()
    await kiosk.use(id=use, digest=town.digest(card), offering=offering, at=NOON)
    no = {"outcome": Outcome.REFUSED, "reason": Reason.CANNOT_CHECK_NOW}
    item = _item(town, card, offering, id=use, at=NOON, **no)
    assert (await kiosk.upload(item))[0]["result"] == "recorded"
    assert (town.uses()[0].outcome, town.tally(offering)) == (Outcome.REFUSED, (0, 0))


async def test_a_lost_reply_followed_by_an_acceptance_stays_accepted(town: Town) -> None:
    """The register had accepted it too, so nothing is in conflict, whatever came after."""
    offering = town.offering(OncePerPerformance(), Seats(1), window=TONIGHT)
    kiosk, card, use = town.kiosk(offering), town.card(), uuid4()
    await kiosk.use(id=use, digest=town.digest(card), offering=offering, at=NOON)
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), NOON)
    assert (await kiosk.upload(_item(town, card, offering, id=use, at=NOON))) == [
        {"id": str(use), "result": "recorded"}
    ]
    assert (town.tally(offering), town.seats_taken(offering)) == ((1, 1), 1)


async def test_a_lost_refusal_followed_by_an_acceptance_is_kept_in_conflict(town: Town) -> None:
    """The kiosk could not know; the visitor is inside."""
    offering = town.offering(OncePerPerformance(), window=TONIGHT)
    kiosk, card, use = town.kiosk(offering), town.card(), uuid4()
    await town.venue().use(card=card, offering=offering)
    answer = await kiosk.use(id=use, digest=town.digest(card), offering=offering)
    assert answer.json()["reason"] == "already_used"
    (result,) = await kiosk.upload(_item(town, card, offering, id=use))
    assert (result["result"], result["reason"]) == ("conflict", "already_used")
    assert town.tally(offering) == (2, 2)


@pytest.mark.parametrize(
    ("item", "detail"),
    [
        (5, "a use must be an object"),
        (None, "a use must be an object"),
        ({"id": None}, "id must be a UUID"),
        ({"id": "\ud800"}, "id must be a UUID"),
        ({"digest": "zz"}, "digest must be hexadecimal"),
        ({"digest": "00"}, "digest must be 16 bytes long"),
        ({"at": "today"}, "at must be an instant such as 2026-11-24T12:00:00Z"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at must be an instant such as 2026-11-24T12:00:00Z"),
        ({"at": "9000-01-01T00:00:00Z"}, "at is not a time at which it can have happened"),
        ({"at": "1969-12-31T23:59:59Z"}, "at is not a time at which it can have happened"),
        ({"revision": 2**31}, "revision must be at most 2147483647"),
        ({"offering_version": 10**30}, "offering_version must be at most 2147483647"),
        ({"party": {"children": -1}}, "children must be an integer of at least 0"),
        ({"party": []}, "party must be an object"),
        ({"outcome": "\x00"}, "outcome must be one of accepted, refused"),
        (
            {"fee": {"service": "copying", "cents": 500}, "members": ["0b" * 16]},
            "a fee is the holder's own: members must be left out",
        ),
        (
            {"fee": {"service": "copying", "cents": 500}, "party": {"children": 3}},
            "a fee is the holder's own: nobody may come along in party",
        ),
        (
            {"members": ["0b" * 16, "0b" * 16, "0b" * 16]},
            "members must be other cards than the leader's, each once",
        ),
    ],
)
async def test_a_bad_item_is_invalid_and_blocks_nothing(town: Town, item: Any, detail: str) -> None:
    """Each item stands alone; the answer names the field."""
    offering = town.offering()
    good = _item(town, town.card(), offering)
    bad = {**_item(town, town.card(), offering), **item} if isinstance(item, dict) else item
    first, second = await town.kiosk(offering).upload(bad, good)
    assert (first["result"], first["detail"]) == ("invalid", detail)
    assert second["result"] == "recorded"


async def test_a_group_is_not_led_by_one_of_its_members(town: Town) -> None:
    """Whether the leader's card is named by its digest or by its number; nothing of it is kept."""
    offering, card = town.offering(), town.card()
    members = [town.digest(town.card()), town.digest(card)]
    items = [
        {**_item(town, card, offering), "members": members},
        {**_item(town, None, offering), "card": card, "members": members},
    ]
    kept = await town.kiosk(offering).upload(*items)
    assert [each["result"] for each in kept] == ["invalid", "invalid"]
    assert town.uses() == []


async def test_an_item_of_others_is_invalid(town: Town) -> None:
    """An offering of another venue, and an id that another has taken."""
    offering, play = town.offering(), town.offering(venue=town.theatre)
    card, use = town.card(), uuid4()
    await town.venue().use(id=use, card=card, offering=offering)
    other_kiosk = _item(town, card, offering)
    await town.kiosk(offering).upload(other_kiosk)
    kiosk = town.kiosk(offering, play)
    own = _item(town, card, offering)
    results = await kiosk.upload(
        _item(town, card, play),
        _item(town, card, uuid4()),
        _item(town, card, offering, id=use),
        {**other_kiosk, "revision": 2},
        own,
        {**own, "revision": 2, "digest": town.digest(town.card())},
    )
    assert [result.get("detail") for result in results] == [
        "offering is not of this kiosk's venue",
        "offering is not of this kiosk's venue",
        "id is another use's",
        "id is another use's",
        None,
        "id is another use's",
    ]


async def test_an_offering_that_the_kiosk_no_longer_serves_is_kept(town: Town) -> None:
    """It let the visitor in while it served it: kept, and flagged."""
    offering = town.offering()
    kiosk = town.kiosk(offering)
    with transaction(town.context.engine) as session:
        session.execute(delete(KioskOffering))
    (result,) = await kiosk.upload(_item(town, town.card(), offering))
    assert (result["result"], result["reason"]) == ("conflict", "not_your_offering")
    assert town.uses()[0].outcome is Outcome.ACCEPTED


async def test_a_kiosk_enrolled_anew_goes_on_with_its_journal(town: Town) -> None:
    """The uses of its revoked self are its own (promise P6); of a working one they are not."""
    offering, card = town.offering(Visits(30)), town.card()
    item = _item(town, card, offering)
    await town.kiosk(offering).upload(item)
    heir = town.kiosk(offering)
    again = {**item, "revision": 2, "voided": True}
    assert (await heir.upload(again))[0]["result"] == "invalid"
    with transaction(town.context.engine) as session:
        former = town.uses()[0].recorder_id
        session.execute(update(Kiosk).where(col(Kiosk.id) == former).values(revoked_at=NOON))
    assert (await heir.upload(again))[0]["result"] == "recorded"
    assert town.tally(offering) == (0, 0)


async def test_a_time_ahead_of_the_register_is_marked(town: Town) -> None:
    """Within a day it is kept, with its doubt (promise P7)."""
    offering = town.offering()
    ahead = NOON + timedelta(hours=2)
    items = (
        _item(town, town.card(), offering, at=ahead),
        _item(town, town.card(), offering, at=NOON, clock_suspect=True),
        _item(town, town.card(), offering, at=NOON),
    )
    await town.kiosk(offering).upload(*items)
    assert sorted(use.clock_suspect for use in town.uses()) == [False, True, True]


async def test_an_accepted_use_of_a_clock_days_ahead_is_kept_and_marked(town: Town) -> None:
    """Somebody came in, whatever the clock said: never dropped (P1, P7)."""
    offering = town.offering(Visits(30))
    item = _item(town, town.card(), offering, at=NOON + timedelta(days=3))
    assert (await town.kiosk(offering).upload(item))[0]["result"] == "recorded"
    (use,) = town.uses()
    assert use.clock_suspect


async def test_only_a_kiosk_has_a_journal(town: Town) -> None:
    """A venue and an agent record uses as they are decided."""
    for who in (town.venue(), town.agent()):
        answer = await who.send("POST", "/uses/batch", json={"uses": []})
        assert answer.status_code == 403


async def test_a_batch_is_at_most_500(town: Town) -> None:
    """More is a mistake of the whole; none is fine."""
    kiosk = town.kiosk()
    answer = await kiosk.send("POST", "/uses/batch", json={"uses": [0] * 501})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/uses")
    assert await kiosk.upload() == []


async def test_what_the_register_has_already_is_not_parked_for_a_wrong_clock(town: Town) -> None:
    """A kiosk three days ahead was served live; its journal then meets the same use."""
    offering, card, use = town.offering(Visits(30)), town.card(), uuid4()
    kiosk, ahead = town.kiosk(offering), NOON + timedelta(days=3)
    await kiosk.use(id=use, digest=town.digest(card), offering=offering, at=ahead)
    item = _item(town, card, offering, id=use, at=ahead)
    assert await kiosk.upload(item) == [{"id": str(use), "result": "recorded"}]
    assert (town.tally(offering), town.uses()[0].at) == ((1, 1), NOON)
