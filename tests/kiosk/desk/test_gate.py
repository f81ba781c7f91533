"""A gate that sees who passes, and the deadlines of the desk."""

import pytest

from kaiku.party import ALONE, Party
from kaiku.text import Text
from kiosk import words
from kiosk.desk import Annulled, Manners, Record, Tell, TimePassed, deadline
from kiosk.ports import Signal
from tests.kaiku.made import card
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO, Entrance, kinds


@pytest.fixture
def entrance() -> Entrance:
    """Give an entrance whose gate sees persons pass, and waits for them for 20 seconds."""
    return Entrance(Manners(passage=20))


class TestPassages:
    """A passage that does not happen annuls the use."""

    def test_a_visitor_who_passes_is_in(self, entrance: Entrance) -> None:
        """And nothing more is waited for."""
        entrance.scan(ELLI)
        entrance.walk_through()
        assert entrance.desk.passages == ()
        entrance.wait(60)
        assert entrance.inside == [ALONE]

    def test_a_use_that_nobody_walked_in_by_is_annulled(self, entrance: Entrance) -> None:
        """The row stays, and says so; it takes no visit and no seat."""
        entrance.scan(ELLI)
        entrance.wait(19.9)
        assert entrance.inside == [ALONE]
        entrance.wait(0.1)
        assert kinds(entrance.effects) == [Record, Annulled]
        assert entrance.one(Annulled).why == "nobody_passed"
        assert (entrance.recorded.voided, entrance.recorded.revision) == (True, 2)
        assert entrance.inside == []

    def test_a_party_of_which_somebody_passed_is_in(self, entrance: Entrance) -> None:
        """A child who stayed outside does not undo the visit."""
        entrance.press("2")
        entrance.scan(AINO)
        entrance.walk_through()
        entrance.wait(60)
        assert entrance.inside == [Party(children=2)]
        assert entrance.desk.passages == ()

    def test_each_person_is_waited_for_anew(self, entrance: Entrance) -> None:
        """Small children take their time."""
        entrance.press("2")
        entrance.scan(AINO)
        waiting = []
        for _ in range(3):
            entrance.wait(19)
            entrance.walk_through()
            waiting.append(len(entrance.desk.passages))
        assert waiting == [1, 1, 0]

    def test_two_parties_pass_in_the_order_in_which_they_were_let_in(
        self, entrance: Entrance
    ) -> None:
        """Those of the first are counted first."""
        entrance.press("1")
        entrance.scan(AINO)
        entrance.scan(ELLI)
        entrance.walk_through(2)
        (waiting,) = entrance.desk.passages
        assert waiting.use.digest == ELLI
        entrance.wait(20)
        assert entrance.inside == [Party(children=1)]

    def test_one_who_turned_back_does_not_take_the_next_ones_place(
        self, entrance: Entrance
    ) -> None:
        """The first use is annulled when its time is over, the second stands."""
        entrance.scan(ELLI)
        entrance.wait(15)
        entrance.scan(OTTO)
        entrance.wait(5)
        assert [party.use.digest for party in entrance.desk.passages] == [OTTO]
        entrance.walk_through()
        entrance.wait(60)
        assert len(entrance.inside) == 1

    def test_an_amended_party_is_waited_for_as_it_now_is(self, entrance: Entrance) -> None:
        """With its new revision, and the time begun anew."""
        entrance.scan(AINO)
        entrance.wait(5)
        entrance.press("2")
        (waiting,) = entrance.desk.passages
        assert (waiting.persons, waiting.use.revision) == (3, 2)
        entrance.wait(19.9)
        assert entrance.inside == [Party(children=2)]
        entrance.wait(0.1)
        assert (entrance.recorded.voided, entrance.recorded.revision) == (True, 3)

    def test_a_party_made_smaller_is_through_when_all_of_it_are(self, entrance: Entrance) -> None:
        """Nobody of the next party is counted into it."""
        entrance.cards[AINO] = card(2)
        entrance.scan(AINO)
        entrance.press("2")
        entrance.walk_through()
        entrance.press("<")
        assert entrance.desk.passages == ()
        entrance.scan(ELLI)
        entrance.walk_through()
        entrance.wait(60)
        assert entrance.inside == [ALONE, ALONE]

    def test_children_who_follow_when_the_holder_is_through_do_not_decide_over_the_use(
        self, entrance: Entrance
    ) -> None:
        """The holder is inside, whatever they do."""
        entrance.scan(AINO)
        entrance.walk_through()
        entrance.press("2")
        entrance.wait(60)
        assert entrance.inside == [Party(children=2)]
        assert entrance.opened == 3

    def test_children_who_follow_are_not_taken_for_the_next_party(self, entrance: Entrance) -> None:
        """The next one turned back, and that use is annulled though somebody passed meanwhile."""
        entrance.scan(AINO)
        entrance.walk_through()
        entrance.press("1")
        entrance.scan(ELLI)
        entrance.walk_through()
        (waiting,) = entrance.desk.passages
        assert (waiting.use.digest, waiting.seen) == (ELLI, 0)
        entrance.wait(60)
        assert entrance.inside == [Party(children=1)]

    def test_an_annulled_use_is_no_visit_to_repeat(self) -> None:
        """The card shown again is decided anew, however long a repeat may take."""
        entrance = Entrance(Manners(passage=5, repeat=60))
        entrance.scan(ELLI)
        entrance.scan(OTTO)
        entrance.wait(5)
        assert entrance.inside == []
        for digest in (ELLI, OTTO):
            entrance.scan(digest)
            assert not entrance.verdict.repeat
        assert entrance.inside == [ALONE, ALONE]

    def test_a_use_taken_back_is_not_waited_for(self) -> None:
        """Nor annulled a second time."""
        entrance = Entrance(Manners(passage=20, attended=True))
        entrance.scan(ELLI)
        entrance.press("-")
        assert entrance.desk.passages == ()
        assert entrance.wait(60) == [Tell(entrance.shows)]

    def test_a_passage_that_nobody_was_let_in_for_is_nothing(self, entrance: Entrance) -> None:
        """Somebody went out, or a hand brushed the input."""
        entrance.walk_through(3)
        entrance.scan(ELLI)
        assert len(entrance.desk.passages) == 1

    def test_a_refusal_waits_for_nobody(self, entrance: Entrance) -> None:
        """No gate has opened."""
        entrance.scan(b"?" * 16)
        assert entrance.desk.passages == ()

    def test_a_gate_that_does_not_watch_annuls_nothing(self) -> None:
        """What it cannot see it does not judge."""
        entrance = Entrance(Manners(passage=None))
        entrance.scan(ELLI)
        entrance.walk_through()
        entrance.wait(600)
        assert entrance.inside == [ALONE]


