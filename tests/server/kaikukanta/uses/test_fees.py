"""Fees at a library's desk: a service and a sum, covered whole or not at all (OM-59)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kaiku.card import Kind
from kaiku.offering import OfferingKind, Period, Service, Tariff
from kaiku.wire import Outcome
from server.database import transaction
from server.kaikukanta.offerings.service import change_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from tests.server.kaikukanta.town import Town

COPYING = Tariff(Service.COPYING, unit=30, cap=600)
OVERDUE = Tariff(Service.OVERDUE, cap=1000, period=Period.MONTH)


def _desk(town: Town, *tariffs: Tariff) -> UUID:
    """Return a library's desk that covers some services."""
    return town.offering(kind=OfferingKind.LIBRARY, tariffs=tariffs or (COPYING, OVERDUE))


def _fee(service: str = "copying", **sum_: int) -> dict[str, Any]:
    return {"service": service, **sum_}


async def test_a_fee_is_covered_and_the_cents_left_are_told(town: Town) -> None:
    """The holder is admitted alone, and the sum is kept in cents (OM-59)."""
    answer = await town.venue().use(
        card=town.card(), offering=_desk(town), fee=_fee("overdue", cents=150)
    )
    assert answer.status_code == 200
    assert (answer.json()["outcome"], answer.json()["remaining"]) == ("accepted", 850)
    assert answer.json()["admitted"] == {"adults": 1, "children": 0, "helpers": 0, "supporters": 0}
    (use,) = town.uses()
    assert (use.service, use.cents, use.outcome) == (Service.OVERDUE, 150, Outcome.ACCEPTED)


async def test_pieces_are_counted_at_the_price_of_one(town: Town) -> None:
    """Five copies at 30 cents are 150."""
    answer = await town.venue().use(card=town.card(), offering=_desk(town), fee=_fee(count=5))
    assert answer.json()["remaining"] == 450
    assert town.uses()[0].cents == 150


@pytest.mark.parametrize(
    ("fee", "pointer"),
    [
        ({"service": "overdue", "count": 2}, "#/fee/count"),
        ({"service": "interlibrary", "count": 2}, "#/fee/count"),
        ({"service": "copying", "count": 9_999}, "#/fee/count"),
        ({"service": "copying"}, "#/fee"),
        ({"service": "copying", "cents": 1, "count": 1}, "#/fee"),
        ({"service": "copying", "cents": 0}, "#/fee/cents"),
        ({"service": "copying", "cents": 1.5}, "#/fee/cents"),
        ({"service": "copying", "cents": "150"}, "#/fee/cents"),
        ({"service": "copying", "cents": 100_001}, "#/fee/cents"),
        ({"service": "books", "cents": 1}, "#/fee/service"),
        ({"service": "copying", "cents": 1, "title": "x"}, "#/fee/title"),
    ],
)
async def test_a_fee_that_cannot_be_is_a_mistake(
    town: Town, fee: dict[str, Any], pointer: str
) -> None:
    """Exactly one sum, in whole cents, and nothing of what was copied or borrowed."""
    answer = await town.venue().use(card=town.card(), offering=_desk(town), fee=fee)
    assert answer.status_code == 422
    assert [mistake["pointer"] for mistake in answer.json()["errors"]] == [pointer]
    assert town.uses() == []


async def test_nobody_comes_along_with_a_fee(town: Town) -> None:
    """A fee is the holder's own."""
    fields: dict[str, Any] = {"offering": _desk(town), "fee": _fee(cents=1)}
    fields |= {"card": town.card(children=1), "party": {"children": 1}}
    venue = town.venue()
    for answer in (await venue.use(**fields), await venue.check(**fields)):
        assert answer.status_code == 422
        assert "leave the party out" in answer.json()["errors"][0]["detail"]


async def test_a_cap_is_each_services_own_and_of_its_period(town: Town) -> None:
    """What is above it is refused whole, with what is left; the next month begins anew."""
    desk, venue = _desk(town), town.venue()
    card = town.card(valid_until=date(2027, 6, 30))
    await venue.use(card=card, offering=desk, fee=_fee("overdue", cents=900))
    above = await venue.use(card=card, offering=desk, fee=_fee("overdue", cents=101))
    assert (above.json()["reason"], above.json()["remaining"]) == ("fees_used_up", 100)
    other = await venue.use(card=card, offering=desk, fee=_fee(cents=600))
    assert other.json()["outcome"] == "accepted"
    town.clock.pass_(days=8)
    for service, reason in (("overdue", None), ("copying", "fees_used_up")):
        later = await venue.use(card=card, offering=desk, fee=_fee(service, cents=101))
        assert later.json()["reason"] == reason


async def test_without_a_cap_every_fee_is_covered(town: Town) -> None:
    """Nothing is limited where the venue set no limit (OM-43)."""
    desk, venue, card = _desk(town, Tariff(Service.INTERLIBRARY)), town.venue(), town.card()
    for _ in range(3):
        answer = await venue.use(card=card, offering=desk, fee=_fee("interlibrary", cents=90_000))
        assert (answer.json()["outcome"], answer.json()["remaining"]) == ("accepted", None)


