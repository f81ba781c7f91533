"""Leases in the kiosk's store: what is left of them, and that nothing is spent twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kaiku.offering import Per, Seats
from kaiku.party import ALONE, NOBODY, Party
from kaiku.wire import LeaseRow, OfferingRow, Use
from kiosk.desk import Record
from kiosk.journal import KEEP, Returning
from kiosk.leases import LeaseGoneError
from kiosk.store import Stores
from tests.kaiku.made import DAY, ENTRY, NOON, SHOW, TODAY, entry, show

LEASE, OTHER = UUID(int=0xA), UUID(int=0xB)
FAIR = entry(Seats(20, Per.DAY))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Give a store that has been leased three seats of a show."""
    stores = Stores(tmp_path)
    stores.cache.apply([OfferingRow(show(Seats(40))), OfferingRow(FAIR)])
    tell(stores)
    yield stores
    stores.close()


def tell(
    stores: Stores,
    seats: int = 3,
    *,
    lease: UUID = LEASE,
    recalled: bool = False,
    journal: UUID | None = None,
) -> None:
    """Let the register tell of a lease, of this journal unless said otherwise."""
    row = LeaseRow(lease, SHOW, TODAY, seats, journal or stores.journal.id, recalled)
    stores.cache.apply([row])


def use(number: int, leased: int, lease: UUID = LEASE, revision: int = 1) -> Use:
    """Return a use of so many persons, all on leased seats."""
    return Use(
        UUID(int=number), SHOW, NOON, b"A" * 16, Party(children=leased - 1), revision=revision,
        lease=lease, leased=leased,
    )  # fmt: skip


def record(stores: Stores, use: Use) -> Use:
    """Record a use as accepted."""
    stores.record(Record(use, NOBODY if use.voided else use.party, "local"))
    return use


def left(stores: Stores) -> tuple[UUID | None, int]:
    """Return the lease at hand, and what is left of it."""
    return stores.leases.at_hand(show(Seats(40)), NOON)


def test_what_uses_have_taken_is_not_left(stores: Stores) -> None:
    """It is known with the card, and told with the heartbeat."""
    assert left(stores) == (LEASE, 3)
    record(stores, use(1, 2))
    assert left(stores) == (LEASE, 1)
    assert stores.leases.seats_left() == 1
    known = stores.known(b"A" * 16, NOON, ask=True)
    assert (known.lease, known.facts.leased) == (LEASE, 1)


def test_more_than_is_left_is_not_recorded(stores: Stores) -> None:
    """Whatever the desk believed (promise P2)."""
    record(stores, use(1, 2))
    with pytest.raises(LeaseGoneError):
        record(stores, use(2, 2))
    record(stores, use(1, 3, revision=2))
    assert left(stores) == (LEASE, 0)


@pytest.mark.parametrize("end", ["recalled", "given back", "unknown", "another day's"])
def test_of_a_lease_that_is_gone_nothing_more_is_recorded(stores: Stores, end: str) -> None:
    """But what a use has taken already it may keep, or give up a part of."""
    record(stores, use(1, 2))
    match end:
        case "recalled":
            tell(stores, recalled=True)
        case "given back":
            stores.journal.give_back([LEASE])
        case "unknown":
            stores.cache.forget_leases([LEASE])
        case _:
            stores.cache.apply([LeaseRow(LEASE, SHOW, TODAY + DAY, 3, stores.journal.id)])
    assert left(stores) == (None, 0)
    for more in (use(2, 1), use(1, 3, revision=2)):
        with pytest.raises(LeaseGoneError):
            record(stores, more)
    record(stores, use(1, 2, revision=2))
    record(stores, use(1, 1, revision=3))
    void = replace(use(1, 1, revision=4), voided=True, lease=None, leased=0)
    record(stores, void)
    assert stores.journal.leased(LEASE) == 0


