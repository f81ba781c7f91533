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
PARKED = Text(
    "Rekisteri ei ota käyntejä vastaan: {count}",
    "Registret tar inte emot besök: {count}",
    "Visits the register cannot take: {count}",
)
CLOCK_WRONG = Text("Kello on väärässä", "Klockan går fel", "The clock is wrong")
DISK_FULL = Text(
    "Muisti täynnä tai viallinen", "Minnet är fullt eller trasigt", "Storage full or failing"
)
DEVICE_LOST = Text("Laite puuttuu: {device}", "Enhet saknas: {device}", "Missing: {device}")
