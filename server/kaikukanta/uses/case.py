"""A use in the middle of being decided: its offering, its card, and its counts under lock.

Recording, amending, taking back and a kiosk's journal all go through here, so that the counts
always say what the uses say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from kaiku.card import Card
from kaiku.days import day_of
from kaiku.decide import Decision, Facts, decide, refused
from kaiku.fee import decide_fee
from kaiku.group import USUAL_SIZE, GroupSize, Member, decide_group
from kaiku.lease import needed
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.kaikukanta.cards.service import card_at, lock_cards
from server.kaikukanta.network.callers import Caller, caller_id
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.about import Belonging, belongings, card_of, note, unread, was_read
from server.kaikukanta.uses.accounts import account, members_of, since
from server.kaikukanta.uses.counts import Counts, Part, Span, hold
from server.kaikukanta.uses.records import (
    admit,
    counted,
    fee_of,
    flag,
    is_counted,
    part_of,
    recorder_of,
    refuse,
    unflag,
)
from server.kaikukanta.uses.tables import UseMember, UseRecord


@dataclass(frozen=True, slots=True)
class Known:
    """What was counted before: the seats and the card's own, a fee's cents, each member's own."""

    facts: Facts
    cents: int = 0
    members: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A use, and what its decision rests on; ``counts`` leave the use itself out."""

    use: UseRecord
    offering: Offering
    card: Card | None
    counts: Counts
    members: tuple[Belonging, ...] = ()
    size: GroupSize = USUAL_SIZE

    def decide(self, party: Party) -> Decision:
        """Return what the rules say of a party."""
        return self.decide_by(self.offering, party, self.known)

    @property
    def known(self) -> Known:
        """What the running counts say."""
        counts = self.counts
        members = tuple(counts.facts_of(member.account) for member in self.members)
        return Known(counts.facts, counts.cents, members)

    def decide_by(self, offering: Offering, party: Party, known: Known) -> Decision:
        """Return what the rules say by other settings, of which other counts may be known."""
        if not was_read(self.use):
            return refused(Reason.UNREADABLE)
        fee, at = fee_of(self.use), self.use.at
        if fee is not None:
            return decide_fee(self.card, fee, offering, known.cents, at)
        if self.use.members is not None:
            return self._decide_group(offering, party, known)
        return decide(self.card, party, offering, known.facts, at)

    def _decide_group(self, offering: Offering, party: Party, known: Known) -> Decision:
        members = [
            Member(each.card, facts)
            for each, facts in zip(self.members, known.members, strict=True)
        ]
        younger, at = party.children, self.use.at
        decision = decide_group(
            self.card, members, younger, offering, known.facts, at, self.size, along=party
        )
        return replace(decision, missing=unread(decision.missing, self.members))

    @property
    def seats_day(self) -> date:
        """The day that a cap on seats counts the use under."""
        return self.offering.seats_day(self.use.at)

    def lacking(self, decision: Decision, party: Party) -> int:
        """Return how many seats a party lacks, where nothing else stands against it; else 0."""
        facts, seats = self.counts.facts, self.offering.seats
        if decision.reasons != (Reason.SEATS_FULL,) or seats is None or facts.seats_taken is None:
            return 0
        members = self.use.members
        whole = party if members is None else replace(party, adults=1 + members)
        return facts.seats_taken + needed(self.offering.free(whole), facts.booked) - seats.cap

    def write(self, decision: Decision) -> None:
        """Write a decision into the use."""
        note(decision.missing, self.members)
        unflag(self.use)
        if decision.accepted:
            admit(self.use, decision.admitted, decision.remaining)
        else:
            refuse(self.use, decision.reason, decision.remaining)

    def let_stand(
        self, party: Party, offering: Offering, decision: Decision, conflict: Reason
    ) -> None:
        """Write that a party came in, although a decision by some settings is against it."""
        note(decision.missing, self.members)
        members = self.use.members
        came = party if members is None else replace(party, adults=1 + members)
        admit(self.use, offering.free(came), None)
        flag(self.use, conflict, offering.version)

    def close(self, session: Session) -> None:
        """Count the use as it now stands; the last act of the transaction."""
        session.add(self.use)
        self.counts.add(counted(self.use), self.use.cents or 0, part_of(self.use))
        self.counts.settle(session)


def lock_offering(session: Session, offering_id: UUID) -> OfferingRecord | None:
    """Return an offering whose settings stay as they are until the transaction ends."""
    return session.get(OfferingRecord, offering_id, with_for_update={"read": True})


def open_case(
    session: Session,
    use: UseRecord,
    offering_row: OfferingRecord,
    judged_at: datetime,
    part: Part | None = None,
    counts_of: Callable[[Session, Span], Counts] = hold,
    size: GroupSize = USUAL_SIZE,
    rows: Sequence[UseMember] | None = None,
) -> Case:
    """Return the case of a use, new or locked, of an offering whose row is locked.

    The card has the status of ``judged_at``. A use that no count includes yet is placed under its
    card, day and tally as they are now. ``part`` is what the use is about to take of a lease, where
    that is not what it takes already. ``counts_of`` is :func:`look` where nothing is going to be
    written. ``size`` is how large a group may be (OM-37), ``rows`` are its members where those are
    not kept.
    """
    offering = to_offering(offering_row)
    if rows is None:
        rows = members_of(session, use)
    if offering.window is not None and counts_of is hold:
        lock_cards(session, (use.digest, *(row.digest for row in rows)))
    found = card_of(session, use)
    card = None if found is None else card_at(session, found, judged_at)
    if not is_counted(use):
        use.card_id = None if found is None else found.id
        use.day = offering.day(use.at)
        use.since = since(offering, card, use)
    members = belongings(session, use, rows, offering, judged_at)
    before = part_of(use)
    parts = frozenset(each.lease for each in (before, part) if each is not None)
    under = Span(
        offering.id,
        use.id,
        seats_on=None if offering.seats is None else offering.seats_day(use.at),
        own=account(use.card_id, use.since, use.service or ""),
        members=tuple(each.account for each in members if each.account is not None),
        bookers=_bookers(use, members),
        part=part or before,
        leases=parts,
    )
    counts = counts_of(session, under)
    counts.take(counted(use), use.cents or 0, before)
    return Case(use, offering, card, counts, members, size)


def _bookers(use: UseRecord, members: Sequence[Belonging]) -> frozenset[UUID]:
    """Return the cards whose bookings a use attends: its own, or those of a group's members."""
    if use.service is not None:
        return frozenset()
    cards = (use.card_id,) if use.members is None else (each.row.card_id for each in members)
    return frozenset(card for card in cards if card is not None)


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
