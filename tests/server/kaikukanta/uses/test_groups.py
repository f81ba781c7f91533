"""Groups on a community card: one decision, one record, and each member's own use (OM-36 to 39)."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind
from kaiku.offering import OncePerPerformance, Seats, Visits, Window
from kaiku.reason import Reason
from kaiku.wire import MOST_MEMBERS, Outcome
from server.database import read, transaction
from server.kaikukanta.settings import Settings
from server.kaikukanta.uses.tables import UseMember
from tests.databases import Databases
from tests.server.kaikukanta.town import NOON, Town, card_row, found, migrated

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))


def _group(*cards: str) -> dict[str, Any]:
    return {"members": [{"card": card} for card in cards]}


def _leader(town: Town) -> str:
    return town.card(kind=Kind.COMMUNITY)


def _members(town: Town, use: UUID) -> list[UseMember]:
    with read(town.context.engine) as session:
        rows = [session.get(UseMember, (use, place)) for place in range(1, MOST_MEMBERS + 1)]
    return [row for row in rows if row is not None]


async def test_a_group_is_one_use_and_each_members_own(town: Town) -> None:
    """Leader, members and younger clients come in together; each member's card is counted."""
    offering, use = town.offering(Seats(9), Visits(30), window=TONIGHT), uuid4()
    members = [town.card(), town.card()]
    answer = await town.venue().use(
        id=use,
        card=_leader(town),
        offering=offering,
        group=_group(*members),
        party={"children": 1, "helpers": 1},
    )
    assert answer.json() == {
        "id": str(use),
        "outcome": "accepted",
        "reason": None,
        "admitted": {"adults": 3, "children": 1, "helpers": 1, "supporters": 0},
        "remaining": 5,
    }
    (kept,) = town.uses()
    assert (kept.members, kept.adults, kept.since) == (2, 3, None)
    assert (town.seats_taken(offering), town.tally(offering)) == (4, (2, 2))
    with read(town.context.engine) as session:
        cards = [card_row(session, card).id for card in members]
    assert [member.card_id for member in _members(town, use)] == cards


async def test_support_persons_take_seats_where_they_are_free(town: Town) -> None:
    """As in any party (OM-68); an assistant takes none (OM-67)."""
    for free, seats in ((True, 4), (False, 3)):
        offering = town.offering(Seats(9), window=TONIGHT, supporters_free=free)
        answer = await town.venue().use(
            card=_leader(town),
            offering=offering,
            group=_group(town.card(), town.card()),
            party={"helpers": 2, "supporters": 1},
        )
        assert answer.json()["admitted"]["supporters"] == int(free)
        assert town.seats_taken(offering) == seats


async def test_who_of_a_group_cannot_come_in_is_told_by_place(town: Town) -> None:
    """The group is refused whole; each missing member has a reason, and repeats say the same."""
    offering, venue = town.offering(OncePerPerformance(), window=TONIGHT), town.venue()
    been = town.card()
    await venue.use(card=been, offering=offering)
    cards = [town.card(), been, "ABC1234", "?", _leader(town), town.card(valid_until=date.min)]
    fields = {"id": uuid4(), "card": _leader(town), "offering": offering}
    answer = await venue.use(**fields, group=_group(*cards))
    assert (answer.json()["outcome"], answer.json()["reason"]) == ("refused", "group_too_large")
    assert answer.json()["missing"] == [
        {"place": 2, "reason": "already_used"},
        {"place": 3, "reason": "unknown_card"},
        {"place": 4, "reason": "unreadable"},
        {"place": 5, "reason": "community_card_alone"},
        {"place": 6, "reason": "expired"},
    ]
    town.clock.pass_(days=1)
    assert (await venue.use(**fields, group=_group(*cards))).json() == answer.json()
    assert town.tally(offering) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "members", "younger", "reason"),
    [
        (Kind.COMMUNITY, 4, 0, None),
        (Kind.COMMUNITY, 0, 4, None),
        (Kind.COMMUNITY, 5, 0, "group_too_large"),
        (Kind.COMMUNITY, 4, 1, "group_too_large"),
        (Kind.COMMUNITY, 0, 0, "community_card_alone"),
        (Kind.PERSONAL, 2, 0, "community_card_alone"),
    ],
)
async def test_a_group_is_small_and_led_by_a_community_card(
    town: Town, kind: Kind, members: int, younger: int, reason: str | None
) -> None:
    """Five persons with the leader (OM-37), never the leader alone (OM-39)."""
    answer = await town.venue().use(
        card=town.card(kind=kind),
        offering=town.offering(),
        group=_group(*(town.card() for _ in range(members))),
        party={"children": younger},
    )
    assert answer.json()["reason"] == reason


