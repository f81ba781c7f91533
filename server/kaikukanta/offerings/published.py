"""The limits' public text (OM-53), for a venue's site and leaflets, from its settings.

Plain sentences, one a fact, so that a tired reader and a screen reader have them in order. Dates,
numbers and sums are written as each language writes them.
"""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from kaiku.days import HELSINKI
from kaiku.offering import (
    Offering,
    OncePerPerformance,
    OpenBookings,
    Per,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
    Year,
)
from kaiku.text import Language, Text
from server.kaikukanta.offerings import phrases


def as_text(offering: Offering, language: Language) -> str:
    """Return the public text as lines: the name, then a sentence a line."""
    return "\n".join([offering.name.in_(language), *sentences(offering, language)]) + "\n"


def as_html(offering: Offering, language: Language) -> str:
    """Return the public text as a piece of HTML: a heading and a list, marked with its language."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences(offering, language))
    name = escape(offering.name.in_(language))
    return f'<section lang="{language}"><h2>{name}</h2><ul>{items}</ul></section>\n'


def sentences(offering: Offering, language: Language) -> list[str]:
    """Return what is to be published, in one language: every limit and the terms (OM-19, OM-53)."""
    return [text.in_(language) for text in _facts(offering, language)]


def _facts(offering: Offering, language: Language) -> Iterator[Text]:
    if offering.window is not None:
        yield from _times(offering.window, language)
    if offering.exclusion is not None:
        yield phrases.EXCLUDED[offering.exclusion]
        return
    for limit in offering.limits:
        match limit:
            case Seats(cap, per):
                words = phrases.SEATS_A_DAY if per is Per.DAY else phrases.SEATS
                yield words.of(cap, _number(cap, language))
            case OncePerPerformance():
                yield phrases.ONCE
            case Visits(cap, year):
                visits = phrases.VISITS if year is Year.CALENDAR else phrases.VISITS_OF_CARD
                yield visits.fill(cap=_number(cap, language))
                yield phrases.VISITS_OF_CHILDREN
            case OpenBookings(cap):
                yield phrases.OPEN_BOOKINGS.of(cap, _number(cap, language))
    if not offering.limits and not offering.tariffs:
        yield phrases.NO_LIMITS
    for tariff in offering.tariffs:
        yield _fees(tariff, language)
    if offering.wristband is not None:
        yield phrases.WRISTBAND.fill(sum=_sum(offering.wristband, language))
    yield from _company(offering)
    if offering.terms is not None:
        yield offering.terms


def _times(window: Window, language: Language) -> Iterator[Text]:
    yield phrases.STARTS.fill(at=_moment(window.starts, language))
    if window.acquirable is not None:
        yield phrases.ACQUIRABLE.fill(at=_moment(window.acquirable, language))
    if window.opens is not None:
        yield phrases.OPENS.fill(at=_moment(window.opens, language))


def _company(offering: Offering) -> Iterator[Text]:
    if not offering.tariffs:
        yield phrases.CHILDREN if offering.children_welcome else phrases.NO_CHILDREN
        yield phrases.HELPERS
        yield phrases.SUPPORTERS if offering.supporters_free else phrases.NO_SUPPORTERS


def _fees(tariff: Tariff, language: Language) -> Text:
    service = _SERVICES[tariff.service].in_(language)
    if tariff.unit is not None:
        piece = phrases.A_PIECE.in_(language)
        service = f"{service} ({_sum(tariff.unit, language)} {piece})"
    if tariff.cap is None:
        return phrases.COVERED.fill(service=service)
    span = _PERIODS[tariff.period].in_(language)
    return phrases.COVERED_UP_TO.fill(service=service, sum=_sum(tariff.cap, language), period=span)


_SERVICES = {
    Service.COPYING: phrases.COPYING,
    Service.OVERDUE: phrases.OVERDUE,
    Service.INTERLIBRARY: phrases.INTERLIBRARY,
}
_PERIODS = {
    Period.DAY: phrases.A_DAY,
    Period.MONTH: phrases.A_MONTH,
    Period.YEAR: phrases.A_YEAR,
}
_LOCALES = {Language.FI: "fi_FI", Language.SV: "sv_FI", Language.EN: "en_GB"}
_DAYS = {Language.FI: "EEEE d. MMMM y", Language.SV: "EEEE 'den' d MMMM y", Language.EN: "full"}
"""How a day is written within a sentence: in Finnish it is “perjantaina”."""


def _moment(instant: datetime, language: Language) -> str:
    locale, local = _LOCALES[language], instant.astimezone(HELSINKI)
    day = format_date(local.date(), format=_DAYS[language], locale=locale)
    time = format_time(local, format="short", tzinfo=HELSINKI, locale=locale)
    return f"{day} {phrases.AT.in_(language)} {time}".replace("  ", " ")


def _number(count: int, language: Language) -> str:
    return str(format_decimal(count, locale=_LOCALES[language]))


def _sum(cents: int, language: Language) -> str:
    return str(format_currency(cents / 100, "EUR", locale=_LOCALES[language]))
