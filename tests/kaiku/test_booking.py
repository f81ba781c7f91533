"""Bookings are decided by the day of the event, and hold their seats (OM-42, 57, 61, 65, 66)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kaiku.booking import IS_OPEN, BookingFacts, BookingState, book, hand_over
from kaiku.card import Kind, Status
from kaiku.decide import Facts, decide
from kaiku.offering import OncePerPerformance, OpenBookings, Seats, Visits, Window
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from tests.kaiku.made import DAY, NOON, TODAY, card, show

NEXT_WEEK = NOON + 7 * DAY


def reason(*limits: object, **facts: int) -> Reason | None:
    """Return why a holder alone gets no place at a show next week."""
    offering = show(*limits, starts=NEXT_WEEK)  # type: ignore[arg-type]
    return book(card(), ALONE, offering, BookingFacts(**facts), NOON).reason


def test_a_place_is_booked_as_early_as_by_others() -> None:
    """No hour of entry stands in the way of booking (OM-57, OM-66)."""
    window = Window(NEXT_WEEK, NEXT_WEEK + timedelta(hours=2), NEXT_WEEK - timedelta(minutes=30))
    offering = show(starts=NEXT_WEEK)
    decision = book(card(), Party(children=2), offering, BookingFacts(), NOON)
    assert decision.admitted == Party(children=2)
    opened = replace(offering, window=window)
    assert book(card(), ALONE, opened, BookingFacts(), NOON).accepted


def test_the_card_is_valid_on_the_day_of_the_event() -> None:
    """Not only on the day of booking (OM-42)."""
    offering = show(starts=NEXT_WEEK)
    ends_before = card(valid_until=TODAY + 6 * DAY)
    assert (
        book(ends_before, ALONE, offering, BookingFacts(), NOON).reason
        is Reason.OFFERING_OUTSIDE_VALIDITY
    )
    begins_later = card(valid_from=TODAY + 7 * DAY)
    assert book(begins_later, ALONE, offering, BookingFacts(), NOON).accepted
    ended = card(status=Status.ENDED)
    assert book(ended, ALONE, offering, BookingFacts(), NOON).reason is Reason.ENDED


def test_a_ticket_is_not_had_before_the_venue_gives_any() -> None:
    """From the instant that the venue has set, which is a week before at the latest (OM-65)."""
    window = Window(
        NEXT_WEEK, NEXT_WEEK + timedelta(hours=2), acquirable=NOON + timedelta(minutes=1)
    )
    offering = replace(show(), window=window)
    assert book(card(), ALONE, offering, BookingFacts(), NOON).reason is Reason.TOO_EARLY
    later = NOON + timedelta(minutes=1)
    assert book(card(), ALONE, offering, BookingFacts(), later).accepted


def test_seats_are_shared_by_uses_and_bookings() -> None:
    """The last seat is booked once (OM-54)."""
    assert reason(Seats(3), seats_taken=2) is None
    assert reason(Seats(3), seats_taken=3) is Reason.SEATS_FULL


def test_a_card_books_the_same_performance_once() -> None:
    """A booking counts as a use does (OM-58)."""
    assert reason(OncePerPerformance(), of_event=1) is Reason.ALREADY_USED


@pytest.mark.parametrize(
    ("already", "expected"),
    [(1, None), (2, Reason.OPEN_BOOKINGS_FULL), (3, Reason.OPEN_BOOKINGS_FULL)],
)
def test_open_bookings_are_limited_where_the_venue_says_so(
    already: int, expected: Reason | None
) -> None:
    """Below, at and above the limit (OM-61)."""
    assert reason(OpenBookings(2), open_bookings=already) is expected
    assert reason(open_bookings=99) is None


def test_children_and_kinds_of_cards_are_judged_as_at_the_door() -> None:
    """Too many are refused (OM-22), and a community card books nothing alone (OM-39)."""
    offering, facts = show(starts=NEXT_WEEK), BookingFacts()
    many = book(card(1), Party(children=2), offering, facts, NOON)
    assert (many.reason, many.admitted) == (Reason.CHILDREN_ABOVE_REGISTERED, NOBODY)
    community = card(0, kind=Kind.COMMUNITY)
    assert book(community, ALONE, offering, facts, NOON).reason is Reason.COMMUNITY_CARD_ALONE
    assert book(None, ALONE, offering, facts, NOON).reason is Reason.UNKNOWN_CARD


@pytest.mark.parametrize("state", BookingState)
def test_a_ticket_is_handed_over_from_the_venues_hour_on(state: BookingState) -> None:
    """Not before it, not after the event, and only while the booking is open (OM-66)."""
    opens = NEXT_WEEK - timedelta(minutes=30)
    window = Window(NEXT_WEEK, NEXT_WEEK + timedelta(hours=2), opens)
    offering = replace(show(), window=window)
    is_open = state in IS_OPEN
    early = hand_over(card(), offering, state, opens - timedelta(seconds=1))
    assert early is (Reason.TOO_EARLY if is_open else Reason.OFFERING_OVER)
    assert hand_over(card(), offering, state, opens) is (None if is_open else Reason.OFFERING_OVER)
    assert hand_over(card(), offering, state, window.ends) is Reason.OFFERING_OVER


def test_a_ticket_that_was_booked_is_handed_over_although_no_more_are_to_be_had_yet() -> None:
    """The venue has set a later hour since; what was booked is booked (OM-65, OM-66)."""
    window = Window(NEXT_WEEK, NEXT_WEEK + timedelta(hours=2), acquirable=NOON + DAY)
    offering = replace(show(), window=window)
    assert hand_over(card(), offering, BookingState.OPEN, NOON) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": Status.ENDED}, Reason.ENDED),
        ({"status": Status.OUT_OF_USE}, Reason.OUT_OF_USE),
        ({"valid_until": TODAY + 6 * DAY}, Reason.OFFERING_OUTSIDE_VALIDITY),
    ],
)
def test_no_ticket_is_handed_over_on_a_card_that_has_ended_since(
    changed: dict[str, Any], reason: Reason
) -> None:
    """It is refused everywhere, whatever was booked before (OM-30, OM-42)."""
    offering = show(starts=NEXT_WEEK)
    assert hand_over(card(**changed), offering, BookingState.OPEN, NOON) is reason


def test_visits_of_the_year_of_the_event_are_counted() -> None:
    """A place is not promised that the visits do not reach for (OM-60)."""
    offering = show(Visits(3), starts=NEXT_WEEK)
    decision = book(card(1), Party(children=1), offering, BookingFacts(visits=1), NOON)
    assert (decision.accepted, decision.remaining) == (True, 0)
    assert book(card(), ALONE, offering, BookingFacts(visits=3), NOON).reason is (
        Reason.VISITS_USED_UP
    )


def test_a_booked_seat_is_there_at_the_door_of_a_full_house() -> None:
    """Its holder comes in even where the seats cannot be known; more people need more seats."""
    offering = show(Seats(10))
    full = Facts(seats_taken=10, booked=2)
    assert decide(card(), Party(children=1), offering, full, NOON).accepted
    assert decide(card(), Party(children=2), offering, full, NOON).reason is Reason.SEATS_FULL
    unknown = Facts(seats_taken=None, booked=2)
    assert decide(card(), Party(children=1), offering, unknown, NOON).accepted
    assert (
        decide(card(), Party(children=2), offering, unknown, NOON).reason is Reason.CANNOT_CHECK_NOW
    )
