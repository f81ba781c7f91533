"""Cards as distributors handle them: registered, extended, ended, marked out of use.

Each change takes a place in the feed, so that kiosks learn of it.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from sqlmodel import Session, col, select

from kaiku.card import Card, Kind, Status, last_valid_day, old_enough
from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.number import make
from kaiku.party import LARGEST
from kaiku.text import Language, Text
from server.kaikukanta.cards.tables import CardRecord, FormerStatus, FormerValidity
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.network.tables import Municipality, Postcode


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a distributor cannot do something with a card: the rule, and what it says."""

    rule: str
    text: Text


TOO_YOUNG = Refusal(
    "OM-6",
    Text(
        "Kortin voi saada siitä vuodesta alkaen, jona täyttää 16. Nuoremman kortti annetaan"
        " huoltajille.",
        "Kortet kan ges från och med det år man fyller 16. Är man yngre ges kortet till"
        " vårdnadshavarna.",
        "A card can be given from the year of turning 16. For anyone younger it is given to the"
        " guardians.",
    ),
)
POSTCODE_UNKNOWN = Refusal(
    "OM-13",
    Text(
        "Postinumeroa ei tunneta; tarkista se.",
        "Postnumret är okänt; kontrollera det.",
        "The postcode is not known; check it.",
    ),
)
OUTSIDE_THE_NETWORK = Refusal(
    "OM-13",
    Text(
        "{place} ei kuulu Kaikukortti-verkostoon; kortin voi saada vain verkoston kunnassa asuva.",
        "{place} hör inte till Kaikukortet-nätverket; kortet kan ges bara till den som bor i en av"
        " nätverkets kommuner.",
        "{place} is not in the Kaikukortti network; a card is for those who live in one of its"
        " municipalities.",
    ),
)
TRIAL_OVER = Refusal(
    "OM-9",
    Text("Kokeilu on päättynyt.", "Försöket är över.", "The trial is over."),
)
ENDED_FOR_GOOD = Refusal(
    "OM-30",
    Text(
        "Kortti on päätetty lopullisesti; rekisteröi uusi kortti.",
        "Kortet har avslutats för gott; registrera ett nytt kort.",
        "The card has been ended for good; register a new one.",
    ),
)
CARD_ENDED = Refusal(
    "OM-30",
    Text(
        "Kortti on päätetty, eikä sitä voi jatkaa.",
        "Kortet har avslutats och kan inte förlängas.",
        "The card has been ended and cannot be extended.",
    ),
)


_POSTCODE = re.compile(r"[0-9]{5}")
_T = TypeVar("_T")


def _five_digits(postcode: str) -> str:
    """Raise ``ValueError`` for what is no postcode anywhere in Finland."""
    if not _POSTCODE.fullmatch(postcode):
        raise ValueError("a Finnish postcode has five digits, such as 00530 (OM-13)")
    return postcode


class Registration(BaseModel):
    """What is asked when a card is registered (OM-20), and nothing that names a person (OM-27).

    A personal card needs ``birth_year``, ``postcode`` and ``children``; a community card, which
    belongs to an organisation, has none of them (OM-36). ``trial_end`` is a trial's last day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    distributor_id: UUID
    kind: Kind = Kind.PERSONAL
    children: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    postcode: Annotated[str, AfterValidator(_five_digits)] | None = None
    trial_end: date | None = None

    @field_validator("children", "birth_year", "postcode")
    @classmethod
    def _asked(cls, answer: _T, info: ValidationInfo) -> _T:
        """Raise ``ValueError`` for a blank in a personal card, or an answer in a community's."""
        kind = info.data.get("kind")
        if kind is Kind.PERSONAL and answer is None:
            raise ValueError(
                "a personal card needs it, 0 for none (OM-20)"
                if info.field_name == "children"
                else "a personal card needs it (OM-20)"
            )
        if kind is Kind.COMMUNITY and answer not in (None, 0):
            raise ValueError("a community card has none (OM-36)")
        return answer


def register_card(
    session: Session,
    registration: Registration,
    digest_key: bytes,
    now: datetime,
    below: Callable[[int], int] = secrets.randbelow,
) -> CardRecord | Refusal:
    """Register a card under a new number, valid from today on (OM-6, 7, 8, 9, 13, 20, 21)."""
    today = day_of(now)
    born, trial_end = registration.birth_year, registration.trial_end
    for _, refusal in refusals(session, born, registration.postcode, trial_end, today):
        return refusal
    number = make(below)
    card = CardRecord(
        number=number,
        digest=digest(number, digest_key),
        kind=registration.kind,
        children=registration.children or 0,
        valid_from=today,
        valid_until=last_valid_day(today, trial_end),
        distributor_id=registration.distributor_id,
        birth_year=born,
        postcode=registration.postcode,
        registered_at=now,
        changed=0,
    )
    session.add(card)
    card.changed = next_seq(session)
    return card


def refusals(
    session: Session,
    birth_year: int | None,
    postcode: str | None,
    trial_end: date | None,
    today: date,
) -> Iterator[tuple[str, Refusal]]:
    """Yield the name of each answer for which no card is given, and why (OM-6, 7, 9, 13)."""
    if birth_year is not None and not old_enough(birth_year, today.year):
        yield "birth_year", TOO_YOUNG
    elsewhere = None if postcode is None else outside(session, postcode)
    if elsewhere is not None:
        yield "postcode", elsewhere
    if trial_end is not None and trial_end < today:
        yield "trial_end", TRIAL_OVER


