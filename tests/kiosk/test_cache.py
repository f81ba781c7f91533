"""What the register has told the kiosk, on a real SQLite file."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaiku.card import Card, Status
from kaiku.offering import Exclusion, Offering
from kaiku.text import Text
from kaiku.wire import (
    Anew,
    BookingRow,
    CardGone,
    CardRow,
    LeaseRow,
    OfferingGone,
    OfferingRow,
    Row,
    StationRow,
    TallyRow,
)
from kiosk import cache as cache_module
from kiosk.cache import CardCache, Used
from tests.kaiku.made import DAY, NOON, TODAY, card, cards, entry, offerings, show

AINO, ELLI = b"A" * 16, b"E" * 16
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of the cache."""
    return tmp_path / "cache.sqlite"


@pytest.fixture
def cache(path: Path) -> Iterator[CardCache]:
    """Give an empty cache."""
    cache = CardCache(path)
    yield cache
    cache.close()


def reopened(cache: CardCache, path: Path) -> CardCache:
    """Return the cache as it is after a restart."""
    cache.close()
    return CardCache(path)


class TestCards:
    """Cards by digest."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.dictionaries(st.binary(min_size=16, max_size=16), cards, max_size=5))
    def test_every_card_is_found_as_it_was_told(
        self, cache: CardCache, told: dict[bytes, Card]
    ) -> None:
        """With its dates, its children and its status."""
        cache.apply(CardRow(digest, some_card) for digest, some_card in told.items())
        assert {digest: cache.card(digest) for digest in told} == told

    def test_a_card_that_was_not_told_is_not_there(self, cache: CardCache) -> None:
        """Which is no error."""
        assert cache.card(AINO) is None

    def test_the_newest_word_on_a_card_holds(self, cache: CardCache) -> None:
        """In one page or in two."""
        ended = card(status=Status.ENDED)
        cache.apply([CardRow(AINO, card()), CardRow(AINO, ended), CardRow(ELLI, ended)])
        assert cache.card(AINO) == ended
        cache.apply([CardRow(ELLI, card())])
        assert cache.card(ELLI) == card()
        assert cache.cards == 2

    def test_an_erased_card_is_gone_with_its_counts(self, cache: CardCache) -> None:
        """Nothing is left that was kept under its digest."""
        cache.apply([CardRow(AINO, card()), TallyRow(AINO, entry().id, NEW_YEAR, 1, 2)])
        cache.apply([CardGone(AINO), CardGone(ELLI)])
        assert cache.card(AINO) is None
        assert cache.used(AINO, entry().id, NEW_YEAR) == Used(0, 0)
        assert cache.cards == 0

    def test_rows_of_one_page_are_taken_in_their_order(self, cache: CardCache) -> None:
        """A card that was erased after it was told stays erased, and the other way round."""
        cache.apply([CardRow(AINO, card()), CardGone(AINO)])
        assert cache.card(AINO) is None
        cache.apply([CardGone(AINO), CardRow(AINO, card())])
        assert cache.card(AINO) == card()

    def test_cards_are_counted_without_counting_anew(self, cache: CardCache, path: Path) -> None:
        """And the count is right after a restart."""
        cache.apply([CardRow(AINO, card()), CardRow(ELLI, card())])
        cache.apply([CardRow(AINO, card(5)), CardGone(ELLI)])
        assert cache.cards == 1
        again = reopened(cache, path)
        assert again.cards == 1
        again.close()

    def test_taking_in_the_same_page_twice_is_harmless(self, cache: CardCache) -> None:
        """As after a feed that broke off."""
        page: list[Row] = [
            CardRow(AINO, card()),
            OfferingRow(entry()),
            TallyRow(AINO, entry().id, NEW_YEAR, 1, 2),
        ]
        cache.apply(page)
        cache.apply(page)
        assert (cache.cards, len(cache.offerings())) == (1, 1)
        assert cache.used(AINO, entry().id, NEW_YEAR) == Used(1, 2)

    def test_a_page_that_breaks_off_is_not_taken_in_by_half(self, cache: CardCache) -> None:
        """Whole or not at all."""

        def page() -> Iterator[Row]:
            yield OfferingRow(entry())
            yield CardRow(AINO, card())
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            cache.apply(page())
        assert cache.card(AINO) is None
        assert cache.offerings() == ()
        cache.apply([CardRow(AINO, card())])
        assert cache.cards == 1


class TestTallies:
    """What a card has used, as the register counts it."""

    def test_a_tally_is_of_a_card_an_offering_and_a_span(self, cache: CardCache) -> None:
        """Last year's does not count in this."""
        cache.apply(
            [
                TallyRow(AINO, entry().id, NEW_YEAR, 3, 5),
                TallyRow(AINO, entry().id, date(2025, 1, 1), 30, 40),
                TallyRow(AINO, show().id, TODAY, 1, 1),
            ]
        )
        assert cache.used(AINO, entry().id, NEW_YEAR) == Used(3, 5)
        assert cache.used(AINO, show().id, TODAY) == Used(1, 1)
        assert cache.used(ELLI, entry().id, NEW_YEAR) == Used(0, 0)
        assert cache.used(AINO, entry().id, date(2027, 1, 1)) == Used(0, 0)


