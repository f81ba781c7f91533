"""What a venue of the sample network may offer: entries, courses, shows and fees."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kaiku.days import HELSINKI
from kaiku.offering import (
    Category,
    Exclusion,
    Limit,
    OfferingKind,
    OncePerPerformance,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
)
from kaiku.text import Text
from kaiku.venue import VenueKind


@dataclass(frozen=True, slots=True)
class Show:
    """A performance's evening, counted from the day of seeding.

    It ends in the small hours, so that the one of today can be used all of today. ``handover`` is
    how long before the start tickets are handed over (OM-66), None for no such hour.
    """

    days: int
    starts: time = time(19)
    handover: timedelta | None = None

    def window(self, today: date) -> Window:
        """Return when it takes place, in UTC."""
        day = today + timedelta(days=self.days)
        starts = datetime.combine(day, self.starts, HELSINKI).astimezone(UTC)
        ends = datetime.combine(day + timedelta(days=1), time(2), HELSINKI).astimezone(UTC)
        return Window(starts, ends, None if self.handover is None else starts - self.handover)


@dataclass(frozen=True, slots=True)
class Sample:
    """An offering of a sample venue; without a show it is a standing entry."""

    name: Text
    category: Category
    limits: tuple[Limit, ...] = ()
    show: Show | None = None
    children_welcome: bool = True
    exclusion: Exclusion | None = None
    kind: OfferingKind = OfferingKind.ENTRY
    tickets: int | None = None
    tariffs: tuple[Tariff, ...] = ()
    wristband: int | None = None


@dataclass(frozen=True, slots=True)
class SampleVenue:
    """A venue of the sample network, in the municipality of a code."""

    kind: VenueKind
    place: str
    name: Text
    offerings: tuple[Sample, ...]


def entry(
    category: Category,
    fi: str,
    sv: str,
    en: str,
    *limits: Limit,
    kind: OfferingKind = OfferingKind.ENTRY,
    tickets: int | None = None,
) -> Sample:
    """Return a standing entry."""
    return Sample(Text(fi, sv, en), category, limits, kind=kind, tickets=tickets)


def visits(cap: int = 30) -> Sample:
    """Return a pool's entry: visits of a calendar year, children taken from them (OM-60)."""
    return Sample(
        Text("Uinti ja kuntosali", "Simning och gym", "Swimming and gym"),
        Category.SPORTS,
        (Visits(cap),),
        kind=OfferingKind.POOL,
        wristband=500,
    )


def library() -> Sample:
    """Return a library's services, their fees covered up to a sum (OM-59)."""
    return Sample(
        Text("Kirjaston palvelut", "Bibliotekstjänster", "Library services"),
        Category.EDUCATION,
        kind=OfferingKind.LIBRARY,
        tariffs=(
            Tariff(Service.COPYING, unit=30, cap=600),
            Tariff(Service.OVERDUE, cap=2000),
            Tariff(Service.INTERLIBRARY, unit=600, cap=1800, period=Period.MONTH),
        ),
    )


def course(fi: str, sv: str, en: str, places: int = 2) -> Sample:
    """Return a college's course: few places, no children along (OM-45, OM-56)."""
    return Sample(
        Text(fi, sv, en),
        Category.EDUCATION,
        (Seats(places), OncePerPerformance()),
        Show(10, time(17, 30)),
        children_welcome=False,
        kind=OfferingKind.COURSE,
    )


def show(fi: str, sv: str, en: str, cap: int, days: int) -> Sample:
    """Return an evening's performance with a cap on seats (OM-54, OM-58, OM-66)."""
    evening = Show(days, handover=timedelta(minutes=30))
    return Sample(
        Text(fi, sv, en),
        Category.CULTURE,
        (Seats(cap), OncePerPerformance()),
        evening,
        kind=OfferingKind.OWN_PRODUCTION,
        tickets=cap * 25,
    )


def premiere(fi: str, sv: str, en: str, days: int) -> Sample:
    """Return a premiere that its theatre has left out (OM-62)."""
    return Sample(
        Text(fi, sv, en),
        Category.CULTURE,
        show=Show(days),
        exclusion=Exclusion.PREMIERE,
        kind=OfferingKind.PREMIERE,
    )
