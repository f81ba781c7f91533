"""Fees at a library's desk: a service and a sum, covered up to what the library has set (OM-59)."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Kind, Status
from kaiku.fee import LARGEST_SUM, Fee, decide_fee, of_count, period_start
from kaiku.offering import OfferingKind, Period, Service, Tariff
from kaiku.party import NOBODY
from kaiku.reason import Reason
from tests.kaiku.made import NOON, card, entry

COPYING = Tariff(Service.COPYING, unit=30, cap=600)
OVERDUE = Tariff(Service.OVERDUE)
LIBRARY = replace(entry(), kind=OfferingKind.LIBRARY, tariffs=(COPYING, OVERDUE))


def test_only_a_service_and_a_sum_are_told() -> None:
    """What was copied or borrowed has no place to be written (OM-48, OM-59)."""
    assert [field.name for field in fields(Fee)] == ["service", "cents"]


@pytest.mark.parametrize(
    ("spent", "reason", "holders", "left"),
    [
        (0, None, 1, 500),
        (499, None, 1, 1),
        (500, None, 1, 0),
        (501, Reason.FEES_USED_UP, 0, 99),
        (700, Reason.FEES_USED_UP, 0, 0),
    ],
)
def test_a_fee_is_covered_whole_up_to_the_cap(
    spent: int, reason: Reason | None, holders: int, left: int
) -> None:
    """Below, at and above what is left; a refusal says what could be covered (OM-59)."""
    decision = decide_fee(card(), Fee(Service.COPYING, 100), LIBRARY, spent, NOON)
    assert (decision.reason, decision.admitted.adults, decision.remaining) == (
        reason,
        holders,
        left,
    )
    assert decision.accepted is (reason is None)


def test_without_a_cap_every_sum_is_covered() -> None:
    """A limit exists only where the library set one (OM-43)."""
    decision = decide_fee(card(), Fee(Service.OVERDUE, 9_999), LIBRARY, 99_999, NOON)
    assert (decision.accepted, decision.cents_left) == (True, None)


def test_a_service_that_is_not_covered_is_refused() -> None:
    """The library has set no tariff for it."""
    decision = decide_fee(card(), Fee(Service.INTERLIBRARY, 600), LIBRARY, 0, NOON)
    assert (decision.reason, decision.admitted) == (Reason.OFFERING_EXCLUDED, NOBODY)


def test_the_card_must_be_good() -> None:
    """As at any desk (OM-21, OM-30, OM-39)."""
    fee = Fee(Service.COPYING, 30)
    assert decide_fee(None, fee, LIBRARY, 0, NOON).reason is Reason.UNKNOWN_CARD
    ended = card(status=Status.ENDED)
    assert decide_fee(ended, fee, LIBRARY, 0, NOON).reason is Reason.ENDED
    community = card(0, kind=Kind.COMMUNITY)
    assert decide_fee(community, fee, LIBRARY, 0, NOON).reason is Reason.COMMUNITY_CARD_ALONE


def test_pieces_are_counted_at_the_tariffs_price() -> None:
    """Twelve copies at thirty cents; a service without a price of one wants a sum."""
    assert of_count(COPYING, 12) == Fee(Service.COPYING, 360)
    with pytest.raises(ValueError, match="type the sum"):
        of_count(OVERDUE, 1)


@pytest.mark.parametrize("cents", [0, -1, LARGEST_SUM + 1])
def test_a_sum_that_is_none_is_an_error(cents: int) -> None:
    """A slip of the hand is found before it is recorded."""
    with pytest.raises(ValueError, match="from 1 to"):
        Fee(Service.COPYING, cents)


@pytest.mark.parametrize(
    ("period", "start"),
    [
        (Period.DAY, date(2026, 11, 24)),
        (Period.MONTH, date(2026, 11, 1)),
        (Period.YEAR, date(2026, 1, 1)),
    ],
)
def test_a_cap_is_counted_over_its_period(period: Period, start: date) -> None:
    """A day, a month or a calendar year (OM-59)."""
    assert period_start(Tariff(Service.COPYING, period=period), date(2026, 11, 24)) == start


@given(st.integers(1, 2000), st.integers(0, 2000), st.integers(1, 2000))
def test_a_card_never_spends_more_than_the_cap(cents: int, spent: int, smaller: int) -> None:
    """And a smaller sum is never refused where a larger one is covered (OM-59)."""
    decision = decide_fee(card(), Fee(Service.COPYING, cents), LIBRARY, spent, NOON)
    if decision.accepted:
        assert spent + cents <= 600
        less = Fee(Service.COPYING, min(cents, smaller))
        assert decide_fee(card(), less, LIBRARY, spent, NOON).accepted
