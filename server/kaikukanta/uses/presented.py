"""From a body to what is asked: whose cards are presented, by number or by digest, and by whom."""

from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import Caller, KioskCaller
from server.kaikukanta.uses.ask import Ask, misfit
from server.kaikukanta.uses.bodies import MemberBody, UseBody
from server.problems import Problem

ONLY_A_KIOSK = "only a kiosk presents a digest"
NOT_A_KIOSK = "only a venue or an agent enters uses afterwards"
TWICE = "the same card is there before"


def ask_of(context: Context, caller: Caller, body: UseBody) -> Ask | Problem:
    """Return what a body asks, or what is wrong with its cards."""
    if body.day is not None and isinstance(caller, KioskCaller):
        return misfit(NOT_A_KIOSK, "#/day")
    members = [] if body.group is None else body.group.members
    presented = {"#": body} | {f"#/group/members/{n}": each for n, each in enumerate(members)}
    for pointer, each in presented.items():
        if each.digest is not None and not isinstance(caller, KioskCaller):
            return misfit(ONLY_A_KIOSK, f"{pointer}/digest")
    digests = [_digest(context, each) for each in presented.values()]
    for place, (pointer, digest) in enumerate(zip(presented, digests, strict=True)):
        if digest is not None and digest in digests[:place]:
            return misfit(TWICE, pointer)
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


def _digest(context: Context, given: UseBody | MemberBody) -> bytes | None:
    """Return the digest of a card, None where it could not be read."""
    if given.card is not None:
        return context.digest_of(given.card)
    return None if given.digest is None else bytes.fromhex(given.digest)
