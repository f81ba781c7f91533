"""What a decision is: for a party, a fee or a group, at the door or at booking."""

from dataclasses import dataclass

from kaiku.grounds import Facts
from kaiku.offering import Offering, Seats, Visits
from kaiku.party import NOBODY, Party
from kaiku.reason import Reason


@dataclass(frozen=True, slots=True)
class Missing:
    """A member of a group who cannot come in: the place in the order of scanning, and why."""

    place: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: accepted where there is no reason against it.

    ``admitted`` is who comes in free: nobody when refused, and without the support persons where
    the venue does not let them in free (OM-68). ``visits_left``, ``seats_left`` and ``cents_left``
    are what remains after this use, where it is limited and known. ``missing`` says who of a group
    cannot come in.
    """

    reasons: tuple[Reason, ...]
    admitted: Party
    visits_left: int | None = None
    seats_left: int | None = None
    cents_left: int | None = None
    missing: tuple[Missing, ...] = ()

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
        """The tightest count left: the fee's cents, the card's visits, else the seats."""
        counts = (self.cents_left, self.visits_left, self.seats_left)
        return next((count for count in counts if count is not None), None)


def refused(*reasons: Reason) -> Decision:
    """Return a refusal for reasons that were found outside the rules.

    Such as a scan that cannot be read.
    """
    return Decision(reasons, NOBODY)


def conclude(
    reasons: tuple[Reason, ...], admitted: Party, offering: Offering, facts: Facts
) -> Decision:
    """Return the decision that the grounds lead to, with what is left after it."""
    taken = NOBODY if reasons else admitted
    seats = max(0, taken.seats - facts.booked)
    return Decision(
        reasons,
        admitted=taken,
        visits_left=_left(offering.visits, facts.visits, taken.visits),
        seats_left=_left(offering.seats, facts.seats_taken, seats),
    )


def _left(limit: Visits | Seats | None, before: int | None, taken: int) -> int | None:
    if limit is None or before is None:
        return None
    return max(0, limit.cap - before - taken)
