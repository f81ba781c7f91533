"""Why a setting breaks the model or goes against its advice, in the worker's language."""

from kaiku.text import Text

TWICE = Text(
    "Sama rajoitus on asetettu kahdesti; poista toinen.",
    "Samma begränsning finns två gånger; ta bort den ena.",
    "The same limit is set twice; remove one.",
)
NOT_HERE = Text(
    "Tätä rajoitusta ei voi asettaa tällaiseen tarjontaan.",
    "Den här begränsningen kan inte användas för ett sådant utbud.",
    "This limit cannot be set on an offering of this kind.",
)
SHARE = Text(
    "Ylärajan on oltava vähintään 3 % lipuista eli {floor}.",
    "Den övre gränsen ska vara minst 3 % av biljetterna, alltså {floor}.",
    "The cap must be at least 3 % of the tickets, which is {floor}.",
)
TICKETS_UNKNOWN = Text(
    "Kerro lippujen kokonaismäärä; pienin sallittu yläraja lasketaan siitä.",
    "Ange det totala antalet biljetter; den lägsta tillåtna gränsen räknas utifrån det.",
    "Say how many tickets there are in all; the least cap is counted from it.",
)
MASS_TICKETS_UNKNOWN = Text(
    "Kerro lippujen kokonaismäärä: yli tuhannen lipun tapahtumassa yläraja on vähintään 20 lippua,"
    " pienemmässä 3 % lipuista.",
    "Ange det totala antalet biljetter: vid fler än tusen biljetter är gränsen minst 20 biljetter,"
    " annars 3 % av dem.",
    "Say how many tickets there are in all: of over a thousand the cap is at least 20 tickets,"
    " of fewer 3 % of them.",
)
MASS_SEATS = Text(
    "Yli tuhannen kävijän tapahtumassa ylärajan on oltava vähintään {floor} lippua.",
    "Vid evenemang med över tusen besökare ska den övre gränsen vara minst {floor} biljetter.",
    "Where over a thousand come, the cap must be at least {floor} tickets.",
)
COURSE_SEATS = Text(
    "Kurssilla on oltava vähintään yksi paikka kortinhaltijalle.",
    "Kursen ska ha minst en plats för kortinnehavare.",
    "A course must have at least one place for a card holder.",
)
COURSE_ADVICE = Text(
    "Suositus on vähintään kaksi paikkaa kurssia kohti.",
    "Rekommendationen är minst två platser per kurs.",
    "At least two places a course are recommended.",
)
GUEST_SEATS = Text(
    "Mukana olevan vierailuesityksen ylärajan on oltava vähintään {floor} lippua.",
    "För ett gästspel som är med ska den övre gränsen vara minst {floor} biljetter.",
    "The cap of a guest production that is in must be at least {floor} tickets.",
)
SCREENING_SEATS = Text(
    "Yläraja ei voi olla nolla; jätä näytös pois, jos kortti ei käy siihen.",
    "Den övre gränsen kan inte vara noll; uteslut visningen om kortet inte gäller.",
    "The cap cannot be nought; leave the screening out if the card is not accepted.",
)
VISITS = Text(
    "Sarjalipussa on oltava vähintään {floor} käyntiä vuodessa.",
    "Seriebiljetten ska ha minst {floor} besök per år.",
    "The serial ticket must have at least {floor} visits a year.",
)
OPEN_BOOKINGS = Text(
    "Kortilla on voitava olla vähintään yksi avoin varaus.",
    "Kortet ska kunna ha minst en öppen bokning.",
    "A card must be able to have at least one open booking.",
)
NO_WINDOW = Text(
    "Kerro, milloin tilaisuus alkaa ja päättyy; kortin voimassaolo katsotaan sen päivältä.",
    "Ange när evenemanget börjar och slutar; kortets giltighet kontrolleras för den dagen.",
    "Say when the event starts and ends; the card must be valid on that day.",
)
LIMIT_WITHOUT_WINDOW = Text(
    "Kerro, milloin kurssi alkaa ja päättyy: paikat, kertakäyttö ja avoimet varaukset lasketaan"
    " kurssia kohti. Ilman aikaa voi rajata vain paikkoja päivässä.",
    "Ange när kursen börjar och slutar: platser, engångsbruk och öppna bokningar räknas per kurs."
    " Utan tid kan bara platser per dag begränsas.",
    "Say when the course starts and ends: places, use once and open bookings are counted by the"
    " course. Without a time only places a day can be limited.",
)
NOT_IN_ORDER = Text(
    "Tilaisuus aukeaa, sitten alkaa ja sitten päättyy: korjaa ajat.",
    "Ett evenemang öppnar, börjar sedan och slutar sedan: rätta tiderna.",
    "An event opens, then starts, then ends: mend the times.",
)
HAS_BEEN = Text(
    "Tapahtumalle on kirjattu käyntejä ja sen päivä on alkanut, joten sen päivää ei voi vaihtaa."
    " Tee uudelle päivälle uusi tarjonta.",
    "Evenemanget har registrerade besök och dess dag har börjat, så dagen kan inte ändras."
    " Gör ett nytt utbud för den nya dagen.",
    "Uses are recorded of this event and its day has begun, so its day cannot change."
    " Make a new offering for the new day.",
)
ACQUIRABLE = Text(
    "Lipun on oltava hankittavissa viimeistään viikkoa ennen tilaisuutta.",
    "Biljetten ska kunna skaffas senast en vecka före evenemanget.",
    "A ticket must be to be had from a week before the event at the latest.",
)
HANDED_OVER = Text(
    "Lipun on oltava noudettavissa viimeistään 30 minuuttia ennen esitystä.",
    "Biljetten ska kunna hämtas senast 30 minuter före föreställningen.",
    "A ticket must be handed over from 30 minutes before the show at the latest.",
)
NOT_EXCLUDABLE = Text(
    "Tämä tarjonta kuuluu Kaikukortin piiriin; sitä ei voi jättää pois mistään syystä.",
    "Det här utbudet omfattas av Kaikukortet; det kan inte uteslutas av någon orsak.",
    "This offering belongs to the card and cannot be left out for any reason.",
)
NOT_FOR_THAT = Text(
    "Tätä tarjontaa ei voi jättää pois tästä syystä. Kelpaavat syyt: {reasons}.",
    "Det här utbudet kan inte uteslutas av den orsaken. Godtagbara orsaker: {reasons}.",
    "This offering cannot be left out for that reason. Reasons that would do: {reasons}.",
)
NO_WEEKEND = Text(
    "Tilaisuus ei ole viikonloppuna, joten sitä ei voi jättää pois viikonlopun vuoksi.",
    "Evenemanget är inte på ett veckoslut och kan inte uteslutas av den orsaken.",
    "The event is not at a weekend, so it cannot be left out for being at one.",
)
NO_CINEMA = Text(
    "Vain elokuvateatteri tai elokuvafestivaali voi jättää näytöksen pois laskutuksen vuoksi.",
    "Bara en biograf eller filmfestival kan utesluta en visning på grund av faktureringen.",
    "Only a cinema or a film festival can leave a screening out because of billing.",
)
NO_COLLEGE = Text(
    "Vain kansalaisopisto tai vastaava voi jättää kurssin pois osallistujamäärän tai kulujen"
    " vuoksi.",
    "Bara ett medborgarinstitut eller motsvarande kan utesluta en kurs på grund av deltagarantalet"
    " eller kostnaderna.",
    "Only a college can leave a course out for few participants or for its cost.",
)
CHILDREN = Text(
    "Lapset voi jättää pois vain kurssilta; muualle kortille merkityt lapset pääsevät mukaan.",
    "Barn kan uteslutas bara från kurser; annars får de barn som är registrerade på kortet följa"
    " med.",
    "Children can be left out of courses only; elsewhere those registered on the card come along.",
)
NO_TERMS = Text(
    "Peruutusehdot voi asettaa vain kurssille; muualla kortinhaltijalta ei peritä peruutusmaksua.",
    "Avbokningsvillkor kan anges bara för kurser; annars tas ingen avbokningsavgift ut av"
    " kortinnehavaren.",
    "Terms of cancellation are for courses only; elsewhere a card holder is charged nothing.",
)
NOTHING_COVERED = Text(
    "Kerro ainakin yksi palvelu, jonka maksut kortti kattaa: kopiointi, myöhästymismaksut tai"
    " kaukolainat.",
    "Ange minst en tjänst vars avgifter kortet täcker: kopiering, förseningsavgifter eller"
    " fjärrlån.",
    "Say at least one service whose fees the card covers: copying, overdue fees or interlibrary"
    " loans.",
)
NO_LIBRARY = Text(
    "Maksuja katetaan vain kirjastossa.",
    "Avgifter täcks bara på bibliotek.",
    "Fees are covered at libraries only.",
)
NO_POOL = Text(
    "Rannekkeen hinnan voi periä vain uimahallissa.",
    "Priset för ett armband kan tas ut bara i en simhall.",
    "A wristband may be charged for at pools only.",
)
SERVICE_TWICE = Text(
    "Sama palvelu on hinnastossa kahdesti; poista toinen.",
    "Samma tjänst finns två gånger; ta bort den ena.",
    "The same service is there twice; remove one.",
)
UNIT = Text(
    "Kappalehinnan on oltava suurempi kuin nolla; jätä se pois, jos summa kirjoitetaan käsin.",
    "Styckpriset ska vara större än noll; lämna bort det om summan skrivs in för hand.",
    "The price of one piece must be above nought; leave it out where the sum is typed.",
)
UNIT_TOO_LARGE = Text(
    "Kappalehinta on yli {most}, eikä niin suurta maksua voi kirjata: hinta annetaan sentteinä.",
    "Styckpriset är över {most}, och en så stor avgift kan inte registreras: priset anges i cent.",
    "The price of one piece is above {most}, and no fee may be so large: it is given in cents.",
)
WRISTBAND = Text(
    "Rannekkeen hinnan on oltava vähintään yksi sentti; jätä se pois, jos siitä ei peritä mitään.",
    "Armbandets pris ska vara minst en cent; lämna bort det om inget tas ut för armbandet.",
    "The price of a wristband must be at least one cent; leave it out where nothing is charged.",
)
FEE_CAP = Text(
    "Katettavan summan on oltava vähintään {floor} senttiä, jotta se riittää edes kerran.",
    "Summan som täcks ska vara minst {floor} cent för att räcka till ens en gång.",
    "The sum that is covered must be at least {floor} cents, to be enough even once.",
)
WEB_SHOP = Text(
    "Verkkokauppa ei tarkista korttia: voimassaolo ja lasten määrä jäävät tarkistamatta.",
    "Nätbutiken kontrollerar inte kortet: giltigheten och antalet barn blir inte kontrollerade.",
    "The web shop does not check cards: neither validity nor the children are checked.",
)
ACCESSIBILITY = Text(
    "Julkaise esteettömyystiedot.",
    "Publicera uppgifter om tillgänglighet.",
    "Publish accessibility information.",
)
OWN_PRODUCTIONS = Text(
    "Omista tuotannoista on jätetty pois {out}/{all}; suurin osa on pidettävä mukana.",
    "Av de egna produktionerna är {out}/{all} uteslutna; största delen ska vara med.",
    "{out} of {all} own productions are left out; most of them must stay in.",
)
