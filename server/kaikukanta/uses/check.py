"""Deciding without recording, for ticket systems that ask before they sell (OM-50)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from kaiku.decide import Decision, decide, refused
from kaiku.party import Party
from kaiku.reason import Reason
from server.database import read
from server.kaikukanta.cards.service import find_card, to_card
from server.kaikukanta.context import Context
from server.kaikukanta.network.attempts import spend, spent
from server.kaikukanta.network.callers import Caller, serves
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.accounts import account
from server.kaikukanta.uses.counts import Span, look
from server.kaikukanta.uses.wrong import is_wrong_card, wrong_cards
from server.problems import Problem, too_many


@dataclass(frozen=True, slots=True)
class Question:
    """A party at an offering, to be decided without being recorded."""

    digest: bytes | None
    offering: UUID
    party: Party


def check(context: Context, caller: Caller, question: Question) -> Decision | Problem:
    """Decide as if the party came now, and record nothing."""
    now, limit = context.clock(), wrong_cards(context.settings, caller)
    with read(context.engine) as session:
        seconds = spent(session, limit, context.settings, now)
        if seconds is not None:
            return too_many(seconds)
        decision = _check(session, caller, question, now)
    if is_wrong_card(decision):
        spend(context, limit)
    return decision


def _check(session: Session, caller: Caller, question: Question, now: datetime) -> Decision:
    row = session.get(OfferingRecord, question.offering)
    if row is None or not serves(caller, row):
        return refused(Reason.NOT_YOUR_OFFERING)
    if question.digest is None:
        return refused(Reason.UNREADABLE)
    offering = to_offering(row)
    found = find_card(session, question.digest)
    card = None if found is None else to_card(found, now)
    counts = card is not None and offering.counts_cards
    since = offering.counted_since(card, now) if card is not None and counts else None
    under = Span(
        offering.id,
        None,
        seats_on=None if offering.seats is None else offering.seats_day(now),
        own=None if since is None or found is None else account(found.id, since),
        booker=None if found is None else found.id,
    )
    return decide(card, question.party, offering, look(session, under).facts, now)
