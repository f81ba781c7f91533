"""The words that every display shares: a party, choices and what is left, in three languages.

They stand apart from the drawing so that a terminal can say them without an imaging library.
"""

from kaiku.money import euros
from kaiku.party import Party
from kaiku.text import Language, Text
from kiosk.ports import Scene

_ADULT = (Text("aikuinen", "vuxen", "adult"), Text("aikuista", "vuxna", "adults"))
_CHILD = (Text("lapsi", "barn", "child"), Text("lasta", "barn", "children"))
_HELPER = (
    Text("avustaja", "assistent", "assistant"),
    Text("avustajaa", "assistenter", "assistants"),
)
_SUPPORTER = (
    Text("tukihenkilö", "stödperson", "support person"),
    Text("tukihenkilöä", "stödpersoner", "support persons"),
)

_LEFT = (
    Text("{count} käynti jäljellä", "{count} besök kvar", "{count} visit left"),
    Text("{count} käyntiä jäljellä", "{count} besök kvar", "{count} visits left"),
)

_CENTS_LEFT = Text("{sum} jäljellä", "{sum} kvar", "{sum} left")


def party_words(party: Party, language: Language) -> str:
    """Return who comes in, such as ``1 aikuinen + 2 lasta``; an empty string where nobody does."""
    return " + ".join(party_parts(party, language))


def party_parts(party: Party, language: Language) -> tuple[str, ...]:
    """Return who comes in, kind by kind: ``1 aikuinen``, ``2 lasta``."""
    counted = (
        (party.adults, _ADULT),
        (party.children, _CHILD),
        (party.helpers, _HELPER),
        (party.supporters, _SUPPORTER),
    )
    return tuple(
        f"{count} {_form(count, forms).in_(language)}" for count, forms in counted if count
    )


def remaining_words(remaining: int, language: Language) -> str:
    """Return how many visits are left on the card (OM-60)."""
    return _form(remaining, _LEFT).fill(count=remaining).in_(language)


def discreet_words(scene: Scene, language: Language) -> str | None:
    """Return what only the holder need read: the visits or the money that are left, if any."""
    if scene.remaining is not None:
        return remaining_words(scene.remaining, language)
    if scene.cents_left is not None:
        return _CENTS_LEFT.fill(sum=euros(scene.cents_left)).in_(language)
    return None


def choice_words(scene: Scene, language: Language) -> tuple[str, ...]:
    """Return what a digit chooses among, each after its digit."""
    return tuple(
        f"{number} {choice.in_(language)}" for number, choice in enumerate(scene.choices, start=1)
    )


def heading(title: str) -> str:
    """Return a title as the start of a line that goes on: with a stop, unless it has one."""
    return title + "." if title[-1:].isalnum() or title.endswith("€") else title


def has_company(party: Party | None) -> bool:
    """Tell whether somebody comes in beside the holder: only then an idle screen shows it."""
    return party is not None and party.persons > party.adults


def _form(count: int, forms: tuple[Text, Text]) -> Text:
    one, many = forms
    return one if count == 1 else many
