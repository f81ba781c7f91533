"""A kiosk's journal as it reaches the register: what its visitors were shown, kept item by item.

The journal is the authority for what a visitor was shown. An accepted use is always kept and
counted; where the register would have refused it, it is flagged as a conflict (promise P1). A bad
item never blocks the next.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from kaiku.reason import Reason
from kaiku.wire import Outcome, Result, Use
from server.database import transact
from server.kaikukanta.cards.service import find_card
from server.kaikukanta.context import Context
from server.kaikukanta.kiosks.tables import Kiosk, Lease
from server.kaikukanta.network.attempts import fail, spent
from server.kaikukanta.network.callers import KioskCaller
from server.kaikukanta.offerings.former import settings_of
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.about import describe
from server.kaikukanta.uses.again import Sent, is_same
from server.kaikukanta.uses.case import Case, lock_offering, open_case, undecided
from server.kaikukanta.uses.change import explained, right_until
from server.kaikukanta.uses.counts import Part
from server.kaikukanta.uses.items import id_of, names_a_card, read_item
from server.kaikukanta.uses.records import (
    ask_for,
    asked,
    is_counted,
    is_own,
    lock_use,
    refuse,
    unflag,
)
from server.kaikukanta.uses.tables import Recorder, UseRecord
from server.kaikukanta.uses.wrong import wrong_cards


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one item; ``id`` is None where the item has none that can be read."""

    id: UUID | None
    result: Result
    reason: Reason | None = None
    detail: str | None = None


def keep(context: Context, kiosk: KioskCaller, item: object) -> Kept:
    """Keep one item of a journal, in a transaction of its own."""
    now = context.clock()
    use = read_item(context, item)
    if isinstance(use, str):
        return Kept(id_of(item), Result.INVALID, detail=use)
    if use.at > now + context.settings.clock_tolerance:
        use = replace(use, clock_suspect=True)
    by_number = names_a_card(item)

    def work(session: Session) -> Kept:
        if by_number:
            return _keep_guess(session, context, kiosk, use, now)
        return _keep(session, context, kiosk, use, now)

    return transact(context.engine, work)


def _keep_guess(
    session: Session, context: Context, kiosk: KioskCaller, item: Use, now: datetime
) -> Kept:
    """Keep an item that names its card by number; wrong numbers are limited as in a live use."""
    limit = wrong_cards(context.settings, kiosk)
    if spent(session, limit, context.settings, now) is not None:
        return Kept(item.id, Result.INVALID, detail="too many wrong cards; send it again later")
    kept = _keep(session, context, kiosk, item, now)
    if item.digest is None or find_card(session, item.digest) is None:
        fail(session, limit, context.settings, now)
    return kept


def _keep(session: Session, context: Context, kiosk: KioskCaller, item: Use, now: datetime) -> Kept:
    row = lock_offering(session, item.offering)
    if row is None or row.venue_id != kiosk.venue_id:
        return Kept(item.id, Result.INVALID, detail="offering is not of this kiosk's venue")
    use = session.get(UseRecord, item.id)
    if use is None:
        use = undecided(item.id, item.digest, row, kiosk, item.at, now)
        use.offline = True
        describe(session, use, item.fee, item.members)
    else:
        if not _continues(session, kiosk, use, item):
            return Kept(item.id, Result.INVALID, detail="id is another use's")
        lock_use(session, use)
        use.recorder_id = kiosk.kiosk_id
        if item.revision <= use.revision:
            return _kept(use)
    _apply(session, context, kiosk, row, use, item)
    return _kept(use)


def _continues(session: Session, kiosk: KioskCaller, use: UseRecord, item: Use) -> bool:
    """Tell whether an item is of the same use as a row.

    A kiosk that was revoked and enrolled anew goes on with the journal of its former self.
    """
    sent = Sent(item.digest, item.fee, item.members, item.at)
    if use.offering_id != item.offering or not is_same(session, use, sent):
        return False
    if is_own(use, kiosk):
        return True
    former = session.get(Kiosk, use.recorder_id) if use.recorder is Recorder.KIOSK else None
    return (
        former is not None and former.venue_id == kiosk.venue_id and former.revoked_at is not None
    )


def _apply(
    session: Session,
    context: Context,
    kiosk: KioskCaller,
    row: OfferingRecord,
    use: UseRecord,
    item: Use,
) -> None:
    """Write an item's revision over a use and count it as it then stands."""
    as_decided = is_counted(use) and asked(use) == item.party
    part = _part(session, kiosk, row, item)
    size = context.settings.group_size
    case = open_case(session, use, row, use.at, part, size=size)
    use.lease_id, use.leased = (None, 0) if part is None else (part.lease, part.seats)
    ask_for(use, item.party)
    match item.outcome:
        case Outcome.REFUSED:
            refuse(use, item.reason, None)
            unflag(use)
        case Outcome.ACCEPTED if not as_decided:
            _accept(session, case, kiosk, item)
            use.conflict_since = right_until(session, case, item)
        case Outcome.ACCEPTED:
            pass
    if item.voided and use.outcome is Outcome.ACCEPTED:
        use.voided_at = use.voided_at or context.clock()
    if use.voided_at is not None:
        unflag(use)
    use.revision = item.revision
    use.clock_suspect = use.clock_suspect or item.clock_suspect
    if item.offering_version is not None:
        use.offering_version = item.offering_version
    case.close(session)


def _accept(session: Session, case: Case, kiosk: KioskCaller, item: Use) -> None:
    """Write that a party came in, and for which reason the register would have refused it.

    Whether support persons came in free is as the kiosk was told (OM-68): they did come in.
    """
    row = session.get_one(OfferingRecord, case.offering.id)
    told = settings_of(session, row, item.offering_version or row.version) or case.offering
    settings = replace(case.offering, supporters_free=told.supporters_free)
    decision = case.decide_by(settings, item.party, case.known)
    if decision.reason is not None:
        case.let_stand(item.party, settings, decision, decision.reason)
        return
    case.write(decision)
    if case.offering.id not in kiosk.offerings:
        case.use.conflict = Reason.NOT_YOUR_OFFERING


def _part(session: Session, kiosk: KioskCaller, row: OfferingRecord, item: Use) -> Part | None:
    """Return what an item takes of a lease, where its venue's kiosks have had such a one."""
    lease = None if item.lease is None else session.get(Lease, item.lease)
    if lease is None or lease.offering_id != row.id:
        return None
    holder = session.get_one(Kiosk, lease.kiosk_id)
    return Part(lease.id, item.leased) if holder.venue_id == kiosk.venue_id else None


def _kept(use: UseRecord) -> Kept:
    if use.conflict is None:
        return Kept(use.id, Result.RECORDED)
    return Kept(use.id, Result.CONFLICT, use.conflict, explained(use))
