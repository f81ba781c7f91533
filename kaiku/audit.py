"""What of a venue's settings breaks the operating model, and what goes against its advice.

A venue may limit seats, the uses of one card, open bookings, the offering and the time of
acquisition, and nothing else (OM-52); each limit has a floor. :func:`audit` finds every breach at
once, so that a worker mends them all in one go.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kaiku.days import HELSINKI
from kaiku.offering import (
    PERFORMING_ARTS,
    Exclusion,
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Seats,
    Visits,
)
from kaiku.text import Text

MODEL_VERSION = date(2025, 9, 11)
"""The version of the operating model that these rules are of, by its day (OM-1)."""

SHARE_OF_SEATS = 3
"""Percent of the tickets that a cap on seats leaves at least (OM-54)."""

MASS_EVENT_SEATS = 20
"""Tickets a day or an event where over a thousand come at once (OM-55)."""

GUEST_SEATS = 2
"""Tickets a show of a guest production that is in (OM-62)."""

COURSE_SEATS = 1
"""Places on a course; one is allowed, two are advised (OM-56)."""

POOL_VISITS = 30
"""Visits a year on a serial ticket (OM-60)."""

ACQUIRABLE = timedelta(days=7)
"""How long before an event a ticket can be acquired at the latest (OM-65)."""

HANDED_OVER = timedelta(minutes=30)
"""How long before a show a ticket is handed over at the latest (OM-66)."""


class Grade(StrEnum):
    """Whether a finding stands in the way of the setting, or only advises against it."""

    BREACH = "breach"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a setting breaks: by which rule, what was set, what the floor is, and why.

    ``setting`` names the field as the API does, such as ``limits/0/cap``. ``floor`` is what it
    would have to be at least (an instant, a number), None where nothing would do.
    """

    rule: str
    grade: Grade
    setting: str
    floor: int | str | None
    words: Text


_PERFORMANCES = PERFORMING_ARTS | {OfferingKind.SCREENING, OfferingKind.MASS_EVENT}
_WINDOWED = _PERFORMANCES | {OfferingKind.COURSE}

_ALLOWED: dict[type[Limit], frozenset[OfferingKind]] = {
    Seats: _WINDOWED,
    OncePerPerformance: _WINDOWED,
    Visits: frozenset({OfferingKind.POOL}),
    OpenBookings: PERFORMING_ARTS | {OfferingKind.COURSE},
}
"""Which kinds a limit may be set on (OM-52, 54, 55, 56, 58, 60, 61)."""

_EXCLUDABLE: dict[Exclusion, frozenset[OfferingKind]] = {
    Exclusion.GUEST_PRODUCTION: frozenset({OfferingKind.GUEST_PRODUCTION}),
    Exclusion.GALA: frozenset({OfferingKind.GALA}),
    Exclusion.PREMIERE: frozenset({OfferingKind.PREMIERE}),
    Exclusion.WEEKEND: PERFORMING_ARTS,
    Exclusion.BILLING: frozenset({OfferingKind.SCREENING}),
    Exclusion.FEW_PARTICIPANTS: frozenset({OfferingKind.COURSE}),
    Exclusion.COST: frozenset({OfferingKind.COURSE}),
}
"""Which kinds may be left out for which reason (OM-62, 63, 64)."""


def audit(offering: Offering) -> tuple[Finding, ...]:
    """Return every breach of the model in an offering's settings, then every advice against it."""
    found = (
        *_limits(offering),
        *_window(offering),
        *_exclusion(offering),
        *_money(offering),
    )
    return tuple(sorted(found, key=lambda finding: finding.grade is Grade.ADVICE))


def audit_venue(
    offerings: Iterable[Offering], *, web_shop_checks: bool | None, accessibility: bool
) -> tuple[Finding, ...]:
    """Return the advice on a venue as a whole (OM-50, OM-62, OM-70).

    ``web_shop_checks`` says whether its web shop checks cards by the API, None where it has no
    shop; ``accessibility`` whether it has published accessibility information.
    """
    return tuple(_venue(tuple(offerings), web_shop_checks, accessibility=accessibility))


