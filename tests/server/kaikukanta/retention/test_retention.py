"""What is forgotten in time, what is not, and that no statistic changes by it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sql
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from kaiku.card import Kind, Status
from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.reason import Reason
from kaiku.wire import CardGone, Outcome
from server.database import read, transaction
from server.kaikukanta.admin.statistics import count_uses
from server.kaikukanta.cards.service import end_card, is_key_of_cards
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks.enrolment import enrol, open_enrolment
from server.kaikukanta.kiosks.service import kiosks, revoke
from server.kaikukanta.kiosks.tables import Enrolment
from server.kaikukanta.network.attempts import Limit, fail
from server.kaikukanta.network.tables import Attempts, Credential
from server.kaikukanta.retention.rules import ERASED, RULES
from server.kaikukanta.retention.service import AT_ONCE, foresee_all, forget, forget_some
from server.kaikukanta.uses.tables import Recorder, UseRecord
from tests.server.kaikukanta.kiosks.feed import fetch
from tests.server.kaikukanta.town import NOON, Town, card_row

pytestmark = pytest.mark.anyio

YEARS = st.integers(0, 5)
CARDS = st.lists(
    st.tuples(YEARS, st.sampled_from(Status), st.integers(1950, 2010)), min_size=1, max_size=6
)
USES = st.lists(
    st.tuples(
        YEARS,
        st.sampled_from(["card", "unknown", "unreadable"]),
        st.integers(0, 5),
        st.booleans(),
        st.booleans(),
    ),
    max_size=20,
)


def nothing() -> dict[str, int]:
    """Return that nothing of any kind is due."""
    return {rule.what: 0 for rule in RULES}


_OF_CARDS = ("kind", "status", "birth_year", "postcode", "children", "valid_until")
_OF_USES = ("day", "outcome", "reason", "children", "offering_id", "recorder", "voided_at")


def statistics(session: Session) -> list[Any]:
    """Return all that is counted: of uses, of cards, and of uses by what is known of the holder."""
    cards = [col(getattr(CardRecord, name)) for name in _OF_CARDS]
    uses = [col(getattr(UseRecord, name)) for name in _OF_USES]
    holder = CardRecord, col(CardRecord.id) == col(UseRecord.card_id)
    by_holder = sql.select(*uses, *cards).select_from(UseRecord).join(*holder, isouter=True)
    return [
        count_uses(session),
        Counter(map(tuple, session.execute(sql.select(*cards)))),
        Counter(map(tuple, session.execute(by_holder))),
        session.scalar(sql.select(sql.func.count(sql.func.distinct(col(UseRecord.card_id))))),
    ]


def add_card(
    session: Session, town: Town, years: int, status: Status, born: int, now: datetime
) -> UUID:
    """Register a card that was last valid so many years ago; return its id."""
    number = f"OLD{uuid4().hex[:12].upper()}"
    ended = now - timedelta(days=366 * years)
    card = CardRecord(
        number=number, digest=digest(number, town.context.digest_key), kind=Kind.PERSONAL,
        valid_from=day_of(ended) - timedelta(days=365), valid_until=day_of(ended), status=status,
        status_since=ended, distributor_id=town.distributor, birth_year=born, postcode="20100",
        registered_at=ended - timedelta(days=365), changed=0,
    )  # fmt: skip
    session.add(card)
    session.flush()
    return card.id


def add_use(
    session: Session,
    offering: UUID,
    at: datetime,
    card: CardRecord | None,
    digest_: bytes | None,
    *,
    children: int = 0,
    accepted: bool = True,
    voided: bool = False,
) -> UUID:
    """Record a use as it was kept then; return its id."""
    use = UseRecord(
        id=uuid4(), card_id=None if card is None else card.id, digest=digest_, offering_id=offering,
        offering_version=1, recorder=Recorder.KIOSK, recorder_id=uuid4(), at=at, received_at=at,
        day=day_of(at), adults=1, children=children, helpers=0, supporters=0, asked_children=0,
        asked_helpers=0, asked_supporters=0,
        outcome=Outcome.ACCEPTED if accepted else Outcome.REFUSED,
        reason=None if accepted else Reason.UNKNOWN_CARD, voided_at=at if voided else None,
    )  # fmt: skip
    session.add(use)
    session.flush()
    return use.id


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CARDS, USES)
async def test_no_statistic_changes(
    town: Town,
    cards: list[tuple[int, Status, int]],
    uses: list[tuple[int, str, int, bool, bool]],
) -> None:
    """Whatever is forgotten of whichever cards and uses (OM-26, OM-71)."""
    offering = town.offering()
    with Session(town.context.engine) as session:
        ids = [add_card(session, town, *each, NOON) for each in cards]
        for number, (years, kind, children, accepted, voided) in enumerate(uses):
            card = session.get_one(CardRecord, ids[number % len(ids)]) if kind == "card" else None
            unknown = None if kind == "unreadable" else uuid4().bytes
            add_use(
                session,
                offering,
                NOON - timedelta(days=366 * years),
                card,
                unknown if card is None else card.digest,
                children=children,
                accepted=accepted,
                voided=voided,
            )
        before = statistics(session)
        for rule in RULES:
            while forget_some(session, town.context, rule, NOON):
                pass
        session.expire_all()
        assert statistics(session) == before
        session.rollback()


class TestCards:
    """A card that is over: its number leads nowhere."""

    async def test_nobody_comes_from_the_number_to_the_uses(self, town: Town) -> None:
        """Two years after its last day; what is counted of the card stays (OM-26)."""
        number = town.card(children=2, valid_until=day_of(NOON) - timedelta(days=731))
        offering = town.offering()
        with transaction(town.context.engine) as session:
            card = card_row(session, number)
            before, card_id = card.digest, card.id
            use = add_use(session, offering, NOON - timedelta(days=800), card, card.digest)
        assert forget(town.context, NOON)["numbers of cards that are over"] == 1
        with read(town.context.engine) as session:
            card = session.get_one(CardRecord, card_id)
            assert card.number.startswith(ERASED)
            assert card.digest != before
            assert (card.children, card.birth_year, card.postcode) == (2, 1980, "20100")
            kept = session.get_one(UseRecord, use)
            assert (kept.digest, kept.card_id) == (None, card_id)
            assert is_key_of_cards(session, town.context.digest_key)
        answer = await town.venue().check(card=number, offering=offering, party={})
        assert answer.json()["reason"] == "unknown_card"

    async def test_kiosks_forget_it(self, town: Town) -> None:
        """The feed tells them, as of any card that is gone (promise P6)."""
        number = town.card(valid_until=day_of(NOON) - timedelta(days=731))
        kiosk = town.kiosk(town.offering())
        before = await fetch(kiosk)
        forget(town.context, NOON)
        page = await fetch(kiosk, before.end.cursor)
        assert page.of(CardGone) == [CardGone(bytes.fromhex(town.digest(number)))]

    async def test_one_that_may_still_be_extended_is_kept(self, town: Town) -> None:
        """It is extended on the same card, up to then (OM-29)."""
        town.card(valid_until=day_of(NOON) - timedelta(days=729))
        assert forget(town.context, NOON) == nothing()

    async def test_one_that_was_ended_is_over_from_then_on(self, town: Town) -> None:
        """Though its last valid day is to come (OM-30)."""
        number = town.card(valid_until=day_of(NOON) + timedelta(days=100))
        with transaction(town.context.engine) as session:
            end_card(session, card_row(session, number), NOON)
        assert forget(town.context, NOON + timedelta(days=729)) == nothing()
        told = forget(town.context, NOON + timedelta(days=731))
        assert told["numbers of cards that are over"] == 1

    async def test_many_are_forgotten_a_few_at_a_time(self, town: Town) -> None:
        """Each once."""
        with transaction(town.context.engine) as session:
            for _ in range(AT_ONCE + 3):
                add_card(session, town, 3, Status.ACTIVE, 1980, NOON)
        assert foresee_all(town.context, NOON)["numbers of cards that are over"] == AT_ONCE + 3
        assert forget(town.context, NOON)["numbers of cards that are over"] == AT_ONCE + 3
        assert forget(town.context, NOON) == nothing()


class TestTheRest:
    """Attempts, codes, tokens, and what was no card."""

    async def test_failed_attempts_are_forgotten_after_a_day(self, town: Town) -> None:
        """Their subject may be an address of somebody's network."""
        with transaction(town.context.engine) as session:
            fail(session, Limit("token:192.0.2.1", 5), town.context.settings, NOON)
        assert forget(town.context, NOON + timedelta(hours=23)) == nothing()
        assert forget(town.context, NOON + timedelta(hours=25))["failed attempts"] == 1
        with read(town.context.engine) as session:
            assert not session.exec(select(Attempts)).all()

    async def test_a_code_is_forgotten_a_month_after_its_end(self, town: Town) -> None:
        """Used up or not; one that still works is kept."""
        offering = town.offering()
        with transaction(town.context.engine) as session:
            code = open_enrolment(session, town.pool, [offering], NOON)
            open_enrolment(session, town.pool, [offering], NOON, timedelta(days=60))
            enrol(session, code, "Gate", NOON)
        told = forget(town.context, NOON + timedelta(days=31))
        assert told["enrolment codes"] == 1
        with read(town.context.engine) as session:
            assert len(session.exec(select(Enrolment)).all()) == 1

    async def test_a_kiosk_that_was_taken_out_is_told_so_for_two_years(self, town: Town) -> None:
        """So that it wipes its cards when it turns up (promise P6); then its token is nobody's."""
        token = town.kiosk_token(town.offering())
        with transaction(town.context.engine) as session:
            (kiosk,) = kiosks(session)
            kiosk.heartbeat = {"unsent": 3}
            revoke(session, kiosk.id, NOON)
        assert forget(town.context, NOON + timedelta(days=729)) == nothing()
        answer = await town.bearer(token).send("POST", "/kiosk/heartbeat", json={})
        assert answer.json()["code"] == "revoked"
        told = forget(town.context, NOON + timedelta(days=731))
        assert told["tokens of kiosks taken out"] == 1
        answer = await town.bearer(token).send("POST", "/kiosk/heartbeat", json={})
        assert answer.json()["code"] == "unauthenticated"
        with read(town.context.engine) as session:
            (kiosk,) = kiosks(session)
            assert (kiosk.name, kiosk.heartbeat) == ("Gate", None)
            assert not session.exec(select(Tombstone)).all()

    async def test_a_revoked_token_is_forgotten(self, town: Town) -> None:
        """Whose it was stays, for the uses that were recorded with it."""
        town.venue()
        with transaction(town.context.engine) as session:
            session.exec(select(Credential)).one().revoked_at = NOON
        told = forget(town.context, NOON + timedelta(days=731))
        assert told["revoked tokens of venues and agents"] == 1
        assert forget(town.context, NOON + timedelta(days=731)) == nothing()

    async def test_what_was_no_card_is_forgotten_after_a_year(self, town: Town) -> None:
        """The use stays, refused as it was."""
        offering = town.offering()
        with transaction(town.context.engine) as session:
            use = add_use(session, offering, NOON, None, bytes(16), accepted=False)
        assert forget(town.context, NOON + timedelta(days=364)) == nothing()
        told = forget(town.context, NOON + timedelta(days=366))
        assert told["digests of unknown cards"] == 1
        with read(town.context.engine) as session:
            kept = session.get_one(UseRecord, use)
            assert (kept.digest, kept.reason) == (None, Reason.UNKNOWN_CARD)

    async def test_looking_forgets_nothing(self, town: Town) -> None:
        """It tells what would be, as often as it is asked."""
        town.card(valid_until=day_of(NOON) - timedelta(days=800))
        first = foresee_all(town.context, NOON)
        assert first["numbers of cards that are over"] == 1
        assert foresee_all(town.context, NOON) == first
