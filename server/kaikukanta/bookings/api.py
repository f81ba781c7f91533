"""The calls about bookings: making, listing, changing and cancelling them, handing tickets over."""

from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query

from kaiku.booking import BookingState
from kaiku.text import Text
from kaiku.wire import Json, Outcome, write_instant, write_party, write_text
from server.kaikukanta.bookings import service
from server.kaikukanta.bookings.bodies import (
    BookBody,
    BookingBody,
    BookingsAnswer,
    CancelledBody,
    CardBody,
    HandOverBody,
)
from server.kaikukanta.bookings.listing import Listed, Look, bookings
from server.kaikukanta.bookings.records import Answer
from server.kaikukanta.context import InContext
from server.kaikukanta.network.callers import ATicketSystem
from server.kaikukanta.uses.bodies import PartyBody
from server.problems import Problem, ProblemError, responses

T = TypeVar("T")

router = APIRouter(prefix="/api/v1/bookings", tags=["bookings"])


@router.post("", summary="Book places", response_model=BookingBody, responses=responses(409))
def post_booking(body: BookBody, caller: ATicketSystem, context: InContext) -> Json:
    """Decide by the day of the event, and hold the seats (OM-42, OM-49).

    The same id again gives the same answer. A refusal is an answer too, but nothing of it is kept:
    the same id may be tried again.
    """
    ask = service.Ask(body.id, context.digest_of(body.card), body.offering, body.party.party())
    return _written(_done(service.book(context, caller, ask)))


@router.get(
    "", summary="Bookings of an offering", response_model=BookingsAnswer, responses=responses(404)
)
def get_bookings(
    caller: ATicketSystem,
    context: InContext,
    offering: Annotated[UUID, Query()],
    state: Annotated[BookingState | None, Query()] = None,
    after: Annotated[UUID | None, Query()] = None,
) -> Json:
    """Return a page of an offering's bookings: all of them to its venue, its own to an agent."""
    page = _done(bookings(context, caller, Look(offering, state, after)))
    return {"bookings": [_listed(each) for each in page.bookings], "after": page.after}


@router.put(
    "/{booking_id}/party",
    summary="Change the party of a booking",
    response_model=BookingBody,
    responses=responses(404, 409),
)
def put_party(booking_id: UUID, body: PartyBody, caller: ATicketSystem, context: InContext) -> Json:
    """Decide anew on the party as it now is.

    A refusal changes nothing; `admitted` is then who still has places.
    """
    return _written(_done(service.amend(context, caller, booking_id, body.party())))


@router.post(
    "/{booking_id}/cancel",
    summary="Cancel a booking",
    response_model=CancelledBody,
    responses=responses(404, 409),
)
def post_cancel(booking_id: UUID, caller: ATicketSystem, context: InContext) -> Json:
    """Free the seats at once; the answer has the terms that bind who cancels (OM-19)."""
    cancelled = _done(service.cancel(context, caller, booking_id))
    return {
        "id": cancelled.id,
        "state": cancelled.state,
        "terms": _terms(cancelled.terms),
    }


@router.post(
    "/{booking_id}/hand-over",
    summary="Hand a booked ticket over",
    response_model=HandOverBody,
    responses=responses(404, 409),
)
def post_hand_over(
    booking_id: UUID, body: CardBody, caller: ATicketSystem, context: InContext
) -> Json:
    """Hand the ticket over from the venue's hour on (OM-66), with the card along (OM-46)."""
    digest = context.digest_of(body.card)
    done = _done(service.hand_over(context, caller, booking_id, digest))
    return {
        "id": done.id,
        "state": done.state,
        "outcome": Outcome.ACCEPTED if done.reason is None else Outcome.REFUSED,
        "reason": done.reason,
    }


def _written(answer: Answer) -> Json:
    return {
        "id": answer.id,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "admitted": {"adults": answer.admitted.adults, **write_party(answer.admitted)},
        "remaining": answer.remaining,
        "state": answer.state,
        "terms": _terms(answer.terms),
        "hand_over_from": _instant(answer.hand_over_from),
    }


def _listed(booking: Listed) -> Json:
    return {
        "id": booking.id,
        "party": write_party(booking.party),
        "state": booking.state,
        "booked_at": _instant(booking.booked_at),
        "handed_over_at": _instant(booking.handed_over_at),
    }


def _terms(terms: Text | None) -> Json | None:
    return None if terms is None else write_text(terms)


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else write_instant(instant)


def _done(result: T | Problem) -> T:
    if isinstance(result, Problem):
        raise ProblemError(result)
    return result
