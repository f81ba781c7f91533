"""Uses that are entered afterwards: by the facts of their day, not lost to a limit (OM-47)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind
from kaiku.offering import (
    Exclusion,
    Limit,
    OfferingKind,
    OncePerPerformance,
    Per,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
)
from kaiku.reason import Reason
from kaiku.wire import Outcome
from server.database import transaction
from server.kaikukanta.cards.service import bring_back, end_card, extend, mark_out_of_use
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from tests.server.kaikukanta.leases.test_leases import door
from tests.server.kaikukanta.town import NOON, Town, card_row

DAY = date(2026, 11, 20)
AT_NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EVENING = Window(AT_NOON + timedelta(hours=7), AT_NOON + timedelta(hours=9))


def _change(town: Town, offering: UUID, at: datetime, **settings: Any) -> None:
    """Set an offering otherwise from an instant on."""
    with transaction(town.context.engine) as session:
        row = session.get_one(OfferingRecord, offering)
        change_offering(session, row, replace(to_offering(row), **settings), at)


@pytest.mark.parametrize(
    ("window", "at"),
    [
        (None, AT_NOON),
        (EVENING, EVENING.starts),
        (Window(AT_NOON - timedelta(days=1), AT_NOON + timedelta(days=1)), AT_NOON),
        (
            Window(AT_NOON - timedelta(days=1), AT_NOON - timedelta(hours=1)),
            AT_NOON - timedelta(hours=1, seconds=1),
        ),
    ],
)
async def test_a_day_is_enough(town: Town, window: Window | None, at: datetime) -> None:
    """It happened when the performance started, else at noon in Finland."""
    offering = town.offering(window=window)
    for who in (town.venue(), town.agent(offering)):
        answer = await who.use(card=town.card(), offering=offering, day=DAY.isoformat())
        assert answer.json()["outcome"] == "accepted"
    assert {use.at for use in town.uses()} == {at}
    assert {use.received_at for use in town.uses()} == {NOON}


async def test_today_is_no_later_than_now(town: Town) -> None:
    """A performance of tonight is entered as of now, and decided as any use is; an entry is not."""
    tonight = town.offering(window=Window(NOON + timedelta(hours=7), NOON + timedelta(hours=9)))
    town.clock.now = NOON - timedelta(hours=2)
    for offering in (tonight, town.offering()):
        await town.venue().use(card=town.card(), offering=offering, day="2026-11-24")
    assert {use.at for use in town.uses()} == {town.clock.now}
    assert {use.offering_id for use in town.uses() if use.late} == {offering}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"day": "2026-11-25"}, "#/day"),
        ({"day": "2026-11-20", "at": NOON}, "#"),
        ({"day": "20.11.2026"}, "#/day"),
        ({"day": "2026-11-31"}, "#/day"),
        ({"day": "2026-11-20T00:00:00"}, "#/day"),
        ({"day": "1969-12-31"}, "#/day"),
        ({"day": 20}, "#/day"),
    ],
)
async def test_a_day_that_cannot_be_is_a_mistake(
    town: Town, fields: dict[str, Any], pointer: str
) -> None:
    """One that has not come, one beside an instant, and one that is no day."""
    answer = await town.venue().use(card=town.card(), offering=town.offering(), **fields)
    assert answer.status_code == 422
    assert [mistake["pointer"] for mistake in answer.json()["errors"]] == [pointer]
    assert town.uses() == []


async def test_a_performance_of_another_day_is_a_mistake(town: Town) -> None:
    """A slip of the day is told, rather than moved to the performance."""
    offering, venue = town.offering(window=EVENING), town.venue()
    for day in ("2026-11-19", "2026-11-21"):
        answer = await venue.use(card=town.card(), offering=offering, day=day)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/day")


async def test_a_kiosk_enters_nothing_afterwards(town: Town) -> None:
    """What it decided comes with its journal."""
    offering = town.offering()
    answer = await town.kiosk(offering).use(
        digest=town.digest(town.card()), offering=offering, day=DAY.isoformat()
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/day")


async def test_the_card_is_as_it_was_on_the_day(town: Town) -> None:
    """Ended since is good; ended before noon of the day is not."""
    offering, venue, card = town.offering(), town.venue(), town.card()
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), LATER)
    for day, reason in (("2026-11-21", None), ("2026-11-22", "ended"), ("2026-11-23", "ended")):
        answer = await venue.use(card=card, offering=offering, day=day)
        assert answer.json()["reason"] == reason


@pytest.mark.parametrize(
    ("limit", "reason", "counts"),
    [
        (Seats(2, Per.DAY), "seats_full", (4, (0, 0))),
        (OncePerPerformance(), "already_used", (0, (2, 4))),
        (Visits(2), "visits_used_up", (0, (2, 4))),
    ],
)
async def test_a_venues_limit_does_not_undo_what_has_happened(
    town: Town, limit: Limit, reason: str, counts: tuple[int, tuple[int, int]]
) -> None:
    """It is accepted, counted, and flagged with the limit; a repeat says the same."""
    offering, venue, card = town.offering(limit), town.venue(), town.card(children=1)
    fields = {"card": card, "offering": offering, "day": DAY.isoformat(), "party": {"children": 1}}
    first = await venue.use(**fields)
    assert "conflict" not in first.json()
    second = {"id": uuid4(), **fields}
    for _ in range(2):
        answer = await venue.use(**second)
        assert (answer.json()["outcome"], answer.json()["reason"]) == ("accepted", None)
        assert answer.json()["conflict"] == reason
        assert answer.json()["admitted"]["children"] == 1
    kept = next(use for use in town.uses() if use.conflict is not None)
    assert (kept.outcome, kept.conflict, kept.conflict_version) == (Outcome.ACCEPTED, reason, 1)
    assert (town.seats_taken(offering), town.tally(offering)) == counts


async def test_an_instant_is_lenient_once_its_day_is_over(town: Town) -> None:
    """Of today it is decided as any use; of a day that is over it is kept and flagged."""
    offering, venue, card = town.offering(Visits(1)), town.venue(), town.card()
    await venue.use(card=card, offering=offering)
    for hours, outcome, conflict in ((11, "refused", None), (13, "accepted", "visits_used_up")):
        at = NOON - timedelta(hours=hours)
        answer = await venue.use(card=card, offering=offering, at=at)
        assert (answer.json()["outcome"], answer.json().get("conflict")) == (outcome, conflict)


@pytest.mark.parametrize("ago", [timedelta(minutes=11), timedelta(hours=20), timedelta(days=9)])
async def test_no_agent_gets_past_a_cap_with_an_old_instant(town: Town, ago: timedelta) -> None:
    """While an event can still be come to, its cap is shared, whatever the seller's clock (P2)."""
    show = Window(NOON + timedelta(hours=7), NOON + timedelta(hours=9))
    offering = town.offering(Seats(3), window=show)
    agent = town.agent(offering)
    outcomes = []
    for _ in range(5):
        answer = await agent.use(card=town.card(), offering=offering, at=NOON - ago)
        outcomes.append(answer.json()["outcome"])
    assert outcomes == ["accepted"] * 3 + ["refused"] * 2
    assert town.seats_taken(offering) == 3
    town.clock.now = show.ends + timedelta(seconds=1)
    answer = await agent.use(card=town.card(), offering=offering, at=NOON - ago)
    assert (answer.json()["outcome"], answer.json()["conflict"]) == ("accepted", "seats_full")


