"""What is sent again when its card was forgotten meanwhile: known again, and nothing else is.

A reply may be lost, and what waits at a kiosk may come at any time (promise P1).
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from kaiku.card import Kind
from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.offering import Visits
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Use, write_use
from server.database import read, transaction
from server.kaikukanta.cards.service import end_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.retention.service import forget
from server.kaikukanta.uses.tables import UseMember, UseRecord
from tests.server.kaikukanta.town import NOON, Json, Town, card_row

pytestmark = pytest.mark.anyio

OVER = NOON - timedelta(days=731)
THEN = OVER - timedelta(days=7)
TAKEN = "id is another use's"


def _over(town: Town, kind: Kind = Kind.PERSONAL) -> str:
    """Register a card that was ended more than two years ago; return its number."""
    children = 2 if kind is Kind.PERSONAL else 0
    card = town.card(children=children, kind=kind, valid_from=day_of(THEN - timedelta(days=90)))
    with transaction(town.context.engine) as session:
        end_card(session, card_row(session, card), OVER)
    return card


def _item(town: Town, card: str | None, offering: UUID, **changed: Any) -> Json:
    """Return an item of a journal: accepted before the card was over, unless said otherwise."""
    shown = None if card is None else digest(card, town.context.digest_key)
    fields = {"id": uuid4(), "at": THEN, "offering": offering, "digest": shown}
    return write_use(Use(**{**fields, **changed}))


def _forget(town: Town) -> None:
    """Forget what is due; nothing may lead from a card in a hand to a use any more (OM-26)."""
    forget(town.context, town.clock())
    with read(town.context.engine) as session:
        kept = {card.digest for card in session.exec(select(CardRecord))}
        uses = session.exec(select(UseRecord).where(col(UseRecord.card_id).is_not(None)))
        members = session.exec(select(UseMember).where(col(UseMember.card_id).is_not(None)))
        assert {row.digest for row in (*uses, *members)} <= {None, *kept}


class TestAJournal:
    """Items of a kiosk's journal, some of which came before the card was forgotten."""

    async def test_an_item_again_is_answered_again_and_counted_once(self, town: Town) -> None:
        """Its reply was lost; nobody has to look at it at the kiosk."""
        offering, card = town.offering(Visits(30)), _over(town)
        kiosk, item = town.kiosk(offering), _item(town, card, offering)
        before = await kiosk.upload(item)
        _forget(town)
        assert await kiosk.upload(item) == before == [{"id": item["id"], "result": "recorded"}]
        assert (len(town.uses()), town.tally(offering)) == (1, (1, 1))

    async def test_what_it_changes_is_decided_by_the_card_that_it_was(self, town: Town) -> None:
        """Children that were registered came along, and then were not there after all."""
        offering, card = town.offering(Visits(30)), _over(town)
        kiosk, use = town.kiosk(offering), uuid4()
        await kiosk.upload(_item(town, card, offering, id=use))
        (before,) = town.uses()
        _forget(town)
        more = _item(town, card, offering, id=use, revision=2, party=Party(children=2))
        assert await kiosk.upload(more) == [{"id": str(use), "result": "recorded"}]
        assert (town.uses()[0].conflict, town.tally(offering)) == (None, (1, 3))
        back = _item(town, card, offering, id=use, revision=3, voided=True)
        assert await kiosk.upload(back) == [{"id": str(use), "result": "recorded"}]
        (kept,) = town.uses()
        assert (kept.card_id, kept.digest) == (before.card_id, None)
        assert town.tally(offering) == (0, 0)

    async def test_a_refusal_keeps_its_card(self, town: Town) -> None:
        """So that no statistic changes by what comes after it."""
        offering, card = town.offering(), _over(town)
        kiosk, use = town.kiosk(offering), uuid4()
        no = {"outcome": Outcome.REFUSED, "reason": Reason.CANNOT_CHECK_NOW}
        await kiosk.upload(_item(town, card, offering, id=use, **no))
        (before,) = town.uses()
        _forget(town)
        await kiosk.upload(_item(town, card, offering, id=use, revision=2, **no))
        assert town.uses()[0].card_id == before.card_id is not None

    async def test_another_use_under_the_id_is_not_believed(self, town: Town) -> None:
        """It is of a card that the register knows, of no card, of another time or place."""
        offering, card = town.offering(), _over(town)
        kiosk, use = town.kiosk(offering), uuid4()
        await kiosk.upload(_item(town, card, offering, id=use))
        _forget(town)
        others = [
            _item(town, town.card(), offering, id=use),
            _item(town, None, offering, id=use),
            _item(town, "ABC1234", offering, id=use, at=THEN + timedelta(seconds=1)),
            _item(town, card, town.offering(), id=use),
            _item(town, card, offering, id=use, members=(bytes(16),)),
        ]
        told = await kiosk.upload(*({**other, "revision": 2} for other in others))
        assert [each.get("detail") for each in told] == [TAKEN] * len(others)
        other_kiosk = await town.kiosk(offering).upload(_item(town, card, offering, id=use))
        assert other_kiosk[0]["detail"] == TAKEN
        assert town.uses()[0].revision == 1

    async def test_of_a_wrong_clock_the_instant_says_nothing(self, town: Town) -> None:
        """A kiosk three days ahead was served live, at the register's own time (promise P7)."""
        offering, card = town.offering(), _over(town)
        kiosk, use, ahead = town.kiosk(offering), uuid4(), NOON + timedelta(days=3)
        shown = town.digest(card)
        answer = await kiosk.use(id=use, digest=shown, offering=offering, at=ahead)
        assert answer.json()["reason"] == "ended"
        _forget(town)
        no = {"outcome": Outcome.REFUSED, "reason": Reason.ENDED}
        told = await kiosk.upload(_item(town, card, offering, id=use, at=ahead, **no))
        assert told == [{"id": str(use), "result": "recorded"}]

    async def test_a_group_is_known_again(self, town: Town) -> None:
        """One member's card is over, and forgotten; the other member is still told apart."""
        offering, leader = town.offering(Visits(30)), _over(town, kind=Kind.COMMUNITY)
        gone, stays = _over(town), town.card(valid_from=day_of(THEN))
        kiosk, use = town.kiosk(offering), uuid4()
        shown = [digest(each, town.context.digest_key) for each in (gone, stays)]
        item = _item(town, leader, offering, id=use, members=tuple(shown))
        before = await kiosk.upload(item)
        assert before[0]["result"] == "recorded"
        _forget(town)
        assert await kiosk.upload(item) == before
        again = _item(town, leader, offering, id=use, members=tuple(shown), revision=2)
        assert (await kiosk.upload({**again, "party": {"children": 1}})) == before
        assert town.tally(offering) == (2, 2)
        swapped = _item(town, leader, offering, id=use, members=tuple(shown[::-1]), revision=3)
        assert (await kiosk.upload(swapped))[0]["detail"] == TAKEN

    async def test_what_was_no_card_is_known_again(self, town: Town) -> None:
        """A year later, as what it was; a scan that could not be read has no card to forget."""
        offering = town.offering()
        kiosk, stray = town.kiosk(offering), _item(town, "ABC1234", offering)
        unread = _item(town, None, offering)
        before = await kiosk.upload(stray, unread)
        assert [each["reason"] for each in before] == ["unknown_card", "unreadable"]
        town.clock.pass_(days=366)
        _forget(town)
        assert await kiosk.upload(stray, unread) == before
        more = await kiosk.upload(*({**each, "revision": 2} for each in (stray, unread)))
        assert [each["reason"] for each in more] == ["unknown_card", "unreadable"]
        taken = await kiosk.upload({**stray, "id": unread["id"]}, {**unread, "id": stray["id"]})
        assert taken[0]["detail"] == TAKEN

    async def test_what_comes_first_afterwards_is_kept_and_flagged(self, town: Town) -> None:
        """Somebody came in with it: never dropped; the register knows no such card any more."""
        offering, card = town.offering(), _over(town)
        kiosk, item = town.kiosk(offering), _item(town, card, offering, party=Party(children=1))
        _forget(town)
        conflict = [{"id": item["id"], "result": "conflict", "reason": "unknown_card"}]
        assert await kiosk.upload(item) == conflict == await kiosk.upload(item)
        (use,) = town.uses()
        assert (use.outcome, use.children, use.card_id) == (Outcome.ACCEPTED, 1, None)
        town.clock.pass_(days=366)
        _forget(town)
        assert await kiosk.upload(item) == conflict
        assert len(town.uses()) == 1


