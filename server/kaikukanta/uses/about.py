"""What a use is about beside the card itself: a fee (OM-59), or the members of a group (OM-38)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from kaiku.card import Card
from kaiku.decision import Missing
from kaiku.fee import Fee
from kaiku.offering import Offering
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.kaikukanta.cards.service import card_at, find_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.uses.accounts import account, members_of
from server.kaikukanta.uses.counts import Account
from server.kaikukanta.uses.records import is_counted
from server.kaikukanta.uses.tables import UseMember, UseRecord

Members = Sequence[bytes | None]
"""The digests of a group's members, None for a card that could not be read."""

Kept = UseRecord | UseMember
"""What a card was presented for: a use, or a place in a group."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A member of a group: the card, None where nobody knows it, and the account that counts it."""

    row: UseMember
    card: Card | None
    account: Account | None


def about(use: UseRecord, fee: Fee | None, members: Members | None) -> list[UseMember]:
    """Write into a new use what it is about; return the rows of its members, to be kept or not."""
    if fee is not None:
        use.service, use.cents = fee.service, fee.cents
    if members is None:
        return []
    use.members = len(members)
    return [
        UseMember(use_id=use.id, place=place, digest=digest)
        for place, digest in enumerate(members, 1)
    ]


def describe(session: Session, use: UseRecord, fee: Fee | None, members: Members | None) -> None:
    """Write into a new use what it is about, and keep the rows of its members."""
    rows = about(use, fee, members)
    if rows:
        session.add(use)
        session.flush()
        session.add_all(rows)
        session.flush()


def card_of(session: Session, kept: Kept) -> CardRecord | None:
    """Return the card of a use or a member: the one it was found to be, where that is forgotten."""
    if kept.digest is not None:
        return find_card(session, kept.digest)
    return None if kept.card_id is None else session.get(CardRecord, kept.card_id)


def noted(kept: Kept) -> tuple[Reason | None, ...]:
    """Return what has been found against a use or a member."""
    match kept:
        case UseRecord():
            return kept.reason, kept.conflict
        case UseMember():
            return (kept.reason,)


def was_read(kept: Kept) -> bool:
    """Tell whether a card was read, although its digest may be forgotten since."""
    known = kept.digest is not None or kept.card_id is not None
    return known or Reason.UNKNOWN_CARD in noted(kept)


def belongings(
    session: Session,
    use: UseRecord,
    rows: Sequence[UseMember],
    offering: Offering,
    judged_at: datetime,
) -> tuple[Belonging, ...]:
    """Return the members of a group, placed under their cards like the use itself."""
    members = []
    for row in rows:
        found = card_of(session, row)
        card = None if found is None else card_at(session, found, judged_at)
        if not is_counted(use):
            row.card_id = None if found is None else found.id
            counts = card is not None and offering.counts_cards
            row.since = offering.counted_since(card, use.at) if card and counts else None
        members.append(Belonging(row, card, account(row.card_id, row.since)))
    return tuple(members)


def unread(missing: Sequence[Missing], members: Sequence[Belonging]) -> tuple[Missing, ...]:
    """Return who cannot come in, told apart: a card that nobody knows, and one not read at all."""
    return tuple(
        each if was_read(members[each.place - 1].row) else replace(each, reason=Reason.UNREADABLE)
        for each in missing
    )


def note(missing: Sequence[Missing], members: Sequence[Belonging]) -> None:
    """Write at each member why that one cannot come in."""
    reasons = {each.place: each.reason for each in missing}
    for member in members:
        member.row.reason = reasons.get(member.row.place)


def missing_of(session: Session, use: UseRecord) -> tuple[Missing, ...]:
    """Return who of a group was refused for a reason of their own, as it was decided."""
    if use.members is None or use.outcome is Outcome.ACCEPTED:
        return ()
    rows = members_of(session, use)
    return tuple(Missing(row.place, row.reason) for row in rows if row.reason is not None)
