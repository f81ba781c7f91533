"""The public text says every limit in plain words, in three languages (OM-53)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from kaiku.offering import (
    Category,
    Exclusion,
    Offering,
    OfferingKind,
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
from server.kaikukanta.offerings.published import as_html, as_text, sentences
from tests.kaiku.made import offerings

STARTS = datetime(2026, 12, 18, 17, tzinfo=UTC)
SHOW = Offering(
    UUID(int=1),
    Text("Joulu & rauha", "Jul & frid", "Christmas & peace"),
    Category.CULTURE,
    window=Window(STARTS, STARTS + timedelta(hours=2), STARTS - timedelta(minutes=30)),
    limits=(Seats(1200), OncePerPerformance(), OpenBookings(2)),
    kind=OfferingKind.OWN_PRODUCTION,
)
POOL = Offering(
    UUID(int=2),
    Text.same("Uimahalli"),
    Category.SPORTS,
    limits=(Visits(30),),
    kind=OfferingKind.POOL,
    wristband=550,
)
LIBRARY = Offering(
    UUID(int=3),
    Text.same("Kirjasto"),
    Category.EDUCATION,
    kind=OfferingKind.LIBRARY,
    tariffs=(Tariff(Service.COPYING, 30, 600), Tariff(Service.OVERDUE, period=Period.DAY)),
)


def test_a_performance_in_finnish() -> None:
    """Dates, times and numbers as Finns write them, each fact a sentence of its own."""
    assert as_text(SHOW, Language.FI).replace("\xa0", " ").splitlines() == [
        "Joulu & rauha",
        "Tilaisuus alkaa perjantaina 18. joulukuuta 2026 klo 19.00.",
        "Lippujen luovutus ja sisäänpääsy alkavat perjantaina 18. joulukuuta 2026 klo 18.30.",
        "Kaikukortin haltijoille on tilaisuuteen enintään 1 200 paikkaa.",
        "Samaan tilaisuuteen pääsee kortilla yhden kerran.",
        "Kortilla voi olla yhtä aikaa enintään 2 avointa varausta.",
        "Mukaan pääsevät maksutta kortille merkityt lapset ja lapsenlapset.",
        "Avustaja tai tulkki pääsee aina maksutta, eikä todistusta tarvita.",
        "Myös tukihenkilö pääsee maksutta.",
    ]


@pytest.mark.parametrize("language", Language)
def test_one_place_and_one_booking_are_told_in_the_singular(language: Language) -> None:
    """A course may have one place, and a card one open booking (OM-56, OM-61)."""
    course = replace(SHOW, kind=OfferingKind.COURSE, limits=(Seats(1), OpenBookings(1)))
    daily = replace(SHOW, limits=(Seats(1, Per.DAY),))
    told = [*sentences(course, language)[2:4], sentences(daily, language)[2]]
    assert (
        told
        == {
            Language.FI: [
                "Kaikukortin haltijoille on tilaisuuteen enintään yksi paikka.",
                "Kortilla voi olla yhtä aikaa enintään yksi avoin varaus.",
                "Kaikukortin haltijoille on enintään yksi paikka päivässä.",
            ],
            Language.SV: [
                "För Kaikukortets innehavare finns högst en plats till evenemanget.",
                "Kortet kan ha högst en öppen bokning åt gången.",
                "För Kaikukortets innehavare finns högst en plats per dag.",
            ],
            Language.EN: [
                "There is at most one place for Kaikukortti holders at the event.",
                "A card can have at most one open booking at a time.",
                "There is at most one place a day for Kaikukortti holders.",
            ],
        }[language]
    )


def test_a_show_in_swedish_and_english() -> None:
    """The day and the hour stand in a whole sentence."""
    told = [sentences(SHOW, language)[0] for language in (Language.SV, Language.EN)]
    assert [words.replace("\xa0", " ") for words in told] == [
        "Evenemanget börjar fredag den 18 december 2026 kl. 19:00.",
        "The event starts on Friday, 18 December 2026 at 19:00.",
    ]


def test_a_pool_in_swedish() -> None:
    """The serial ticket, the children who take visits, the wristband (OM-60)."""
    assert [words.replace("\xa0", " ") for words in sentences(POOL, Language.SV)][:3] == [
        "Kortet ger 30 besök per kalenderår.",
        "Varje barn som är med använder ett besök till.",
        "Armbandet kostar 5,50 €.",
    ]


def test_a_library_in_english() -> None:
    """What is covered, by the piece and up to which sum (OM-59)."""
    assert [words.replace("\xa0", " ") for words in sentences(LIBRARY, Language.EN)] == [
        "The card covers: copying and printing (€0.30 each), at most €6.00 a year.",
        "The card covers: overdue fees.",
    ]


@pytest.mark.parametrize("why", Exclusion)
@pytest.mark.parametrize("language", Language)
def test_an_offering_that_is_left_out_says_why(why: Exclusion, language: Language) -> None:
    """And no limits, which would only confuse."""
    left_out = replace(SHOW, exclusion=why)
    *_, last = sentences(left_out, language)
    assert ":" in last
    assert "1" not in last


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("limit", "number"),
    [(Seats(41), "41"), (Seats(42, Per.DAY), "42"), (Visits(43), "43"),
     (Visits(44, Year.CARD), "44"), (OpenBookings(45), "45")],
)  # fmt: skip
def test_every_limit_is_told_in_every_language(
    limit: Seats | Visits | OpenBookings, number: str, language: Language
) -> None:
    """With its number; and an offering without limits says that there are none (OM-53)."""
    unlimited = replace(SHOW, limits=())
    assert number in as_text(replace(SHOW, limits=(limit,)), language)
    assert len(sentences(replace(SHOW, limits=(limit,)), language)) >= len(
        sentences(unlimited, language)
    )


@pytest.mark.parametrize("language", Language)
def test_a_colleges_terms_stand_with_its_course(language: Language) -> None:
    """They bind card holders too, and are the college's own words (OM-19)."""
    terms = Text("Peru viikkoa ennen.", "Avboka en vecka före.", "Cancel a week before.")
    course = replace(SHOW, kind=OfferingKind.COURSE, limits=(Seats(2),), terms=terms)
    assert sentences(course, language)[-1] == terms.in_(language)


@given(offerings)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_any_offering_has_a_text_and_well_formed_html(offering: Offering) -> None:
    """No placeholder is left, and what a venue typed cannot break the page."""
    plain = replace(offering, name=Text.same("<b>A & B</b>"), terms=None)
    for language in Language:
        assert "{" not in as_text(plain, language)
        section = ET.fromstring(as_html(plain, language))  # noqa: S314  our own words
        assert section.get("lang") == language.value
        assert section.findtext("h2") == "<b>A & B</b>"
        assert [item.text for item in section.iter("li")] == sentences(plain, language)
