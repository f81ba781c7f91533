"""What the kiosk says besides the reasons of a refusal, in three languages."""

from kaiku.offering import Service
from kaiku.text import Text

SHOW_CARD = Text("Näytä kortti", "Visa kortet", "Show the card")
WELCOME = Text("Tervetuloa!", "Välkommen!", "Welcome!")
DONE_ALREADY = Text("Kortti on jo luettu", "Kortet är redan läst", "Card already read")
CHILDREN = Text(
    "Lapsia mukana? Näppäile lasten määrä.",
    "Barn med? Ange antalet barn.",
    "Children along? Type how many.",
)
SHOW_ALL_CARDS = Text("Näytä kaikkien kortit", "Visa allas kort", "Show everyone’s cards")
CARD_READ = Text("Kortti {place} luettu", "Kort {place} läst", "Card {place} read")
ALL_HERE = Text(
    "Alle 16 v: näppäile määrä. Valmis: Enter tai kortti, jolla aloitit.",
    "Under 16 år: ange antal. Klart: Enter eller kortet du började med.",
    "Under 16: type how many. Done: Enter or the card you began with.",
)
CARD_OF_GROUP = Text(
    "Kortti\N{NO-BREAK SPACE}{places}: {reason}.",
    "Kort\N{NO-BREAK SPACE}{places}: {reason}.",
    "Card\N{NO-BREAK SPACE}{places}: {reason}.",
)
OTHERS_AGAIN = Text("Näytä muut uudelleen.", "Visa de andra igen.", "Show the others again.")
NO_MEMBER = Text(
    "Kortti ei käy ryhmän jäsenelle",
    "Kortet gäller inte för en gruppmedlem",
    "The card is not accepted for a group member",
)
WITHOUT_IT = Text(
    "Näytä toinen kortti tai jatka ilman sitä.",
    "Visa ett annat kort eller fortsätt utan det.",
    "Show another card or go on without it.",
)
LARGEST_GROUP = Text(
    "Enintään {most} henkilöä kerralla.",
    "Högst {most} personer på en gång.",
    "At most {most} persons at a time.",
)
NOT_COMPLETED = Text("Ryhmä jäi kesken", "Gruppen blev inte klar", "The group was not completed")
BEGIN_AGAIN = Text(
    "Ketään ei päästetty sisään. Näytä kortit uudelleen.",
    "Ingen släpptes in. Visa korten igen.",
    "Nobody was let in. Show the cards again.",
)
WAIT = Text("Hetki…", "Ett ögonblick…", "One moment…")
TAKEN_BACK = Text("Käynti on peruttu", "Besöket är annullerat", "The visit is taken back")
NOT_TAKEN_BACK = Text("Käyntiä ei voi perua", "Besöket kan inte annulleras", "Nothing to take back")
ASK_STAFF = Text("Kysy henkilökunnalta.", "Fråga personalen.", "Ask the staff.")
STANDS = Text(
    "Käynti on kirjattu: lapsia {children}.",
    "Besöket är registrerat: barn {children}.",
    "The visit stands: children {children}.",
)
WRISTBAND = Text("Ranneke {sum}/kpl", "Armband {sum}/st", "Wristband {sum}\N{NO-BREAK SPACE}each")

# At a library's desk.
SERVICES = {
    Service.COPYING: Text("Kopiointi", "Kopiering", "Copying"),
    Service.OVERDUE: Text("Myöhästymismaksu", "Förseningsavgift", "Overdue fee"),
    Service.INTERLIBRARY: Text("Kaukolaina", "Fjärrlån", "Interlibrary loan"),
}
CHOOSE_SERVICE = Text("Valitse palvelu", "Välj tjänst", "Choose a service")
NO_SERVICES = Text(
    "Täällä ei ole vielä palveluja",
    "Här finns inga tjänster ännu",
    "There are no services here yet",
)
AT_OFFERING = Text("{service}, {offering}", "{service}, {offering}", "{service}, {offering}")
PRICED = Text("{service} {sum}/kpl", "{service} {sum}/st", "{service} {sum}\N{NO-BREAK SPACE}each")
COUNTED = Text("{count} kpl = {sum}", "{count} st = {sum}", "{count} pcs = {sum}")
TYPE_COUNT = Text("Näppäile kappalemäärä.", "Ange antalet.", "Type how many.")
TYPE_SUM = Text("Näppäile summa sentteinä.", "Ange summan i cent.", "Type the sum in cents.")
THEN_CARD = Text("{service}. Näytä kortti.", "{service}. Visa kortet.", "{service}. Show the card.")
SERVICE_FIRST = Text("Valitse ensin palvelu", "Välj först tjänst", "Choose a service first")
SERVICE_HOW = Text(
    "Näppäile palvelun numero, sitten määrä tai summa.",
    "Ange tjänstens nummer, sedan antalet eller summan.",
    "Type the number of the service, then the count or the sum.",
)
TOO_LARGE = Text("Summa on liian suuri", "Summan är för stor", "The sum is too large")
SUM_AT_MOST = Text("Enintään {sum}.", "Högst {sum}.", "At most {sum}.")
COVERED = Text("Katettu {sum}", "{sum} täcks", "{sum} covered")
COVERED_ALREADY = Text("Katettu jo {sum}", "{sum} har redan täckts", "{sum} already covered")
NOT_COVERED = Text(
    "Kortti ei käy tähän palveluun",
    "Kortet gäller inte för den här tjänsten",
    "The card is not accepted for this service",
)
COULD_COVER = Text(
    "Vielä voidaan kattaa {sum}.", "Ännu kan {sum} täckas.", "{sum} can still be covered."
)
NOTHING_LEFT = Text(
    "Katettavaa ei ole enää jäljellä.", "Inget återstår att täcka.", "Nothing is left to cover."
)
FEE_TAKEN_BACK = Text("Peruttu: {sum}", "Annullerat: {sum}", "Taken back: {sum}")
FEE_NOT_TAKEN_BACK = Text(
    "Maksua ei voi perua", "Avgiften kan inte annulleras", "Nothing to take back"
)

