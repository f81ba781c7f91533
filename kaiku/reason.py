"""Why a card is refused: the stable codes of the contract, and their words in three languages.

The words are for the visitor and the person at the door: short, without blame, and with what mends
it. No word tells a bystander what kind of card it was (OM-28).
"""

from dataclasses import dataclass
from enum import StrEnum

from kaiku.text import Text


class Reason(StrEnum):
    """The reason codes, stable: a code may be added, never changed."""

    UNREADABLE = "unreadable"
    UNKNOWN_CARD = "unknown_card"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    ENDED = "ended"
    OUT_OF_USE = "out_of_use"
    CHILDREN_ABOVE_REGISTERED = "children_above_registered"
    CHILDREN_NOT_IN_GROUPS = "children_not_in_groups"
    SEATS_FULL = "seats_full"
    ALREADY_USED = "already_used"
    VISITS_USED_UP = "visits_used_up"
    FEES_USED_UP = "fees_used_up"
    OPEN_BOOKINGS_FULL = "open_bookings_full"
    OFFERING_EXCLUDED = "offering_excluded"
    OFFERING_OUTSIDE_VALIDITY = "offering_outside_validity"
    TOO_EARLY = "too_early"
    OFFERING_OVER = "offering_over"
    COMMUNITY_CARD_ALONE = "community_card_alone"
    GROUP_TOO_LARGE = "group_too_large"
    GROUP_CARD_MISSING = "group_card_missing"
    NOT_YOUR_OFFERING = "not_your_offering"
    CANNOT_CHECK_NOW = "cannot_check_now"


@dataclass(frozen=True, slots=True)
class Words:
    """A refusal as it is shown: what is so, and what mends it, to no bystander more (OM-28)."""

    title: Text
    mend: Text


_DISTRIBUTOR = Text(
    "Ota yhteys kortin antajaan.",
    "Kontakta den som gav kortet.",
    "Contact whoever gave you the card.",
)
_STAFF = Text("Kysy henkilökunnalta.", "Fråga personalen.", "Ask the staff.")
_FEWER = Text(
    "Näppäile lasten määrä ja näytä kortti uudelleen.",
    "Ange antalet barn och visa kortet igen.",
    "Type the number of children and show the card again.",
)

