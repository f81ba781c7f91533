"""Texts in the three languages."""

from kaiku.text import Language, Text

WORDS = Text("Tervetuloa {name}", "Välkommen {name}", "Welcome {name}")


def test_a_text_has_every_language() -> None:
    """Finnish, Swedish and English, and no other."""
    assert [WORDS.in_(language) for language in Language] == [WORDS.fi, WORDS.sv, WORDS.en]


def test_filling_puts_the_value_into_every_language() -> None:
    """The name of a device is the same to everyone."""
    filled = WORDS.fill(name="Aino")
    assert filled == Text("Tervetuloa Aino", "Välkommen Aino", "Welcome Aino")


def test_braces_in_a_value_stay_as_they_are() -> None:
    """A value is never filled in again."""
    assert WORDS.fill(name="{name}").en == "Welcome {name}"


def test_a_name_is_the_same_in_every_language() -> None:
    """Such as a venue's that has only one."""
    assert Text.same("Kaapeli") == Text("Kaapeli", "Kaapeli", "Kaapeli")


def test_a_text_is_filled_in_in_its_own_language() -> None:
    """A service has a name in each."""
    name = Text("setä", "farbror", "uncle")
    assert WORDS.fill(name=name) == Text("Tervetuloa setä", "Välkommen farbror", "Welcome uncle")
