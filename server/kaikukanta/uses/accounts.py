"""Under which tally a use is counted: its card's, or those of a group's members."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from kaiku.card import Card
from kaiku.days import day_of
from kaiku.fee import Fee, period_start
from kaiku.offering import Offering
from server.kaikukanta.uses.counts import Account
from server.kaikukanta.uses.records import fee_of
from server.kaikukanta.uses.tables import UseMember, UseRecord


def account(card: UUID | None, since: date | None, service: str = "") -> Account | None:
    """Return the account of a card's tally, where it is counted."""
    return None if card is None or since is None else Account(card, since, service)


def since(offering: Offering, card: Card | None, use: UseRecord) -> date | None:
    """Return the start of the tally that counts a card's use, where one does.

    A group's use is counted for its members, not for the card that leads it.
    """
    if card is None or use.members is not None:
        return None
    fee = fee_of(use)
    if fee is not None:
        return fee_since(offering, fee, use.at)
    return offering.counted_since(card, use.at) if offering.counts_cards else None


def fee_since(offering: Offering, fee: Fee, at: datetime) -> date | None:
    """Return the start of the tally that counts a service's fees, where they are capped."""
    tariff = offering.tariff(fee.service)
    if tariff is None or tariff.cap is None:
        return None
    return period_start(tariff, day_of(at))


def members_of(session: Session, use: UseRecord) -> Sequence[UseMember]:
    """Return the members of a group, in the order in which their cards were shown; else nobody."""
    if use.members is None:
        return ()
    query = select(UseMember).where(UseMember.use_id == use.id).order_by(col(UseMember.place))
    return session.exec(query).all()
