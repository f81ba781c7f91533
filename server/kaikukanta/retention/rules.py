"""What is forgotten, and when: each rule finds the rows that are due, and says how they go.

Nothing here is a count: no use is deleted, so that statistics stay as they are (OM-26, OM-71).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, delete, func, select, tuple_, update
from sqlmodel import Session, col

from kaiku.card import Status
from kaiku.days import day_of
from kaiku.digest import digest
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.context import Context
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.tables import Enrolment, Kiosk
from server.kaikukanta.network.tables import Attempts, Credential
from server.kaikukanta.settings import Settings
from server.kaikukanta.uses.tables import UseMember, UseRecord

Due = Select[*tuple[Any, ...]]
Keys = Sequence[Any]

HASH = 32
"""Bytes of a token's SHA-256; what stands in its place is shorter, so that no token has it."""

ERASED = "erased-"
"""How the number of a card begins whose own is forgotten; no card can be read as such a one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is forgotten: ``due`` finds the keys of its rows, ``forget`` takes some of them."""

    what: str
    due: Callable[[Settings, datetime], Due]
    forget: Callable[[Session, Context, Keys], None]


def _attempts_due(settings: Settings, now: datetime) -> Due:
    """Find what was failed long ago; its subject may be a network address."""
    length = settings.attempts_window.total_seconds()
    over = (now - settings.keep_attempts).timestamp() // length
    window = col(Attempts.window)
    return select(col(Attempts.subject), window).where(
        (window < over) | (window > now.timestamp() // length + 1)
    )


def _forget_attempts(session: Session, _context: Context, keys: Keys) -> None:
    key = tuple_(col(Attempts.subject), col(Attempts.window))
    session.execute(delete(Attempts).where(key.in_([tuple(each) for each in keys])))


def _codes_due(settings: Settings, now: datetime) -> Due:
    """Find the codes that are used up or expired."""
    over = now - settings.keep_codes
    return select(col(Enrolment.id)).where(
        (col(Enrolment.used_at) < over) | (col(Enrolment.expires_at) < over)
    )


def _forget_codes(session: Session, _context: Context, keys: Keys) -> None:
    session.execute(delete(Enrolment).where(col(Enrolment.id).in_(_first(keys))))


def _kiosks_due(settings: Settings, now: datetime) -> Due:
    """Find the kiosks that were taken out and will hardly come back to be told so (P6)."""
    return select(col(Kiosk.id)).where(
        col(Kiosk.revoked_at) < now - settings.keep_tokens,
        func.length(col(Kiosk.token_hash)) == HASH,
    )


def _forget_kiosks(session: Session, _context: Context, keys: Keys) -> None:
    """Forget the tokens, what the kiosks said last, and what the feed kept for them."""
    ids = _first(keys)
    for id_ in ids:
        session.execute(
            update(Kiosk)
            .where(col(Kiosk.id) == id_)
            .values(token_hash=id_.bytes, heartbeat=None, seen_at=None)
        )
    session.execute(delete(Tombstone).where(col(Tombstone.kiosk_id).in_(ids)))


def _tokens_due(settings: Settings, now: datetime) -> Due:
    """Find the tokens of venues and agents that were revoked."""
    return select(col(Credential.id)).where(
        col(Credential.revoked_at) < now - settings.keep_tokens,
        func.length(col(Credential.token_hash)) == HASH,
    )


def _forget_tokens(session: Session, _context: Context, keys: Keys) -> None:
    for id_ in _first(keys):
        session.execute(
            update(Credential).where(col(Credential.id) == id_).values(token_hash=id_.bytes)
        )


def _cards_due(settings: Settings, now: datetime) -> Due:
    """Find the cards that ended or were last valid long ago (OM-26)."""
    over = now - settings.keep_cards
    ended = (col(CardRecord.status) == Status.ENDED) & (col(CardRecord.status_since) < over)
    return select(col(CardRecord.id)).where(
        (col(CardRecord.valid_until) < day_of(over)) | ended,
        col(CardRecord.number).not_like(f"{ERASED}%"),
    )


def _forget_cards(session: Session, context: Context, keys: Keys) -> None:
    """Put a number that nobody holds in the place of a card's: no card in a hand leads to its uses.

    What is counted of it stays (its birth year, its postcode, its uses), and kiosks forget it.
    """
    ids = _first(keys)
    gone = []
    for card in session.scalars(select(CardRecord).where(col(CardRecord.id).in_(ids))):
        gone.append(card.digest)
        card.number = f"{ERASED}{uuid4().hex}"
        card.digest = digest(card.number, context.digest_key)
    for table in (UseRecord, UseMember):
        session.execute(update(table).where(col(table.card_id).in_(ids)).values(digest=None))
    place = next_seq(session)
    session.add_all(Tombstone(digest=each, changed=place) for each in gone)


def _strangers_due(settings: Settings, now: datetime) -> Due:
    """Find the uses of what was no card of the register."""
    return select(col(UseRecord.id)).where(
        col(UseRecord.received_at) < now - settings.keep_unknown,
        col(UseRecord.card_id).is_(None),
        col(UseRecord.digest).is_not(None),
    )


def _forget_strangers(session: Session, _context: Context, keys: Keys) -> None:
    ids = _first(keys)
    session.execute(update(UseRecord).where(col(UseRecord.id).in_(ids)).values(digest=None))


def _strange_members_due(settings: Settings, now: datetime) -> Due:
    """Find the same among the members of groups."""
    return (
        select(col(UseMember.use_id), col(UseMember.place))
        .join(UseRecord, col(UseRecord.id) == col(UseMember.use_id))
        .where(
            col(UseRecord.received_at) < now - settings.keep_unknown,
            col(UseMember.card_id).is_(None),
            col(UseMember.digest).is_not(None),
        )
    )


def _forget_strange_members(session: Session, _context: Context, keys: Keys) -> None:
    key = tuple_(col(UseMember.use_id), col(UseMember.place))
    chosen = key.in_([tuple(each) for each in keys])
    session.execute(update(UseMember).where(chosen).values(digest=None))


def _first(keys: Keys) -> list[Any]:
    return [key for key, *_ in keys]


RULES = (
    Rule("failed attempts", _attempts_due, _forget_attempts),
    Rule("enrolment codes", _codes_due, _forget_codes),
    Rule("tokens of kiosks taken out", _kiosks_due, _forget_kiosks),
    Rule("revoked tokens of venues and agents", _tokens_due, _forget_tokens),
    Rule("numbers of cards that are over", _cards_due, _forget_cards),
    Rule("digests of unknown cards", _strangers_due, _forget_strangers),
    Rule("digests of unknown cards in groups", _strange_members_due, _forget_strange_members),
)
