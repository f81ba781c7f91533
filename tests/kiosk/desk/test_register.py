"""Asking the register: only where the answer depends on what others did meanwhile."""

import pytest

from kaiku.card import Status
from kaiku.decide import Facts
from kaiku.offering import Offering, Seats, Visits
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome
from kiosk import words
from kiosk.desk import Ask, AskAmended, Log, Manners, Open, Record, Standing, Tell
from tests.kaiku.made import NOON, card, entry, show
from tests.kiosk.desk.entrance import AINO, ELLI, Entrance, kinds

STRANGER = b"?" * 16
CAPPED = show(Seats(40))


def at(offering: Offering, *, online: bool = True) -> Entrance:
    """Return an entrance to an offering."""
    return Entrance(offering=offering, online=online)


class TestWhenItIsAsked:
    """Local first."""

    def test_a_known_card_at_an_open_entry_is_decided_at_once(self) -> None:
        """Nothing that others did changes it."""
        entrance = at(entry(Visits(30)))
        assert kinds(entrance.scan(ELLI)) == [Record, Tell, Open, Log]

    def test_a_card_that_the_store_lacks_is_asked_about(self) -> None:
        """It may have been given a minute ago (OM-21)."""
        entrance = at(entry())
        assert kinds(entrance.scan(STRANGER)) == [Record, Ask]

    def test_a_shared_cap_is_asked_about(self) -> None:
        """Others take seats too (OM-54, promise P2)."""
        entrance = at(CAPPED)
        entrance.press("1")
        entrance.scan(AINO)
        ask = entrance.one(Ask)
        assert (ask.digest, ask.offering, ask.party) == (AINO, CAPPED.id, Party(children=1))
        assert ask.at == NOON

    def test_until_it_has_answered_nothing_has_happened(self) -> None:
        """What is on record then is a refusal that is held back (promise P1)."""
        entrance = at(CAPPED)
        entrance.scan(AINO)
        record = entrance.one(Record)
        assert record.standing is Standing.ASKED
        assert record.use.outcome is Outcome.REFUSED
        assert record.use.id == entrance.one(Ask).use
        assert record.admitted == NOBODY
        assert entrance.inside == []


class TestOutOfReach:
    """Without the register the store decides alone."""

    @pytest.mark.parametrize(
        ("whole", "reason"), [(True, Reason.UNKNOWN_CARD), (False, Reason.CANNOT_CHECK_NOW)]
    )
    def test_an_unknown_card_is_unknown(self, whole: bool, reason: Reason) -> None:
        """Where the store is whole; else it cannot be checked (OM-21)."""
        entrance = at(entry(), online=False)
        entrance.whole = whole
        entrance.scan(STRANGER)
        assert entrance.verdict.reason is reason

    def test_a_shared_cap_cannot_be_checked(self) -> None:
        """It is never exceeded, offline either (promise P2)."""
        entrance = at(CAPPED, online=False)
        entrance.scan(AINO)
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.opened == 0


