"""A use in the middle of being decided: its offering, its card, and its counts under lock.

Recording, amending, taking back and a kiosk's journal all go through here, so that the counts
always say what the uses say.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from kaiku.card import Card
from kaiku.days import day_of
from kaiku.decide import Decision, decide, refused
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.kaikukanta.cards.service import find_card, to_card
from server.kaikukanta.network.callers import Caller, caller_id
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.counts import Counts, hold, span
from server.kaikukanta.uses.records import admit, counted, is_counted, recorder_of, refuse
from server.kaikukanta.uses.tables import UseRecord


@dataclass(frozen=True, slots=True)
class Case:
    """A use, and what its decision rests on; ``counts`` leave the use itself out."""

    use: UseRecord
    offering: Offering
    card: Card | None
    counts: Counts

    def decide(self, party: Party) -> Decision:
        """Return what the rules say of a party."""
        if self.use.digest is None:
            return refused(Reason.UNREADABLE)
        return decide(self.card, party, self.offering, self.counts.facts, self.use.at)

    def write(self, decision: Decision) -> None:
        """Write a decision into the use."""
        if decision.accepted:
            admit(self.use, decision.admitted, decision.remaining)
        else:
            refuse(self.use, decision.reason, decision.remaining)

    def close(self, session: Session) -> None:
        """Count the use as it now stands; the last act of the transaction."""
        session.add(self.use)
        self.counts.add(counted(self.use))
        self.counts.settle(session)


def lock_offering(session: Session, offering_id: UUID) -> OfferingRecord | None:
    """Return an offering whose settings stay as they are until the transaction ends."""
    return session.get(OfferingRecord, offering_id, with_for_update={"read": True})


def open_case(
    session: Session, use: UseRecord, offering_row: OfferingRecord, judged_at: datetime
) -> Case:
    """Return the case of a use, new or locked, of an offering whose row is locked.

    The card has the status of ``judged_at``. A use that no count includes yet is placed under its
    card, day and tally as they are now.
    """
    offering = to_offering(offering_row)
    found = None if use.digest is None else find_card(session, use.digest)
    card = None if found is None else to_card(found, judged_at)
    if not is_counted(use):
        use.card_id = None if found is None else found.id
        use.day = offering.day(use.at)
        use.since = since(offering, card, use.at)
    counts = hold(session, span(offering, use.at, use.card_id, use.since))
    counts.take(counted(use))
    return Case(use, offering, card, counts)


def undecided(
    use_id: UUID,
    digest: bytes | None,
    offering_row: OfferingRecord,
    caller: Caller,
    at: datetime,
    now: datetime,
) -> UseRecord:
    """Return a new use of which nothing is decided yet; nobody has come in."""
    return UseRecord(
        id=use_id,
        digest=digest,
        offering_id=offering_row.id,
        offering_version=offering_row.version,
        recorder=recorder_of(caller),
        recorder_id=caller_id(caller),
        at=at,
        received_at=now,
        day=day_of(at),
        asked_children=0,
        asked_helpers=0,
        asked_supporters=0,
        outcome=Outcome.REFUSED,
        adults=0,
        children=0,
        helpers=0,
        supporters=0,
        revision=0,
    )


def since(offering: Offering, card: Card | None, at: datetime) -> date | None:
    """Return the start of the tally that counts a card's use at an instant, where one does."""
    if card is None or not offering.counts_cards:
        return None
    return offering.counted_since(card, at)