class TestOfferings:
    """What this kiosk serves."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(offerings)
    def test_an_offering_is_found_as_it_was_told(
        self, cache: CardCache, offering: Offering
    ) -> None:
        """With its window and its limits."""
        cache.apply([OfferingRow(offering)])
        assert offering in cache.offerings()
        cache.apply([OfferingGone(offering.id)])
        assert offering not in cache.offerings()

    def test_a_changed_offering_takes_the_place_of_the_old(
        self, cache: CardCache, path: Path
    ) -> None:
        """At once, and after a restart."""
        cache.apply([OfferingRow(entry())])
        assert cache.offerings() == (entry(),)
        changed = replace(entry(), version=2, exclusion=Exclusion.COST)
        cache.apply([OfferingRow(changed)])
        assert cache.offerings() == (changed,)
        again = reopened(cache, path)
        assert again.offerings() == (changed,)
        again.close()


def play(number: int, starts: datetime, hours: float = 2, *, opens: bool = False) -> Offering:
    """Return a performance of its own, to which entry opens half an hour before, if at all."""
    return replace(
        show(
            starts=starts,
            ends=starts + timedelta(hours=hours),
            opens=starts - timedelta(minutes=30) if opens else None,
        ),
        id=UUID(int=number),
    )


class TestWhatIsServedNow:
    """The offering of an entrance at a moment."""

    def served(self, cache: CardCache, *some: Offering, now: datetime = NOON) -> Offering | None:
        """Return which of some offerings is served."""
        cache.apply([OfferingRow(offering) for offering in some])
        return cache.offering_now(now)

    def test_without_an_offering_there_is_none(self, cache: CardCache) -> None:
        """Before the first contact."""
        assert cache.offering_now(NOON) is None

    def test_a_standing_entry_is_served(self, cache: CardCache) -> None:
        """Always, where nothing else is on."""
        assert self.served(cache, entry()) == entry()

    def test_the_performance_that_is_on_goes_before_the_standing_entry(
        self, cache: CardCache
    ) -> None:
        """From when its entry opens until it ends."""
        tonight = play(1, NOON + timedelta(hours=1), opens=True)
        assert self.served(cache, entry(), tonight) == entry()
        assert cache.offering_now(NOON + timedelta(minutes=30)) == tonight
        assert cache.offering_now(NOON + timedelta(hours=2, minutes=59)) == tonight
        assert cache.offering_now(NOON + timedelta(hours=3)) == entry()

    def test_of_two_that_are_on_the_one_that_ends_first_is_served(self, cache: CardCache) -> None:
        """A matinée that runs late before the evening's."""
        matinee = play(2, NOON - timedelta(hours=2), 3)
        evening = play(1, NOON + timedelta(minutes=10), opens=True)
        assert self.served(cache, matinee, evening) == matinee
        assert cache.offering_now(NOON + timedelta(hours=1)) == evening

    def test_between_performances_the_next_is_served(self, cache: CardCache) -> None:
        """The verdict then says that it is too early."""
        first = play(1, NOON + timedelta(hours=5), opens=True)
        second = play(2, NOON + DAY, opens=True)
        assert self.served(cache, second, first) == first

    def test_after_the_last_performance_it_is_over(self, cache: CardCache) -> None:
        """The verdict then says so."""
        first, last = play(1, NOON - 2 * DAY), play(2, NOON - DAY)
        assert self.served(cache, last, first) == last

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(offerings, max_size=4), st.timedeltas(-900 * DAY, 900 * DAY))
    def test_where_there_are_offerings_one_is_served(
        self, cache: CardCache, some: list[Offering], away: timedelta
    ) -> None:
        """One that is on, where any is."""
        for offering in cache.offerings():
            cache.apply([OfferingGone(offering.id)])
        found = self.served(cache, *some, now=NOON + away)
        assert (found is None) == (not some)
        if found is not None and any(offering.is_on(NOON + away) for offering in some):
            assert found.is_on(NOON + away)


