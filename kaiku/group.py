"""A group on a community card: a worker goes along with a few holders (OM-36 to OM-39).

The members of 16 or more show their own cards, younger clients are counted, and there is one
decision for all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kaiku.card import Card, Kind
from kaiku.decision import Decision, Missing, conclude, refused
from kaiku.grounds import NO_FACTS, Facts, early, limits, vain
from kaiku.offering import Offering
from kaiku.party import ALONE, Party
from kaiku.reason import Reason


@dataclass(frozen=True, slots=True)
class GroupSize:
    """How large a group is (OM-37). The source leaves open whether its leader counts."""

    largest: int = 5
    leader_counts: bool = True


USUAL_SIZE = GroupSize()


@dataclass(frozen=True, slots=True)
class Member:
    """A member's card, None where nobody knows it, and what it did before."""

    card: Card | None
    facts: Facts = NO_FACTS


def decide_group(
    leader: Card | None,
    members: Sequence[Member],
    younger: int,
    offering: Offering,
    facts: Facts,
    now: datetime,
    size: GroupSize = USUAL_SIZE,
    along: Party = ALONE,
) -> Decision:
    """Decide whether a group is let in: leader, members' cards, younger clients (OM-38, OM-39).

    It is let in whole or not at all. ``facts`` are about the seats that all of them take together;
    each member's own limits count for that member. ``along`` says how many assistants, interpreters
    and support persons go along, who are free as they always are (OM-67, OM-68).
    """
    if leader is None:
        return refused(Reason.UNKNOWN_CARD)
    group = offering.free(replace(along, adults=1 + len(members), children=younger))
    missing = tuple(_missing(members, offering, now))
    reasons = (
        *vain(leader, offering, now),
        *_shape(leader, members, younger, size),
        *([Reason.GROUP_CARD_MISSING] if missing else []),
        *early(offering, now),
        *(reason for reason in limits(group, offering, facts) if reason in _SHARED),
    )
    return replace(conclude(reasons, group, offering, facts), visits_left=None, missing=missing)


def _shape(
    leader: Card, members: Sequence[Member], younger: int, size: GroupSize
) -> Iterator[Reason]:
    clients = len(members) + younger
    if leader.kind is not Kind.COMMUNITY or clients == 0:
        yield Reason.COMMUNITY_CARD_ALONE
    if clients + (1 if size.leader_counts else 0) > size.largest:
        yield Reason.GROUP_TOO_LARGE


def _missing(members: Sequence[Member], offering: Offering, now: datetime) -> Iterator[Missing]:
    for place, member in enumerate(members, 1):
        for reason in _against(member, offering, now):
            yield Missing(place, reason)
            break


def _against(member: Member, offering: Offering, now: datetime) -> Iterator[Reason]:
    if member.card is None:
        yield Reason.UNKNOWN_CARD
        return
    if member.card.kind is Kind.COMMUNITY:
        yield Reason.COMMUNITY_CARD_ALONE
    yield from vain(member.card, offering, now)
    own = Facts(seats_taken=0, uses=member.facts.uses, visits=member.facts.visits)
    yield from (reason for reason in limits(ALONE, offering, own) if reason not in _SHARED)


_SHARED = frozenset({Reason.SEATS_FULL, Reason.CANNOT_CHECK_NOW})
