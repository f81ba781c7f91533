"""What the kiosk says besides the reasons of a refusal, in three languages."""

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
    "Alle 16 v: näppäile määrä. Valmis: Enter tai ensimmäinen kortti.",
    "Under 16 år: ange antal. Klart: Enter eller första kortet.",
    "Under 16: type how many. Done: Enter or the first card.",
)
CARD_OF_GROUP = Text(
    "Kortti {places}: {reason}.", "Kort {places}: {reason}.", "Card {places}: {reason}."
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
TAKEN_BACK = Text("Käynti on peruttu", "Besöket är återtaget", "The visit is taken back")
NOT_TAKEN_BACK = Text(
    "Käyntiä ei voi perua", "Besöket kan inte tas tillbaka", "Nothing to take back"
)
ASK_STAFF = Text("Kysy henkilökunnalta.", "Fråga personalen.", "Ask the staff.")
STANDS = Text(
    "Käynti on kirjattu: lapsia {children}.",
    "Besöket är registrerat: barn {children}.",
    "The visit stands: children {children}.",
)

NO_NETWORK = Text("Ei verkkoyhteyttä", "Ingen nätverksanslutning", "No network")
NOT_ENROLLED = Text(
    "Laitetta ei ole liitetty rekisteriin",
    "Enheten är inte ansluten till registret",
    "Not enrolled in the register",
)
CLOCK_WRONG = Text("Kello on väärässä", "Klockan går fel", "The clock is wrong")
DEVICE_LOST = Text("Laite puuttuu: {device}", "Enhet saknas: {device}", "Missing: {device}")