class TestOneByOne:
    """Uses that are asked about, changed and taken back one at a time."""

    async def test_a_request_again_gets_the_same_answer(self, town: Town) -> None:
        """From a kiosk by digest, and from a venue by number, on an instant or a day."""
        offering, card = town.offering(Visits(30)), _over(town)
        kiosk, venue = town.kiosk(offering), town.venue()
        shown = {"offering": offering, "party": {"children": 1}}
        asked = [
            (kiosk, {"id": uuid4(), "digest": town.digest(card), "at": NOON, **shown}),
            (kiosk, {"id": uuid4(), "digest": town.digest(card), **shown}),
            (venue, {"id": uuid4(), "card": card, "at": THEN, **shown}),
            (venue, {"id": uuid4(), "card": card, "day": day_of(THEN).isoformat(), **shown}),
        ]
        before = [(await who.use(**fields)).json() for who, fields in asked]
        assert [each["outcome"] for each in before] == ["refused"] * 2 + ["accepted"] * 2
        _forget(town)
        town.clock.pass_(hours=1)
        assert [(await who.use(**fields)).json() for who, fields in asked] == before
        assert len(town.uses()) == len(asked)

    @pytest.mark.parametrize(
        "changed",
        [{"at": THEN + timedelta(seconds=1)}, {"at": None, "day": "2026-11-20"}, {"card": None}],
    )
    async def test_another_use_under_the_id_is_not_believed(
        self, town: Town, changed: Json
    ) -> None:
        """Of another time, or of a card that the register knows."""
        offering, card = town.offering(), _over(town)
        use, venue = uuid4(), town.venue()
        asked = {"id": use, "card": card, "offering": offering, "at": THEN}
        await venue.use(**asked)
        _forget(town)
        if "card" in changed:
            changed = {"card": town.card()}
        answer = await venue.use(**{**asked, **changed})
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")

    async def test_its_party_changes_by_the_card_that_it_was(self, town: Town) -> None:
        """The two children that were registered, and no third."""
        offering, card, use = town.offering(Visits(30)), _over(town), uuid4()
        venue = town.venue()
        await venue.use(id=use, card=card, offering=offering, at=THEN)
        _forget(town)
        assert (await venue.amend(use, children=2)).json()["admitted"]["children"] == 2
        third = await venue.amend(use, children=3)
        assert third.json()["reason"] == "children_above_registered"
        assert town.tally(offering) == (1, 3)

    async def test_it_is_taken_back(self, town: Town) -> None:
        """Once, and what it took is given back."""
        offering, card, use = town.offering(Visits(30)), _over(town), uuid4()
        venue = town.venue()
        await venue.use(id=use, card=card, offering=offering, at=THEN)
        _forget(town)
        first, again = await venue.void(use), await venue.void(use)
        assert first.json()["voided"]
        assert first.json() == again.json()
        assert town.tally(offering) == (0, 0)


