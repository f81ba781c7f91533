"""Seats that the kiosk may give away by itself: spent, given up, and never spent on a doubt."""

from dataclasses import replace
from uuid import UUID

import pytest

from kaiku.card import Kind
from kaiku.decide import Facts
from kaiku.offering import Seats
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome
from kiosk.desk import Ask, AskAmended, Manners, Record, Standing
from tests.kaiku.made import card, show
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO, Entrance

LEASE, OTHER = UUID(int=0xA), UUID(int=0xB)


@pytest.fixture
def entrance() -> Entrance:
    """Give a connected entrance at a performance, with two seats leased."""
    return Entrance(
        Manners(attended=True),
        offering=show(Seats(40)),
        facts=Facts(leased=2),
        lease=LEASE,
        online=True,
    )


def spent(entrance: Entrance) -> tuple[UUID | None, int]:
    """Return what the use that was recorded last takes of which lease."""
    use = entrance.recorded
    return use.lease, use.leased


def after(entrance: Entrance, left: int, lease: UUID | None = LEASE) -> None:
    """Let the store say that so many seats are left of a lease."""
    entrance.facts, entrance.lease = Facts(leased=left), lease


def test_a_leased_seat_is_given_without_asking(entrance: Entrance) -> None:
    """At once, though the register could be asked (promise P2)."""
    entrance.scan(ELLI)
    assert entrance.verdict.source == "local"
    assert entrance.verdict.outcome is Outcome.ACCEPTED
    assert spent(entrance) == (LEASE, 1)
    assert entrance.one(Record).standing is Standing.UNSENT


def test_a_larger_party_is_asked_about(entrance: Entrance) -> None:
    """All of it, or nobody: a party is not divided (OM-44)."""
    entrance.press("2")
    entrance.scan(AINO)
    assert entrance.one(Ask).party == Party(children=2)
    entrance.accept()
    assert spent(entrance) == (None, 0)


def test_helpers_take_no_leased_seat(entrance: Entrance) -> None:
    """They are outside every cap (OM-67)."""
    entrance.press("1++")
    entrance.scan(AINO)
    assert spent(entrance) == (LEASE, 2)


def test_without_an_answer_the_lease_as_it_then_is_decides(entrance: Entrance) -> None:
    """It may have been topped up, or given back, while the register was asked."""
    entrance.press("2")
    entrance.scan(AINO)
    after(entrance, 3, OTHER)
    entrance.answer(None)
    assert spent(entrance) == (OTHER, 3)
    entrance.wait(20)
    after(entrance, 0, None)
    entrance.scan(ELLI)
    entrance.answer(None)
    assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
    assert spent(entrance) == (None, 0)


def test_booked_seats_are_not_the_leases(entrance: Entrance) -> None:
    """Only who comes beyond the booking takes a leased seat."""
    entrance.facts = Facts(booked=2, leased=2)
    entrance.press("2")
    entrance.scan(AINO)
    assert spent(entrance) == (LEASE, 1)
    assert entrance.one(Record).booked == 2


def test_a_group_comes_on_what_its_members_have_booked(entrance: Entrance) -> None:
    """All their bookings together, as at the register; its leader has none (OM-38, P2, P5)."""
    worker = b"W" * 16
    entrance.online = False
    entrance.cards[worker] = card(0, kind=Kind.COMMUNITY)
    entrance.facts = Facts(leased=1)
    entrance.own = {
        worker: Facts(booked=9, leased=1),
        AINO: Facts(booked=1),
        ELLI: Facts(booked=1),
    }
    for digest in (worker, AINO, ELLI):
        entrance.scan(digest)
    entrance.press("=")
    assert spent(entrance) == (LEASE, 1)
    assert entrance.one(Record).booked == 2
    entrance.wait(20)
    for digest in (worker, AINO, OTTO):
        entrance.scan(digest)
    entrance.press("=")
    assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW


def test_a_doubted_clock_spends_no_lease(entrance: Entrance) -> None:
    """The day, and so the cap, cannot be known (promise P7)."""
    entrance.suspect = True
    entrance.scan(ELLI)
    assert entrance.all(Ask)
    entrance.answer(None)
    assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW


class TestAmending:
    """The party of a leased use changes."""

    @pytest.fixture(autouse=True)
    def aino_is_in(self, entrance: Entrance) -> None:
        """Let Aino in on one leased seat; one is left."""
        entrance.scan(AINO)
        after(entrance, 1)

    def test_its_own_seats_are_its_to_use(self, entrance: Entrance) -> None:
        """As if it had not been: two seats do for two persons."""
        entrance.press("1")
        assert spent(entrance) == (LEASE, 2)

    def test_a_smaller_party_gives_seats_up(self, entrance: Entrance) -> None:
        """Also of a lease that was given back meanwhile."""
        entrance.press("1")
        after(entrance, 0, None)
        entrance.press("<")
        assert spent(entrance) == (LEASE, 1)

    def test_beyond_the_lease_the_register_is_asked(self, entrance: Entrance) -> None:
        """What it took of the lease it keeps, and the register is told so again."""
        entrance.press("2")
        assert entrance.all(AskAmended)
        assert spent(entrance) == (LEASE, 1)
        entrance.accept()
        assert entrance.recorded.party == Party(children=2)
        assert spent(entrance) == (LEASE, 1)
        assert entrance.one(Record).standing is Standing.UNSENT

    def test_another_lease_takes_it_over_whole(self, entrance: Entrance) -> None:
        """A use is of one lease only."""
        after(entrance, 2, OTHER)
        entrance.press("1")
        assert spent(entrance) == (OTHER, 2)

    def test_another_lease_that_does_not_do_is_not_added_up(self, entrance: Entrance) -> None:
        """One seat here and one there are asked about."""
        after(entrance, 1, OTHER)
        entrance.press("1")
        assert entrance.all(AskAmended)

    def test_what_is_taken_back_is_given_up(self, entrance: Entrance) -> None:
        """The seats are free for the next."""
        entrance.press("-")
        assert entrance.recorded.voided
        assert spent(entrance) == (None, 0)


def test_nothing_of_a_lease_is_known_without_it() -> None:
    """What is known without the lease is otherwise the same."""
    entrance = Entrance(offering=show(Seats(40)), facts=Facts(leased=2, uses=1), lease=LEASE)
    known = entrance.known(AINO)
    assert known.unleased == replace(known, facts=Facts(uses=1), lease=None)