@pytest.mark.parametrize("hours", [-2, 0, 3])
async def test_today_said_as_a_day_is_entered_afterwards_at_any_hour(
    town: Town, hours: int
) -> None:
    """Whoever says the day says that it has happened: before noon as after."""
    offering, venue, card = town.offering(Visits(1)), town.venue(), town.card()
    town.clock.now = NOON + timedelta(hours=hours)
    for conflict in (None, "visits_used_up"):
        answer = await venue.use(card=card, offering=offering, day="2026-11-24")
        said = answer.json()
        assert (said["outcome"], said.get("conflict")) == ("accepted", conflict)


@pytest.mark.parametrize("opens", [None, NOON + timedelta(hours=6)])
async def test_a_days_entry_for_tonight_is_no_way_past_the_cap(
    town: Town, opens: datetime | None
) -> None:
    """Nobody has come to what is still to open (P2); once it is open, people may have."""
    show = Window(NOON + timedelta(hours=7), NOON + timedelta(hours=9), opens=opens)
    offering, venue = town.offering(Seats(1), window=show), town.venue()
    said = []
    for now in (NOON, NOON, opens or show.starts, opens or show.starts):
        town.clock.now = now
        answer = await venue.use(card=town.card(), offering=offering, day="2026-11-24")
        said.append(answer.json()["reason"] or answer.json().get("conflict"))
    before = [None, "seats_full"] if opens is None else ["too_early", "too_early"]
    after = ["seats_full", "seats_full"] if opens is None else [None, "seats_full"]
    assert said == before + after


