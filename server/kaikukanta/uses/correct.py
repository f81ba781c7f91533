"""A use that a sheet has entered before, as its row says now: nothing is lost, nothing twice.

A mistake on paper is found days later, so a sheet is never too late to mend it (OM-47).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlmodel import Session

from kaiku.wire import Answer, Outcome
from server.kaikukanta.context import Context
from server.kaikukanta.leases.recall import Round, decided, unless_leased
from server.kaikukanta.offerings.former import settings_at, settings_of
from server.kaikukanta.uses.ask import Ask, fee_asked
from server.kaikukanta.uses.case import lock_offering, open_case
from server.kaikukanta.uses.late import Ruling, rule, settings_then
from server.kaikukanta.uses.moment import is_over
from server.kaikukanta.uses.records import admitted, answer_of, ask_for, asked, fee_of, lock_use
from server.kaikukanta.uses.service import TOO_LATE
from server.kaikukanta.uses.tables import UseRecord
from server.problems import Problem


class Correction(StrEnum):
    """What became of a use that had been entered before.

    One that is ``recorded`` now was refused then. A correction that is ``refused`` leaves an
    accepted use as it was.
    """

    RECORDED = "recorded"
    AMENDED = "amended"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Standing(StrEnum):
    """How a use now stands, whatever its row asked."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of a use, the answer to what its row asks now, and how the use stands."""

    correction: Correction
    answer: Answer
    stands: Standing


def correct(context: Context, ask: Ask, within: timedelta | None) -> Corrected | Problem:
    """Decide anew on a use of the one who asks, where it was refused or its party or sum changed.

    ``within`` is how long after its recording it may change, None for any time. A use that was
    taken back stays so.
    """
    return decided(
        context, lambda session, in_round: _correct(session, context, in_round, ask, within)
    )


def _correct(
    session: Session, context: Context, in_round: Round, ask: Ask, within: timedelta | None
) -> Corrected | Problem:
    use, now = session.get_one(UseRecord, ask.id), context.clock()
    row = lock_offering(session, use.offering_id)
    assert row is not None
    lock_use(session, use)
    before, fee_before = use.outcome, fee_of(use)
    fee = fee_asked(ask.fee, settings_of(session, row, use.offering_version))
    if isinstance(fee, Problem):
        return fee
    same = before is Outcome.ACCEPTED and (asked(use), fee_before) == (ask.party, fee)
    if same or use.voided_at is not None:
        return Corrected(Correction.UNCHANGED, answer_of(use), _standing(use))
    if within is not None and now - use.received_at > within:
        return TOO_LATE
    if before is Outcome.REFUSED:
        use.received_at = now
        use.late = use.late or is_over(settings_at(session, row, use.at), use.at, now)
    case = open_case(session, use, row, use.at)
    then = settings_then(session, row, use)
    use.cents = None if fee is None else fee.cents
    ruling = rule(session, case, then, ask.party)
    if not ruling.accepted:
        lacking = case.lacking(ruling.decision, ask.party)
        unless_leased(session, context, in_round, row.id, case.seats_day, lacking)
    if ruling.accepted or before is Outcome.REFUSED:
        use.offering_version = ruling.settings.version
        ask_for(use, ask.party)
        ruling.write(case, ask.party)
    else:
        use.cents = None if fee_before is None else fee_before.cents
    case.close(session)
    return _corrected(use, before, ruling)


def _corrected(use: UseRecord, before: Outcome, ruling: Ruling) -> Corrected:
    if ruling.accepted:
        was_in = before is Outcome.ACCEPTED
        correction = Correction.AMENDED if was_in else Correction.RECORDED
        return Corrected(correction, answer_of(use), _standing(use))
    reason = ruling.decision.reason
    answer = Answer(use.id, Outcome.REFUSED, reason, admitted(use), use.remaining)
    return Corrected(Correction.REFUSED, answer, _standing(use))


def _standing(use: UseRecord) -> Standing:
    if use.voided_at is not None:
        return Standing.TAKEN_BACK
    return Standing(use.outcome.value)