def breaches(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand in the way."""
    return tuple(finding for finding in findings if finding.grade is Grade.BREACH)


def _breach(rule: str, setting: str, floor: int | str | None, words: Text) -> Finding:
    return Finding(rule, Grade.BREACH, setting, floor, words)


def _advice(rule: str, setting: str, floor: int | str | None, words: Text) -> Finding:
    return Finding(rule, Grade.ADVICE, setting, floor, words)


# --- limits ---


def _limits(offering: Offering) -> Iterator[Finding]:
    seen: set[type[Limit]] = set()
    for place, limit in enumerate(offering.limits):
        where = f"limits/{place}"
        if type(limit) in seen:
            yield _breach("OM-52", where, None, _TWICE)
        seen.add(type(limit))
        if offering.kind not in _ALLOWED[type(limit)]:
            yield _breach("OM-52", where, None, _NOT_HERE)
            continue
        match limit:
            case Seats(cap):
                yield from _seats(offering, cap, f"{where}/cap")
            case Visits(cap):
                if cap < POOL_VISITS:
                    words = _VISITS.fill(floor=POOL_VISITS)
                    yield _breach("OM-60", f"{where}/cap", POOL_VISITS, words)
            case OpenBookings(cap):
                if cap < 1:
                    yield _breach("OM-61", f"{where}/cap", 1, _OPEN_BOOKINGS)
            case OncePerPerformance():
                pass


def _seats(offering: Offering, cap: int, where: str) -> Iterator[Finding]:
    match offering.kind:
        case OfferingKind.MASS_EVENT:
            rule, floor, words = "OM-55", MASS_EVENT_SEATS, _MASS_SEATS
        case OfferingKind.COURSE:
            rule, floor, words = "OM-56", COURSE_SEATS, _COURSE_SEATS
        case OfferingKind.GUEST_PRODUCTION:
            rule, floor, words = "OM-62", GUEST_SEATS, _GUEST_SEATS
        case OfferingKind.SCREENING:
            rule, floor, words = "OM-63", 1, _SCREENING_SEATS
        case _ if offering.tickets is None:
            yield _breach("OM-54", "tickets", None, _TICKETS_UNKNOWN)
            return
        case _:
            rule, words = "OM-54", _SHARE
            floor = math.ceil(offering.tickets * SHARE_OF_SEATS / 100)
    if cap < floor:
        yield _breach(rule, where, floor, words.fill(floor=floor))
    elif offering.kind is OfferingKind.COURSE and cap < COURSE_SEATS + 1:
        yield _advice("OM-56", where, COURSE_SEATS + 1, _COURSE_ADVICE)


# --- times, exclusion, money ---


def _window(offering: Offering) -> Iterator[Finding]:
    window = offering.window
    if window is None:
        if offering.kind in _PERFORMANCES and not _is_counted_by_day(offering):
            yield _breach("OM-42", "window", None, _NO_WINDOW)
        return
    latest = window.starts - ACQUIRABLE
    if window.acquirable is not None and window.acquirable > latest:
        yield _breach("OM-65", "window/acquirable", latest.isoformat(), _ACQUIRABLE)
    latest = window.starts - HANDED_OVER
    if window.opens is not None and window.opens > latest:
        yield _breach("OM-66", "window/opens", latest.isoformat(), _HANDED_OVER)


def _is_counted_by_day(offering: Offering) -> bool:
    """Tell whether a standing entry counts by the day, as a festival's day ticket does (OM-55)."""
    return offering.seats is not None and offering.seats.per is Per.DAY and not offering.once


def _exclusion(offering: Offering) -> Iterator[Finding]:
    """Yield that an offering is left out without a reason of its kind (OM-41, OM-62 to OM-64)."""
    why = offering.exclusion
    if why is None:
        return
    if offering.kind not in _EXCLUDABLE[why]:
        yield _breach("OM-41", "exclusion", None, _NOT_EXCLUDABLE)
    elif why is Exclusion.WEEKEND and not _is_at_weekend(offering):
        yield _breach("OM-62", "exclusion", None, _NO_WEEKEND)


def _is_at_weekend(offering: Offering) -> bool:
    window = offering.window
    return window is not None and window.starts.astimezone(HELSINKI).isoweekday() >= 6


def _money(offering: Offering) -> Iterator[Finding]:
    if offering.tariffs and offering.kind is not OfferingKind.LIBRARY:
        yield _breach("OM-59", "tariffs", None, _NO_LIBRARY)
    if offering.wristband is not None and offering.kind is not OfferingKind.POOL:
        yield _breach("OM-60", "wristband", None, _NO_POOL)
    for place, tariff in enumerate(offering.tariffs):
        if tariff.cap is not None and tariff.cap < 1:
            yield _breach("OM-59", f"tariffs/{place}/cap", 1, _FEE_CAP)


# --- the venue as a whole ---


def _venue(
    offerings: tuple[Offering, ...], web_shop_checks: bool | None, *, accessibility: bool
) -> Iterator[Finding]:
    if web_shop_checks is False:
        yield _advice("OM-50", "web_shop", None, _WEB_SHOP)
    if not accessibility:
        yield _advice("OM-70", "accessibility", None, _ACCESSIBILITY)
    own = [one for one in offerings if one.kind is OfferingKind.OWN_PRODUCTION]
    out = sum(1 for one in own if one.excluded)
    if own and out * 2 >= len(own):
        words = _OWN_PRODUCTIONS.fill(out=out, all=len(own))
        yield _breach("OM-62", "exclusion", len(own) - (len(own) - 1) // 2, words)


# --- words ---

_TWICE = Text(
    "Sama rajoitus on asetettu kahdesti; poista toinen.",
    "Samma begränsning finns två gånger; ta bort den ena.",
    "The same limit is set twice; remove one.",
)
_NOT_HERE = Text(
    "Tätä rajoitusta ei voi asettaa tällaiseen tarjontaan.",
    "Den här begränsningen kan inte sättas för ett sådant utbud.",
    "This limit cannot be set on an offering of this kind.",
)
_SHARE = Text(
    "Kiintiön on oltava vähintään 3 % lipuista eli {floor}.",
    "Kvoten ska vara minst 3 % av biljetterna, alltså {floor}.",
    "The cap must be at least 3 % of the tickets, which is {floor}.",
)
_TICKETS_UNKNOWN = Text(
    "Kerro lippujen kokonaismäärä; kiintiön vähimmäismäärä lasketaan siitä.",
    "Ange det totala antalet biljetter; kvotens minimum räknas från det.",
    "Say how many tickets there are in all; the least cap is counted from it.",
)
_MASS_SEATS = Text(
    "Yli tuhannen kävijän tapahtumassa kiintiön on oltava vähintään {floor} lippua.",
    "Vid evenemang med över tusen besökare ska kvoten vara minst {floor} biljetter.",
    "Where over a thousand come, the cap must be at least {floor} tickets.",
)
_COURSE_SEATS = Text(
    "Kurssilla on oltava vähintään yksi paikka kortinhaltijalle.",
    "Kursen ska ha minst en plats för kortinnehavare.",
    "A course must have at least one place for a card holder.",
)
_COURSE_ADVICE = Text(
    "Suositus on vähintään kaksi paikkaa kurssia kohti.",
    "Rekommendationen är minst två platser per kurs.",
    "At least two places a course are recommended.",
)
_GUEST_SEATS = Text(
    "Mukana olevaan vierailuesitykseen on varattava vähintään {floor} lippua.",
    "För ett gästspel som är med ska finnas minst {floor} biljetter.",
    "A guest production that is in needs at least {floor} tickets.",
)
_SCREENING_SEATS = Text(
    "Kiintiö ei voi olla nolla; jätä näytös pois, jos kortti ei käy siihen.",
    "Kvoten kan inte vara noll; uteslut visningen om kortet inte gäller.",
    "The cap cannot be nought; leave the screening out if the card is not accepted.",
)
_VISITS = Text(
    "Sarjalipussa on oltava vähintään {floor} käyntiä vuodessa.",
    "Seriebiljetten ska ha minst {floor} besök per år.",
    "The serial ticket must have at least {floor} visits a year.",
)
_OPEN_BOOKINGS = Text(
    "Kortilla on voitava olla vähintään yksi avoin varaus.",
    "Kortet ska kunna ha minst en öppen bokning.",
    "A card must be able to have at least one open booking.",
)
_NO_WINDOW = Text(
    "Kerro, milloin tilaisuus alkaa ja päättyy; kortin voimassaolo katsotaan sen päivältä.",
    "Ange när evenemanget börjar och slutar; kortets giltighet kontrolleras för den dagen.",
    "Say when the event starts and ends; the card must be valid on that day.",
)
_ACQUIRABLE = Text(
    "Lipun on oltava hankittavissa viimeistään viikkoa ennen tilaisuutta.",
    "Biljetten ska kunna skaffas senast en vecka före evenemanget.",
    "A ticket must be to be had from a week before the event at the latest.",
)
_HANDED_OVER = Text(
    "Lipun on oltava noudettavissa viimeistään 30 minuuttia ennen esitystä.",
    "Biljetten ska kunna hämtas senast 30 minuter före föreställningen.",
    "A ticket must be handed over from 30 minutes before the show at the latest.",
)
_NOT_EXCLUDABLE = Text(
    "Tämä tarjonta kuuluu korttiin; sitä ei voi jättää pois tästä syystä.",
    "Det här utbudet hör till kortet; det kan inte uteslutas av den orsaken.",
    "This offering belongs to the card and cannot be left out for that reason.",
)
_NO_WEEKEND = Text(
    "Tilaisuus ei ole viikonloppuna, joten sitä ei voi jättää pois viikonlopun vuoksi.",
    "Evenemanget är inte på ett veckoslut och kan inte uteslutas av den orsaken.",
    "The event is not at a weekend, so it cannot be left out for being at one.",
)
_NO_LIBRARY = Text(
    "Maksuja katetaan vain kirjastossa.",
    "Avgifter täcks bara på bibliotek.",
    "Fees are covered at libraries only.",
)
_NO_POOL = Text(
    "Rannekkeen hinnan voi periä vain uimahallissa.",
    "Priset för ett armband kan tas ut bara i en simhall.",
    "A wristband may be charged for at pools only.",
)
_FEE_CAP = Text(
    "Katettavan summan on oltava suurempi kuin nolla.",
    "Summan som täcks ska vara större än noll.",
    "The sum that is covered must be above nought.",
)
_WEB_SHOP = Text(
    "Verkkokauppa ei tarkista korttia: voimassaolo ja lasten määrä jäävät tarkistamatta.",
    "Nätbutiken kontrollerar inte kortet: giltighet och antalet barn blir okontrollerade.",
    "The web shop does not check cards: neither validity nor the children are checked.",
)
_ACCESSIBILITY = Text(
    "Julkaise esteettömyystiedot.",
    "Publicera uppgifter om tillgänglighet.",
    "Publish accessibility information.",
)
_OWN_PRODUCTIONS = Text(
    "Omista tuotannoista on jätetty pois {out}/{all}; suurin osa on pidettävä mukana.",
    "Av de egna produktionerna är {out}/{all} uteslutna; största delen ska vara med.",
    "{out} of {all} own productions are left out; most of them must stay in.",
)