class TestDeadlines:
    """When the desk wants to be woken."""

    def test_an_idle_desk_waits_for_ever(self, entrance: Entrance) -> None:
        """Nothing is polled."""
        assert deadline(entrance.desk) is None

    @pytest.mark.parametrize(
        ("keys", "seconds"), [("2", 30.0), ("+", 30.0), ("2<", None), ("=", None)]
    )
    def test_what_is_typed_has_one(
        self, entrance: Entrance, keys: str, seconds: float | None
    ) -> None:
        """And what is cleared has none."""
        entrance.press(keys)
        due = deadline(entrance.desk)
        assert due == (None if seconds is None else entrance.clock + seconds)

    def test_the_nearest_is_the_one(self, entrance: Entrance) -> None:
        """The end of the question, then the passage."""
        entrance.scan(AINO)
        assert deadline(entrance.desk) == entrance.clock + 8
        entrance.wait(8)
        assert deadline(entrance.desk) == entrance.clock + 12
        entrance.wait(12)
        assert deadline(entrance.desk) is None

    def test_one_that_has_not_come_does_nothing(self, entrance: Entrance) -> None:
        """A timer that went off early is forgiven."""
        entrance.scan(AINO)
        before = entrance.desk
        assert entrance.do(TimePassed()) == []
        assert entrance.desk == before


class TestNotices:
    """A word to staff, on the idle screen."""

    NOTICE = words.NO_NETWORK

    def test_it_is_shown_while_the_kiosk_waits(self, entrance: Entrance) -> None:
        """At once, without a sound, and gone when it is over."""
        entrance.notice(self.NOTICE)
        assert entrance.shows.notice == self.NOTICE
        assert not entrance.one(Tell).aloud
        entrance.notice(None)
        assert entrance.shows.notice is None

    def test_it_does_not_cut_short_what_a_visitor_is_told(self, entrance: Entrance) -> None:
        """It comes with the next idle scene."""
        entrance.scan(ELLI)
        assert entrance.notice(self.NOTICE) == []
        assert entrance.shows.signal is Signal.ACCEPTED
        assert entrance.shows.notice is None
        entrance.wait(5)
        assert entrance.shows.notice == self.NOTICE

    def test_it_does_not_take_away_what_was_typed(self, entrance: Entrance) -> None:
        """Both are shown."""
        entrance.press("2")
        entrance.notice(Text.same("!"))
        assert entrance.shows.party == Party(children=2)
