"""Whether a party is let in on a card.

The one place where it is decided, for the kiosk and the register alike.

A refusal is a value with its reasons, in the order in which they help the visitor. First comes what
makes every other mend vain (a card that is not valid, an event that is over). Among the rest the
closest mendable comes first: what the visitor can change at once (fewer children), then what time
brings (too early), then what only the venue could change.
"""

from dataclasses import dataclass
from datetime import datetime

from kaiku.card import Card, Kind
from kaiku.grounds import NO_FACTS, Facts, company, early, limits, vain
from kaiku.offering import Offering, Seats, Visits
from kaiku.party import NOBODY, Party
from kaiku.reason import Reason

__all__ = ["NO_FACTS", "Decision", "Facts", "conclude", "decide", "refused"]


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
        *vain(card, offering, now),
        *company(card, party, offering),
        *([Reason.COMMUNITY_CARD_ALONE] if card.kind is Kind.COMMUNITY else []),
        *early(offering, now),
        *limits(admitted, offering, facts),
    )
    return conclude(reasons, admitted, offering, facts)


def conclude(
    reasons: tuple[Reason, ...], admitted: Party, offering: Offering, facts: Facts
) -> Decision:
    """Return the decision that the grounds lead to, with what is left after it."""
    taken = NOBODY if reasons else admitted
    return Decision(
        reasons,
        admitted=taken,
        visits_left=_left(offering.visits, facts.visits, taken.visits),
        seats_left=_left(offering.seats, facts.seats_taken, taken.seats),
    )


def _left(limit: Visits | Seats | None, before: int | None, taken: int) -> int | None:
    if limit is None or before is None:
        return None
    return max(0, limit.cap - before - taken)