class TestASheet:
    """Past uses from a table, which is mended and sent again (OM-47)."""

    async def test_a_row_finds_its_use(self, town: Town) -> None:
        """One that was entered, one that names itself, and one that was no card."""
        offering, card, own = town.offering(Visits(30)), _over(town), uuid4()
        venue, day = town.venue(), day_of(THEN).isoformat()
        stray = day_of(NOON).isoformat()

        async def send(children: int) -> list[str]:
            rows = (f"{card},{day},{children},", f"{card},{day},,{own}", f"ABC1234,{stray},,")
            answer = await venue.send(
                "POST",
                "/uses/csv",
                content="\n".join(["card,day,children,id", *rows]),
                headers={"Content-Type": "text/csv"},
                params={"sheet": "paper", "offering": str(offering)},
            )
            return [f"{row['outcome']} {row['reason']}" for row in answer.json()["rows"]]

        assert await send(0) == ["recorded None", "recorded None", "refused unknown_card"]
        _forget(town)
        assert await send(0) == ["unchanged None", "unchanged None", "refused unknown_card"]
        assert await send(2) == ["amended None", "unchanged None", "refused unknown_card"]
        town.clock.pass_(days=366)
        _forget(town)
        assert await send(2) == ["unchanged None", "unchanged None", "refused unknown_card"]
        assert town.tally(offering) == (2, 4)