async def test_a_gap_before_an_extension_stays_a_gap(town: Town) -> None:
    """Each day has the last valid day that the card had then (OM-29)."""
    offering, venue = town.offering(), town.venue()
    card = town.card(valid_from=date(2025, 11, 1), valid_until=date(2026, 10, 31))
    with transaction(town.context.engine) as session:
        extend(session, card_row(session, card), NOON - timedelta(days=4))
    town.clock.now = NOON - timedelta(days=3)
    with transaction(town.context.engine) as session:
        extend(session, card_row(session, card), town.clock.now)
    town.clock.now = NOON
    for day, reason in (
        ("2026-10-31", None),
        ("2026-11-01", "expired"),
        ("2026-11-19", "expired"),
        ("2026-11-20", None),
        ("2026-11-24", None),
    ):
        answer = await venue.use(card=card, offering=offering, day=day)
        assert answer.json()["reason"] == reason, day


async def test_a_card_that_was_out_of_use_for_a_while_is_refused_for_that_while(
    town: Town,
) -> None:
    """Brought back, it is good again; the days between stay as they were (OM-30)."""
    offering, venue, card = town.offering(), town.venue(), town.card()
    for change, days in (
        (mark_out_of_use, 10),
        (bring_back, 6),
        (mark_out_of_use, 4),
        (bring_back, 2),
    ):
        with transaction(town.context.engine) as session:
            change(session, card_row(session, card), NOON - timedelta(days=days))
    for days, reason in (
        (11, None),
        (9, "out_of_use"),
        (5, None),
        (3, "out_of_use"),
        (1, None),
    ):
        day = (NOON - timedelta(days=days)).date().isoformat()
        answer = await venue.use(card=card, offering=offering, day=day)
        assert answer.json()["reason"] == reason, days


async def test_a_lost_kiosks_lease_and_a_no_show_take_no_seat_of_a_day_that_is_over(
    town: Town,
) -> None:
    """Whoever came counts; what was held for others and not used is in nobody's way any more."""
    show = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=2))
    offering = town.offering(Seats(3), window=show, tickets=100)
    venue = town.venue()
    town.clock.now = NOON - timedelta(hours=2)
    booked = await venue.book(card=town.card(), offering=offering)
    assert booked.json()["outcome"] == "accepted"
    lost = door(town, offering)
    await lost.beat()
    assert lost.lease().granted > 0
    town.clock.now = NOON + timedelta(days=1)
    said = [
        (await venue.use(card=card, offering=offering, day="2026-11-24")).json().get("conflict")
        for card in (town.card(), town.card(), town.card(), town.card())
    ]
    assert said == [None, None, None, "seats_full"]


@pytest.mark.parametrize(
    ("card", "party", "reason"),
    [
        ({"valid_until": date(2026, 11, 19)}, {}, "expired"),
        ({"kind": Kind.COMMUNITY}, {}, "community_card_alone"),
        ({"children": 1}, {"children": 2}, "children_above_registered"),
    ],
)
async def test_anything_else_is_refused_and_kept(
    town: Town, card: dict[str, Any], party: dict[str, int], reason: str
) -> None:
    """A limit beside it changes nothing: the card was not good on the day."""
    offering, venue = town.offering(Seats(1, Per.DAY)), town.venue()
    await venue.use(card=town.card(), offering=offering, day=DAY.isoformat())
    use = uuid4()
    answer = await venue.use(
        id=use, card=town.card(**card), offering=offering, day=DAY.isoformat(), party=party
    )
    assert (answer.json()["outcome"], answer.json()["reason"]) == ("refused", reason)
    assert "conflict" not in answer.json()
    assert {kept.id: kept.reason for kept in town.uses()}[use] is Reason(reason)
    assert town.seats_taken(offering) == 1


async def test_the_settings_are_those_of_the_day(town: Town) -> None:
    """What the venue set since neither refuses nor excuses; the version is told by the use."""
    offering, venue = town.offering(), town.venue()
    _change(town, offering, LATER, exclusion=Exclusion.COST)
    _change(town, offering, LATER + timedelta(hours=1), children_welcome=False, exclusion=None)
    card = town.card(children=1)
    for day, party, reason, version in (
        ("2026-11-22", {"children": 1}, "children_not_in_groups", 3),
        ("2026-11-21", {"children": 1}, None, 1),
        ("2026-11-22", {}, None, 3),
    ):
        use = uuid4()
        answer = await venue.use(id=use, card=card, offering=offering, day=day, party=party)
        assert answer.json()["reason"] == reason
        assert next(kept.offering_version for kept in town.uses() if kept.id == use) == version


