"""A group on a community card: a worker goes along with a few holders (OM-36 to OM-39).

The members of 16 or more show their own cards, younger clients are counted, and there is one
decision for all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaiku.card import Card, Kind
from kaiku.grounds import NO_FACTS, Facts, early, limits, vain
from kaiku.offering import Offering, Seats
from kaiku.party import ALONE
from kaiku.reason import Reason


@dataclass(frozen=True, slots=True)
class GroupSize:
    """How large a group is (OM-37). The source leaves open whether its leader counts."""

    largest: int = 5
    leader_counts: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A member's card, None where nobody knows it, and what it did before."""

    card: Card | None
    facts: Facts = NO_FACTS


@dataclass(frozen=True, slots=True)
class Missing:
    """A member who cannot come in: the place in the order of scanning, from 1, and why."""

    place: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """What was decided on a group: let in whole or not at all; ``missing`` says who lacks."""

    reasons: tuple[Reason, ...]
    persons: int
    missing: tuple[Missing, ...] = ()

    @property
    def accepted(self) -> bool:
        """Tell whether the group is let in."""
        return not self.reasons

    @property
    def reason(self) -> Reason | None:
        """The reason to show, or None."""
        return self.reasons[0] if self.reasons else None


def decide_group(
    leader: Card | None,
    members: Sequence[Member],
    younger: int,
    offering: Offering,
    seats_taken: int | None,
    now: datetime,
    size: GroupSize | None = None,
) -> GroupDecision:
    """Decide whether a group is let in: leader, members' cards, younger clients (OM-38, OM-39).

    ``seats_taken`` is None where it cannot be known now. Each member's own limits count for that
    member; the seats of all count together.
    """
    if leader is None:
        return GroupDecision((Reason.UNKNOWN_CARD,), 0)
    persons = 1 + len(members) + younger
    missing = tuple(_missing(members, offering, now))
    reasons = (
        *vain(leader, offering, now),
        *_shape(leader, members, younger, size or GroupSize()),
        *([Reason.GROUP_CARD_MISSING] if missing else []),
        *early(offering, now),
        *_seats(offering, seats_taken, persons),
    )
    return GroupDecision(reasons, 0 if reasons else persons, missing)


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


def _seats(offering: Offering, taken: int | None, persons: int) -> Iterator[Reason]:
    limit: Seats | None = offering.seats
    if limit is None:
        return
    if taken is None:
        yield Reason.CANNOT_CHECK_NOW
    elif taken + persons > limit.cap:
        yield Reason.SEATS_FULL
