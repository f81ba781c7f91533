"""What the calls about bookings take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from kaiku.booking import BookingState
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.kaikukanta.fields import Body, CardText
from server.kaikukanta.uses.answers import DecisionBody
from server.kaikukanta.uses.bodies import PartyBody


class BookBody(Body):
    """A booking to be decided; ``id`` is the caller's to make."""

    id: UUID
    card: CardText = Field(repr=False)
    offering: UUID
    party: PartyBody = PartyBody()


class CardBody(Body):
    """The card that is along (OM-46)."""

    card: CardText = Field(repr=False)


class TermsBody(BaseModel):
    """Terms of cancellation, in the venue's own words."""

    fi: str
    sv: str
    en: str


class BookingBody(DecisionBody):
    """What was decided on a booking, and how it stands; ``state`` is null where there is none.

    ``terms`` are the offering's terms of cancellation (OM-19). ``hand_over_from`` is when tickets
    are handed over, where the venue has set that (OM-66).
    """

    id: UUID
    state: BookingState | None
    terms: TermsBody | None
    hand_over_from: datetime | None


class CancelledBody(BaseModel):
    """A booking that was cancelled, and the terms that bind who did so (OM-19)."""

    id: UUID
    state: BookingState
    terms: TermsBody | None


class HandOverBody(BaseModel):
    """Whether a booked ticket is handed over, why not, and how the booking stands."""

    id: UUID
    state: BookingState
    outcome: Outcome
    reason: Reason | None


class CompanionsBody(BaseModel):
    """Who has places along with the holder."""

    children: int
    helpers: int
    supporters: int


class ListedBody(BaseModel):
    """A booking; nothing says whose card it is of."""

    id: UUID
    party: CompanionsBody
    state: BookingState
    booked_at: datetime
    handed_over_at: datetime | None


class BookingsAnswer(BaseModel):
    """A page of bookings; ``after`` asks for the next one, and is null at the end."""

    bookings: list[ListedBody]
    after: UUID | None