@pytest.mark.parametrize(
    ("limit", "reason"),
    [(Seats(2, Per.DAY), "seats_full"), (Visits(2), "visits_used_up")],
)
async def test_a_limit_that_is_gone_is_counted_as_it_was(
    town: Town, limit: Limit, reason: str
) -> None:
    """Today nothing counts it any more; the uses of the day do, a group's members included."""
    offering, venue, card = town.offering(limit), town.venue(), town.card(children=3)
    _change(town, offering, LATER, limits=())
    fields = {"card": card, "offering": offering, "day": DAY.isoformat()}
    other_day = await venue.use(**{**fields, "day": "2026-11-23"}, party={"children": 3})
    assert other_day.json()["outcome"] == "accepted"
    first = await venue.use(**fields)
    assert first.json().get("conflict") == ("visits_used_up" if reason != "seats_full" else None)
    group = {"members": [{"card": card}]}
    led = await venue.use(**{**fields, "card": town.card(kind=Kind.COMMUNITY)}, group=group)
    assert led.json()["conflict"] == reason
    last = await venue.use(**fields)
    assert (last.json()["conflict"], last.json()["remaining"]) == (reason, None)


async def test_a_limit_that_is_new_does_not_reach_back(town: Town) -> None:
    """Nothing limited the day."""
    offering, venue, card = town.offering(), town.venue(), town.card()
    _change(town, offering, LATER, limits=(Visits(1),))
    for _ in range(3):
        answer = await venue.use(card=card, offering=offering, day=DAY.isoformat())
        assert (answer.json()["outcome"], answer.json().get("conflict")) == ("accepted", None)
    assert town.tally(offering) == (3, 3)


async def test_a_fee_is_entered_afterwards_too(town: Town) -> None:
    """By the price and the cap of its day."""
    tariff = Tariff(Service.COPYING, unit=30, cap=100)
    desk = town.offering(kind=OfferingKind.LIBRARY, tariffs=(tariff,))
    _change(town, desk, LATER, tariffs=(Tariff(Service.COPYING, unit=50),))
    venue, card = town.venue(), town.card()
    fields = {"card": card, "offering": desk, "day": DAY.isoformat()}
    first = await venue.use(**fields, fee={"service": "copying", "count": 3})
    assert first.json()["remaining"] == 10
    second = await venue.use(**fields, fee={"service": "copying", "count": 1})
    assert second.json()["conflict"] == "fees_used_up"
    assert sorted(use.cents or 0 for use in town.uses()) == [30, 90]


async def test_a_groups_limits_are_its_members(town: Town) -> None:
    """A member who had been there is a limit; one whose card had expired is not."""
    offering, venue = town.offering(OncePerPerformance(), window=EVENING), town.venue()
    been, leader = town.card(), town.card(kind=Kind.COMMUNITY)
    fields = {"offering": offering, "day": DAY.isoformat()}
    await venue.use(card=been, **fields)
    for cards, conflict, reason in (
        ([been, town.card()], "already_used", None),
        ([been, town.card(valid_until=date(2026, 11, 1))], None, "group_card_missing"),
    ):
        group = {"members": [{"card": card} for card in cards]}
        answer = await venue.use(card=leader, group=group, **fields)
        assert (answer.json().get("conflict"), answer.json()["reason"]) == (conflict, reason)


async def test_its_party_is_changed_by_the_settings_of_its_day(town: Town) -> None:
    """The flag follows the party; what is refused leaves it as it was."""
    offering, venue, use = town.offering(Visits(2)), town.venue(), uuid4()
    await venue.use(id=use, card=town.card(children=3), offering=offering, day=DAY.isoformat())
    _change(town, offering, LATER, children_welcome=False)
    for children, outcome, conflict in (
        (2, "accepted", "visits_used_up"),
        (4, "refused", None),
        (1, "accepted", None),
    ):
        answer = await venue.amend(use, children=children)
        assert (answer.json()["outcome"], answer.json().get("conflict")) == (outcome, conflict)
    assert (town.tally(offering), town.uses()[0].conflict) == ((1, 2), None)
