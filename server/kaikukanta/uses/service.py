"""Recording a use, changing its party, and taking it back (OM-47).

Each is one transaction. A refusal of the rules is an answer; what cannot be done is a problem.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from kaiku.party import NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome
from server.database import transaction
from server.kaikukanta.context import Context
from server.kaikukanta.leases.recall import Round, decided, unless_leased
from server.kaikukanta.network.attempts import fail, spent
from server.kaikukanta.network.callers import Caller, KioskCaller, serves
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.case import lock_offering, open_case, undecided
from server.kaikukanta.uses.records import (
    State,
    admitted,
    answer_of,
    ask_for,
    asked,
    is_own,
    lock_use,
    state_of,
)
from server.kaikukanta.uses.tables import UseRecord
from server.kaikukanta.uses.wrong import is_wrong_card, wrong_cards
from server.problems import Mistake, Problem, too_many

ID_TAKEN = Problem(409, "id_taken", "Another use has this id.")
NOT_FOUND = Problem(404, "not_found", "You have recorded no such use.")
TOO_LATE = Problem(409, "too_late", "The time to change this use is over.")
SUPERSEDED = Problem(409, "superseded", "A newer revision of this use has been kept.")
REFUSED = Problem(409, "refused", "The use was refused, so there is nothing to change.")
VOIDED = Problem(409, "voided", "The use was taken back.")
IN_THE_FUTURE = Problem(
    422,
    "invalid",
    "The request does not fit.",
    (Mistake("the use has not happened yet", pointer="#/at"),),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A use to be decided; ``digest`` is None where the card could not be read.

    ``by_number`` says that the card was given by its number, which could be a guess. A kiosk that
    gives a digest has the whole list and guesses nothing: no stray barcodes shut its visitors out.
    """

    id: UUID
    digest: bytes | None
    offering: UUID
    party: Party
    at: datetime
    by_number: bool = True


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a use counts as happening, and of when its card's status is (OM-30, promise P7)."""

    at: datetime
    judged_at: datetime
    clock_suspect: bool = False


def record(context: Context, caller: Caller, ask: Ask) -> Answer | Problem:
    """Decide on a use and record it, refused or not; the same id again gets the same answer.

    An offering that is not the caller's is refused and not recorded.
    """
    return decided(
        context, lambda session, in_round: _record(session, context, in_round, caller, ask)
    )


def _record(
    session: Session, context: Context, in_round: Round, caller: Caller, ask: Ask
) -> Answer | Problem:
    now, settings = context.clock(), context.settings
    stored = session.get(UseRecord, ask.id)
    if stored is not None:
        return answer_of(stored) if _is_same(stored, caller, ask) else ID_TAKEN
    limit = wrong_cards(context.settings, caller)
    seconds = spent(session, limit, settings, now) if ask.by_number else None
    if seconds is not None:
        return too_many(seconds)
    moment = _moment(caller, ask.at, now, settings.clock_tolerance)
    if moment is None:
        return IN_THE_FUTURE
    offering = lock_offering(session, ask.offering)
    if offering is None or not serves(caller, offering):
        return Answer(ask.id, Outcome.REFUSED, Reason.NOT_YOUR_OFFERING, NOBODY)
    use = undecided(ask.id, ask.digest, offering, caller, moment.at, now)
    use.clock_suspect = moment.clock_suspect
    ask_for(use, ask.party)
    case = open_case(session, use, offering, moment.judged_at)
    decision = case.decide(ask.party)
    lacking = case.lacking(decision, ask.party)
    unless_leased(session, context, in_round, offering.id, case.seats_day, lacking)
    case.write(decision)
    if ask.by_number and is_wrong_card(decision):
        fail(session, limit, settings, now)
    case.close(session)
    return answer_of(use)


def amend(
    context: Context, caller: Caller, use_id: UUID, party: Party, after: int | None = None
) -> Answer | Problem:
    """Decide on a use anew with another party.

    Where it is refused, the use stays as it was, and the answer says who is admitted all the same.
    ``after`` is the revision of its journal after which a kiosk asks: a request that was held up on
    its way, and was given up, must not undo what the journal has said since (promise P5).
    """
    return decided(
        context,
        lambda session, in_round: _amend(session, context, in_round, caller, use_id, party, after),
    )


def _amend(
    session: Session,
    context: Context,
    in_round: Round,
    caller: Caller,
    use_id: UUID,
    party: Party,
    after: int | None,
) -> Answer | Problem:
    found = _own(session, caller, use_id)
    if found is None:
        return NOT_FOUND
    use, offering = found
    if use.voided_at is not None:
        return VOIDED
    if use.outcome is Outcome.REFUSED:
        return REFUSED
    if after is not None:
        if after < use.revision:
            return SUPERSEDED
        use.revision = after
    if asked(use) == party:
        return answer_of(use)
    if context.clock() - use.received_at > context.settings.amend_within:
        return TOO_LATE
    case = open_case(session, use, offering, use.at)
    decision = case.decide(party)
    lacking = case.lacking(decision, party)
    unless_leased(session, context, in_round, offering.id, case.seats_day, lacking)
    if decision.accepted:
        ask_for(use, party)
        case.write(decision)
    case.close(session)
    if decision.accepted:
        return answer_of(use)
    return Answer(use.id, Outcome.REFUSED, decision.reason, admitted(use), use.remaining)


def void(context: Context, caller: Caller, use_id: UUID) -> State | Problem:
    """Take an accepted use back: its row stays, and what it had counted is given back."""
    with transaction(context.engine) as session:
        found = _own(session, caller, use_id)
        if found is None:
            return NOT_FOUND
        use, offering = found
        if use.outcome is Outcome.REFUSED:
            return REFUSED
        if use.voided_at is not None:
            return state_of(use)
        now = context.clock()
        if now - use.received_at > context.settings.void_within:
            return TOO_LATE
        case = open_case(session, use, offering, use.at)
        use.voided_at = now
        case.close(session)
        return state_of(use)


def _own(session: Session, caller: Caller, use_id: UUID) -> tuple[UseRecord, OfferingRecord] | None:
    """Return a use of the caller's with its offering, both locked."""
    use = session.get(UseRecord, use_id)
    if use is None or not is_own(use, caller):
        return None
    offering = lock_offering(session, use.offering_id)
    assert offering is not None
    lock_use(session, use)
    return use, offering


def _is_same(stored: UseRecord, caller: Caller, ask: Ask) -> bool:
    return is_own(stored, caller) and (stored.digest, stored.offering_id) == (
        ask.digest,
        ask.offering,
    )


def _moment(caller: Caller, at: datetime, now: datetime, tolerance: timedelta) -> _Moment | None:
    """Return when a use counts as happening; None for one that has not happened yet.

    What is entered afterwards is judged as of its day. A kiosk asks of this very moment: where its
    clock says another, the register's time counts and the use is marked.
    """
    if abs(now - at) <= tolerance:
        return _Moment(at, judged_at=now)
    if isinstance(caller, KioskCaller):
        return _Moment(now, judged_at=now, clock_suspect=True)
    return _Moment(at, judged_at=at) if at < now else None