# What staff are told of the kiosk when they ask.
READY = Text("Lukija on käyttövalmis", "Läsaren är redo", "The reader is ready")
CONNECTED = Text(
    "Yhteys rekisteriin toimii", "Kontakten med registret fungerar", "In touch with the register"
)
NOT_TRIED = Text(
    "Yhteyttä rekisteriin ei ole vielä kokeiltu",
    "Kontakten med registret har inte prövats än",
    "The register has not been tried yet",
)
UPDATED = Text(
    "Päivitetty {day}. klo {dots}", "Uppdaterad {day} kl. {dots}", "Updated {day}. at {colons}"
)
NOT_UPDATED = Text(
    "Ei päivitetty käynnistyksen jälkeen",
    "Inte uppdaterad efter starten",
    "Not updated since start",
)
NOT_SENT = Text("Lähettämättä: {count}", "Ännu inte sänt: {count}", "Not sent yet: {count}")
DEVICES_WORKING = Text(
    "Laitteita kunnossa: {working}/{count}",
    "Enheter som fungerar: {working}/{count}",
    "Devices working: {working}/{count}",
)
VERSION = Text("Versio {version}", "Version {version}", "Version {version}")
DEVICES = {
    "scanner": Text("koodinlukija", "kodläsare", "scanner"),
    "keypad": Text("näppäimistö", "knappsats", "keypad"),
    "display": Text("näyttö", "skärm", "display"),
    "gate": Text("portti", "grind", "gate"),
    "buzzer": Text("summeri", "summer", "buzzer"),
}
NUMBERED = Text("{device} {number}", "{device} {number}", "{device} {number}")

NO_CARDS_YET = Text("Kortteja ei vielä lueta", "Kort läses inte ännu", "Cards are not read yet")
WAITS_FOR_NETWORK = Text(
    "Laite odottaa verkkoyhteyttä. Kysy henkilökunnalta.",
    "Enheten väntar på nätverket. Fråga personalen.",
    "Waiting for the network. Ask the staff.",
)
NO_NETWORK = Text("Ei verkkoyhteyttä", "Ingen nätverksanslutning", "No network")
NOT_ENROLLED = Text(
    "Ei liitetty rekisteriin",
    "Inte ansluten till registret",
    "Not enrolled",
)
TOKEN_REFUSED = Text(
    "Rekisteri ei tunne laitetta",
    "Registret känner inte enheten",
    "Kiosk not recognised",
)
UNTRUSTED = Text(
    "Varmenne ei kelpaa",
    "Certifikatet gäller inte",
    "Certificate not valid",
)
PARKED = Text(
    "Käyntejä ei oteta vastaan: {count}",
    "Besök tas inte emot: {count}",
    "Visits not taken: {count}",
)
CLOCK_WRONG = Text("Kello on väärässä", "Klockan går fel", "The clock is wrong")
DISK_FULL = Text(
    "Muisti täynnä tai viallinen", "Minnet är fullt eller trasigt", "Storage full or failing"
)
KEY_FOREIGN = Text("Väärä korttiavain", "Fel kortnyckel", "Wrong card key")
CARDS_AWAITED = Text(
    "Kortteja haetaan vielä", "Korten hämtas ännu", "Cards are still being fetched"
)
JOURNAL_SPOILED = Text("Muisti vioittunut", "Minnet är skadat", "Storage damaged")
DEVICE_LOST = Text(
    "Laite ei toimi: {device}", "Enheten fungerar inte: {device}", "Not working: {device}"
)