async def test_how_large_a_group_is_can_be_set(databases: Databases, tmp_path: Any) -> None:
    """The source leaves open whether the leader counts, so both are settings (OM-37)."""
    key = tmp_path / "digest.key"
    key.write_text("5a" * 32)
    for largest, leader_counts, most in ((5, False, 5), (3, True, 2)):
        with databases.prepared(migrated) as url:
            town = found(
                Settings(
                    database_url=url,
                    digest_key_file=key,
                    group_largest=largest,
                    group_leader_counts=leader_counts,
                )
            )
            venue, offering, leader = town.venue(), town.offering(), _leader(town)
            for size, reason in ((most, None), (most + 1, "group_too_large")):
                cards = [town.card() for _ in range(size)]
                answer = await venue.use(card=leader, offering=offering, group=_group(*cards))
                assert answer.json()["reason"] == reason
            await town.close()


@pytest.mark.parametrize("places", [(0, 1), (1, 2)])
async def test_the_same_card_twice_is_a_mistake(town: Town, places: tuple[int, int]) -> None:
    """Of the leader or of a member, however it is typed."""
    cards = [_leader(town), town.card(), town.card()]
    cards[places[1]] = cards[places[0]].lower()
    answer = await town.venue().use(
        card=cards[0], offering=town.offering(), group=_group(*cards[1:])
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"#/group/members/{places[1] - 1}"
    assert town.uses() == []


@pytest.mark.parametrize(
    ("group", "pointer"),
    [
        ({}, "#/group/members"),
        ({"members": [{}]}, "#/group/members/0"),
        ({"members": [{"card": "A", "digest": "0" * 32}]}, "#/group/members/0"),
        ({"members": [{"card": "A"}] * 21}, "#/group/members"),
        ({"members": [{"digest": "0" * 32}]}, "#/group/members/0/digest"),
    ],
)
async def test_a_group_that_does_not_fit_is_a_mistake(
    town: Town, group: dict[str, Any], pointer: str
) -> None:
    """Each member has one card, at most 20 do, and only a kiosk presents digests."""
    answer = await town.venue().use(card=_leader(town), offering=town.offering(), group=group)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_group_has_no_fee(town: Town) -> None:
    """A fee is one holder's."""
    answer = await town.venue().use(
        card=_leader(town),
        offering=town.offering(),
        group=_group(town.card()),
        fee={"service": "copying", "cents": 1},
    )
    assert answer.status_code == 422


async def test_another_group_under_the_id_is_a_conflict(town: Town) -> None:
    """The same members in the same order are the same group."""
    fields: dict[str, Any] = {"id": uuid4(), "card": _leader(town), "offering": town.offering()}
    venue, one, other = town.venue(), town.card(), town.card()
    await venue.use(**fields, group=_group(one, other))
    for group in (_group(one), _group(other, one), None):
        answer = await venue.use(**fields, group=group)
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


async def test_a_group_that_is_taken_back_gives_all_back(town: Town) -> None:
    """Seats and every member's use; afterwards each may come alone."""
    offering = town.offering(Seats(3), OncePerPerformance(), window=TONIGHT)
    venue, use, members = town.venue(), uuid4(), [town.card(), town.card()]
    await venue.use(id=use, card=_leader(town), offering=offering, group=_group(*members))
    assert (await venue.use(card=members[0], offering=offering)).json()["reason"] == "already_used"
    assert (await venue.void(use)).json()["voided"] is True
    assert (town.seats_taken(offering), town.tally(offering)) == (0, (0, 0))
    assert (await venue.use(card=members[0], offering=offering)).json()["reason"] is None


async def test_a_group_has_no_party_to_change(town: Town) -> None:
    """It comes in as it is."""
    venue, use, offering = town.venue(), uuid4(), town.offering()
    await venue.use(id=use, card=_leader(town), offering=offering, group=_group(town.card()))
    answer = await venue.amend(use, children=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "group")


async def test_a_kiosk_sends_its_groups_digests(town: Town) -> None:
    """Live and from its journal, where what it let in is kept and flagged (promise P1)."""
    offering = town.offering(OncePerPerformance(), window=TONIGHT)
    kiosk, members = town.kiosk(offering), [town.digest(town.card()) for _ in range(2)]
    fields = {"digest": town.digest(_leader(town)), "offering": offering}
    group = {"members": [{"digest": digest} for digest in members]}
    live = await kiosk.use(**fields, group=group)
    assert (live.json()["outcome"], live.json()["admitted"]["adults"]) == ("accepted", 3)
    item = {
        "id": str(uuid4()),
        "offering": str(offering),
        "at": NOON.isoformat(),
        "digest": fields["digest"],
        "members": [members[0], town.digest(town.card())],
    }
    for _ in range(2):
        (kept,) = await kiosk.upload(item)
        assert (kept["result"], kept["reason"]) == ("conflict", "group_card_missing")
    assert [member.reason for member in _members(town, UUID(str(item["id"])))] == [
        Reason.ALREADY_USED,
        None,
    ]
    assert town.tally(offering) == (4, 4)


async def test_members_cannot_be_guessed(town: Town) -> None:
    """Each wrong card of a group counts as one that was tried; a kiosk's digests do not."""
    offering, leader = town.offering(), _leader(town)
    kiosk, venue = town.kiosk(offering), town.venue()
    wrong = town.context.settings.wrong_cards
    for start in range(0, wrong, 4):
        cards = [f"WRONG{start + each:04}" for each in range(4)]
        answer = await venue.use(card=leader, offering=offering, group=_group(*cards))
        assert answer.json()["reason"] == "group_card_missing"
        digests = {"members": [{"digest": town.digest(card)} for card in cards]}
        await kiosk.use(digest=town.digest(leader), offering=offering, group=digests)
    late = await venue.use(card=leader, offering=offering, group=_group(town.card()))
    assert late.status_code == 429
    members = {"members": [{"digest": town.digest(town.card())}]}
    served = await kiosk.use(digest=town.digest(leader), offering=offering, group=members)
    assert served.json()["outcome"] == "accepted"


async def test_of_groups_that_share_a_member_one_gets_in(town: Town) -> None:
    """Many at once, in every order of the members, over two registers (OM-58)."""
    offering, twin = town.offering(OncePerPerformance(), Seats(100), window=TONIGHT), town.twin()
    who, shared = [town.venue(), twin.venue()], town.card()
    cards = [(town.card(), _leader(town)) for _ in range(20)]
    calls = [
        who[turn % 2].use(
            card=leader,
            offering=offering,
            group=_group(*((own, shared) if turn % 3 else (shared, own))),
        )
        for turn, (own, leader) in enumerate(cards)
    ]
    answers = await asyncio.gather(*calls)
    await twin.close()
    reasons = [answer.json()["reason"] for answer in answers]
    assert sorted(reasons, key=str) == [None, *["group_card_missing"] * 19]
    assert (town.tally(offering), town.seats_taken(offering)) == ((2, 2), 3)
    accepted = [use for use in town.uses() if use.outcome is Outcome.ACCEPTED]
    assert [use.adults for use in accepted] == [3]


async def test_groups_with_the_same_members_never_deadlock(town: Town) -> None:
    """Whatever the order in which their cards are shown."""
    offering, twin = town.offering(Visits(30)), town.twin()
    who = [town.venue(), twin.venue()]
    members, leader = [town.card() for _ in range(4)], _leader(town)
    calls = [
        who[turn % 2].use(
            card=leader,
            offering=offering,
            group=_group(*(members if turn % 2 else reversed(members))),
        )
        for turn in range(16)
    ]
    answers = await asyncio.gather(*calls)
    await twin.close()
    assert {answer.json().get("outcome") for answer in answers} == {"accepted"}
    assert town.tally(offering) == (64, 64)


async def test_a_card_that_is_registered_later_is_counted_then(town: Town) -> None:
    """A member is placed under the card that is known when the group is counted."""
    offering, use = town.offering(Visits(30)), uuid4()
    item = {
        "id": str(use),
        "offering": str(offering),
        "at": NOON.isoformat(),
        "digest": town.digest(_leader(town)),
        "members": ["ab" * 16],
    }
    kiosk = town.kiosk(offering)
    assert (await kiosk.upload(item))[0]["result"] == "conflict"
    assert town.tally(offering) == (0, 0)
    card = town.card()
    with transaction(town.context.engine) as session:
        card_row(session, card).digest = bytes.fromhex("ab" * 16)
    refused = {**item, "revision": 2, "outcome": "refused", "reason": "cannot_check_now"}
    again = {**item, "revision": 3}
    assert [kept["result"] for kept in await kiosk.upload(refused, again)] == ["recorded"] * 2
    assert town.tally(offering) == (1, 1)