class TestHowFar:
    """How far the feed has been taken in."""

    def test_it_begins_at_the_beginning(self, cache: CardCache) -> None:
        """With nothing known."""
        assert cache.cursor is None
        assert not cache.whole
        assert cache.station is None

    def test_it_goes_on_where_it_was(self, cache: CardCache, path: Path) -> None:
        """After a restart in the middle of the first sync too."""
        cache.turn_page("c1", last=False)
        again = reopened(cache, path)
        assert (again.cursor, again.whole) == ("c1", False)
        again.turn_page("c2", last=True)
        once_more = reopened(again, path)
        assert (once_more.cursor, once_more.whole) == ("c2", True)
        once_more.close()

    def test_once_whole_it_stays_whole(self, cache: CardCache) -> None:
        """A later page in several parts makes no known card unknown."""
        cache.turn_page("c1", last=True)
        cache.turn_page("c2", last=False)
        assert cache.whole

    def test_what_the_register_told_of_the_kiosk_itself_is_kept(
        self, cache: CardCache, path: Path
    ) -> None:
        """The venue's name and the pattern of earlier numbers."""
        station = StationRow(Text("Halli", "Hall", "Pool"), "[0-9]{8}")
        cache.apply([station])
        again = reopened(cache, path)
        assert again.station == station
        again.close()


