"""What the desk's steps share: deciding from the store, and how long things stay shown."""

from dataclasses import replace
from enum import Enum

from kaiku.decide import Decision, decide, refused
from kaiku.group import decide_group
from kaiku.lease import needed
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome, Use
from kiosk.desk.state import (
    Desk,
    Known,
    Moment,
    Standing,
)

_BY_DATE = frozenset(
    {
        Reason.NOT_YET_VALID,
        Reason.EXPIRED,
        Reason.OFFERING_OUTSIDE_VALIDITY,
        Reason.TOO_EARLY,
        Reason.OFFERING_OVER,
    }
)


class Said(Enum):
    """Who has said what is recorded: the store alone, the register, or the store in its silence."""

    ALONE = "local", Standing.UNSENT, 1
    BY_REGISTER = "register", Standing.SENT, 2
    UNANSWERED = "local", Standing.UNSENT, 2

    def __init__(self, source: str, standing: Standing, revision: int) -> None:
        self.source = source
        self.standing = standing
        self.revision = revision


def decide_alone(known: Known, party: Party, now: Moment) -> Decision:
    """Decide from the store alone.

    Until it has once been whole it lacks cards, and what cards did here before: it may be a cache
    that was lost and is being fetched anew.
    """
    if known.offering is None or not (known.whole or _needs_no_more(known)):
        return refused(Reason.CANNOT_CHECK_NOW)
    return decide(known.card, party, known.offering, known.facts, now.at)


def decide_group_alone(known: Known, party: Party, now: Moment) -> Decision:
    """Decide on a group from the store alone, as :func:`decide_alone` does on a card."""
    enough = _needs_no_more(known) and all(member.card is not None for member in known.members)
    if known.offering is None or not (known.whole or enough):
        return refused(Reason.CANNOT_CHECK_NOW)
    facts, offering, younger = known.of_group.facts, known.offering, party.children
    return decide_group(
        known.card, known.members, younger, offering, facts, now.at, known.size, along=party
    )


def certain(decision: Decision, said: Said, now: Moment) -> Decision:
    """Return the decision without what only a guessed instant says against the card (promise P7).

    The register knows the time; what it has said stands.
    """
    if said is Said.BY_REGISTER:
        return decision
    reasons = dict.fromkeys(certainly(reason, now) for reason in decision.reasons)
    missing = (replace(each, reason=certainly(each.reason, now)) for each in decision.missing)
    return replace(decision, reasons=(*reasons,), missing=(*missing,))


def certainly(reason: Reason, now: Moment) -> Reason:
    """Return a reason for a refusal; where only a guessed instant is for it, it is not known."""
    return Reason.CANNOT_CHECK_NOW if now.guessed and reason in _BY_DATE else reason


def _needs_no_more(known: Known) -> bool:
    return known.card is not None and known.offering is not None and not known.offering.counts_cards


def as_decision(answer: Answer, offering: Offering | None) -> Decision:
    """Read the register's answer as a decision."""
    counts_visits = offering is not None and offering.visits is not None
    left = answer.remaining if counts_visits else None
    if answer.outcome is Outcome.REFUSED:
        decision = refused(answer.reason or Reason.CANNOT_CHECK_NOW)
        return replace(decision, visits_left=left, missing=answer.missing)
    return Decision((), answer.admitted, visits_left=left)


def shown(desk: Desk, now: Moment) -> Desk:
    """Return the desk showing something for the usual time, or for as long as it asks."""
    until = now.clock + desk.manners.shown
    if desk.current is not None:
        until = max(until, desk.current.children_until)
    return replace(desk, shown_until=until)


def needs_register(known: Known, alone: Decision) -> bool:
    """Tell whether the store cannot know; ``alone`` is what it would decide.

    It is so for a card unknown here, for counts not fetched, and where nothing stands against a
    party but that it needs more seats of a shared cap than are leased to this kiosk (promise P2).
    What the card has done here the register may not have been told yet: it is not asked to
    overlook that (promise P3).
    """
    if known.offering is None:
        return False
    if not known.whole and not _needs_no_more(known):
        return True
    if known.card is None or any(member.card is None for member in known.members):
        return True
    return alone.reasons == (Reason.CANNOT_CHECK_NOW,)


def leasing(use: Use, admitted: Party, known: Known) -> Use:
    """Return a use with the seats that it takes of the lease by which it was accepted here."""
    seats = 0
    if known.offering is not None and known.offering.seats is not None:
        seats = needed(admitted, known.facts.booked)
    return replace(use, lease=known.lease if seats else None, leased=seats)


def untyped(desk: Desk) -> Desk:
    """Return the desk with nothing typed."""
    return replace(desk, digits="", helpers=0, supporters=0, slip=None)


def unless_stale(desk: Desk, now: Moment) -> Desk:
    """Return the desk without what was typed too long ago to be this visitor's."""
    return untyped(desk) if desk.typed_until <= now.clock else desk
