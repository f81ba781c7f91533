"""Leases when their day is over, and when an offering's settings change."""

from argparse import Namespace
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from kaiku.offering import Per, Seats, Window
from kaiku.wire import LeaseRow
from server.database import read, transaction
from server.kaikukanta.admin.leases import list_leases
from server.kaikukanta.kiosks.tables import Lease
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from tests.server.kaikukanta.kiosks.feed import fetch
from tests.server.kaikukanta.leases.test_leases import JOURNAL, Door, door
from tests.server.kaikukanta.town import NOON, Town

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
EVENING = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=2))


def change(town: Town, offering: UUID, **settings: Any) -> None:
    """Change an offering's settings."""
    with transaction(town.context.engine) as session:
        row = session.get_one(OfferingRecord, offering)
        change_offering(session, row, replace(to_offering(row), **settings), town.clock())


def leases(town: Town) -> list[Lease]:
    """Return all leases, the oldest first."""
    with read(town.context.engine) as session:
        return sorted(session.exec(select(Lease)), key=lambda lease: lease.granted_at)


def listed(town: Town) -> str:
    """Return what staff see of leases: the seats, and how they stand."""
    return "\n".join(
        " ".join(line.split("\t")[5:])
        for line in list_leases(town.context, Namespace()).splitlines()
    )


async def leased(town: Town, offering: UUID) -> Door:
    """Return a kiosk that has been granted its share."""
    kiosk = door(town, offering)
    await kiosk.beat()
    return kiosk


class TestLoweringACap:
    """What no longer fits is asked back, and counts until it has been given back."""

    async def test_a_lease_that_no_longer_fits_is_asked_back(self, town: Town) -> None:
        """The kiosk is told at its next contact, and is then leased its share of what is free."""
        offering = town.offering(Seats(40))
        kiosk = await leased(town, offering)
        change(town, offering, limits=(Seats(5),))
        (told,) = (await fetch(kiosk.caller)).of(LeaseRow)
        assert isinstance(told, LeaseRow)
        assert (told.seats, told.recalled) == (20, True)
        assert town.seats_taken(offering) == 20
        await kiosk.beat()
        assert len(leases(town)) == 1
        await kiosk.give_back(unsent=1)
        await kiosk.spend(offering, 1)
        await kiosk.beat()
        assert kiosk.lease().granted == 2
        assert town.seats_taken(offering) == 3

    async def test_nobody_gets_in_until_it_has_been_given_back(self, town: Town) -> None:
        """The kiosk may have given away all that it had under the former cap (promise P2)."""
        offering = town.offering(Seats(40))
        kiosk = await leased(town, offering)
        change(town, offering, limits=(Seats(5),))
        town.clock.pass_(minutes=5)
        answer = await town.venue().use(card=town.card(), offering=offering)
        assert answer.json()["reason"] == "seats_full"
        for _ in range(2):
            used = await kiosk.spend(offering, 10)
            assert town.seats_taken(offering) == 20
            assert used["result"]["reason"] == "seats_full"

    async def test_a_lease_that_fits_stays(self, town: Town) -> None:
        """Whatever else of the offering is changed, the cap included."""
        offering = town.offering(Seats(40))
        kiosk = await leased(town, offering)
        change(town, offering, limits=(Seats(20),))
        change(town, offering, limits=(Seats(100),))
        assert kiosk.lease().recalled_at is None

    async def test_staff_see_what_is_beyond_the_cap(self, town: Town) -> None:
        """And which kiosk keeps it, for one that does not answer may be gone for good."""
        offering = town.offering(Seats(40))
        kiosk = await leased(town, offering)
        assert listed(town) == "20 held"
        change(town, offering, limits=(Seats(5),))
        assert listed(town) == "20 asked back, 15 beyond the cap"
        await kiosk.give_back(unsent=7)
        assert listed(town) == "7 waits for uses, 2 beyond the cap"
        await kiosk.give_back(unsent=0)
        assert listed(town) == ""

    async def test_a_day_that_is_full_by_another_count_gives_its_leases_back(
        self, town: Town
    ) -> None:
        """A cap by day becomes one for the whole event: what was leased for each day adds up."""
        offering = town.offering(Seats(20, Per.DAY), window=Window(NOON, NOON + 3 * DAY))
        kiosk = await leased(town, offering)
        town.clock.pass_(days=1)
        await kiosk.beat()
        change(town, offering, limits=(Seats(15),))
        assert [lease.unspent for lease in leases(town)] == [0, 10]
        change(town, offering, limits=(Seats(5),))
        assert leases(town)[1].recalled_at == town.clock()

    async def test_a_cap_that_is_set_again_finds_its_leases(self, town: Town) -> None:
        """A kiosk may not have heard that there was none; what does not fit is asked back."""
        offering = town.offering(Seats(40))
        kiosk = await leased(town, offering)
        change(town, offering, limits=())
        assert kiosk.lease().recalled_at is None
        change(town, offering, limits=(Seats(10),))
        assert town.seats_taken(offering) == 20
        assert kiosk.lease().recalled_at is not None


