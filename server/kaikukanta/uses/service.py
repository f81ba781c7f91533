"""Recording a use, changing its party, and taking it back (OM-47).

Each is one transaction. A refusal of the rules is an answer; what cannot be done is a problem.
"""

from dataclasses import replace
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
from server.kaikukanta.network.callers import Caller, serves
from server.kaikukanta.offerings.former import settings_of
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.about import describe, missing_of
from server.kaikukanta.uses.again import Sent, is_same
from server.kaikukanta.uses.ask import Ask, fee_asked
from server.kaikukanta.uses.case import lock_offering, open_case, undecided
from server.kaikukanta.uses.late import rule, settings_then
from server.kaikukanta.uses.moment import moment_of
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
from server.kaikukanta.uses.wrong import count_wrong, wrong_cards
from server.problems import Problem, too_many

ID_TAKEN = Problem(409, "id_taken", "Another use has this id.")
NOT_FOUND = Problem(404, "not_found", "You have recorded no such use.")
TOO_LATE = Problem(409, "too_late", "The time to change this use is over.")
SUPERSEDED = Problem(409, "superseded", "A newer revision of this use has been kept.")
REFUSED = Problem(409, "refused", "The use was refused, so there is nothing to change.")
VOIDED = Problem(409, "voided", "The use was taken back.")
FEE_STANDS = Problem(409, "fee", "A fee has no party; take it back and record another.")
GROUP_STANDS = Problem(409, "group", "A group comes in as it is; take it back and record another.")


def record(context: Context, caller: Caller, ask: Ask) -> Answer | Problem:
    """Decide on a use and record it, now or afterwards, refused or not (OM-47).

    The same id again gets the same answer.
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
        same = _is_same(session, stored, caller, ask)
        return _answer(session, stored) if same else ID_TAKEN
    limit = wrong_cards(context.settings, caller)
    seconds = spent(session, limit, settings, now) if ask.by_number else None
    if seconds is not None:
        return too_many(seconds)
    row = lock_offering(session, ask.offering)
    if row is None or not serves(caller, row):
        return Answer(ask.id, Outcome.REFUSED, Reason.NOT_YOUR_OFFERING, NOBODY)
    moment = moment_of(session, caller, ask, row, now, settings.clock_tolerance)
    if isinstance(moment, Problem):
        return moment
    use = undecided(ask.id, ask.digest, row, caller, moment.at, now)
    use.late = moment.late
    then = settings_then(session, row, use)
    fee = fee_asked(ask.fee, then or to_offering(row))
    if isinstance(fee, Problem):
        return fee
    use.clock_suspect = moment.clock_suspect
    use.offering_version = row.version if then is None else then.version
    describe(session, use, fee, ask.members)
    ask_for(use, ask.party)
    case = open_case(session, use, row, moment.judged_at, size=settings.group_size)
    ruling = rule(session, case, then, ask.party)
    if not ruling.accepted:
        lacking = case.lacking(ruling.decision, ask.party)
        unless_leased(session, context, in_round, row.id, case.seats_day, lacking)
    ruling.write(case, ask.party)
    wrong = count_wrong(ruling.decision)
    if ask.by_number and wrong:
        fail(session, limit, settings, now, wrong)
    case.close(session)
    return _answer(session, use)


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
    use, row = found
    against = _no_party(use)
    if against is not None:
        return against
    if after is not None:
        if after < use.revision:
            return SUPERSEDED
        use.revision = after
    if asked(use) == party:
        return answer_of(use)
    if context.clock() - use.received_at > context.settings.amend_within:
        return TOO_LATE
    case = open_case(session, use, row, use.at)
    then = settings_then(session, row, use)
    ruling = rule(session, case, then, party)
    if ruling.accepted:
        ask_for(use, party)
        ruling.write(case, party)
    else:
        lacking = case.lacking(ruling.decision, party)
        unless_leased(session, context, in_round, row.id, case.seats_day, lacking)
    case.close(session)
    if ruling.accepted:
        return answer_of(use)
    return Answer(use.id, Outcome.REFUSED, ruling.decision.reason, admitted(use), use.remaining)


def _no_party(use: UseRecord) -> Problem | None:
    """Return why a use has no party that could change."""
    if use.service is not None:
        return FEE_STANDS
    if use.members is not None:
        return GROUP_STANDS
    if use.voided_at is not None:
        return VOIDED
    return REFUSED if use.outcome is Outcome.REFUSED else None


def void(context: Context, caller: Caller, use_id: UUID) -> State | Problem:
    """Take an accepted use back: its row stays, and what it had counted is given back."""
    with transaction(context.engine) as session:
        found = _own(session, caller, use_id)
        if found is None:
            return NOT_FOUND
        return _void(session, *found, context.clock(), context.settings.void_within)


def void_any(context: Context, use_id: UUID) -> State | Problem:
    """Take anybody's use back at any time, as an operator does of one entered wrongly (OM-47)."""
    with transaction(context.engine) as session:
        use = session.get(UseRecord, use_id)
        if use is None:
            return NOT_FOUND
        return _void(session, *_locked(session, use), context.clock(), within=None)


def _void(
    session: Session, use: UseRecord, row: OfferingRecord, now: datetime, within: timedelta | None
) -> State | Problem:
    """Take a locked use back, ``within`` how long after its recording, None for any time."""
    if use.outcome is Outcome.REFUSED:
        return REFUSED
    if use.voided_at is not None:
        return state_of(use)
    if within is not None and now - use.received_at > within:
        return TOO_LATE
    case = open_case(session, use, row, use.at)
    use.voided_at = now
    case.close(session)
    return state_of(use)


def _own(session: Session, caller: Caller, use_id: UUID) -> tuple[UseRecord, OfferingRecord] | None:
    """Return a use of the caller's with its offering, both locked."""
    use = session.get(UseRecord, use_id)
    return None if use is None or not is_own(use, caller) else _locked(session, use)


def _locked(session: Session, use: UseRecord) -> tuple[UseRecord, OfferingRecord]:
    """Return a use with its offering, both locked."""
    offering = lock_offering(session, use.offering_id)
    assert offering is not None
    lock_use(session, use)
    return use, offering


def _answer(session: Session, use: UseRecord) -> Answer:
    return replace(answer_of(use), missing=missing_of(session, use))


def _is_same(session: Session, stored: UseRecord, caller: Caller, ask: Ask) -> bool:
    """Tell whether a use was asked for before; pieces have the price that they had then."""
    if not is_own(stored, caller):
        return False
    row = session.get(OfferingRecord, ask.offering)
    if row is None or row.id != stored.offering_id:
        return False
    fee = fee_asked(ask.fee, settings_of(session, row, stored.offering_version))
    if isinstance(fee, Problem):
        return False
    return is_same(session, stored, Sent(ask.digest, fee, ask.members, ask.at, ask.day))
