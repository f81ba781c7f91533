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

    @property
    def persons(self) -> int:
        """How many persons a group is at most, its leader among them."""
        return self.largest if self.leader_counts else self.largest + 1

    def holds(self, clients: int) -> bool:
        """Tell whether so many clients may come along."""
        return clients + (1 if self.leader_counts else 0) <= self.largest


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

    It is let in whole or not at all. ``facts`` are about the seats that all of them take together,
    and ``booked`` those that its members have booked; each member's own limits count for that
    member. A course has no places for younger clients, unless its venue allows them (OM-45).
    ``along`` says how many assistants, interpreters and support persons go along, who are free as
    they always are (OM-67, OM-68).
    """
    if leader is None:
        return refused(Reason.UNKNOWN_CARD)
    group = offering.free(replace(along, adults=1 + len(members), children=younger))
    missing = tuple(_missing(members, offering, now))
    reasons = (
        *vain(leader, offering, now),
        *([] if offering.welcomes(younger) else [Reason.CHILDREN_NOT_IN_GROUPS]),
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
    if not size.holds(clients):
        yield Reason.GROUP_TOO_LARGE


def _missing(members: Sequence[Member], offering: Offering, now: datetime) -> Iterator[Missing]:
    for place, member in enumerate(members, 1):
        for reason in against(member, offering, now):
            yield Missing(place, reason)
            break


def against(member: Member, offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield why a member cannot come in with a group; what all share is not looked at."""
    if member.card is None:
        yield Reason.UNKNOWN_CARD
        return
    if member.card.kind is Kind.COMMUNITY:
        yield Reason.COMMUNITY_CARD_ALONE
    yield from vain(member.card, offering, now)
    own = Facts(seats_taken=0, uses=member.facts.uses, visits=member.facts.visits)
    yield from (reason for reason in limits(ALONE, offering, own) if reason not in _SHARED)


_SHARED = frozenset({Reason.SEATS_FULL, Reason.CANNOT_CHECK_NOW})