class TestTheAnswer:
    """What the register says is recorded, told and carried out."""

    def test_an_acceptance_lets_in(self) -> None:
        """Recorded as the register has it, before anybody is told (promise P1)."""
        entrance = at(CAPPED)
        entrance.press("2")
        entrance.scan(AINO)
        asked = entrance.recorded
        assert kinds(entrance.accept()) == [Record, Tell, Open, Log]
        record = entrance.one(Record)
        assert (record.use.id, record.standing, record.source) == (
            asked.id,
            Standing.SENT,
            "register",
        )
        assert record.use.revision > asked.revision
        assert entrance.inside == [Party(children=2)]
        assert entrance.opened == 3
        assert entrance.verdict.source == "register"

    def test_a_refusal_refuses(self) -> None:
        """With the register's reason."""
        entrance = at(CAPPED)
        entrance.scan(AINO)
        assert kinds(entrance.refuse(Reason.SEATS_FULL)) == [Record, Tell, Log]
        assert entrance.verdict.reason is Reason.SEATS_FULL
        assert entrance.one(Record).standing is Standing.SENT
        assert entrance.opened == 0

    def test_a_refusal_without_a_reason_is_one_all_the_same(self) -> None:
        """Nobody is let in on a register's slip."""
        entrance = at(CAPPED)
        entrance.scan(AINO)
        asked = entrance.one(Ask).use
        entrance.answer(Answer(asked, Outcome.REFUSED, None, NOBODY))
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW

    def test_the_visits_left_are_shown_where_visits_are_limited(self) -> None:
        """A count of seats is nobody's business (OM-60)."""
        entrance = at(entry(Visits(30)))
        entrance.scan(STRANGER)
        entrance.accept(remaining=7)
        assert entrance.shows.remaining == 7
        entrance = at(CAPPED)
        entrance.scan(AINO)
        entrance.accept(remaining=7)
        assert entrance.shows.remaining is None

    def test_a_refusal_for_want_of_visits_says_how_many_there_are(self) -> None:
        """And one for another reason does not (OM-60)."""
        entrance = at(entry(Visits(30)))
        for reason, shown in ((Reason.VISITS_USED_UP, 1), (Reason.EXPIRED, None)):
            entrance.scan(STRANGER)
            asked = entrance.one(Ask).use
            entrance.answer(Answer(asked, Outcome.REFUSED, reason, NOBODY, 1))
            assert entrance.shows.remaining == shown

    def test_the_moment_on_record_is_that_of_the_scan(self) -> None:
        """However long the register thought."""
        entrance = at(CAPPED)
        entrance.scan(AINO)
        entrance.clock += 0.7
        entrance.accept()
        assert entrance.recorded.at == NOON

    def test_a_card_shown_again_is_the_same_visit(self) -> None:
        """It is not asked about twice."""
        entrance = at(CAPPED)
        entrance.scan(ELLI)
        entrance.accept()
        assert kinds(entrance.scan(ELLI)) == [Tell, Log]
        assert entrance.verdict.repeat


class TestSilence:
    """No answer within the budget: the store decides, under the same use id."""

    def test_a_shared_cap_is_refused(self) -> None:
        """And the register is told so, whatever it had answered (promises P1, P2)."""
        entrance = at(CAPPED)
        entrance.scan(AINO)
        asked = entrance.recorded
        entrance.answer(None)
        use = entrance.recorded
        assert (use.id, use.outcome, use.reason) == (
            asked.id,
            Outcome.REFUSED,
            Reason.CANNOT_CHECK_NOW,
        )
        assert use.revision > asked.revision
        assert entrance.one(Record).standing is Standing.UNSENT

    def test_an_unknown_card_is_refused_by_what_the_store_says(self) -> None:
        """The same as out of reach (OM-21)."""
        entrance = at(entry())
        entrance.scan(STRANGER)
        entrance.answer(None)
        assert entrance.verdict.reason is Reason.UNKNOWN_CARD
        assert entrance.verdict.source == "local"

    def test_an_ended_card_is_told_so(self) -> None:
        """Without asking: the store knows that much without the seats (OM-30)."""
        entrance = at(CAPPED)
        entrance.cards[AINO] = card(status=Status.ENDED)
        entrance.scan(AINO)
        assert not entrance.all(Ask)
        assert entrance.verdict.reason is Reason.ENDED

    def test_what_was_typed_is_part_of_what_is_recorded(self) -> None:
        """And of nothing after it."""
        entrance = at(CAPPED)
        entrance.press("2")
        entrance.scan(AINO)
        entrance.clock += 40  # longer than typing is remembered
        entrance.answer(None)
        assert entrance.recorded.party == Party(children=2)
        entrance.scan(ELLI)
        assert entrance.recorded.party == ALONE


