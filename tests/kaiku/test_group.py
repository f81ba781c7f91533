"""Groups on a community card: one decision for a worker and a few holders (OM-36 to OM-39)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Card, Kind, Status
from kaiku.decide import NO_FACTS, Facts
from kaiku.decision import Decision, Missing
from kaiku.group import USUAL_SIZE, GroupSize, Member, decide_group
from kaiku.offering import Limit, Offering, OncePerPerformance, Seats, Visits
from kaiku.party import Party
from kaiku.reason import Reason
from tests.kaiku.made import DAY, NOON, TODAY, card, cards, entry, facts, offerings, show

WORKER = card(0, kind=Kind.COMMUNITY)
HOLDER = Member(card())


def decide(
    members: int = 1,
    younger: int = 0,
    *limits: Limit,
    leader: Card | None = WORKER,
    seats_taken: int | None = 0,
    size: GroupSize = USUAL_SIZE,
) -> Decision:
    """Return what is decided on a group of good cards at an entry."""
    return decide_group(
        leader, [HOLDER] * members, younger, entry(*limits), Facts(seats_taken), NOON, size
    )


@pytest.mark.parametrize(
    ("members", "younger", "reason"),
    [
        (0, 0, Reason.COMMUNITY_CARD_ALONE),
        (1, 0, None),
        (0, 1, None),
        (4, 0, None),
        (2, 2, None),
        (5, 0, Reason.GROUP_TOO_LARGE),
        (4, 1, Reason.GROUP_TOO_LARGE),
    ],
)
def test_a_group_is_of_two_to_five_with_its_leader(
    members: int, younger: int, reason: Reason | None
) -> None:
    """Alone the card opens nothing (OM-37, OM-38, OM-39); younger clients count without a card."""
    decision = decide(members, younger)
    assert decision.reason is reason
    assert decision.admitted.persons == (0 if reason else 1 + members + younger)


def test_whether_the_leader_counts_is_a_setting() -> None:
    """The source leaves it open (OM-37)."""
    uncounted = GroupSize(leader_counts=False)
    assert decide(5, size=uncounted).accepted
    assert decide(6, size=uncounted).reason is Reason.GROUP_TOO_LARGE


def test_a_personal_card_opens_no_group() -> None:
    """Only an organisation's does (OM-36); and it must be good itself."""
    assert decide(leader=card()).reason is Reason.COMMUNITY_CARD_ALONE
    assert decide(leader=None).reason is Reason.UNKNOWN_CARD
    ended = card(0, kind=Kind.COMMUNITY, status=Status.ENDED)
    assert decide(leader=ended).reason is Reason.ENDED


def test_a_partial_group_says_who_is_missing_and_why() -> None:
    """By the order in which the cards were shown."""
    expired = Member(card(valid_until=TODAY - DAY))
    unknown = Member(None)
    community = Member(WORKER)
    members = [HOLDER, expired, unknown, community]
    decision = decide_group(WORKER, members, 0, entry(), NO_FACTS, NOON)
    assert decision.reason is Reason.GROUP_CARD_MISSING
    assert decision.admitted.persons == 0
    assert decision.missing == (
        Missing(2, Reason.EXPIRED),
        Missing(3, Reason.UNKNOWN_CARD),
        Missing(4, Reason.COMMUNITY_CARD_ALONE),
    )


def test_each_members_own_limits_hold() -> None:
    """A member who has no visits left, or was in already, is missing (OM-58, OM-60)."""
    spent = Member(card(), Facts(visits=30))
    decision = decide_group(WORKER, [HOLDER, spent], 0, entry(Visits(30)), NO_FACTS, NOON)
    assert decision.missing == (Missing(2, Reason.VISITS_USED_UP),)
    been = Member(card(), Facts(uses=1))
    decision = decide_group(WORKER, [been], 0, show(OncePerPerformance()), NO_FACTS, NOON)
    assert decision.missing == (Missing(1, Reason.ALREADY_USED),)


@pytest.mark.parametrize(
    ("taken", "reason"),
    [(6, None), (7, None), (8, Reason.SEATS_FULL), (None, Reason.CANNOT_CHECK_NOW)],
)
def test_the_seats_of_all_count_together(taken: int | None, reason: Reason | None) -> None:
    """Three of ten seats for a worker and two holders (OM-54)."""
    assert decide(2, 0, Seats(10), seats_taken=taken).reason is reason


@given(
    cards,
    st.lists(st.builds(Member, st.none() | cards, facts), max_size=6),
    st.integers(0, 6),
    offerings,
    st.none() | st.integers(0, 9),
)
def test_a_group_comes_in_whole_or_not_at_all(
    leader: Card, members: list[Member], younger: int, offering: Offering, taken: int | None
) -> None:
    """Whatever is shown: nobody is left outside of a group that is let in."""
    decision = decide_group(leader, members, younger, offering, Facts(taken), NOON)
    if decision.accepted:
        assert decision.admitted.persons == 1 + len(members) + younger <= 5
        assert decision.missing == ()
    else:
        assert decision.admitted.persons == 0


def test_those_who_help_come_along_outside_the_size_of_the_group() -> None:
    """Assistants take no seat (OM-67); support persons do, where they are free (OM-68)."""
    along = Party(helpers=2, supporters=1)
    for free, left in ((True, 4), (False, 5)):
        offering = replace(entry(Seats(10)), supporters_free=free)
        members = [HOLDER] * 4
        decision = decide_group(WORKER, members, 0, offering, Facts(0), NOON, along=along)
        assert decision.admitted == Party(helpers=2, supporters=int(free), adults=5)
        assert decision.seats_left == left


def test_younger_clients_get_no_places_in_a_course() -> None:
    """Unless its venue allows children, as on a single card (OM-45); the members come in."""
    course = replace(entry(), children_welcome=False)
    for younger, reason in ((0, None), (1, Reason.CHILDREN_NOT_IN_GROUPS)):
        decision = decide_group(WORKER, [HOLDER], younger, course, NO_FACTS, NOON)
        assert decision.reason is reason


def test_seats_that_members_have_booked_are_their_own() -> None:
    """Only what the group needs beyond them is taken of the cap (OM-54, OM-57)."""
    for taken, booked, left in ((10, 3, 0), (9, 2, 0), (8, 5, 2), (10, 2, None)):
        facts = Facts(taken, booked=booked)
        decision = decide_group(WORKER, [HOLDER] * 2, 0, entry(Seats(10)), facts, NOON)
        assert decision.reason is (None if left is not None else Reason.SEATS_FULL)
        assert left is None or decision.seats_left == left
