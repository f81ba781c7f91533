"""The sentences of the public text, in three languages; values stand in braces."""

from dataclasses import dataclass

from kaiku.offering import Exclusion
from kaiku.text import Text


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence about a number, which reads otherwise where that is one."""

    one: Text
    many: Text

    def of(self, cap: int, written: str) -> Text:
        """Return the sentence about a number, as a language writes it."""
        return self.one if cap == 1 else self.many.fill(cap=written)


STARTS = Text("Tilaisuus alkaa {at}.", "Evenemanget börjar {at}.", "The event starts on {at}.")
ACQUIRABLE = Text(
    "Lippujen hankinta alkaa {at}.",
    "Biljetter kan skaffas från och med {at}.",
    "Tickets can be had from {at}.",
)
OPENS = Text(
    "Lippujen luovutus ja sisäänpääsy alkavat {at}.",
    "Biljetterna delas ut och insläppet börjar {at}.",
    "Tickets are handed over and entry opens on {at}.",
)
AT = Text("klo", "kl.", "at")

SEATS = Counted(
    one=Text(
        "Kaikukortin haltijoille on tilaisuuteen enintään yksi paikka.",
        "För Kaikukortets innehavare finns högst en plats till evenemanget.",
        "There is at most one place for Kaikukortti holders at the event.",
    ),
    many=Text(
        "Kaikukortin haltijoille on tilaisuuteen enintään {cap} paikkaa.",
        "För Kaikukortets innehavare finns högst {cap} platser till evenemanget.",
        "There are at most {cap} places for Kaikukortti holders at the event.",
    ),
)
SEATS_A_DAY = Counted(
    one=Text(
        "Kaikukortin haltijoille on enintään yksi paikka päivässä.",
        "För Kaikukortets innehavare finns högst en plats per dag.",
        "There is at most one place a day for Kaikukortti holders.",
    ),
    many=Text(
        "Kaikukortin haltijoille on enintään {cap} paikkaa päivässä.",
        "För Kaikukortets innehavare finns högst {cap} platser per dag.",
        "There are at most {cap} places a day for Kaikukortti holders.",
    ),
)
ONCE = Text(
    "Samaan tilaisuuteen pääsee kortilla yhden kerran.",
    "Kortet ger inträde till samma evenemang en gång.",
    "The card gives entry to the same event once.",
)
VISITS = Text(
    "Kortilla on {cap} käyntiä kalenterivuodessa.",
    "Kortet ger {cap} besök per kalenderår.",
    "The card gives {cap} visits in a calendar year.",
)
VISITS_OF_CARD = Text(
    "Kortilla on {cap} käyntiä vuodessa kortin myöntämispäivästä lukien.",
    "Kortet ger {cap} besök per år räknat från dagen då kortet beviljades.",
    "The card gives {cap} visits a year, counted from the day it was granted.",
)
VISITS_OF_CHILDREN = Text(
    "Jokainen mukana oleva lapsi käyttää yhden käynnin lisää.",
    "Varje barn som är med använder ett besök till.",
    "Each child who comes along takes one more visit.",
)
OPEN_BOOKINGS = Counted(
    one=Text(
        "Kortilla voi olla yhtä aikaa enintään yksi avoin varaus.",
        "Kortet kan ha högst en öppen bokning åt gången.",
        "A card can have at most one open booking at a time.",
    ),
    many=Text(
        "Kortilla voi olla yhtä aikaa enintään {cap} avointa varausta.",
        "Kortet kan ha högst {cap} öppna bokningar samtidigt.",
        "A card can have at most {cap} open bookings at one time.",
    ),
)
NO_LIMITS = Text(
    "Kortin käyttökertoja ja paikkoja ei ole rajoitettu.",
    "Antalet besök med kortet och antalet platser är inte begränsade.",
    "Neither the uses of the card nor the places are limited.",
)

COVERED = Text(
    "Kortti kattaa: {service}.", "Kortet täcker: {service}.", "The card covers: {service}."
)
COVERED_UP_TO = Text(
    "Kortti kattaa: {service}, enintään {sum} {period}.",
    "Kortet täcker: {service}, högst {sum} {period}.",
    "The card covers: {service}, at most {sum} {period}.",
)
COPYING = Text("kopiointi ja tulostus", "kopiering och utskrift", "copying and printing")
OVERDUE = Text("myöhästymismaksut", "förseningsavgifter", "overdue fees")
INTERLIBRARY = Text("kaukolainat", "fjärrlån", "interlibrary loans")
A_PIECE = Text("kappale", "per styck", "each")
A_DAY = Text("päivässä", "per dag", "a day")
A_MONTH = Text("kuukaudessa", "per månad", "a month")
A_YEAR = Text("vuodessa", "per år", "a year")
WRISTBAND = Text(
    "Rannekkeesta peritään {sum}.",
    "Armbandet kostar {sum}.",
    "A wristband costs {sum}.",
)

CHILDREN = Text(
    "Mukaan pääsevät maksutta kortille merkityt lapset ja lapsenlapset.",
    "De barn och barnbarn som är registrerade på kortet kommer in gratis.",
    "The children and grandchildren registered on the card come along free.",
)
NO_CHILDREN = Text(
    "Lapsille ei ole maksuttomia paikkoja.",
    "Det finns inga gratisplatser för barn.",
    "There are no free places for children.",
)
HELPERS = Text(
    "Avustaja tai tulkki pääsee aina maksutta, eikä todistusta tarvita.",
    "En assistent eller tolk kommer alltid in gratis, och inget intyg behövs.",
    "An assistant or interpreter always comes in free, and no certificate is needed.",
)
SUPPORTERS = Text(
    "Myös tukihenkilö pääsee maksutta.",
    "Även en stödperson kommer in gratis.",
    "A support person comes in free too.",
)
NO_SUPPORTERS = Text(
    "Tukihenkilö maksaa oman lippunsa.",
    "En stödperson betalar sin egen biljett.",
    "A support person pays for a ticket.",
)

_NOT_ACCEPTED = Text(
    "Kaikukortti ei käy tähän tilaisuuteen: {why}.",
    "Kaikukortet gäller inte för det här evenemanget: {why}.",
    "Kaikukortti is not accepted at this event: {why}.",
)


def _because(fi: str, sv: str, en: str) -> Text:
    return Text(
        _NOT_ACCEPTED.fi.format(why=fi),
        _NOT_ACCEPTED.sv.format(why=sv),
        _NOT_ACCEPTED.en.format(why=en),
    )


EXCLUDED = {
    Exclusion.GUEST_PRODUCTION: _because("vierailuesitys", "gästspel", "guest production"),
    Exclusion.GALA: _because("gaala", "gala", "gala"),
    Exclusion.PREMIERE: _because("ensi-ilta", "premiär", "premiere"),
    Exclusion.WEEKEND: _because("viikonloppuesitys", "veckoslutsföreställning", "weekend show"),
    Exclusion.BILLING: _because(
        "levittäjä laskuttaa lipuista",
        "distributören fakturerar för biljetter",
        "the distributor bills for tickets",
    ),
    Exclusion.FEW_PARTICIPANTS: _because(
        "kurssilla on vähän osallistujia", "kursen har få deltagare", "few take part in the course"
    ),
    Exclusion.COST: _because(
        "kurssin kustannukset ovat suuret", "kursens kostnader är höga", "the course costs much"
    ),
}
