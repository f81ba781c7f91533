"""Venues of the sample network, invented, with what they offer and the limits that they set."""

from kaiku.offering import Category, OfferingKind, OncePerPerformance, Per, Seats
from kaiku.text import Text
from kaiku.venue import VenueKind
from server.kaikukanta.seed.programme import (
    Sample,
    SampleVenue,
    Show,
    course,
    entry,
    library,
    premiere,
    show,
    visits,
)

MAIN_PLACE = "837"

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
                tickets=3000,
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