@pytest.mark.parametrize(
    ("card", "service", "reason"),
    [
        ({}, "interlibrary", "offering_excluded"),
        ({"kind": Kind.COMMUNITY}, "copying", "community_card_alone"),
        ({"valid_until": date(2026, 11, 23)}, "copying", "expired"),
    ],
)
async def test_a_fee_is_refused_with_its_reason(
    town: Town, card: dict[str, Any], service: str, reason: str
) -> None:
    """A service that is not covered, and a card that is not good; the refusal is kept."""
    answer = await town.venue().use(
        card=town.card(**card), offering=_desk(town), fee=_fee(service, cents=100)
    )
    assert answer.json()["reason"] == reason
    assert (town.uses()[0].cents, town.uses()[0].outcome) == (100, Outcome.REFUSED)


async def test_a_fee_is_answered_again_and_spent_once(town: Town) -> None:
    """The same id is one fee; another fee under it is a conflict."""
    desk, venue = _desk(town), town.venue()
    fields: dict[str, Any] = {"id": uuid4(), "card": town.card(), "offering": desk}
    first = await venue.use(**fields, fee=_fee(count=5))
    for same in (_fee(count=5), _fee(cents=150)):
        assert (await venue.use(**fields, fee=same)).json() == first.json()
    for other in (_fee(count=4), _fee(cents=151), _fee("overdue", cents=150), None):
        answer = await venue.use(**fields, fee=other)
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    more = await venue.use(card=fields["card"], offering=desk, fee=_fee(cents=450))
    assert more.json()["remaining"] == 0


async def test_pieces_are_answered_again_when_their_price_has_changed(town: Town) -> None:
    """A repeat after a lost reply is the same fee, whatever a copy costs now."""
    desk, venue = _desk(town), town.venue()
    fields = {"id": uuid4(), "card": town.card(), "offering": desk, "fee": _fee(count=5)}
    first = await venue.use(**fields)
    with transaction(town.context.engine) as session:
        row = session.get_one(OfferingRecord, desk)
        dearer = (Tariff(Service.COPYING, unit=50, cap=600),)
        change_offering(session, row, replace(to_offering(row), tariffs=dearer), town.clock())
    assert (await venue.use(**fields)).json() == first.json()
    assert (await venue.use(**{**fields, "id": uuid4()})).json()["remaining"] == 200


async def test_a_fee_that_is_taken_back_gives_its_cents_back(town: Town) -> None:
    """Once, however often it is asked."""
    desk, venue, card, use = _desk(town), town.venue(), town.card(), uuid4()
    await venue.use(id=use, card=card, offering=desk, fee=_fee(cents=600))
    for _ in range(2):
        assert (await venue.void(use)).json()["voided"] is True
    again = await venue.use(card=card, offering=desk, fee=_fee(cents=600))
    assert again.json()["outcome"] == "accepted"


async def test_a_fee_has_no_party_to_change(town: Town) -> None:
    """It is taken back and recorded anew."""
    desk, venue, use = _desk(town), town.venue(), uuid4()
    await venue.use(id=use, card=town.card(children=1), offering=desk, fee=_fee(cents=1))
    answer = await venue.amend(use, children=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "fee")


async def test_a_check_of_a_fee_says_what_a_use_would(town: Town) -> None:
    """And spends nothing."""
    desk, venue, card = _desk(town), town.venue(), town.card()
    fields = {"card": card, "offering": desk, "fee": _fee(count=20)}
    checked = await venue.check(**fields)
    used = await venue.use(**fields)
    assert {"id": used.json()["id"], **checked.json()} == used.json()
    assert (checked.json()["remaining"], len(town.uses())) == (0, 1)
    assert (await venue.check(**fields)).json()["reason"] == "fees_used_up"
    wrong = await venue.check(card=card, offering=desk, fee=_fee("overdue", count=1))
    assert wrong.status_code == 422


async def test_a_kiosk_records_fees_live_and_from_its_journal(town: Town) -> None:
    """What it covered offline above the cap is kept, counted and flagged (promise P1)."""
    desk, card = _desk(town), town.card()
    kiosk, digest = town.kiosk(desk), town.digest(card)
    live = await kiosk.use(digest=digest, offering=desk, fee=_fee(cents=500))
    assert live.json()["remaining"] == 100
    item = {
        "id": str(uuid4()),
        "offering": str(desk),
        "at": (town.clock() - timedelta(minutes=1)).isoformat(),
        "digest": digest,
        "fee": _fee(cents=101),
    }
    (kept,) = await kiosk.upload(item)
    assert (kept["result"], kept["reason"]) == ("conflict", "fees_used_up")
    full = await town.venue().check(card=card, offering=desk, fee=_fee(cents=1))
    assert (full.json()["reason"], full.json()["remaining"]) == ("fees_used_up", 0)
