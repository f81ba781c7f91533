"""Venues of the sample network, invented, with what they offer and the limits that they set."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kaiku.days import HELSINKI
from kaiku.offering import (
    Category,
    Exclusion,
    Limit,
    OfferingKind,
    OncePerPerformance,
    Per,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
)
from kaiku.text import Text
from server.kaikukanta.network.tables import VenueKind

MAIN_PLACE = "837"


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
) -> Sample:
    """Return a standing entry."""
    return Sample(Text(fi, sv, en), category, limits, kind=kind)


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


MAIN = SampleVenue(
    VenueKind.POOL,
    MAIN_PLACE,
    Text("Monitoimitalo Koski", "Allaktivitetshuset Forsen", "Koski House"),
    (
        entry(Category.CULTURE, "Sisäänpääsy", "Entré", "Entry"),
        visits(30),
        Sample(
            Text("Iltakonsertti: Kosken laulu", "Kvällskonsert: Forsens sång", "Evening concert"),
            Category.CULTURE,
            (Seats(40), OncePerPerformance()),
            Show(0),
            kind=OfferingKind.OWN_PRODUCTION,
            tickets=400,
        ),
    ),
)
"""The venue of the seed's ``vars``.

Its offerings are the entry without limits, the pool with 30 visits, tonight's performance.
"""

OTHERS = (
    SampleVenue(
        VenueKind.MUSEUM,
        "091",
        Text("Rantakadun taidemuseo", "Strandgatans konstmuseum", "Strand Street Art Museum"),
        (
            entry(Category.CULTURE, "Näyttelyt", "Utställningar", "Exhibitions"),
            entry(Category.CULTURE, "Opastettu kierros", "Guidad tur", "Guided tour"),
        ),
    ),
    SampleVenue(
        VenueKind.MUSEUM,
        "853",
        Text("Jokirannan museo", "Åstrandens museum", "Riverside Museum"),
        (entry(Category.CULTURE, "Sisäänpääsy", "Inträde", "Admission"),),
    ),
    SampleVenue(
        VenueKind.MUSEUM,
        "905",
        Text("Meren ja rannikon museo", "Museet för hav och kust", "Museum of Sea and Coast"),
        (entry(Category.CULTURE, "Sisäänpääsy", "Inträde", "Admission"),),
    ),
    SampleVenue(
        VenueKind.POOL,
        "564",
        Text("Tuiran vesitalo", "Tuira vattenhus", "Tuira Water House"),
        (visits(30),),
    ),
    SampleVenue(
        VenueKind.POOL,
        "398",
        Text("Harjun uimahalli", "Åsens simhall", "Ridge Swimming Hall"),
        (visits(50),),
    ),
    SampleVenue(
        VenueKind.POOL,
        "049",
        Text("Leppälammen uimahalli", "Alträsks simhall", "Leppälampi Swimming Hall"),
        (visits(30),),
    ),
    SampleVenue(
        VenueKind.LIBRARY,
        "092",
        Text("Kivikosken kirjasto", "Stenforsens bibliotek", "Kivikoski Library"),
        (library(),),
    ),
    SampleVenue(
        VenueKind.COLLEGE,
        "179",
        Text("Järvenrannan kansalaisopisto", "Medborgarinstitutet vid sjön", "Lakeside College"),
        (
            course("Keramiikka, alkeet", "Keramik för nybörjare", "Ceramics for beginners"),
            course("Englanti 2", "Engelska 2", "English 2", 1),
        ),
    ),
    SampleVenue(
        VenueKind.COLLEGE,
        "638",
        Text("Vanhankaupungin työväenopisto", "Gamla stans arbis", "Old Town Adult College"),
        (course("Suomen kieli 1", "Finska 1", "Finnish 1"),),
    ),
    SampleVenue(
        VenueKind.PERFORMING_ARTS,
        "609",
        Text("Jokiteatteri", "Åteatern", "River Theatre"),
        (
            show("Seitsemän sisarta", "Sju systrar", "Seven Sisters", 12, 0),
            show("Seitsemän sisarta", "Sju systrar", "Seven Sisters", 12, 1),
            premiere("Ensi-ilta: Suisto", "Premiär: Deltat", "Premiere: Delta", 7),
        ),
    ),
    SampleVenue(
        VenueKind.PERFORMING_ARTS,
        "297",
        Text("Savon kamariorkesteri", "Savolax kammarorkester", "Savo Chamber Orchestra"),
        (show("Talven sävelet", "Vinterns toner", "Winter Tones", 20, 2),),
    ),
    SampleVenue(
        VenueKind.CINEMA,
        "743",
        Text("Kino Lakeus", "Bio Slätten", "Kino Lakeus"),
        (
            entry(
                Category.CULTURE,
                "Arjen näytökset",
                "Vardagsvisningar",
                "Weekday screenings",
                Seats(20, Per.DAY),
                kind=OfferingKind.SCREENING,
            ),
        ),
    ),
    SampleVenue(
        VenueKind.FESTIVAL,
        "698",
        Text("Tunturin valot", "Fjällets ljus", "Lights of the Fell"),
        (
            entry(
                Category.CULTURE,
                "Päivälippu",
                "Dagsbiljett",
                "Day ticket",
                Seats(40, Per.DAY),
                kind=OfferingKind.MASS_EVENT,
            ),
        ),
    ),
    SampleVenue(
        VenueKind.SCIENCE_CENTRE,
        "167",
        Text("Tiedetalo Kipinä", "Vetenskapshuset Gnistan", "Kipinä Science House"),
        (entry(Category.SCIENCE, "Näyttelyt", "Utställningar", "Exhibitions"),),
    ),
)
