"""Deciding without recording, for ticket systems that ask before they sell (OM-50)."""

from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from sqlmodel import Session

from kaiku.decide import Decision, refused
from kaiku.fee import Fee
from kaiku.party import Party
from kaiku.reason import Reason
from server.database import read
from server.kaikukanta.context import Context
from server.kaikukanta.leases.recall import within_reach
from server.kaikukanta.network.attempts import spend, spent
from server.kaikukanta.network.callers import Caller, serves
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.about import Members, about
from server.kaikukanta.uses.ask import Pieces, fee_asked
from server.kaikukanta.uses.case import Case, open_case, undecided
from server.kaikukanta.uses.counts import look
from server.kaikukanta.uses.wrong import count_wrong, wrong_cards
from server.problems import Problem, too_many


@dataclass(frozen=True, slots=True)
class Question:
    """A party, a group or a fee at an offering, to be decided without being recorded.

    It is asked as a use is: ``digest`` is None where the card could not be read, ``members`` where
    there is no group (OM-38).
    """

    digest: bytes | None = field(repr=False)
    offering: UUID
    party: Party
    fee: Fee | Pieces | None = None
    members: Members | None = field(default=None, repr=False)


def check(context: Context, caller: Caller, question: Question) -> Decision | Problem:
    """Decide as if the party came now, and record nothing (OM-50)."""
    now, limit = context.clock(), wrong_cards(context.settings, caller)
    with read(context.engine) as session:
        seconds = spent(session, limit, context.settings, now)
        if seconds is not None:
            return too_many(seconds)
        decision = _check(session, context, caller, question)
    wrong = count_wrong(decision) if isinstance(decision, Decision) else 0
    if wrong:
        spend(context, limit, wrong)
    return decision


def _check(
    session: Session, context: Context, caller: Caller, question: Question
) -> Decision | Problem:
    row = session.get(OfferingRecord, question.offering)
    if row is None or not serves(caller, row):
        return refused(Reason.NOT_YOUR_OFFERING)
    fee, now = fee_asked(question.fee, to_offering(row)), context.clock()
    if isinstance(fee, Problem):
        return fee
    use = undecided(uuid4(), question.digest, row, caller, now, now)
    rows = about(use, fee, question.members)
    size = context.settings.group_size
    case = open_case(session, use, row, now, counts_of=look, size=size, rows=rows)
    decision = case.decide(question.party)
    lacking = case.lacking(decision, question.party)
    leased = within_reach(session, context, row.id, case.seats_day) if lacking > 0 else 0
    return _with_leased(case, question.party, leased) if 0 < lacking <= leased else decision


def _with_leased(case: Case, party: Party, leased: int) -> Decision:
    """Return what a use is decided once kiosks have given seats back; nobody is asked to (P2)."""
    known, facts = case.known, case.counts.facts
    taken = None if facts.seats_taken is None else facts.seats_taken - leased
    return case.decide_by(
        case.offering, party, replace(known, facts=replace(facts, seats_taken=taken))
    )
