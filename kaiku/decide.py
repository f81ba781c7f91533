"""Whether a party is let in on a card.

The one place where it is decided, for the kiosk and the register alike.

A refusal is a value with its reasons, in the order in which they help the visitor. First comes what
makes every other mend vain (a card that is not valid, an event that is over). Among the rest the
closest mendable comes first: what the visitor can change at once (fewer children), then what time
brings (too early), then what only the venue could change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kaiku.card import Card, Kind, State
from kaiku.days import day_of
from kaiku.offering import Offering, OncePerPerformance, Seats, Visits
from kaiku.party import NOBODY, Party
from kaiku.reason import Reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What others and this card did before, as far as the one who decides knows it.

    ``seats_taken`` counts the event or the day, whichever the cap is set on; None says that it
    cannot be known now, and a capped offering is then refused rather than overrun (promise P2).
    ``uses`` are the card's accepted uses of this performance, ``visits`` what it has spent in the
    year at hand. A use that is decided anew leaves itself out.
    """

    seats_taken: int | None = None
    uses: int = 0
    visits: int = 0


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: accepted where there is no reason against it.

    ``admitted`` is who comes in free: nobody when refused, and without the support persons where
    the venue does not let them in free (OM-68). ``visits_left`` and ``seats_left`` are what remains
    after this use, where it is limited and known.
    """

    reasons: tuple[Reason, ...]
    admitted: Party
    visits_left: int | None = None
    seats_left: int | None = None

    @property
    def accepted(self) -> bool:
        """Tell whether the party is let in."""
        return not self.reasons

    @property
    def reason(self) -> Reason | None:
        """The reason to show, or None where the party is let in."""
        return self.reasons[0] if self.reasons else None

    @property
    def remaining(self) -> int | None:
        """The tightest count left: the card's visits, else the seats."""
        return self.seats_left if self.visits_left is None else self.visits_left


def refused(*reasons: Reason) -> Decision:
    """Return a refusal for reasons that were found outside the rules.

    Such as a scan that cannot be read.
    """
    return Decision(reasons, NOBODY)


def decide(
    card: Card | None, party: Party, offering: Offering, facts: Facts, now: datetime
) -> Decision:
    """Decide whether the whole party is let in on the card, at the aware instant ``now``.

    ``card`` is None where the register knows no such card (OM-21). The party comes in whole or not
    at all (OM-44), and a smaller party is never refused where a larger one is let in.
    """
    admitted = offering.free(party)
    if card is None:
        return refused(Reason.UNKNOWN_CARD)
    reasons = (
        *_vain(card, offering, now),
        *_mendable(card, party, offering, now),
        *_limits(admitted, offering, facts),
    )
    taken = NOBODY if reasons else admitted
    return Decision(
        reasons,
        admitted=taken,
        visits_left=_left(offering.visits, facts.visits, taken.visits),
        seats_left=_left(offering.seats, facts.seats_taken, taken.seats),
    )


def _vain(card: Card, offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield what no mending at the door can change (OM-8, OM-30, OM-42, OM-62)."""
    day = offering.day(now)
    match card.state(day):
        case State.ENDED:
            yield Reason.ENDED
        case State.OUT_OF_USE:
            yield Reason.OUT_OF_USE
        case State.NOT_YET_VALID | State.EXPIRED if day != day_of(now):
            yield Reason.OFFERING_OUTSIDE_VALIDITY
        case State.NOT_YET_VALID:
            yield Reason.NOT_YET_VALID
        case State.EXPIRED:
            yield Reason.EXPIRED
        case State.VALID:
            pass
    if offering.excluded:
        yield Reason.OFFERING_EXCLUDED
    if offering.window is not None and now >= offering.window.ends:
        yield Reason.OFFERING_OVER


def _mendable(card: Card, party: Party, offering: Offering, now: datetime) -> Iterator[Reason]:
    """Yield what the visitor can mend at the door.

    The closest first (OM-22, OM-39, OM-45, OM-66).
    """
    if party.children > 0 and not offering.children_welcome:
        yield Reason.CHILDREN_NOT_IN_GROUPS
    elif party.children > card.children:
        yield Reason.CHILDREN_ABOVE_REGISTERED
    if card.kind is Kind.COMMUNITY:
        yield Reason.COMMUNITY_CARD_ALONE
    window = offering.window
    if window is not None and window.opens is not None and now < window.opens:
        yield Reason.TOO_EARLY


def _limits(admitted: Party, offering: Offering, facts: Facts) -> Iterator[Reason]:
    """Yield the venue's limits that the party would break.

    The card's own before the shared (OM-54, 55, 58, 60).
    """
    for limit in sorted(offering.limits, key=lambda limit: isinstance(limit, Seats)):
        match limit:
            case OncePerPerformance() if facts.uses > 0:
                yield Reason.ALREADY_USED
            case Visits(cap) if facts.visits + admitted.visits > cap:
                yield Reason.VISITS_USED_UP
            case Seats(cap):
                if facts.seats_taken is None:
                    yield Reason.CANNOT_CHECK_NOW
                elif facts.seats_taken + admitted.seats > cap:
                    yield Reason.SEATS_FULL
            case _:
                pass


def _left(limit: Visits | Seats | None, before: int | None, taken: int) -> int | None:
    if limit is None or before is None:
        return None
    return max(0, limit.cap - before - taken)
