"""The bookings of an offering as its venue or an agent looks at them, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, literal
from sqlmodel import Session, col, select

from kaiku.booking import BookingState
from kaiku.party import Party
from server.database import read
from server.kaikukanta.bookings.records import TicketCaller, admitted, state_of
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import AgentCaller, VenueCaller, caller_id, serves
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import Recorder
from server.problems import Problem

PAGE = 200
NO_OFFERING = Problem(404, "not_found", "You have no such offering.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A booking as it is listed: nothing tells whose card it is of (OM-28)."""

    id: UUID
    party: Party
    state: BookingState
    booked_at: datetime
    handed_over_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """Which bookings to list: of an offering, in a state or any, after the last page's last."""

    offering: UUID
    state: BookingState | None = None
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Bookings in the order of their ids; ``after`` asks for the next page, None at the end."""

    bookings: tuple[Listed, ...]
    after: UUID | None


def bookings(context: Context, caller: TicketCaller, look: Look) -> Page | Problem:
    """Return a page of bookings: all of its offering for a venue, its own for an agent."""
    now = context.clock()
    with read(context.engine) as session:
        offering = session.get(OfferingRecord, look.offering)
        if offering is None or not serves(caller, offering):
            return NO_OFFERING
        rows = _rows(session, caller, look, offering.ends, now)
    listed = tuple(_listed(row, offering.ends, now) for row in rows[:PAGE])
    return Page(listed, listed[-1].id if len(rows) > PAGE else None)


def _rows(
    session: Session,
    caller: TicketCaller,
    look: Look,
    ends: datetime | None,
    now: datetime,
) -> list[BookingRecord]:
    query = select(BookingRecord).where(BookingRecord.offering_id == look.offering)
    match caller:
        case AgentCaller():
            query = query.where(
                BookingRecord.recorder == Recorder.AGENT,
                BookingRecord.recorder_id == caller_id(caller),
            )
        case VenueCaller():
            pass
    if look.state is not None:
        query = query.where(_state(ends, now) == look.state.value)
    if look.after is not None:
        query = query.where(col(BookingRecord.id) > look.after)
    return list(session.exec(query.order_by(col(BookingRecord.id)).limit(PAGE + 1)))


def _state(ends: datetime | None, now: datetime) -> ColumnElement[str]:
    """Return what :func:`server.kaikukanta.bookings.records.state_of` does, of the columns."""
    over = ends is not None and now >= ends
    return case(
        (col(BookingRecord.cancelled_at).is_not(None), BookingState.CANCELLED.value),
        (col(BookingRecord.use_id).is_not(None), BookingState.ATTENDED.value),
        (literal(over), BookingState.NO_SHOW.value),
        (col(BookingRecord.handed_over_at).is_not(None), BookingState.HANDED_OVER.value),
        else_=BookingState.OPEN.value,
    )


def _listed(booking: BookingRecord, ends: datetime | None, now: datetime) -> Listed:
    return Listed(
        booking.id,
        admitted(booking),
        state_of(booking, ends, now),
        booking.booked_at,
        booking.handed_over_at,
    )
