"""The words that displays share."""

import subprocess
import sys

import pytest

from kaiku.party import NOBODY, Party
from kaiku.text import Language
from kiosk.display.words import has_company, heading, party_words, remaining_words
from tests.display.scenes import EN, FI, SV


@pytest.mark.parametrize(
    ("party", "language", "expected"),
    [
        (Party(), FI, "1 aikuinen"),
        (Party(children=1), FI, "1 aikuinen + 1 lapsi"),
        (Party(children=2), FI, "1 aikuinen + 2 lasta"),
        (Party(children=2), SV, "1 vuxen + 2 barn"),
        (Party(children=1), EN, "1 adult + 1 child"),
        (Party(children=2), EN, "1 adult + 2 children"),
        (Party(helpers=1, supporters=2), FI, "1 aikuinen + 1 avustaja + 2 tukihenkilöä"),
        (Party(helpers=2, supporters=1), SV, "1 vuxen + 2 assistenter + 1 stödperson"),
        (Party(helpers=2, supporters=1), EN, "1 adult + 2 assistants + 1 support person"),
        (NOBODY, EN, ""),
    ],
)
def test_a_party_is_said_in_each_language(party: Party, language: Language, expected: str) -> None:
    """With the right form for one and for more, and only the kinds that there are."""
    assert party_words(party, language) == expected


@pytest.mark.parametrize(
    ("remaining", "language", "expected"),
    [
        (1, FI, "1 käynti jäljellä"),
        (12, FI, "12 käyntiä jäljellä"),
        (0, SV, "0 besök kvar"),
        (1, EN, "1 visit left"),
        (2, EN, "2 visits left"),
    ],
)
def test_the_visits_left_are_said(remaining: int, language: Language, expected: str) -> None:
    """With the right form for one and for more."""
    assert remaining_words(remaining, language) == expected


def test_a_holder_alone_is_no_company() -> None:
    """Only what has been typed makes an idle screen show a party."""
    assert not has_company(None)
    assert not has_company(Party())
    assert has_company(Party(children=1))
    assert has_company(Party(helpers=1))


def test_a_title_gets_a_stop_where_the_line_goes_on() -> None:
    """Unless it brings one."""
    assert heading("Kortti on päätetty") == "Kortti on päätetty."
    assert heading("Lapsia mukana?") == "Lapsia mukana?"
    assert heading("Katettu 1,50 €") == "Katettu 1,50 €."
    assert heading("") == ""


@pytest.mark.parametrize("display", ["terminal", "lights"])
def test_a_display_without_pictures_loads_no_imaging_library(display: str) -> None:
    """A kiosk with lamps alone saves the memory."""
    script = f"import sys, kiosk.display.{display}; sys.exit('PIL' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
