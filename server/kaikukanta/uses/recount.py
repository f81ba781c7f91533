"""Counts made anew from the uses themselves, when an offering begins to count over other spans."""

from collections import Counter
from datetime import date

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from kaiku.offering import Offering
from kaiku.wire import Outcome
from server.kaikukanta.cards.service import to_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.uses.counts import seats_day
from server.kaikukanta.uses.tables import SeatCount, Tally, UseRecord


def counts_alike(one: Offering, other: Offering) -> bool:
    """Tell whether two settings of an offering count their uses over the same spans."""
    return _spans(one) == _spans(other)


def recount(session: Session, offering: Offering) -> list[Tally]:
    """Make the counts of an offering anew; return its tallies, whose feed places are the caller's.

    The caller holds the offering's row, so that no use of it is recorded meanwhile. A tally that
    nothing counts any more stays at zero, for kiosks to learn.
    """
    session.execute(delete(SeatCount).where(col(SeatCount.offering_id) == offering.id))
    _zero_tallies(session, offering)
    seats: Counter[date] = Counter()
    query = (
        select(UseRecord)
        .where(UseRecord.offering_id == offering.id, UseRecord.outcome == Outcome.ACCEPTED)
        .where(col(UseRecord.voided_at).is_(None))
    )
    for use in session.exec(query).all():
        card = None if use.card_id is None else session.get(CardRecord, use.card_id)
        use.day = offering.day(use.at)
        use.since = None
        if offering.seats is not None:
            seats[seats_day(offering, use.at)] += use.adults + use.children + use.supporters
        if card is not None and offering.counts_cards:
            use.since = offering.counted_since(to_card(card, use.at), use.at)
            key = (card.id, offering.id, use.since)
            tally = session.get(Tally, key) or Tally(
                card_id=card.id, offering_id=offering.id, since=use.since
            )
            tally.uses += 1
            tally.visits += use.adults + use.children
            session.add(tally)
    session.add_all(
        SeatCount(offering_id=offering.id, day=day, taken=taken) for day, taken in seats.items()
    )
    session.flush()
    return list(session.exec(select(Tally).where(Tally.offering_id == offering.id)))


def _zero_tallies(session: Session, offering: Offering) -> None:
    session.execute(
        update(Tally).where(col(Tally.offering_id) == offering.id).values(uses=0, visits=0)
    )
    session.expire_all()


def _spans(offering: Offering) -> tuple[object, ...]:
    window = offering.window
    return (
        None if offering.seats is None else offering.seats.per,
        None if offering.visits is None else offering.visits.year,
        offering.once,
        None if window is None else offering.day(window.starts),
    )
