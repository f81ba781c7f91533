"""``admin card``: what a distributor does with a card, for when there is no page for it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from kaiku.card import Kind
from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.number import read as read_number
from kaiku.wire import write_instant
from server.database import read, transaction
from server.kaikukanta.admin.frame import (
    CommandError,
    Group,
    choices,
    count,
    day,
    from_input,
    identifier,
    one,
    positive,
)
from server.kaikukanta.admin.use import party_or_fee
from server.kaikukanta.cards.service import (
    Refusal,
    Registration,
    bring_back,
    end_card,
    extend,
    find_card,
    mark_out_of_use,
    refusals,
    register_card,
    to_card,
)
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.context import Context
from server.kaikukanta.network.tables import Distributor
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.tables import UseMember, UseRecord

_ASKED = ("birth_year", "postcode", "children", "trial_end")
"""What is asked of a card, as a registration names it."""

_USES = (
    "of each use when it was",
    "the offering's name in Finnish",
    "accepted or why not or taken back",
    "the party or the fee",
    "the use's id",
)


def add(admin: Group) -> None:
    """Add the commands."""
    card = admin.group("card", "cards as distributors handle them")
    register = card.command("register", "register a card and show its number", register_one)
    register.add_argument(
        "--distributor", required=True, type=identifier, metavar="ID", help="who gives it"
    )
    register.add_argument(
        "--kind", choices=choices(Kind), default=Kind.PERSONAL.value, help="whose it is"
    )
    register.add_argument("--birth-year", type=positive, metavar="YEAR", help="the holder's (OM-6)")
    register.add_argument("--postcode", metavar="CODE", help="the holder's, five digits (OM-13)")
    register.add_argument(
        "--children", type=count, metavar="N", help="children under 18, 0 for none (OM-20)"
    )
    register.add_argument("--trial-end", type=day, metavar="DAY", help="a trial's last day (OM-9)")
    _number(card.command("show", "show all that the register has of a card", show_one, _USES))
    _number(card.command("end", "end a card for good", end_one))
    _number(card.command("out-of-use", "mark a card out of use, such as a lost one", lay_aside_one))
    _number(card.command("bring-back", "take a card that was found into use", bring_back_one))
    _number(card.command("extend", "extend a card by 12 months from today", extend_one))


def _number(parser: ArgumentParser) -> None:
    parser.add_argument(
        "number",
        help="the card's number, or - to read it from standard input, which no list of processes"
        " shows",
    )


def register_one(context: Context, arguments: Namespace) -> str:
    """Register it and return its number; all that is against it is told at once."""
    with transaction(context.engine) as session:
        one(session, Distributor, arguments.distributor, "distributor")
        now = context.clock()
        registration = _registration(session, arguments, day_of(now))
        return _granted(register_card(session, registration, context.digest_key, now)).number


def _registration(session: Session, arguments: Namespace, today: date) -> Registration:
    """Return what is asked; raise :class:`CommandError` with a line for each flag in its way."""
    asked = {name: getattr(arguments, name) for name in _ASKED}
    form = _form(arguments, asked)
    told = {} if isinstance(form, Registration) else form
    sound = {name: None if name in told else answer for name, answer in asked.items()}
    born, postcode, trial_end = sound["birth_year"], sound["postcode"], sound["trial_end"]
    for name, refusal in refusals(session, born, postcode, trial_end, today):
        told[name] = f"{refusal.text.en} ({refusal.rule})"
    if isinstance(form, Registration) and not told:
        return form
    raise CommandError("\n".join(f"{_flag(name)}: {told[name]}" for name in _ASKED if name in told))


def _form(arguments: Namespace, asked: dict[str, Any]) -> Registration | dict[str, str]:
    """Return what is asked, or what is wrong with each answer, by its name."""
    try:
        return Registration(
            distributor_id=arguments.distributor, kind=Kind(arguments.kind), **asked
        )
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        return {str(each["loc"][0]): each["msg"].removeprefix("Value error, ") for each in found}


def show_one(context: Context, arguments: Namespace) -> str:
    """Return all that is stored of it, but for its number, and its uses (OM-25)."""
    with read(context.engine) as session:
        card = _card(session, context, arguments)
        return "\n".join([_shown(card, context.clock()), *_uses(session, card)])


def end_one(context: Context, arguments: Namespace) -> str:
    """End it (OM-30)."""
    with transaction(context.engine) as session:
        _granted(end_card(session, _card(session, context, arguments), context.clock()))
    return "ended"


def lay_aside_one(context: Context, arguments: Namespace) -> str:
    """Mark it out of use (OM-30)."""
    with transaction(context.engine) as session:
        card = _card(session, context, arguments)
        _granted(mark_out_of_use(session, card, context.clock()))
    return "out of use"


def bring_back_one(context: Context, arguments: Namespace) -> str:
    """Take it back into use (OM-30)."""
    with transaction(context.engine) as session:
        _granted(bring_back(session, _card(session, context, arguments), context.clock()))
    return "in use"


def extend_one(context: Context, arguments: Namespace) -> str:
    """Extend it (OM-29) and return its last valid day."""
    with transaction(context.engine) as session:
        card = extend(session, _card(session, context, arguments), context.clock())
        return f"valid until {_granted(card).valid_until}"


def _card(session: Session, context: Context, arguments: Namespace) -> CardRecord:
    number = read_number(from_input(arguments.number), context.settings.earlier_numbers)
    if number is None:
        raise CommandError("that is no card number: type it as it stands on the card")
    card = find_card(session, digest(number, context.digest_key))
    if card is None:
        raise CommandError("no such card: check the number")
    return card


def _granted(card: CardRecord | Refusal) -> CardRecord:
    if isinstance(card, Refusal):
        raise CommandError(f"{card.rule}: {card.text.en}")
    return card


def _shown(record: CardRecord, now: datetime) -> str:
    card = to_card(record)
    told = {
        "state": card.state(day_of(now)),
        "kind": card.kind,
        "children": card.children,
        "valid from": card.valid_from,
        "valid until": card.valid_until,
        "distributor": record.distributor_id,
        "registered": write_instant(record.registered_at),
        "birth year": record.birth_year,
        "postcode": record.postcode,
    }
    return "\n".join(f"{name}: {value}" for name, value in told.items())


def _uses(session: Session, card: CardRecord) -> Iterator[str]:
    """Yield a line for each presentation of a card, the newest first; the use's id is last.

    A group is a use of its members too (OM-38). Of a fee it has the service and the sum.
    """
    of_groups = select(UseMember.use_id).where(UseMember.card_id == card.id)
    found = session.exec(
        select(UseRecord, OfferingRecord)
        .join(OfferingRecord, col(OfferingRecord.id) == UseRecord.offering_id)
        .where((col(UseRecord.card_id) == card.id) | col(UseRecord.id).in_(of_groups))
        .order_by(col(UseRecord.at).desc(), col(UseRecord.id))
    )
    for use, offering in found:
        outcome = "taken back" if use.voided_at is not None else use.reason or use.outcome
        what = party_or_fee(use)
        yield "\t".join((write_instant(use.at), offering.name_fi, outcome, what, str(use.id)))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
