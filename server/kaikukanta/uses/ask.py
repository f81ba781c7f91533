"""A use as it is asked for, before anything is decided, and the fee that it comes to."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kaiku.fee import Fee, of_count
from kaiku.offering import Offering, Service
from kaiku.party import Party
from server.kaikukanta.uses.about import Members
from server.problems import Mistake, Problem

MOST_PIECES = 10_000
"""No fee is of more pieces: any more is a slip of the hand."""


def misfit(detail: str, pointer: str) -> Problem:
    """Return a 422 with one mistake, at a JSON pointer."""
    mistake = Mistake(detail, pointer=pointer)
    return Problem(422, "invalid", "The request does not fit.", (mistake,))


NO_PRICE = misfit("one piece of this service has no price here: give cents", "#/fee/count")
TOO_MUCH = misfit("so many pieces cost more than any fee may be", "#/fee/count")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A fee by its pieces, such as copies, whose price the offering's settings know (OM-59)."""

    service: Service
    count: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A use to be decided; ``digest`` is None where the card could not be read.

    ``by_number`` says that a card was given by its number, which could be a guess. A kiosk that
    gives a digest has the whole list and guesses nothing: no stray barcodes shut its visitors out.
    It happened ``at`` an instant or on a ``day``; where neither is said, it happens now (OM-47).
    ``members`` are those of a group that the card leads, None where there is none (OM-38).
    """

    id: UUID
    digest: bytes | None = field(repr=False)
    offering: UUID
    party: Party
    at: datetime | None = None
    day: date | None = None
    by_number: bool = True
    fee: Fee | Pieces | None = None
    members: Members | None = field(default=None, repr=False)


def fee_asked(asked: Fee | Pieces | None, offering: Offering | None) -> Fee | Problem | None:
    """Return what a fee comes to by an offering's settings, where one is asked for."""
    if not isinstance(asked, Pieces):
        return asked
    tariff = None if offering is None else offering.tariff(asked.service)
    if tariff is None or tariff.unit is None:
        return NO_PRICE
    try:
        return of_count(tariff, asked.count)
    except ValueError:
        return TOO_MUCH