class TestWiping:
    """A revoked kiosk forgets the cards (promise P6)."""

    def test_nothing_of_a_card_is_left_on_the_disk(self, tmp_path: Path) -> None:
        """No byte of a digest in any file, nor of what else was told."""
        cache = CardCache(tmp_path / "cache.sqlite")
        digests = [bytes([1, number % 251, number // 251] + [170] * 13) for number in range(3000)]
        cache.apply(CardRow(digest, card()) for digest in digests)
        cache.apply(TallyRow(digest, entry().id, NEW_YEAR, 1, 1) for digest in digests[:500])
        cache.apply([OfferingRow(entry()), StationRow(Text.same("Uimahalli"), "[0-9]{8}")])
        cache.turn_page("cursor-1", last=True)
        told = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert digests[0] in told
        cache.wipe()
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert not any(digest in left for digest in digests)
        assert b"\xaa" * 13 not in left
        assert b"Uimahalli" not in left
        assert b"cursor-1" not in left
        cache.close()
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"\xaa" * 13 not in left

    def test_the_blocks_that_held_cards_hold_zeros(self, tmp_path: Path) -> None:
        """Not only the names are gone: other names of the same files show what is in the blocks.

        Cards that were erased before, too: what is deleted is gone from its page at once.
        """
        cache = CardCache(tmp_path / "cache.sqlite")
        digests = [bytes([1, number % 251, number // 251] + [170] * 13) for number in range(3000)]
        cache.apply(CardRow(digest, card()) for digest in digests)
        cache.close()
        cache = CardCache(tmp_path / "cache.sqlite")
        cache.apply(CardGone(digest) for digest in digests[1000:])
        for part in [*tmp_path.iterdir()]:
            os.link(part, tmp_path / f"{part.name}.same")
        cache.wipe()
        cache.close()
        assert (tmp_path / "cache.sqlite.same").stat().st_size > 100_000
        for path in tmp_path.iterdir():
            assert b"\xaa" * 13 not in path.read_bytes()

    def test_an_erased_card_is_gone_from_its_file(self, tmp_path: Path) -> None:
        """From the pages that nothing uses any more, too, once the log is taken in."""
        path = tmp_path / "cache.sqlite"
        cache = CardCache(path)
        digests = [bytes([1, number % 251, number // 251] + [170] * 13) for number in range(3000)]
        cache.apply(CardRow(digest, card()) for digest in digests)
        cache.apply(CardGone(digest) for digest in digests)
        cache.close()
        assert b"\xaa" * 13 not in path.read_bytes()

    def test_a_disk_that_takes_nothing_leaves_all_as_it_was(
        self, cache: CardCache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is tried again, and meanwhile the cache works."""
        cache.apply([CardRow(AINO, card())])

        def read_only(_path: Path) -> None:
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as failing:
            failing.setattr("kiosk.cache.overwrite", read_only)
            with pytest.raises(OSError, match="Read-only"):
                cache.wipe()
        assert cache.card(AINO) == card()
        cache.wipe()
        assert cache.card(AINO) is None

    def test_a_wipe_that_the_power_cut_broke_off_is_finished_at_the_next_start(
        self, tmp_path: Path
    ) -> None:
        """A file of which only the beginning is overwritten is no cache, and goes to the end."""
        path = tmp_path / "cache.sqlite"
        cache = CardCache(path)
        cache.apply(CardRow(number.to_bytes(4, "big") * 4, card()) for number in range(3000))
        cache.close()
        with path.open("r+b") as file:
            file.write(bytes(8192))
        os.link(path, tmp_path / "same")
        again = CardCache(path)
        assert (again.cards, again.whole) == (0, False)
        assert not any((tmp_path / "same").read_bytes())
        again.close()

    def test_it_is_as_new_and_can_be_filled_again(self, cache: CardCache) -> None:
        """The kiosk may be enrolled anew."""
        cache.apply([CardRow(AINO, card()), OfferingRow(entry())])
        cache.turn_page("c1", last=True)
        cache.wipe()
        assert (cache.cards, cache.offerings(), cache.cursor, cache.whole) == (0, (), None, False)
        cache.apply([CardRow(AINO, card())])
        assert cache.card(AINO) == card()
        assert cache.cards == 1


def test_a_cache_whose_cards_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    """Its head may be whole while a page within is spoiled; the register tells it all again."""
    path = tmp_path / "cache.sqlite"
    cache = CardCache(path)
    cache.apply(CardRow(number.to_bytes(16, "big"), card()) for number in range(5000))
    cache.close()
    with path.open("r+b") as file:
        file.seek(4096 * 6)
        file.write(b"\xa5" * (path.stat().st_size - 4096 * 6))
    made_anew = CardCache(path)
    assert (made_anew.cards, made_anew.cursor, made_anew.whole) == (0, None, False)
    made_anew.close()


def sweep(cache: CardCache) -> int:
    """Sweep to the end; return how many stretches that took."""
    stretches, after = 0, cache.sweep()
    while after is not None:
        stretches, after = stretches + 1, cache.sweep(after)
    return stretches


class TestAFeedThatBeginsAnew:
    """What the register tells from its beginning replaces what it told before."""

    LEASE = LeaseRow(uuid4(), entry().id, TODAY, 5, uuid4())
    BOOKING = BookingRow(uuid4(), AINO, entry().id, 2)
    TALLY = TallyRow(AINO, entry().id, NEW_YEAR, 1, 2)

    @pytest.fixture(autouse=True)
    def before(self, cache: CardCache) -> None:
        """Know of Aino's card, what it did, and a lease, and then that the feed begins anew."""
        cache.apply([CardRow(AINO, card()), OfferingRow(entry())])
        cache.apply([self.TALLY, self.BOOKING, self.LEASE])
        cache.turn_page("9", last=True)
        cache.apply([Anew(), CardRow(ELLI, card())])
        cache.turn_page("1", last=False)

    def test_what_was_known_decides_until_all_is_told(self, cache: CardCache, path: Path) -> None:
        """At no time is a card missing, over a restart neither."""
        assert cache.sweep() is None
        cache = reopened(cache, path)
        assert cache.sweep() is None
        assert cache.card(AINO) == cache.card(ELLI) == card()
        assert (cache.used(AINO, entry().id, NEW_YEAR), cache.whole) == (Used(1, 2), True)
        cache.close()

    def test_a_lease_is_spent_only_once_it_is_told_again(self, cache: CardCache) -> None:
        """A register that was put back may have given its seats to others (P2)."""
        assert cache.leases() == cache.leases_of(entry().id, TODAY) == ()
        assert cache.lease(self.LEASE.id) is None
        cache.apply([self.LEASE])
        assert cache.leases() == cache.leases_of(entry().id, TODAY) == (self.LEASE,)

    def test_what_was_not_told_again_is_forgotten_at_the_end(self, cache: CardCache) -> None:
        """Cards with their counts and bookings, offerings, and leases."""
        assert cache.offerings() == (entry(),)
        cache.turn_page("2", last=True)
        sweep(cache)
        assert (cache.card(AINO), cache.card(ELLI), cache.cards) == (None, card(), 1)
        assert cache.used(AINO, entry().id, NEW_YEAR) == Used(0, 0)
        assert cache.booked(AINO, entry().id) == 0
        assert (cache.offerings(), cache.leases()) == ((), ())

    def test_what_was_told_again_stays(self, cache: CardCache) -> None:
        """In whatever page, and by an event too."""
        cache.apply([CardRow(AINO, card(5)), OfferingRow(entry()), self.TALLY])
        cache.turn_page("2", last=False)
        cache.apply([self.BOOKING, self.LEASE])
        cache.turn_page("3", last=True)
        sweep(cache)
        assert (cache.card(AINO), cache.card(ELLI), cache.cards) == (card(5), card(), 2)
        assert cache.used(AINO, entry().id, NEW_YEAR) == Used(1, 2)
        assert cache.booked(AINO, entry().id) == 2
        assert (cache.offerings(), cache.leases()) == ((entry(),), (self.LEASE,))

    def test_to_begin_once_more_sweeps_nothing_yet(self, cache: CardCache) -> None:
        """What the round before told was perhaps lost, and is known until this round has ended."""
        cache.turn_page("2", last=True)
        cache.apply([Anew(), CardRow(AINO, card())])
        assert cache.sweep() is None
        assert cache.card(ELLI) == card()
        cache.turn_page("3", last=True)
        sweep(cache)
        assert (cache.card(AINO), cache.card(ELLI)) == (card(), None)

    def test_a_page_that_breaks_off_begins_no_round(self, cache: CardCache) -> None:
        """What is told afterwards is of the round that is noted."""

        def page() -> Iterator[Row]:
            yield Anew()
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            cache.apply(page())
        cache.turn_page("2", last=True)
        sweep(cache)
        assert (cache.card(AINO), cache.card(ELLI)) == (None, card())

    def test_sweeping_goes_by_stretches_and_may_break_off_after_any(
        self, cache: CardCache, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A scan waits behind one stretch at most, and a restart ends what was begun."""
        monkeypatch.setattr(cache_module, "SWEPT", 3)
        kept = {bytes([number]) * 16 for number in range(10)}
        cache.apply(CardRow(digest, card()) for digest in kept)
        cache.turn_page("2", last=True)
        cache.sweep()
        cache = reopened(cache, path)
        cache.sweep()
        assert sweep(cache) == 4
        assert cache.sweep() is None
        assert (cache.card(AINO), cache.cards) == (None, 11)
        assert reopened(cache, path).cards == 11

    def test_an_empty_cache_has_nothing_to_sweep(self, tmp_path: Path) -> None:
        """The first sync of a million cards is not looked through once more."""
        first = CardCache(tmp_path / "first.sqlite")
        first.apply([Anew(), CardRow(AINO, card())])
        first.turn_page("2", last=True)
        assert first.sweep() is None
        assert first.cards == 1
        first.close()
