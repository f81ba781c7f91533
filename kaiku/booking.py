"""Bookings: a place taken beforehand, by staff or an agent, and used by a scan at the door.

A booking is decided by the day of the event, not by the day of booking (OM-42), and holds its
party's seats until it is cancelled or the event is over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from kaiku.card import Card, Kind
from kaiku.decision import Decision, conclude, refused
from kaiku.grounds import Facts, company, early_to_book, early_to_hand_over, limits, vain
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason


class BookingState(StrEnum):
    """What has become of a booking. ``NO_SHOW`` is a record, never a penalty (OM-18)."""

    OPEN = "open"
    HANDED_OVER = "handed_over"
    ATTENDED = "attended"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


IS_OPEN = frozenset({BookingState.OPEN, BookingState.HANDED_OVER})
"""The states that count as an open booking (OM-61)."""


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What a booking rests on.

    ``seats_taken`` counts uses and bookings of the event. ``of_event`` are the card's own bookings
    and uses of it, ``open_bookings`` those that the card has open at the venue. ``visits`` are what
    it has spent in the year of the event. A booking that is decided anew leaves itself out.
    """

    seats_taken: int = 0
    of_event: int = 0
    open_bookings: int = 0
    visits: int = 0


def book(
    card: Card | None, party: Party, offering: Offering, facts: BookingFacts, now: datetime
) -> Decision:
    """Decide whether places are booked for the whole party, at the aware instant ``now``."""
    if card is None:
        return refused(Reason.UNKNOWN_CARD)
    admitted = offering.free(party)
    counted = Facts(facts.seats_taken, facts.of_event, facts.visits)
    reasons = (
        *vain(card, offering, now),
        *company(card, party, offering),
        *([Reason.COMMUNITY_CARD_ALONE] if card.kind is Kind.COMMUNITY else []),
        *early_to_book(offering, now),
        *_open_bookings(offering, facts),
        *limits(admitted, offering, counted),
    )
    return conclude(reasons, admitted, offering, counted)


def hand_over(card: Card, offering: Offering, state: BookingState, now: datetime) -> Reason | None:
    """Tell why a booked ticket is not handed over now, or None where it is.

    The booking is not open any more, the card has come to its end since (OM-30, OM-42), or it is
    before the venue's hour (OM-66).
    """
    if state not in IS_OPEN:
        return Reason.OFFERING_OVER
    return next(chain(vain(card, offering, now), early_to_hand_over(offering, now)), None)


def _open_bookings(offering: Offering, facts: BookingFacts) -> Iterator[Reason]:
    limit = offering.open_bookings
    if limit is not None and facts.open_bookings >= limit.cap:
        yield Reason.OPEN_BOOKINGS_FULL
