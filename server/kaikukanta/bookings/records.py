"""A booking as a row, and what a row says: whose it is, who has places, what has become of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kaiku.booking import BookingState
from kaiku.decision import Decision
from kaiku.offering import Offering
from kaiku.party import NOBODY, Party
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import Outcome
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.network.callers import AgentCaller, VenueCaller, caller_id, serves
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.records import recorder_of

TicketCaller = VenueCaller | AgentCaller


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided on a booking, and how it stands; ``state`` is None where there is none.

    ``terms`` bind who cancels (OM-19), ``hand_over_from`` is when tickets are given (OM-66).
    """

    id: UUID
    outcome: Outcome
    reason: Reason | None
    admitted: Party
    remaining: int | None
    state: BookingState | None
    terms: Text | None
    hand_over_from: datetime | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A booking that was cancelled, and the terms that bind who did so (OM-19)."""

    id: UUID
    state: BookingState
    terms: Text | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """Whether a booked ticket is handed over, and how the booking stands."""

    id: UUID
    state: BookingState
    reason: Reason | None


def state_of(booking: BookingRecord, ends: datetime | None, now: datetime) -> BookingState:
    """Return what has become of a booking of an event that ends at an instant, or at no set time.

    Who did not come until the end is a no-show: a record that nothing follows from (OM-18).
    """
    if booking.cancelled_at is not None:
        return BookingState.CANCELLED
    if booking.use_id is not None:
        return BookingState.ATTENDED
    if ends is not None and now >= ends:
        return BookingState.NO_SHOW
    return BookingState.OPEN if booking.handed_over_at is None else BookingState.HANDED_OVER


def is_own(booking: BookingRecord, caller: TicketCaller) -> bool:
    """Tell whether the caller made the booking."""
    return (booking.recorder, booking.recorder_id) == (recorder_of(caller), caller_id(caller))


def may_change(caller: TicketCaller, booking: BookingRecord, offering: OfferingRecord) -> bool:
    """Tell whether the caller may act on a booking: its venue on any, an agent on its own."""
    match caller:
        case VenueCaller():
            return serves(caller, offering)
        case AgentCaller():
            return is_own(booking, caller)


def asked(booking: BookingRecord) -> Party:
    """Return who asked for places."""
    return Party(booking.children, booking.helpers, booking.supporters)


def asked_at_first(booking: BookingRecord) -> Party:
    """Return who asked for places when the booking was made."""
    return Party(booking.asked_children, booking.asked_helpers, booking.asked_supporters)


def admitted(booking: BookingRecord) -> Party:
    """Return who has places: support persons only where seats are held for them (OM-68)."""
    party = asked(booking)
    return replace(party, supporters=booking.seats - party.adults - party.children)


def write(booking: BookingRecord, party: Party, decision: Decision, version: int) -> None:
    """Write into a booking that its party has places, by a version of the offering's settings."""
    booking.children = party.children
    booking.helpers = party.helpers
    booking.supporters = party.supporters
    booking.seats = decision.admitted.seats
    booking.remaining = decision.remaining
    booking.offering_version = version


def answer_of(booking: BookingRecord, offering: Offering, now: datetime) -> Answer:
    """Return the answer to a booking that was made, with its state of now."""
    return Answer(
        booking.id,
        Outcome.ACCEPTED,
        None,
        admitted(booking),
        booking.remaining,
        state_of(booking, ends(offering), now),
        offering.terms,
        None if offering.window is None else offering.window.opens,
    )


def refusal_of(booking_id: UUID, decision: Decision, offering: Offering | None = None) -> Answer:
    """Return the answer to a booking that was not made."""
    window = None if offering is None else offering.window
    return Answer(
        booking_id,
        Outcome.REFUSED,
        decision.reason,
        NOBODY,
        decision.remaining,
        None,
        None if offering is None else offering.terms,
        None if window is None else window.opens,
    )


def ends(offering: Offering) -> datetime | None:
    """Return when an event is over, where it has a time."""
    return None if offering.window is None else offering.window.ends
