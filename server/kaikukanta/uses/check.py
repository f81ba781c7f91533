"""Deciding without recording, for ticket systems that ask before they sell (OM-50)."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlmodel import Session

from kaiku.decide import Decision, refused
from kaiku.fee import Fee
from kaiku.party import Party
from kaiku.reason import Reason
from server.database import read
from server.kaikukanta.context import Context
from server.kaikukanta.network.attempts import spend, spent
from server.kaikukanta.network.callers import Caller, serves
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.about import describe
from server.kaikukanta.uses.ask import Pieces, fee_asked
from server.kaikukanta.uses.case import open_case, undecided
from server.kaikukanta.uses.counts import look
from server.kaikukanta.uses.wrong import count_wrong, wrong_cards
from server.problems import Problem, too_many


@dataclass(frozen=True, slots=True)
class Question:
    """A party or a fee at an offering, to be decided without being recorded."""

    digest: bytes | None
    offering: UUID
    party: Party
    fee: Fee | Pieces | None = None


def check(context: Context, caller: Caller, question: Question) -> Decision | Problem:
    """Decide as if the party came now, and record nothing (OM-50)."""
    now, limit = context.clock(), wrong_cards(context.settings, caller)
    with read(context.engine) as session:
        seconds = spent(session, limit, context.settings, now)
        if seconds is not None:
            return too_many(seconds)
        decision = _check(session, context, caller, question)
    if isinstance(decision, Decision) and count_wrong(decision):
        spend(context, limit)
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
    describe(session, use, fee, members=None)
    return open_case(session, use, row, now, counts_of=look).decide(question.party)
