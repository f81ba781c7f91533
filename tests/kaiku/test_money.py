"""Sums of money in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.money import euros

TIE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("cents", "fi", "en"),
    [
        (0, "0,00 €", "€0.00"),
        (1, "0,01 €", "€0.01"),
        (15, "0,15 €", "€0.15"),
        (150, "1,50 €", "€1.50"),
        (100_000, "1 000,00 €", "€1,000.00"),
    ],
)
def test_a_sum_is_written_as_each_language_writes_it(cents: int, fi: str, en: str) -> None:
    """Swedish in Finland writes as Finnish does; nothing breaks within a sum."""
    nordic = fi.replace(" ", TIE)
    assert (euros(cents).fi, euros(cents).sv, euros(cents).en) == (nordic, nordic, en)


@given(st.integers(0, 10**9))
def test_no_cent_is_lost(cents: int) -> None:
    """The digits are those of the sum, whatever stands between them."""
    for text in (euros(cents).fi, euros(cents).en):
        assert int("".join(filter(str.isdigit, text))) == cents
