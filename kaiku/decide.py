"""Whether a party is let in on a card.

The one place where it is decided, for the kiosk and the register alike.

A refusal is a value with its reasons, in the order in which they help the visitor. First comes what
makes every other mend vain (a card that is not valid, an event that is over). Among the rest the
closest mendable comes first: what the visitor can change at once (fewer children), then what time
brings (too early), then what only the venue could change.
"""

from datetime import datetime

from kaiku.card import Card, Kind
from kaiku.decision import Decision, conclude, refused
from kaiku.grounds import NO_FACTS, Facts, company, early, limits, vain
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason

__all__ = ["NO_FACTS", "Decision", "Facts", "decide", "refused"]


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