WORDS: dict[Reason, Words] = {
    Reason.UNREADABLE: Words(
        Text("Koodia ei voitu lukea", "Koden kunde inte läsas", "The code could not be read"),
        Text(
            "Näytä kortti uudelleen, suorana ja lähempänä.",
            "Visa kortet igen, rakt och närmare.",
            "Show the card again, flat and closer.",
        ),
    ),
    Reason.UNKNOWN_CARD: Words(
        Text("Korttia ei löydy", "Kortet hittades inte", "Card not found"),
        _DISTRIBUTOR,
    ),
    Reason.NOT_YET_VALID: Words(
        Text(
            "Kortti ei ole vielä voimassa", "Kortet gäller inte ännu", "The card is not valid yet"
        ),
        Text(
            "Tule uudelleen, kun kortti on voimassa.",
            "Kom igen när kortet gäller.",
            "Come again when the card is valid.",
        ),
    ),
    Reason.EXPIRED: Words(
        Text(
            "Kortin voimassaolo on päättynyt",
            "Kortets giltighet har gått ut",
            "The card has expired",
        ),
        Text(
            "Kortin antaja voi jatkaa voimassaoloa.",
            "Den som gav kortet kan förlänga det.",
            "Whoever gave you the card can extend it.",
        ),
    ),
    Reason.ENDED: Words(
        Text("Kortti on päätetty", "Kortet har avslutats", "The card has been ended"),
        _DISTRIBUTOR,
    ),
    Reason.OUT_OF_USE: Words(
        Text("Kortti on poistettu käytöstä", "Kortet är ur bruk", "The card is out of use"),
        _DISTRIBUTOR,
    ),
    Reason.CHILDREN_ABOVE_REGISTERED: Words(
        Text(
            "Lapsia on enemmän kuin kortille on merkitty",
            "Fler barn än kortet är registrerat för",
            "More children than the card is registered for",
        ),
        _FEWER,
    ),
    Reason.CHILDREN_NOT_IN_GROUPS: Words(
        Text(
            "Tässä ryhmässä ei ole paikkoja lapsille",
            "I den här gruppen finns inga platser för barn",
            "This group has no places for children",
        ),
        _STAFF,
    ),
    Reason.SEATS_FULL: Words(
        Text(
            "Paikkoja ei ole riittävästi",
            "Det finns inte tillräckligt med platser",
            "Not enough places left",
        ),
        _STAFF,
    ),
    Reason.ALREADY_USED: Words(
        Text(
            "Kortti on jo käytetty tähän esitykseen",
            "Kortet har redan använts för den här föreställningen",
            "The card has already been used for this performance",
        ),
        _STAFF,
    ),
    Reason.VISITS_USED_UP: Words(
        Text(
            "Käyntejä ei ole riittävästi jäljellä",
            "Det finns inte tillräckligt med besök kvar",
            "Not enough visits left",
        ),
        _STAFF,
    ),
    Reason.FEES_USED_UP: Words(
        Text(
            "Summa ylittää jäljellä olevan osuuden",
            "Summan överskrider det som återstår",
            "The sum is above what is left",
        ),
        _STAFF,
    ),
    Reason.OPEN_BOOKINGS_FULL: Words(
        Text(
            "Avoimia varauksia on jo enimmäismäärä",
            "Högsta antalet öppna bokningar är nått",
            "The most open bookings are already made",
        ),
        Text(
            "Peru varaus tai käytä se ensin.",
            "Avboka eller använd en bokning först.",
            "Cancel or use a booking first.",
        ),
    ),
    Reason.OFFERING_EXCLUDED: Words(
        Text(
            "Kortti ei käy tähän tilaisuuteen",
            "Kortet gäller inte för det här evenemanget",
            "The card is not accepted at this event",
        ),
        _STAFF,
    ),
    Reason.OFFERING_OUTSIDE_VALIDITY: Words(
        Text(
            "Kortti ei ole voimassa tilaisuuden päivänä",
            "Kortet gäller inte på evenemangets dag",
            "The card is not valid on the day of the event",
        ),
        _DISTRIBUTOR,
    ),
    Reason.TOO_EARLY: Words(
        Text(
            "Sisäänpääsy ei ole vielä alkanut",
            "Insläppet har inte börjat",
            "Entry has not opened yet",
        ),
        Text("Tule hieman myöhemmin.", "Kom lite senare.", "Come a little later."),
    ),
    Reason.OFFERING_OVER: Words(
        Text("Tilaisuus on päättynyt", "Evenemanget är slut", "The event is over"),
        _STAFF,
    ),
    Reason.COMMUNITY_CARD_ALONE: Words(
        Text(
            "Näytä myös mukana olevan toisen kortti",
            "Visa också följeslagarens kort",
            "Show the card of a companion too",
        ),
        _STAFF,
    ),
    Reason.GROUP_TOO_LARGE: Words(
        Text("Ryhmä on liian suuri", "Gruppen är för stor", "The group is too large"),
        _STAFF,
    ),
    Reason.GROUP_CARD_MISSING: Words(
        Text(
            "Ryhmästä puuttuu kortti", "Ett kort saknas i gruppen", "A card of the group is missing"
        ),
        Text("Näytä puuttuva kortti.", "Visa kortet som saknas.", "Show the missing card."),
    ),
    Reason.NOT_YOUR_OFFERING: Words(
        Text(
            "Tätä tilaisuutta ei hoideta täällä",
            "Det här evenemanget sköts inte här",
            "This event is not served here",
        ),
        _STAFF,
    ),
    Reason.CANNOT_CHECK_NOW: Words(
        Text(
            "Korttia ei voida juuri nyt tarkistaa",
            "Kortet kan inte kontrolleras just nu",
            "The card cannot be checked right now",
        ),
        Text(
            "Yritä hetken kuluttua uudelleen tai kysy henkilökunnalta.",
            "Försök igen om en stund eller fråga personalen.",
            "Try again in a moment or ask the staff.",
        ),
    ),
}
"""Every reason's words; a test holds the table complete."""