def test_a_recalled_lease_is_given_back_for_good(tmp_path: Path, stores: Stores) -> None:
    """Also after a power cut, though the register tells of it as if it were not recalled."""
    tell(stores, recalled=True)
    assert stores.leases.give_back(NOON) == [Returning(LEASE, 0)]
    stores.close()
    again = Stores(tmp_path)
    tell(again)
    assert left(again) == (None, 0)
    assert again.leases.give_back(NOON) == [Returning(LEASE, 0)]
    again.close()


def test_what_is_told_again_is_less(stores: Stores) -> None:
    """As uses are sent, the seats that were kept for them are freed; then there is no more."""
    first, second = record(stores, use(1, 1)), record(stores, use(2, 2))
    tell(stores, recalled=True)
    (told,) = stores.leases.give_back(NOON)
    assert told == Returning(LEASE, 3)
    stores.journal.returned(told)
    assert stores.leases.give_back(NOON) == []
    stores.journal.mark([first])
    assert stores.leases.give_back(NOON) == [Returning(LEASE, 2)]
    stores.journal.returned(Returning(LEASE, 2))
    stores.journal.mark([second])
    stores.journal.returned(*stores.leases.give_back(NOON))
    assert stores.leases.give_back(NOON) == []


def test_what_is_over_is_given_back(stores: Stores) -> None:
    """A performance that has ended, and what this kiosk no longer serves."""
    stores.cache.apply([LeaseRow(OTHER, UUID(int=9), TODAY, 3, stores.journal.id)])
    assert [each.lease for each in stores.leases.give_back(NOON)] == [OTHER]
    ended = stores.leases.give_back(NOON + timedelta(hours=3))
    assert {each.lease for each in ended} == {LEASE, OTHER}


@pytest.mark.parametrize("recalled", [False, True])
def test_a_new_journal_spends_no_lease_of_an_earlier_one(
    tmp_path: Path, stores: Stores, recalled: bool
) -> None:
    """It cannot say how much that has spent, nor give it back, however often it is told (P2)."""
    record(stores, use(1, 2))
    earlier = stores.journal.id
    stores.close()
    for file in tmp_path.glob("journal.sqlite*"):
        file.unlink()
    fresh = Stores(tmp_path)
    assert fresh.journal.id != earlier
    assert (left(fresh), fresh.leases.seats_left()) == ((None, 0), 0)
    tell(fresh, recalled=recalled, journal=earlier)
    assert (left(fresh), fresh.leases.give_back(NOON)) == ((None, 0), [])
    with pytest.raises(LeaseGoneError):
        record(fresh, use(2, 1))
    tell(fresh, lease=OTHER)
    assert left(fresh) == (OTHER, 3)
    fresh.close()


def test_what_a_lease_has_spent_is_not_forgotten_while_it_runs(stores: Stores) -> None:
    """An exhibition with one cap may last for weeks; its uses stay in the journal."""
    stores.journal.mark([record(stores, use(1, 2))])
    stores.journal.settle(stores.journal.sent_counts())
    stores.journal.prune(NOON + KEEP + 2 * DAY)
    assert left(stores) == (LEASE, 1)
    stores.journal.give_back([LEASE])
    stores.journal.prune(NOON + KEEP + 2 * DAY)
    assert stores.journal.leased(LEASE) == 0


def test_a_day_is_leased_for_itself(stores: Stores) -> None:
    """Seats of one day are not given away on another (OM-55)."""
    stores.cache.apply([LeaseRow(OTHER, ENTRY, TODAY, 3, stores.journal.id)])
    assert stores.leases.at_hand(FAIR, NOON) == (OTHER, 3)
    assert stores.leases.at_hand(FAIR, NOON + DAY) == (None, 0)
    late = Use(UUID(int=5), ENTRY, NOON + DAY, b"A" * 16, ALONE, lease=OTHER, leased=1)
    with pytest.raises(LeaseGoneError):
        record(stores, late)
