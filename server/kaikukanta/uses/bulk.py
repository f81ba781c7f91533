"""Entering many past uses at once, row by row, so that a bad row never stops the next (OM-47).

A file may be sent again: a row without an id gets one from who enters it and what it says, so that
it is found where it was entered before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from sqlmodel import Session

from kaiku.days import day_of
from kaiku.reason import WORDS, Reason
from kaiku.wire import Answer
from server.database import read
from server.kaikukanta.context import Context
from server.kaikukanta.network.callers import AgentCaller, VenueCaller, serves
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.ask import Ask
from server.kaikukanta.uses.entry import Entry, read_entry
from server.kaikukanta.uses.records import answer_of, asked, is_own
from server.kaikukanta.uses.service import ID_TAKEN, record
from server.kaikukanta.uses.sheet import Row, RowError
from server.kaikukanta.uses.tables import Recorder, UseRecord
from server.problems import Problem

ANOTHER_PARTY = "it was entered before with another party, which stands"
NO_DAY = "day is needed, since the offering has none of its own"


class RowOutcome(StrEnum):
    """What became of a row; one that is ``invalid`` was not kept."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a row; ``repeated`` where it had been entered before."""

    row: int
    id: UUID | None
    outcome: RowOutcome
    reason: Reason | None = None
    conflict: Reason | None = None
    detail: str | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Who enters a file: ``offering`` is the one of rows that name none.

    ``may_guess`` is on for an operator, whose wrong card numbers are not counted.
    """

    context: Context
    caller: VenueCaller | AgentCaller
    offering: UUID | None
    may_guess: bool = False


def enter(desk: Desk, rows: Iterable[Row]) -> Iterator[Entered]:
    """Enter the rows, each in a transaction of its own; yield what became of each."""
    alike: Counter[str] = Counter()
    for row in rows:
        try:
            entry = read_entry(row, desk.offering)
        except RowError as error:
            yield Entered(row.line, None, RowOutcome.INVALID, detail=str(error))
            continue
        digest = desk.context.digest_of(entry.card)
        id_ = entry.id
        if id_ is None:
            content = _content(entry, digest)
            alike[content] += 1
            id_ = uuid5(_namespace(desk.caller), f"{content} {alike[content]}")
        yield _enter(desk, row.line, entry, id_, digest)


def totals(rows: Sequence[Entered]) -> dict[str, int]:
    """Return how many rows there were, and what became of them."""
    outcomes = Counter(row.outcome for row in rows)
    return {
        "rows": len(rows),
        **{outcome.value: outcomes[outcome] for outcome in RowOutcome},
        "conflicts": sum(row.conflict is not None for row in rows),
        "repeated": sum(row.repeated for row in rows),
    }


def _enter(desk: Desk, line: int, entry: Entry, id_: UUID, digest: bytes | None) -> Entered:
    with read(desk.context.engine) as session:
        stored = session.get(UseRecord, id_)
        if stored is not None:
            return _again(session, desk, line, entry, stored, digest)
        day = entry.day or _own_day(session, desk, entry.offering)
    if isinstance(day, str):
        return Entered(line, id_, RowOutcome.INVALID, detail=day)
    ask = Ask(
        id=id_,
        digest=digest,
        offering=entry.offering,
        party=entry.party,
        day=day,
        by_number=not desk.may_guess,
    )
    answer = record(desk.context, desk.caller, ask)
    if isinstance(answer, Problem):
        return Entered(line, id_, RowOutcome.INVALID, detail=_words(answer))
    return _told(line, answer)


def _again(
    session: Session, desk: Desk, line: int, entry: Entry, stored: UseRecord, digest: bytes | None
) -> Entered:
    """Return what had become of a row; a venue goes on with what any of its tokens entered."""
    row = session.get_one(OfferingRecord, stored.offering_id)
    by_venue = stored.recorder is Recorder.VENUE and isinstance(desk.caller, VenueCaller)
    own = serves(desk.caller, row) and (by_venue or is_own(stored, desk.caller))
    if not own or (stored.digest, stored.offering_id) != (digest, entry.offering):
        return Entered(line, stored.id, RowOutcome.INVALID, detail=ID_TAKEN.detail)
    told = replace(_told(line, answer_of(stored)), repeated=True)
    return told if asked(stored) == entry.party else replace(told, detail=ANOTHER_PARTY)


def _own_day(session: Session, desk: Desk, offering: UUID) -> date | str | None:
    """Return the day of a performance, or what is missing where the offering is none.

    None is for an offering that is not the caller's, of which nothing is told.
    """
    row = session.get(OfferingRecord, offering)
    if row is None or not serves(desk.caller, row):
        return None
    return NO_DAY if row.starts is None else day_of(row.starts)


def _told(line: int, answer: Answer) -> Entered:
    words = None if answer.reason is None else WORDS[answer.reason]
    return Entered(
        line,
        answer.id,
        RowOutcome(answer.outcome.value),
        answer.reason,
        answer.conflict,
        None if words is None else f"{words.title.en}. {words.mend.en}",
    )


def _words(problem: Problem) -> str:
    """Return what is wrong, and when to send the file again where that helps."""
    wait = problem.headers.get("Retry-After")
    if wait is not None:
        return f"too many wrong cards: send the file again in {wait} seconds"
    return "; ".join(mistake.detail for mistake in problem.errors) or problem.detail or problem.code


def _content(entry: Entry, digest: bytes | None) -> str:
    card = entry.card if digest is None else digest.hex()
    party = entry.party
    counts = (party.children, party.helpers, party.supporters)
    return " ".join(map(str, (card, entry.offering, entry.day, *counts)))


def _namespace(caller: VenueCaller | AgentCaller) -> UUID:
    match caller:
        case VenueCaller(venue_id=venue_id):
            return venue_id
        case AgentCaller(credential_id=credential_id):
            return credential_id
