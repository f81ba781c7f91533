"""Municipalities of the sample network: real codes, names and postcodes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality by Statistics Finland's code, and some postcodes in it.

    ``weight`` is roughly its thousands of inhabitants.
    """

    code: str
    fi: str
    sv: str
    weight: int
    postcodes: tuple[str, ...]


PLACES = (
    Place("091", "Helsinki", "Helsingfors", 680, ("00100", "00500", "00530", "00700", "00930")),
    Place("049", "Espoo", "Esbo", 320, ("02100", "02600", "02770")),
    Place("837", "Tampere", "Tammerfors", 260, ("33100", "33500", "33720")),
    Place("092", "Vantaa", "Vanda", 250, ("01300", "01600")),
    Place("564", "Oulu", "Uleåborg", 215, ("90100", "90500")),
    Place("853", "Turku", "Åbo", 205, ("20100", "20500", "20810")),
    Place("179", "Jyväskylä", "Jyväskylä", 150, ("40100", "40500")),
    Place("297", "Kuopio", "Kuopio", 125, ("70100", "70600")),
    Place("398", "Lahti", "Lahtis", 121, ("15100", "15610")),
    Place("609", "Pori", "Björneborg", 83, ("28100", "28500")),
    Place("286", "Kouvola", "Kouvola", 78, ("45100",)),
    Place("167", "Joensuu", "Joensuu", 78, ("80100",)),
    Place("405", "Lappeenranta", "Villmanstrand", 73, ("53100",)),
    Place("905", "Vaasa", "Vasa", 69, ("65100",)),
    Place("109", "Hämeenlinna", "Tavastehus", 68, ("13100",)),
    Place("743", "Seinäjoki", "Seinäjoki", 66, ("60100",)),
    Place("698", "Rovaniemi", "Rovaniemi", 65, ("96100",)),
    Place("491", "Mikkeli", "S:t Michel", 51, ("50100",)),
    Place("638", "Porvoo", "Borgå", 51, ("06100",)),
    Place("285", "Kotka", "Kotka", 50, ("48100",)),
    Place("444", "Lohja", "Lojo", 45, ("08100",)),
    Place("205", "Kajaani", "Kajana", 36, ("87100",)),
    Place("710", "Raasepori", "Raseborg", 27, ("10600",)),
)

OUTSIDE = Place("543", "Nurmijärvi", "Nurmijärvi", 44, ("01900", "05200"))
"""A municipality that is not in the sample network: nobody there gets a card (OM-13)."""
