"""A text in the three languages that the card is served in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages of every text that a visitor or a worker meets."""

    FI = "fi"
    SV = "sv"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Finnish, Swedish and English."""

    fi: str
    sv: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the words in one language."""
        match language:
            case Language.FI:
                return self.fi
            case Language.SV:
                return self.sv
            case Language.EN:
                return self.en

    def fill(self, **values: object) -> "Text":
        """Return the text with ``{name}`` replaced by the values, in every language.

        A value that is itself a text goes in in the same language.
        """
        return Text(*(self._filled(language, values) for language in Language))

    def _filled(self, language: Language, values: Mapping[str, object]) -> str:
        said = {
            name: value.in_(language) if isinstance(value, Text) else value
            for name, value in values.items()
        }
        return self.in_(language).format(**said)

    @classmethod
    def same(cls, words: str) -> "Text":
        """Return a text that is the same in every language, such as a name."""
        return cls(words, words, words)