class TestAmending:
    """Children typed after the card, where seats are shared."""

    @pytest.fixture
    def entrance(self) -> Entrance:
        """Give an entrance at which Aino was just accepted alone."""
        entrance = at(CAPPED)
        entrance.scan(AINO)
        entrance.accept()
        assert entrance.shows.detail == words.CHILDREN
        return entrance

    def test_the_register_is_asked_about_the_party_as_it_would_be(self, entrance: Entrance) -> None:
        """Meanwhile the party on record is the one that stands (promise P1)."""
        assert kinds(entrance.press("2")) == [Record, AskAmended]
        assert entrance.one(AskAmended).party == Party(children=2)
        assert entrance.one(Record).standing is Standing.ASKED
        assert entrance.inside == [ALONE]

    def test_an_acceptance_amends_the_same_use(self, entrance: Entrance) -> None:
        """And opens for those who are more."""
        entrance.press("2")
        before = entrance.recorded
        assert kinds(entrance.accept()) == [Record, Tell, Open, Log]
        assert entrance.recorded.id == before.id
        assert entrance.recorded.revision > before.revision
        assert entrance.one(Record).standing is Standing.SENT
        assert entrance.inside == [Party(children=2)]
        assert entrance.opened == 3

    def test_a_refusal_leaves_what_stands(self, entrance: Entrance) -> None:
        """The holder stays in, and the record says so by a higher revision."""
        entrance.press("2")
        before = entrance.recorded
        assert kinds(entrance.refuse(Reason.SEATS_FULL)) == [Record, Tell, Log]
        assert entrance.recorded.revision > before.revision
        assert entrance.verdict.reason is Reason.SEATS_FULL
        assert entrance.inside == [ALONE]
        assert entrance.opened == 1

    def test_a_lost_answer_states_anew_what_the_visitor_was_told(self, entrance: Entrance) -> None:
        """The register may have taken the change: it is told what holds (promise P1)."""
        entrance.press("2")
        before = entrance.recorded
        entrance.answer(None)
        record = entrance.one(Record)
        assert (record.use.party, record.standing) == (ALONE, Standing.UNSENT)
        assert record.use.revision > before.revision
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.inside == [ALONE]
        assert entrance.opened == 1

    def test_after_a_lost_answer_it_can_be_tried_again(self, entrance: Entrance) -> None:
        """While the question is open; revisions only grow."""
        entrance.press("2")
        entrance.answer(None)
        before = entrance.recorded
        entrance.press("2")
        entrance.accept()
        assert entrance.recorded.revision > before.revision
        assert entrance.inside == [Party(children=2)]
        assert entrance.opened == 3

    def test_out_of_reach_a_shared_cap_admits_no_more(self, entrance: Entrance) -> None:
        """The holder stays in (promise P2)."""
        entrance.online = False
        entrance.press("2")
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.inside == [ALONE]

    def test_a_card_that_only_the_register_knows_is_amended_by_the_register(self) -> None:
        """The store could only say that it is unknown (OM-21)."""
        entrance = at(entry())
        entrance.scan(STRANGER)
        entrance.accept()
        entrance.press("1")
        assert kinds(entrance.scan(STRANGER)) == [Record, AskAmended]
        entrance.accept()
        assert entrance.inside == [Party(children=1)]


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "refused"])
def test_a_use_that_is_annulled_after_a_vain_question_says_so_by_the_highest_revision(
    lost: bool,
) -> None:
    """Or the register would pass over it, and a seat stay taken for ever (promises P1, P2)."""
    entrance = at(CAPPED)
    entrance.manners = Manners(passage=20)
    entrance.__post_init__()
    entrance.scan(AINO)
    entrance.accept()
    entrance.press("2")
    if lost:
        entrance.answer(None)
    else:
        entrance.refuse(Reason.SEATS_FULL)
    stated = entrance.recorded.revision
    entrance.wait(30)
    (use,) = [record.use for record in entrance.journal.values()]
    assert use.voided
    assert use.revision > stated


def test_the_register_is_asked_about_seats_even_where_visits_are_counted_too() -> None:
    """The tighter facts are with others (promise P2)."""
    entrance = Entrance(offering=entry(Visits(30), Seats(5)), online=True, facts=Facts(visits=29))
    entrance.scan(ELLI)
    assert entrance.all(Ask)


def test_the_register_is_not_asked_to_overlook_what_the_card_has_done_here() -> None:
    """It may not have been told yet; the kiosk knows its own uses (promise P3)."""
    used_up = Facts(visits=30)
    entrance = Entrance(offering=entry(Visits(30), Seats(5)), online=True, facts=used_up)
    entrance.scan(ELLI)
    assert not entrance.all(Ask)
    assert entrance.verdict.reason is Reason.VISITS_USED_UP
