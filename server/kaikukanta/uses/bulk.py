"""Entering many past uses at once, row by row, so that a bad row never stops the next (OM-47).

A sheet is mended and sent again, whole, under the same name: a row that was entered before finds
its use, and what else it says now amends it.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from kaiku.days import day_of
from kaiku.offering import OfferingKind
from server.database import read
from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import AgentCaller, VenueCaller, serves
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.again import is_of
from server.kaikukanta.uses.ask import Ask
from server.kaikukanta.uses.correct import correct
from server.kaikukanta.uses.elsewhere import count_elsewhere
from server.kaikukanta.uses.entry import Entry, read_entry
from server.kaikukanta.uses.identity import Identities
from server.kaikukanta.uses.records import is_own
from server.kaikukanta.uses.report import Entered, corrected, invalid, recorded
from server.kaikukanta.uses.service import ID_TAKEN, record
from server.kaikukanta.uses.sheet import Row, RowError
from server.kaikukanta.uses.tables import Recorder, UseRecord
from server.problems import Problem

ANOTHER_DAY = "it was entered with another day: give the row another id, and take the old use back"
NO_SERVICE = "service is missing: at a library a use is of a fee, with its sum or its count"
NO_DAY = "day is needed, since the offering has none of its own"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who enters a sheet of which name: ``offering`` is the one of rows that name none.

    ``may_guess`` is on for an operator, whose wrong card numbers are not counted.
    """

    context: Context
    caller: VenueCaller | AgentCaller
    sheet: str
    offering: UUID | None
    may_guess: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that can be read, and the ids of all rows of the sheet that are about the same."""

    number: int
    entry: Entry
    ask: Ask
    alike: AbstractSet[UUID]


@dataclass(frozen=True, slots=True)
class _First:
    """A use to be recorded, and how many elsewhere may be of the same visit."""

    ask: Ask
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class _Again:
    """A use that was entered before, and how long after that it may change."""

    ask: Ask
    within: timedelta | None
    elsewhere: int


def enter(desk: Desk, rows: Sequence[Row]) -> Iterator[Entered]:
    """Enter the rows, each in a transaction of its own; yield what became of each (OM-47).

    All are read before the first is entered: what of a visit is of this sheet must be known.
    """
    identities = Identities(desk.caller, desk.sheet)
    for line in [_read(desk, row, identities) for row in rows]:
        yield line if isinstance(line, Entered) else _enter(desk, line)


def _read(desk: Desk, row: Row, identities: Identities) -> _Line | Entered:
    try:
        entry = read_entry(row, desk.offering)
    except RowError as error:
        return invalid(row.line, str(error))
    digest = desk.context.digest_of(entry.card)
    id_, alike = identities.next(entry, digest)
    return _Line(row.line, entry, _ask(desk, entry, id_, digest), alike)


def _ask(desk: Desk, entry: Entry, id_: UUID, digest: bytes | None) -> Ask:
    return Ask(
        id=id_,
        digest=digest,
        offering=entry.offering,
        party=entry.party,
        day=entry.day,
        by_number=not desk.may_guess,
        fee=entry.fee,
    )


def _enter(desk: Desk, line: _Line) -> Entered:
    number, id_ = line.number, line.ask.id
    with read(desk.context.engine) as session:
        plan = _plan(session, desk, line)
    match plan:
        case _First():
            answer = record(desk.context, desk.caller, plan.ask)
            if isinstance(answer, Problem):
                return invalid(number, answer, id_)
            return recorded(number, answer, plan.elsewhere)
        case _Again():
            now = correct(desk.context, plan.ask, plan.within)
            if isinstance(now, Problem):
                return invalid(number, now, id_)
            return corrected(number, now, plan.elsewhere)
        case _:
            return invalid(number, plan, id_)


def _plan(session: Session, desk: Desk, line: _Line) -> _First | _Again | Problem | str:
    """Return what is to be done with a row, or what is against it."""
    stored = session.get(UseRecord, line.ask.id)
    if stored is None:
        return _first(session, desk, line)
    return _again(session, desk, line, stored)


def _first(session: Session, desk: Desk, line: _Line) -> _First | str:
    """Return a use of its day: a performance has one of its own.

    Of an offering that is not the caller's nothing is told.
    """
    ask = line.ask
    row = session.get(OfferingRecord, ask.offering)
    if row is None or not serves(desk.caller, row):
        return _First(ask)
    if row.kind is OfferingKind.LIBRARY and ask.fee is None:
        return NO_SERVICE
    day = ask.day or (None if row.starts is None else day_of(row.starts))
    if day is None:
        return NO_DAY
    elsewhere = count_elsewhere(session, desk.caller, ask, day, line.alike)
    return _First(replace(ask, day=day), elsewhere)


def _again(session: Session, desk: Desk, line: _Line, stored: UseRecord) -> _Again | Problem | str:
    """Return the use to be corrected; a venue goes on with what any of its tokens entered.

    A use whose id the row brings, and which was recorded while it happened, changes only as long as
    by any other call.
    """
    ask, day = line.ask, day_of(stored.at)
    row = session.get_one(OfferingRecord, stored.offering_id)
    by_venue = stored.recorder is Recorder.VENUE and isinstance(desk.caller, VenueCaller)
    own = serves(desk.caller, row) and (by_venue or is_own(stored, desk.caller))
    if not own or not _is_about(session, stored, ask):
        return ID_TAKEN
    if ask.day is not None and ask.day != day:
        return ANOTHER_DAY
    bounded = line.entry.id is not None and not stored.late
    within = desk.context.settings.amend_within if bounded else None
    elsewhere = count_elsewhere(session, desk.caller, ask, day, line.alike)
    return _Again(ask, within, elsewhere)


def _is_about(session: Session, stored: UseRecord, ask: Ask) -> bool:
    """Tell whether a use is of the same card, offering and service, and of no group."""
    service = None if ask.fee is None else ask.fee.service
    about = (stored.offering_id, stored.service, stored.members)
    return about == (ask.offering, service, None) and is_of(session, stored, ask.digest)
