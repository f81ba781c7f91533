"""Booking places, and changing, cancelling and handing over what was booked (OM-49).

Each is one transaction. A refusal of the rules is an answer and stores nothing; what cannot be done
is a problem. Attending is a use's part: it finds its card's bookings by itself.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from kaiku import booking as rules
from kaiku.booking import BookingState
from kaiku.decide import refused
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.database import transaction
from server.kaikukanta.bookings.case import Case, open_case, own_case, undecided
from server.kaikukanta.bookings.records import (
    Answer,
    Cancelled,
    HandOver,
    TicketCaller,
    answer_of,
    asked,
    asked_at_first,
    ends,
    is_own,
    refusal_of,
    state_of,
)
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.service import find_card, lock_card, to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.context import Context
from server.kaikukanta.leases.recall import Round, decided, unless_leased
from server.kaikukanta.network.attempts import fail, spent
from server.kaikukanta.network.callers import serves
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.case import lock_offering
from server.kaikukanta.uses.wrong import wrong_cards
from server.problems import Mistake, Problem, too_many

ID_TAKEN = Problem(409, "id_taken", "Another booking has this id.")
NOT_FOUND = Problem(404, "not_found", "You have no such booking.")
CANCELLED = Problem(409, "cancelled", "The booking was cancelled.")
ATTENDED = Problem(409, "attended", "The booking has been used; take the use back first.")
OVER = Problem(409, "offering_over", "The event is over, so there is nothing to cancel.")
OTHER_CARD = Problem(409, "other_card", "The booking is not of this card; show the one it is of.")
NO_TIME = Problem(
    422,
    "not_bookable",
    "The offering takes place at no set time, so no place of it can be booked.",
    (Mistake("an offering with a window is needed", pointer="#/offering"),),
)

_CLOSED = {BookingState.CANCELLED: CANCELLED, BookingState.ATTENDED: ATTENDED}


@dataclass(frozen=True, slots=True)
class Ask:
    """A booking to be decided; ``digest`` is None where the card could not be read."""

    id: UUID
    digest: bytes | None = field(repr=False)
    offering: UUID
    party: Party


def book(context: Context, caller: TicketCaller, ask: Ask) -> Answer | Problem:
    """Decide on a booking and keep it where it is accepted (OM-42, 54, 57, 58, 61, 65).

    The same id again gets the same answer, with the state and the party that the booking has by
    then. A refusal is not kept.
    """
    return decided(
        context, lambda session, in_round: _book(session, context, in_round, caller, ask)
    )


def _book(
    session: Session, context: Context, in_round: Round, caller: TicketCaller, ask: Ask
) -> Answer | Problem:
    row = lock_offering(session, ask.offering)
    if row is None or not serves(caller, row):
        return refusal_of(ask.id, refused(Reason.NOT_YOUR_OFFERING))
    card = None if ask.digest is None else find_card(session, ask.digest)
    if card is not None:
        lock_card(session, card)
    stored = session.get(BookingRecord, ask.id)
    if stored is not None:
        same = _is_same(stored, caller, ask, card)
        return answer_of(stored, to_offering(row), context.clock()) if same else ID_TAKEN
    return _book_anew(session, context, in_round, caller, ask, row, card)


def _book_anew(
    session: Session,
    context: Context,
    in_round: Round,
    caller: TicketCaller,
    ask: Ask,
    row: OfferingRecord,
    card: CardRecord | None,
) -> Answer | Problem:
    """Decide on a booking of a new id; its offering and its card are locked."""
    now, settings, offering = context.clock(), context.settings, to_offering(row)
    if offering.window is None:
        return NO_TIME
    limit = wrong_cards(settings, caller)
    seconds = spent(session, limit, settings, now)
    if seconds is not None:
        return too_many(seconds)
    if card is None:
        fail(session, limit, settings, now)
        wrong = Reason.UNREADABLE if ask.digest is None else Reason.UNKNOWN_CARD
        return refusal_of(ask.id, refused(wrong), offering)
    booking = undecided(ask.id, card, offering, caller, ask.party, now)
    case = open_case(session, booking, row, card, now)
    decision = case.decide(ask.party, now)
    if not decision.accepted:
        lacking = case.lacking(decision, ask.party)
        unless_leased(session, context, in_round, row.id, case.booking.day, lacking)
        return refusal_of(ask.id, decision, offering)
    case.accept(session, ask.party, decision)
    return answer_of(case.booking, offering, now)


def amend(
    context: Context, caller: TicketCaller, booking_id: UUID, party: Party
) -> Answer | Problem:
    """Decide on a booking anew with another party; where it is refused, it stays as it was."""
    return decided(
        context,
        lambda session, in_round: _amend(session, context, in_round, caller, booking_id, party),
    )


def _amend(
    session: Session,
    context: Context,
    in_round: Round,
    caller: TicketCaller,
    booking_id: UUID,
    party: Party,
) -> Answer | Problem:
    now = context.clock()
    case = own_case(session, caller, booking_id, now)
    if case is None:
        return NOT_FOUND
    booking = case.booking
    state = state_of(booking, ends(case.offering), now)
    if state in _CLOSED:
        return _CLOSED[state]
    before = answer_of(booking, case.offering, now)
    if asked(booking) == party:
        return before
    case.release()
    decision = case.decide(party, now)
    if decision.accepted:
        case.accept(session, party, decision)
        return answer_of(booking, case.offering, now)
    lacking = case.lacking(decision, party)
    unless_leased(session, context, in_round, booking.offering_id, booking.day, lacking)
    case.counts.reserve(booking.seats)
    return replace(before, outcome=Outcome.REFUSED, reason=decision.reason)


def cancel(context: Context, caller: TicketCaller, booking_id: UUID) -> Cancelled | Problem:
    """Cancel a booking: its row stays, its seats are free at once; again changes nothing."""
    now = context.clock()
    with transaction(context.engine) as session:
        case = own_case(session, caller, booking_id, now)
        if case is None:
            return NOT_FOUND
        booking = case.booking
        match state_of(booking, ends(case.offering), now):
            case BookingState.ATTENDED:
                return ATTENDED
            case BookingState.NO_SHOW:
                return OVER
            case BookingState.OPEN | BookingState.HANDED_OVER:
                case.cancel(session, now)
            case BookingState.CANCELLED:
                pass
        return Cancelled(booking.id, BookingState.CANCELLED, case.offering.terms)


def hand_over(
    context: Context, caller: TicketCaller, booking_id: UUID, digest: bytes | None
) -> HandOver | Problem:
    """Hand a booked ticket over to whoever has the card along (OM-46), from the hour on (OM-66)."""
    now, settings = context.clock(), context.settings
    with transaction(context.engine) as session:
        case = own_case(session, caller, booking_id, now)
        if case is None:
            return NOT_FOUND
        limit = wrong_cards(settings, caller)
        seconds = spent(session, limit, settings, now)
        if seconds is not None:
            return too_many(seconds)
        if digest != case.card.digest:
            fail(session, limit, settings, now)
            return OTHER_CARD
        return _hand_over(case, now)


def _hand_over(case: Case, now: datetime) -> HandOver | Problem:
    booking, offering = case.booking, case.offering
    state = state_of(booking, ends(offering), now)
    if state in _CLOSED:
        return _CLOSED[state]
    if state is BookingState.HANDED_OVER:
        return HandOver(booking.id, state, None)
    reason = rules.hand_over(to_card(case.card), offering, state, now)
    if reason is not None:
        return HandOver(booking.id, state, reason)
    booking.handed_over_at = now
    return HandOver(booking.id, BookingState.HANDED_OVER, None)


def _is_same(
    stored: BookingRecord, caller: TicketCaller, ask: Ask, card: CardRecord | None
) -> bool:
    return (
        is_own(stored, caller)
        and card is not None
        and (stored.card_id, stored.offering_id) == (card.id, ask.offering)
        and asked_at_first(stored) == ask.party
    )
