"""Sums of money in words: integer cents in, a text in three languages out."""

from kaiku.text import Text

_TIE = "\N{NO-BREAK SPACE}"


def euros(cents: int) -> Text:
    """Return a sum of at least 0 cents as it is written: ``1,50 €`` in fi and sv, ``€1.50`` in en.

    The spaces within it do not break.
    """
    whole, rest = divmod(cents, 100)
    grouped = f"{whole:,}"
    nordic = f"{grouped.replace(',', _TIE)},{rest:02}{_TIE}€"
    return Text(nordic, nordic, f"€{grouped}.{rest:02}")
