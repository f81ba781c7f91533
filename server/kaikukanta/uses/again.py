"""Whether a use that is sent again is one that is kept, although its card may be forgotten since.

The same id gets the same answer, however late it comes (promise P1); another use under that id is
not believed. A use is known again by who recorded it and its offering, which the caller compares,
and by its card, fee and group. The digest of a card that is over is forgotten, and nothing may be
kept in its place (OM-26): whatever tells cards apart by a key in use leads from a card in a hand
to its uses. From then on the use must have been of some card, the one that is sent must be none
that the register knows, for those it has not forgotten, and the instant must be the same.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from kaiku.days import day_of
from kaiku.fee import Fee
from kaiku.reason import Reason
from server.kaikukanta.cards.service import find_card
from server.kaikukanta.uses.about import Kept, Members, noted
from server.kaikukanta.uses.accounts import members_of
from server.kaikukanta.uses.records import fee_of
from server.kaikukanta.uses.tables import UseRecord


@dataclass(frozen=True, slots=True)
class Sent:
    """What a use that is sent says of itself: ``at`` an instant, on a ``day``, or neither."""

    digest: bytes | None = field(repr=False)
    fee: Fee | None
    members: Members | None = field(repr=False)
    at: datetime | None = None
    day: date | None = None


def is_same(session: Session, use: UseRecord, sent: Sent) -> bool:
    """Tell whether a use is what was sent: of this card, this fee, and this group."""
    rows, members = members_of(session, use), sent.members or ()
    if sent.fee != fee_of(use) or (sent.members is None) != (use.members is None):
        return False
    if len(rows) != len(members):
        return False
    cards: list[tuple[Kept, bytes | None]] = [(use, sent.digest)]
    cards.extend(zip(rows, members, strict=True))
    if not all(is_of(session, kept, digest) for kept, digest in cards):
        return False
    forgotten = any(kept.digest != digest for kept, digest in cards)
    return not forgotten or _happened(use, sent)


def is_of(session: Session, kept: Kept, digest: bytes | None) -> bool:
    """Tell whether a use, or a place in a group, is of a card, as far as that is still known."""
    if digest is None:
        return kept.digest is None and kept.card_id is None
    if kept.digest is not None:
        return kept.digest == digest
    read = kept.card_id is not None or Reason.UNREADABLE not in noted(kept)
    return read and find_card(session, digest) is None


def _happened(use: UseRecord, sent: Sent) -> bool:
    """Tell whether a use is of the instant or the day that was sent.

    Of a kiosk whose clock was wrong the register has an instant of its own (promise P7).
    """
    if sent.day is not None:
        return day_of(use.at) == sent.day
    return sent.at is None or use.clock_suspect or use.at == sent.at
