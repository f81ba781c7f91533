"""Leases: the parts of a shared cap that kiosks may give away by themselves (promise P2).

How large a part is, for which day, and until when.
"""

from datetime import date, datetime

from kaiku.days import day_of
from kaiku.offering import Offering, Per
from kaiku.party import Party


def leased_on(offering: Offering, now: datetime) -> date | None:
    """Return the day whose seats kiosks may lease at the aware instant ``now``.

    None where nobody can come in today: no cap, not the day yet, or over.
    """
    window = offering.window
    if offering.seats is None:
        return None
    if window is not None:
        opens = window.starts if window.opens is None else window.opens
        if day_of(now) < day_of(opens) or now >= window.ends:
            return None
    return offering.seats_day(now)


def is_past(offering: Offering, day: date, now: datetime) -> bool:
    """Tell whether a lease's term is over: its event is, or for a cap by day its day."""
    seats, window = offering.seats, offering.window
    if window is not None and now >= window.ends:
        return True
    by_day = window is None or (seats is not None and seats.per is Per.DAY)
    return by_day and day < day_of(now)


def is_over(offering: Offering, day: date, now: datetime) -> bool:
    """Tell whether nothing more can be given away of a lease: its term is over, or the cap gone."""
    seats = offering.seats
    if seats is None or is_past(offering, day, now):
        return True
    by_event = offering.window is not None and seats.per is Per.EVENT
    return by_event and day != offering.seats_day(now)


def top_up(free: int, kiosks: int, unspent: int) -> int:
    """Return how many seats a kiosk is leased beyond the ``unspent`` that it has.

    ``free`` seats are divided among the ``kiosks`` that serve the offering and all who ask the
    register. It is never below 0: what a kiosk has is taken back by recall only.
    """
    share = max(0, free) // (kiosks + 1)
    return max(0, share - unspent)


def needed(admitted: Party, booked: int) -> int:
    """Return the seats that a party takes beyond those that its card has booked."""
    return max(0, admitted.seats - booked)