class TestTerm:
    """A kiosk that dies with a lease locks no seat for longer than the lease's term."""

    @pytest.mark.parametrize("journal", ["dead", "lost"])
    async def test_an_event_that_is_held_again_has_all_its_seats(
        self, town: Town, journal: str
    ) -> None:
        """What the dead kiosk kept of the evening is nobody's on the next."""
        offering = town.offering(Seats(20), window=EVENING)
        kiosk = await leased(town, offering)
        if journal == "lost":
            await kiosk.beat(journal=UUID(int=2))
        town.clock.pass_(hours=3)
        assert listed(town) == ""
        change(town, offering, window=Window(EVENING.starts + DAY, EVENING.ends + DAY))
        assert town.seats_taken(offering) == 0
        assert all(lease.returned_at for lease in leases(town))

    async def test_an_event_that_is_prolonged_keeps_what_may_have_been_given_away(
        self, town: Town
    ) -> None:
        """Whoever came in without a network is inside still: only the end frees a lease (P2)."""
        offering = town.offering(Seats(20), window=EVENING)
        await leased(town, offering)
        change(town, offering, window=replace(EVENING, ends=EVENING.ends + DAY))
        town.clock.pass_(hours=12)
        assert town.seats_taken(offering) == 10
        assert listed(town) == "10 held"

    async def test_another_kiosks_heartbeat_ends_it(self, town: Town) -> None:
        """A day later the dead kiosk's lease keeps nothing, of this day or of that (OM-55)."""
        offering = town.offering(Seats(20, Per.DAY))
        await leased(town, offering)
        other = door(town, offering)
        town.clock.pass_(hours=12, minutes=9)
        await other.beat(None)
        await other.beat()
        assert leases(town)[0].unspent == 10
        town.clock.pass_(minutes=1)
        await other.beat()
        dead, living = leases(town)
        assert (dead.unspent, dead.returned_at) == (0, town.clock())
        assert town.seats_taken(offering) == living.unspent

    async def test_what_a_kiosk_sends_after_the_term_is_kept_and_counted(self, town: Town) -> None:
        """Late by days, it takes its seats of the day on which they were given away (P1)."""
        offering = town.offering(Seats(20, Per.DAY))
        kiosk = await leased(town, offering)
        lease = kiosk.lease().id
        town.clock.pass_(days=2)
        await kiosk.beat()
        use = await kiosk.spend(offering, 4, lease=str(lease))
        assert use["result"]["result"] == "recorded"
        ended = next(each for each in leases(town) if each.id == lease)
        assert (ended.spent, ended.unspent, ended.journal) == (4, 0, JOURNAL)
        assert town.seats_taken(offering) == 4 + kiosk.lease().unspent