def outside(session: Session, postcode: str) -> Refusal | None:
    """Return why nobody of a postcode gets a card: it is in no municipality of the network (OM-13).

    A register that has not been told where postcodes are lets all of them pass.
    """
    place = session.get(Postcode, postcode)
    if place is None:
        told = session.exec(select(Postcode).limit(1)).first() is not None
        return POSTCODE_UNKNOWN if told else None
    if session.get(Municipality, place.municipality_code) is not None:
        return None
    names = Text(place.name_fi, place.name_sv, place.name_fi)
    text = OUTSIDE_THE_NETWORK.text
    named = (text.in_(each).format(place=names.in_(each)) for each in Language)
    return Refusal("OM-13", Text(*named))


def end_card(session: Session, card: CardRecord, now: datetime) -> CardRecord | Refusal:
    """End a card for good (OM-30)."""
    return _set_status(session, card, Status.ENDED, now)


def mark_out_of_use(session: Session, card: CardRecord, now: datetime) -> CardRecord | Refusal:
    """Mark a card out of use, such as one that was lost (OM-30)."""
    return _set_status(session, card, Status.OUT_OF_USE, now)


def bring_back(session: Session, card: CardRecord, now: datetime) -> CardRecord | Refusal:
    """Take a card back into use, such as one that was found; not one that was ended (OM-30)."""
    return _set_status(session, card, Status.ACTIVE, now)


def extend(session: Session, card: CardRecord, now: datetime) -> CardRecord | Refusal:
    """Extend a card: 12 months from today (OM-29). A card that was ended stays so."""
    session.refresh(card, with_for_update=True)
    if card.status is Status.ENDED:
        return CARD_ENDED
    today = day_of(now)
    if session.get(FormerValidity, (card.id, today)) is None:
        former = FormerValidity(card_id=card.id, until=today, valid_until=card.valid_until)
        session.add(former)
    card.extended_on = today
    card.valid_until = max(card.valid_until, last_valid_day(today))
    card.changed = next_seq(session)
    return card


def find_card(session: Session, digest_: bytes) -> CardRecord | None:
    """Return the card under a digest."""
    return session.exec(select(CardRecord).where(CardRecord.digest == digest_)).first()


def is_key_of_cards(session: Session, digest_key: bytes) -> bool:
    """Tell whether the cards are known by this digest key; where there are none, by any."""
    card = session.exec(select(CardRecord).limit(1)).first()
    return card is None or digest(card.number, digest_key) == card.digest


def lock_card(session: Session, card: CardRecord) -> None:
    """Read a card anew and let no other booking of it be made until the transaction ends.

    Nor is one attended meanwhile. Its offering has been locked before.
    """
    session.refresh(card, with_for_update={"key_share": True})


def lock_cards(session: Session, digests: Iterable[bytes | None]) -> None:
    """Do the same with all cards that are known under some digests, in one order for everybody."""
    known = [digest_ for digest_ in digests if digest_ is not None]
    query = select(CardRecord).where(col(CardRecord.digest).in_(known)).order_by(col(CardRecord.id))
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    session.exec(locked).all()


def to_card(record: CardRecord) -> Card:
    """Return a card as the rules see it, as it is now."""
    return Card(
        kind=record.kind,
        children=record.children,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        status=record.status,
    )


def card_at(session: Session, record: CardRecord, at: datetime) -> Card:
    """Return a card as it was at an instant: its status, and on that day its last valid day.

    So a gap between the end of a card and the day of its extension stays one (OM-29, OM-47).
    """
    card = to_card(record)
    if record.status_since is not None and at < record.status_since:
        card = replace(card, status=_status_at(session, record, at))
    if record.extended_on is not None and day_of(at) < record.extended_on:
        card = replace(card, valid_until=_validity_on(session, record, day_of(at)))
    return card


def _status_at(session: Session, record: CardRecord, at: datetime) -> Status:
    former = session.exec(
        select(FormerStatus)
        .where(FormerStatus.card_id == record.id, col(FormerStatus.until) > at)
        .order_by(col(FormerStatus.until))
    ).first()
    return Status.ACTIVE if former is None else former.status


def _validity_on(session: Session, record: CardRecord, day: date) -> date:
    former = session.exec(
        select(FormerValidity)
        .where(FormerValidity.card_id == record.id, col(FormerValidity.until) > day)
        .order_by(col(FormerValidity.until))
    ).first()
    return record.valid_until if former is None else former.valid_until


def _set_status(
    session: Session, card: CardRecord, status: Status, now: datetime
) -> CardRecord | Refusal:
    session.refresh(card, with_for_update=True)
    if card.status is Status.ENDED and status is not Status.ENDED:
        return ENDED_FOR_GOOD
    if card.status is not status:
        if session.get(FormerStatus, (card.id, now)) is None:
            session.add(FormerStatus(card_id=card.id, until=now, status=card.status))
        card.status_since = now
    card.status = status
    card.changed = next_seq(session)
    return card
