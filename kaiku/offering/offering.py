"""An offering, and what follows from its settings: when it is on, what is limited."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kaiku.card import Card
from kaiku.days import day_of, years_later
from kaiku.offering.fees import Service, Tariff
from kaiku.offering.kinds import Category, Exclusion, OfferingKind
from kaiku.offering.limits import Limit, OncePerPerformance, OpenBookings, Per, Seats, Visits, Year
from kaiku.offering.window import Window
from kaiku.party import Party
from kaiku.text import Text

_A_NIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offering:
    """Something that a card gives entry to.

    Without a ``window`` it is a standing entry: a museum, a pool. ``children_welcome`` is off for
    group activities, unless their venue allows children (OM-45). ``supporters_free`` follows the
    recommendation of OM-68. ``version`` grows with each change of the settings, so that a use can
    say by which it was decided.

    ``tickets`` is how many there are for everybody, where the venue says so; the floor of a cap on
    seats rests on it (OM-54). ``exclusion`` says why the card is not accepted, None where it is.
    ``wristband`` is what a pool charges for one, in cents (OM-60). ``terms`` are a college's terms
    of cancellation, which bind card holders too (OM-19).
    """

    id: UUID
    name: Text
    category: Category
    window: Window | None = None
    limits: tuple[Limit, ...] = field(default=())
    children_welcome: bool = True
    supporters_free: bool = True
    exclusion: Exclusion | None = None
    version: int = 1
    kind: OfferingKind = OfferingKind.ENTRY
    tickets: int | None = None
    tariffs: tuple[Tariff, ...] = field(default=())
    wristband: int | None = None
    terms: Text | None = None

    def is_on(self, now: datetime) -> bool:
        """Tell whether an entrance serves it now.

        A standing entry is always on. A performance is on from when entry opens, or from the start
        of its Finnish day where the venue has not set that, until it ends.
        """
        if self.window is None:
            return True
        if self.window.opens is None:
            return self.day(now) <= day_of(now) and now < self.window.ends
        return self.window.opens <= now < self.window.ends

    def day(self, now: datetime) -> date:
        """Return the Finnish day on which it takes place.

        The performance's own, or that of the moment (OM-42).
        """
        return day_of(now if self.window is None else self.window.starts)

    def validity_day(self, now: datetime) -> date:
        """Return the Finnish day on which the card must be valid (OM-42).

        An event's first, and on a later day of one that takes several, such as a festival, that
        day. A night that passes midnight is of the day on which it began.
        """
        first = self.day(now)
        if self.window is None or self.window.ends - self.window.starts <= _A_NIGHT:
            return first
        return max(first, day_of(min(now, self.window.ends)))

    def seats_day(self, now: datetime) -> date:
        """Return the day that a cap on seats counts a use under: the event's, or the use's own."""
        seats = self.seats
        return day_of(now) if seats is not None and seats.per is Per.DAY else self.day(now)

    def free(self, party: Party) -> Party:
        """Return who of a party comes in free: support persons where the venue says so (OM-68)."""
        return party if self.supporters_free else replace(party, supporters=0)

    def welcomes(self, children: int) -> bool:
        """Tell whether so many children, or a group's younger clients, may come along (OM-45)."""
        return self.children_welcome or children == 0

    @property
    def seats(self) -> Seats | None:
        """The cap on seats, where there is one."""
        return next((limit for limit in self.limits if isinstance(limit, Seats)), None)

    @property
    def visits(self) -> Visits | None:
        """The visits a year, where they are limited."""
        return next((limit for limit in self.limits if isinstance(limit, Visits)), None)

    @property
    def excluded(self) -> bool:
        """Tell whether the card is not accepted here at all."""
        return self.exclusion is not None

    @property
    def open_bookings(self) -> OpenBookings | None:
        """The most bookings that a card may have open, where the venue limits them."""
        return next((limit for limit in self.limits if isinstance(limit, OpenBookings)), None)

    def tariff(self, service: Service) -> Tariff | None:
        """Return how the card covers a service, or None where it does not."""
        return next((tariff for tariff in self.tariffs if tariff.service is service), None)

    @property
    def once(self) -> bool:
        """Tell whether a card is let in once only."""
        return any(isinstance(limit, OncePerPerformance) for limit in self.limits)

    @property
    def counts_cards(self) -> bool:
        """Tell whether a decision needs to know what this card did here before."""
        return self.once or self.visits is not None

    def counted_since(self, card: Card, now: datetime) -> date:
        """Return the first day of the span over which this card's uses are counted here.

        For visits it is the calendar year's first day or the card's latest anniversary (OM-60), for
        a performance its day.
        """
        day = self.day(now)
        limit = self.visits
        if limit is None:
            return day
        if limit.year is Year.CALENDAR:
            return date(day.year, 1, 1)
        years = day.year - card.valid_from.year
        anniversary = years_later(card.valid_from, years)
        return anniversary if anniversary <= day else years_later(card.valid_from, years - 1)
