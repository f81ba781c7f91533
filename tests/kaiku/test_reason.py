"""Why a card is refused: stable codes, and their words."""

import re

import pytest

from kaiku.reason import WORDS, Reason
from kaiku.text import Language, Text

CODES = """
unreadable unknown_card not_yet_valid expired ended out_of_use children_above_registered
children_not_in_groups seats_full already_used visits_used_up fees_used_up open_bookings_full
offering_excluded offering_outside_validity too_early offering_over community_card_alone
group_too_large group_card_missing not_your_offering cannot_check_now
"""


def texts(reason: Reason) -> list[str]:
    """Return every word that a reason is told with."""
    found: list[str] = []
    for text in (WORDS[reason].title, WORDS[reason].mend):
        assert isinstance(text, Text)
        found += [text.in_(language) for language in Language]
    return found


def test_the_codes_are_those_of_the_contract() -> None:
    """Others rely on them: a code may be added, never changed."""
    assert [reason.value for reason in Reason] == CODES.split()


def test_every_reason_has_its_words() -> None:
    """And there are no words without a reason."""
    assert set(WORDS) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
class TestWords:
    """What a visitor reads on a refusal."""

    def test_they_are_said_in_three_languages(self, reason: Reason) -> None:
        """None is left blank, and no two languages share a sentence by mistake."""
        title, mend = WORDS[reason].title, WORDS[reason].mend
        for text in (title, mend):
            assert len({text.fi, text.sv, text.en}) == 3
            assert all(words == words.strip() != "" for words in (text.fi, text.sv, text.en))

    def test_nothing_is_left_to_fill_in(self, reason: Reason) -> None:
        """No placeholder reaches a screen."""
        assert not any(re.search("[{}%]", words) for words in texts(reason))

    def test_no_bystander_learns_what_kind_of_card_it_was(self, reason: Reason) -> None:
        """Neither its name, nor its kind, nor why somebody holds it (OM-28)."""
        telling = re.compile(
            "kaiku|yhteis|gemensk|communit|ryhmäkort|personal card|henkilökohtai|personlig"
            "|köyh|fattig|poor|vähävar|låginkomst|low.?income|free of charge|ilmai|gratis"
            "|sosiaali|social|client|asiakas|klient",
            re.IGNORECASE,
        )
        assert not any(telling.search(words) for words in texts(reason))

    def test_titles_are_short_and_mends_are_sentences(self, reason: Reason) -> None:
        """A title is readable at two metres; what mends it says what to do."""
        for language in Language:
            assert len(WORDS[reason].title.in_(language)) <= 55
            assert WORDS[reason].mend.in_(language).endswith(".")
