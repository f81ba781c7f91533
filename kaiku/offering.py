"""What a venue offers, and the limits that it may set (OM-52).

A limit exists only where the venue set one (OM-43). The set is sealed: a new kind of limit is a new
class here and a new case in :mod:`kaiku.decide`, and the type checker finds the places.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kaiku.card import Card
from kaiku.days import aware, day_of, years_later
from kaiku.party import Party
from kaiku.text import Text


class Category(StrEnum):
    """How the network's statistics divide what is offered."""

    CULTURE = "culture"
    EDUCATION = "education"
    SCIENCE = "science"
    SPORTS = "sports"


class OfferingKind(StrEnum):
    """What is offered; it decides which limits may be set, and how low."""

    ENTRY = "entry"
    POOL = "pool"
    LIBRARY = "library"
    COURSE = "course"
    OWN_PRODUCTION = "own_production"
    GUEST_PRODUCTION = "guest_production"
    GALA = "gala"
    PREMIERE = "premiere"
    SCREENING = "screening"
    MASS_EVENT = "mass_event"


PERFORMING_ARTS = frozenset(
    {
        OfferingKind.OWN_PRODUCTION,
        OfferingKind.GUEST_PRODUCTION,
        OfferingKind.GALA,
        OfferingKind.PREMIERE,
    }
)
"""The kinds that performing-arts venues offer (OM-61, OM-62)."""


class Exclusion(StrEnum):
    """Why an offering is left out; there is no other reason (OM-62 to OM-64)."""

    GUEST_PRODUCTION = "guest_production"
    GALA = "gala"
    PREMIERE = "premiere"
    WEEKEND = "weekend"
    BILLING = "billing"
    FEW_PARTICIPANTS = "few_participants"
    COST = "cost"


class Per(StrEnum):
    """What a cap on seats is counted over."""

    EVENT = "event"
    DAY = "day"


class Year(StrEnum):
    """Which year a card's visits are counted over; the source leaves it open (OM-60)."""

    CALENDAR = "calendar"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Seats:
    """At most ``cap`` seats for card holders, per event (OM-54) or per day (OM-55).

    Shared by all cards.
    """

    cap: int
    per: Per = Per.EVENT


@dataclass(frozen=True, slots=True)
class OncePerPerformance:
    """A card goes to the same performance once (OM-58)."""


@dataclass(frozen=True, slots=True)
class Visits:
    """A card has ``cap`` visits a year, each child taking one more (OM-60)."""

    cap: int
    year: Year = Year.CALENDAR


@dataclass(frozen=True, slots=True)
class OpenBookings:
    """A card has at most ``cap`` bookings open at the venue at one time (OM-61)."""

    cap: int


Limit = Seats | OncePerPerformance | Visits | OpenBookings


class Service(StrEnum):
    """What a library desk charges for and the card covers (OM-59)."""

    COPYING = "copying"
    OVERDUE = "overdue"
    INTERLIBRARY = "interlibrary"


class Period(StrEnum):
    """Over which span a cap on fees is counted."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Tariff:
    """A service whose fees the card covers, in integer cents.

    ``unit`` is the price of one piece, where pieces are counted rather than a sum typed; ``cap``
    is the most that is covered for a card in a ``period``, None for no cap (OM-59).
    """

    service: Service
    unit: int | None = None
    cap: int | None = None
    period: Period = Period.YEAR


@dataclass(frozen=True, slots=True)
class Window:
    """When a performance takes place.

    ``opens`` is when tickets are handed over and entry opens, where the venue has set that (OM-66);
    ``acquirable`` is from when a ticket can be acquired, where it has set that (OM-65).
    """

    starts: datetime
    ends: datetime
    opens: datetime | None = None
    acquirable: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for naive instants or a wrong order."""
        opens = self.starts if self.opens is None else self.opens
        if not aware(opens) <= aware(self.starts) < aware(self.ends):
            raise ValueError("a performance opens, then starts, then ends")
        if self.acquirable is not None and aware(self.acquirable) > aware(self.starts):
            raise ValueError("a ticket can be acquired before the performance starts")


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

    def seats_day(self, now: datetime) -> date:
        """Return the day that a cap on seats counts a use under: the event's, or the use's own."""
        seats = self.seats
        return day_of(now) if seats is not None and seats.per is Per.DAY else self.day(now)

    def free(self, party: Party) -> Party:
        """Return who of a party comes in free: support persons where the venue says so (OM-68)."""
        return party if self.supporters_free else replace(party, supporters=0)

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
