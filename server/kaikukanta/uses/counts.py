"""The running counts that decisions rest on, held under their row locks while one is made.

Locks are always taken in the order offering, use, seats, tally, feed, attempts, so that nobody
deadlocks.
Only what an offering limits is counted; what a use takes is :class:`kaiku.party.Party`'s to say.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, SQLModel

from kaiku.days import day_of
from kaiku.decide import Facts
from kaiku.offering import Offering, Per
from kaiku.party import Party
from server.database import upsert
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.uses.tables import SeatCount, Tally

_Row = TypeVar("_Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Span:
    """Which counts a use falls under; None where the offering does not count it."""

    offering: UUID
    seats_on: date | None
    card: UUID | None
    since: date | None


def seats_day(offering: Offering, at: datetime) -> date:
    """Return the day that a cap on seats counts a use under: the event's, or the use's own."""
    seats = offering.seats
    return day_of(at) if seats is not None and seats.per is Per.DAY else offering.day(at)


def span(offering: Offering, at: datetime, card: UUID | None, since: date | None) -> Span:
    """Return what a use falls under; ``since`` starts the card's tally, where it is counted."""
    seats_on = None if offering.seats is None else seats_day(offering, at)
    counted = card if since is not None else None
    return Span(offering.id, seats_on, counted, since)


class Counts:
    """The counts of one span. What is added or taken is written at the commit."""

    def __init__(self, seats: SeatCount | None, tally: Tally | None) -> None:
        self._seats = seats
        self._tally = tally
        self._tally_before = _values(tally)

    @property
    def facts(self) -> Facts:
        """Return the counts as a decision needs them."""
        uses, visits = _values(self._tally)
        return Facts(
            seats_taken=None if self._seats is None else self._seats.taken,
            uses=uses,
            visits=visits,
        )

    def add(self, party: Party) -> None:
        """Count who came in; nobody counts as nothing."""
        self._change(party, 1)

    def take(self, party: Party) -> None:
        """Give back what was counted for them."""
        self._change(party, -1)

    def settle(self, session: Session) -> None:
        """Tell kiosks of a changed tally; the last act of a transaction."""
        if self._tally is not None and _values(self._tally) != self._tally_before:
            self._tally.changed = next_seq(session)

    def _change(self, party: Party, sign: int) -> None:
        if self._seats is not None:
            self._seats.taken += sign * party.seats
        if self._tally is not None:
            self._tally.uses += sign * party.adults
            self._tally.visits += sign * party.visits


def hold(session: Session, under: Span) -> Counts:
    """Return the counts of a span, locked until the transaction ends and made where missing."""
    seats = tally = None
    if under.seats_on is not None:
        key = {"offering_id": under.offering, "day": under.seats_on}
        seats = _locked(session, SeatCount, key, {"taken": 0})
    if under.card is not None:
        key = {"card_id": under.card, "offering_id": under.offering, "since": under.since}
        tally = _locked(session, Tally, key, {"uses": 0, "visits": 0, "changed": 0})
    return Counts(seats, tally)


def look(session: Session, under: Span) -> Facts:
    """Return the counts of a span as they are now, without holding them."""
    seats = tally = None
    if under.seats_on is not None:
        seats = session.get(SeatCount, (under.offering, under.seats_on)) or SeatCount(
            offering_id=under.offering, day=under.seats_on
        )
    if under.card is not None:
        tally = session.get(Tally, (under.card, under.offering, under.since))
    return Counts(seats, tally).facts


def _locked(
    session: Session, table: type[_Row], key: dict[str, object], zero: dict[str, object]
) -> _Row:
    row = session.get(table, key, with_for_update=True, populate_existing=True)
    if row is None:
        session.execute(upsert(session, table).values(**key, **zero).on_conflict_do_nothing())
        row = session.get_one(table, key, with_for_update=True)
    return row


def _values(tally: Tally | None) -> tuple[int, int]:
    return (0, 0) if tally is None else (tally.uses, tally.visits)
