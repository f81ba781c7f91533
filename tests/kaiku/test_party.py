"""Who comes in on one card, and what they take of the limits."""

import pytest
from hypothesis import given

from kaiku.party import ALONE, LARGEST, NOBODY, Party
from tests.kaiku.made import any_parties


def test_a_holder_comes_alone_unless_more_is_said() -> None:
    """One adult and nobody else; nobody at all is a party too."""
    assert Party(children=0, helpers=0, supporters=0, adults=1) == ALONE
    assert ALONE.persons == 1
    assert NOBODY.persons == 0


def test_helpers_walk_through_the_gate_and_take_nothing() -> None:
    """An assistant or interpreter is outside every cap and takes no visit (OM-67)."""
    party = Party(helpers=3)
    assert party.persons == 4
    assert (party.seats, party.visits) == (ALONE.seats, ALONE.visits) == (1, 1)


def test_supporters_take_a_seat_and_no_visit() -> None:
    """A support person is free, sits somewhere, and is not a child along (OM-60, OM-68)."""
    party = Party(supporters=2)
    assert (party.persons, party.seats, party.visits) == (3, 3, 1)


def test_each_child_takes_a_seat_and_a_visit() -> None:
    """Each child along takes one more of the serial ticket (OM-60)."""
    party = Party(children=2)
    assert (party.persons, party.seats, party.visits) == (3, 3, 3)


@pytest.mark.parametrize("name", ["children", "helpers", "supporters"])
def test_counts_are_of_two_digits(name: str) -> None:
    """From 0 to 99, as a keypad types them; anything else is a slip."""
    assert getattr(Party(**{name: LARGEST}), name) == 99
    for count in (-1, LARGEST + 1):
        with pytest.raises(ValueError, match=f"{name} must be from 0 to 99"):
            Party(**{name: count})


@given(any_parties, any_parties)
def test_a_party_within_another_takes_no_more_of_anything(one: Party, other: Party) -> None:
    """The order of parties goes with every count that a limit is set on."""
    if one.within(other):
        assert one.persons <= other.persons
        assert one.seats <= other.seats
        assert one.visits <= other.visits
    if one.within(other) and other.within(one):
        assert one == other


@given(any_parties)
def test_nobody_is_within_every_party(party: Party) -> None:
    """And each party within itself."""
    assert NOBODY.within(party)
    assert party.within(party)


@given(any_parties)
def test_nothing_takes_more_than_there_are_persons(party: Party) -> None:
    """Seats and visits are counted over people who walk in."""
    assert party.visits <= party.seats <= party.persons
