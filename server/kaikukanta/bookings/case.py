"""A booking in the middle of being decided: its offering, its card, and its counts under lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from kaiku.booking import BookingFacts, book
from kaiku.decision import Decision
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason
from server.kaikukanta.bookings.records import TicketCaller, may_change, write
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.service import lock_card, to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.network.callers import caller_id
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.accounts import account
from server.kaikukanta.uses.case import lock_offering
from server.kaikukanta.uses.counts import Counts, Span, hold
from server.kaikukanta.uses.records import recorder_of


@dataclass(frozen=True, slots=True)
class Case:
    """A booking, and what its decision rests on; ``others`` are its card's open ones (OM-61)."""

    booking: BookingRecord
    offering: Offering
    card: CardRecord
    counts: Counts
    others: tuple[BookingRecord, ...]

    def decide(self, party: Party, now: datetime) -> Decision:
        """Return what the rules say of a party; the booking's own seats have been given back."""
        counted = self.counts.facts
        of_event = sum(other.offering_id == self.offering.id for other in self.others)
        facts = BookingFacts(
            seats_taken=counted.seats_taken or 0,
            of_event=counted.uses + of_event,
            open_bookings=len(self.others),
            visits=counted.visits,
        )
        return book(to_card(self.card), party, self.offering, facts, now)

    def lacking(self, decision: Decision, party: Party) -> int:
        """Return how many seats a party lacks, where nothing else stands against it; else 0."""
        seats, taken = self.offering.seats, self.counts.facts.seats_taken
        if decision.reasons != (Reason.SEATS_FULL,) or seats is None or taken is None:
            return 0
        return taken + self.offering.free(party).seats - seats.cap

    def release(self) -> None:
        """Give the booking's seats back, to decide anew or because it is cancelled."""
        self.counts.reserve(-self.booking.seats)

    def accept(self, session: Session, party: Party, decision: Decision) -> None:
        """Write that the party has places, and tell kiosks; the last act of the transaction."""
        write(self.booking, party, decision, self.offering.version)
        self.counts.reserve(self.booking.seats)
        self._tell(session)

    def cancel(self, session: Session, now: datetime) -> None:
        """Write that nobody has places any more, and tell kiosks; the last act too."""
        self.release()
        self.booking.cancelled_at = now
        self._tell(session)

    def _tell(self, session: Session) -> None:
        session.add(self.booking)
        self.booking.changed = next_seq(session)


def open_case(
    session: Session,
    booking: BookingRecord,
    row: OfferingRecord,
    card: CardRecord,
    now: datetime,
) -> Case:
    """Return the case of a booking whose offering and card are locked."""
    offering = to_offering(row)
    since = offering.counted_since(to_card(card), now) if offering.counts_cards else None
    under = Span(
        offering.id,
        None,
        seats_on=None if offering.seats is None else booking.day,
        own=account(card.id, since),
    )
    others = _open_at(session, row.venue_id, booking, now)
    return Case(booking, offering, card, hold(session, under), others)


def own_case(
    session: Session, caller: TicketCaller, booking_id: UUID, now: datetime
) -> Case | None:
    """Return the case of a booking that the caller may change, all locked; None where not."""
    booking = session.get(BookingRecord, booking_id)
    row = None if booking is None else lock_offering(session, booking.offering_id)
    if booking is None or row is None or not may_change(caller, booking, row):
        return None
    card = session.get_one(CardRecord, booking.card_id)
    lock_card(session, card)
    session.refresh(booking, with_for_update=True)
    return open_case(session, booking, row, card, now)


def undecided(
    booking_id: UUID,
    card: CardRecord,
    offering: Offering,
    caller: TicketCaller,
    party: Party,
    now: datetime,
) -> BookingRecord:
    """Return a new booking for a party of which nothing is decided yet; nobody has a place."""
    return BookingRecord(
        id=booking_id,
        card_id=card.id,
        offering_id=offering.id,
        offering_version=offering.version,
        recorder=recorder_of(caller),
        recorder_id=caller_id(caller),
        booked_at=now,
        day=offering.day(now),
        children=0,
        helpers=0,
        supporters=0,
        asked_children=party.children,
        asked_helpers=party.helpers,
        asked_supporters=party.supporters,
        seats=0,
    )


def _open_at(
    session: Session, venue: UUID, booking: BookingRecord, now: datetime
) -> tuple[BookingRecord, ...]:
    """Return the card's other bookings at a venue that are open (OM-61)."""
    ends = col(OfferingRecord.ends)
    query = (
        select(BookingRecord)
        .join(OfferingRecord, col(OfferingRecord.id) == col(BookingRecord.offering_id))
        .where(BookingRecord.card_id == booking.card_id, BookingRecord.id != booking.id)
        .where(OfferingRecord.venue_id == venue, ends.is_(None) | (ends > now))
        .where(col(BookingRecord.cancelled_at).is_(None), col(BookingRecord.use_id).is_(None))
    )
    return tuple(session.exec(query))
