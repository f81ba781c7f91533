"""Fees at a library's desk that the card covers (OM-59): a service and a sum, and nothing else.

What was copied or borrowed is nobody's business, so there is no place for it. Sums are integer
cents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from kaiku.card import Card, Kind
from kaiku.decision import Decision, refused
from kaiku.grounds import vain
from kaiku.offering import Offering, Period, Service, Tariff
from kaiku.party import ALONE, NOBODY
from kaiku.reason import Reason

LARGEST_SUM = 100_000
"""No sum is above this many cents: any more is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Fee:
    """A service and its sum in cents."""

    service: Service
    cents: int

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a sum that is none, or above its bound."""
        if not 0 < self.cents <= LARGEST_SUM:
            raise ValueError(f"a sum must be from 1 to {LARGEST_SUM} cents, not {self.cents}")


def of_count(tariff: Tariff, pieces: int) -> Fee:
    """Return the fee of so many pieces; raise ``ValueError`` where they have no price."""
    if tariff.unit is None:
        raise ValueError(f"{tariff.service} has no price of one piece; type the sum")
    return Fee(tariff.service, tariff.unit * pieces)


def decide_fee(
    card: Card | None, fee: Fee, offering: Offering, spent: int, now: datetime
) -> Decision:
    """Decide whether a fee is covered; ``spent`` is what the card has used in the tariff's period.

    A fee is covered whole or not at all (OM-59); ``cents_left`` tells what could be.
    """
    if card is None:
        return refused(Reason.UNKNOWN_CARD)
    reasons = (*vain(card, offering, now), *_grounds(card, fee, offering, spent))
    covered = 0 if reasons else fee.cents
    tariff = offering.tariff(fee.service)
    cap = None if tariff is None else tariff.cap
    left = None if cap is None else max(0, cap - spent - covered)
    return Decision(reasons, NOBODY if reasons else ALONE, cents_left=left)


def _grounds(card: Card, fee: Fee, offering: Offering, spent: int) -> Iterator[Reason]:
    if card.kind is Kind.COMMUNITY:
        yield Reason.COMMUNITY_CARD_ALONE
    tariff = offering.tariff(fee.service)
    if tariff is None:
        yield Reason.OFFERING_EXCLUDED
    elif tariff.cap is not None and spent + fee.cents > tariff.cap:
        yield Reason.FEES_USED_UP


def period_start(tariff: Tariff, day: date) -> date:
    """Return the first day of the tariff's period that a day falls in."""
    match tariff.period:
        case Period.DAY:
            return day
        case Period.MONTH:
            return day.replace(day=1)
        case Period.YEAR:
            return day.replace(month=1, day=1)
