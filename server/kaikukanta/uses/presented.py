"""From a body to what is asked: whose cards are presented, by number or by digest, and by whom."""

from collections.abc import Mapping

from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import Caller, KioskCaller
from server.kaikukanta.uses.ask import Ask, misfit
from server.kaikukanta.uses.bodies import CheckBody, GroupBody, MemberBody, UseBody
from server.kaikukanta.uses.check import Question
from server.problems import Problem

ONLY_A_KIOSK = "only a kiosk presents a digest"
NOT_A_KIOSK = "only a venue or an agent enters uses afterwards"
TWICE = "the same card is there before"

Given = UseBody | MemberBody
"""What has a card, given in one way."""


def ask_of(context: Context, caller: Caller, body: UseBody) -> Ask | Problem:
    """Return what a body asks, or what is wrong with its cards."""
    if body.day is not None and isinstance(caller, KioskCaller):
        return misfit(NOT_A_KIOSK, "#/day")
    presented = _cards(body, body.group)
    digests = _digests(context, caller, presented)
    if isinstance(digests, Problem):
        return digests
    return Ask(
        id=body.id,
        digest=digests[0],
        offering=body.offering,
        party=body.party.party(),
        at=body.at,
        day=body.day,
        by_number=any(each.card is not None for each in presented.values()),
        fee=None if body.fee is None else body.fee.fee(),
        members=None if body.group is None else digests[1:],
    )


def question_of(context: Context, caller: Caller, body: CheckBody) -> Question | Problem:
    """Return what a body would have decided, or what is wrong with its cards."""
    digests = _digests(context, caller, _cards(MemberBody(card=body.card), body.group))
    if isinstance(digests, Problem):
        return digests
    return Question(
        digest=digests[0],
        offering=body.offering,
        party=body.party.party(),
        fee=None if body.fee is None else body.fee.fee(),
        members=None if body.group is None else digests[1:],
    )


def _cards(first: Given, group: GroupBody | None) -> dict[str, Given]:
    """Return each card that is presented, by where it stands in the body; the leader's is first."""
    members = [] if group is None else group.members
    return {"#": first} | {f"#/group/members/{n}": each for n, each in enumerate(members)}


def _digests(
    context: Context, caller: Caller, presented: Mapping[str, Given]
) -> list[bytes | None] | Problem:
    """Return the digests of cards in their order, or which of them cannot be presented."""
    for pointer, each in presented.items():
        if each.digest is not None and not isinstance(caller, KioskCaller):
            return misfit(ONLY_A_KIOSK, f"{pointer}/digest")
    digests = [_digest(context, each) for each in presented.values()]
    for place, (pointer, digest) in enumerate(zip(presented, digests, strict=True)):
        if digest is not None and digest in digests[:place]:
            return misfit(TWICE, pointer)
    return digests


def _digest(context: Context, given: Given) -> bytes | None:
    """Return the digest of a card, None where it could not be read."""
    if given.card is not None:
        return context.digest_of(given.card)
    return None if given.digest is None else bytes.fromhex(given.digest)
