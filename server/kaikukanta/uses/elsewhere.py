"""Whether a card's visit that a sheet tells of may have been recorded elsewhere already."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from kaiku.days import HELSINKI
from kaiku.wire import Outcome
from server.kaikukanta.cards.service import find_card
from server.kaikukanta.network.callers import AgentCaller, VenueCaller
from server.kaikukanta.uses.ask import Ask
from server.kaikukanta.uses.tables import UseRecord


def count_elsewhere(
    session: Session,
    caller: VenueCaller | AgentCaller,
    ask: Ask,
    day: date,
    known: AbstractSet[UUID],
) -> int:
    """Return how many uses a card has on a day beside the known: at the offering, of one service.

    An agent is told of its own only.
    """
    card = None if ask.digest is None else find_card(session, ask.digest)
    if card is None:
        return 0
    start = datetime.combine(day, time(), HELSINKI)
    query = select(func.count()).where(
        UseRecord.card_id == card.id,
        UseRecord.offering_id == ask.offering,
        UseRecord.service == (None if ask.fee is None else ask.fee.service),
        UseRecord.outcome == Outcome.ACCEPTED,
        col(UseRecord.voided_at).is_(None),
        col(UseRecord.at) >= start,
        col(UseRecord.at) < start + timedelta(days=1),
        col(UseRecord.id).not_in(known),
    )
    if isinstance(caller, AgentCaller):
        query = query.where(UseRecord.recorder_id == caller.credential_id)
    return session.exec(query).one()
