"""Keys at an entrance: who comes along, before the card or after it, and taking back."""

from dataclasses import replace

import pytest

from kaiku.card import Kind, Status
from kaiku.decide import Facts
from kaiku.offering import OncePerPerformance, Visits
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import WORDS, Reason
from kaiku.wire import Outcome
from kiosk import words
from kiosk.desk import Annulled, Log, Manners, Open, Record, Tell, scenes
from kiosk.ports import Signal
from tests.kaiku.made import TODAY, card, entry, show
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO, Entrance, kinds


@pytest.fixture
def entrance() -> Entrance:
    """Give an entrance out of reach of the register; Aino's card has two children, Elli's none."""
    return Entrance()


class TestBeforeTheCard:
    """What is typed before the card is for that card."""

    @pytest.mark.parametrize(
        ("keys", "party"),
        [
            ("2", Party(children=2)),
            ("12", Party(children=12)),
            ("123", Party(children=23)),
            ("0", ALONE),
            ("02", Party(children=2)),
            ("+", Party(helpers=1)),
            ("++", Party(helpers=2)),
            ("*", Party(supporters=1)),
            ("2+*+", Party(children=2, helpers=2, supporters=1)),
            ("2<", ALONE),
            ("2+*<", ALONE),
            ("2<1", Party(children=1)),
            ("2=", Party(children=2)),
            ("+2", Party(children=2, helpers=1)),
        ],
    )
    def test_keys_say_who_comes_along(self, entrance: Entrance, keys: str, party: Party) -> None:
        """Digits are the children, ``+`` helpers, ``*`` support persons (OM-44, OM-67, OM-68).

        The last two digits count, Backspace clears all, Enter changes nothing.
        """
        entrance.cards[AINO] = card(23)
        entrance.press(keys)
        entrance.scan(AINO)
        assert entrance.recorded.party == party
        assert entrance.opened == party.persons

    def test_what_is_typed_is_shown(self, entrance: Entrance) -> None:
        """While the kiosk waits for the card, without a sound."""
        entrance.press("2")
        assert entrance.shows.signal is Signal.IDLE
        assert entrance.shows.party == Party(children=2)
        assert not entrance.one(Tell).aloud
        entrance.press("<")
        assert entrance.shows.party is None

    def test_typing_is_for_one_card_only(self, entrance: Entrance) -> None:
        """The next visitor starts from nothing, also after a refusal."""
        entrance.press("2+")
        entrance.scan(AINO)
        entrance.wait(20)
        entrance.scan(OTTO)
        assert entrance.recorded.party == ALONE
        entrance.wait(20)
        entrance.press("9")
        entrance.scan(ELLI)
        assert entrance.verdict.reason is Reason.CHILDREN_ABOVE_REGISTERED
        entrance.scan(ELLI)
        assert entrance.recorded.party == ALONE

    def test_no_key_makes_a_party_that_cannot_be(self, entrance: Entrance) -> None:
        """A key that sticks stays within two digits."""
        entrance.press("+" * 150 + "*" * 150)
        entrance.scan(ELLI)
        assert entrance.recorded.party == Party(helpers=99, supporters=99)

    def test_typing_ends_what_is_shown(self, entrance: Entrance) -> None:
        """The next visitor need not wait until the welcome has gone."""
        entrance.scan(ELLI)
        entrance.press("1")
        assert entrance.shows.title == words.SHOW_CARD


class TestForgotten:
    """What was typed and left is nobody's."""

    def test_typing_is_forgotten_after_half_a_minute(self, entrance: Entrance) -> None:
        """And the display says so."""
        entrance.press("2")
        entrance.wait(29.9)
        assert entrance.shows.party == Party(children=2)
        entrance.wait(0.1)
        assert entrance.shows == scenes.idle(entrance.desk)
        entrance.scan(AINO)
        assert entrance.recorded.party == ALONE

    def test_each_key_begins_the_time_anew(self, entrance: Entrance) -> None:
        """A slow hand is waited for."""
        entrance.press("1")
        entrance.wait(20)
        entrance.press("2")
        entrance.wait(20)
        entrance.scan(card_of_twelve(entrance))
        assert entrance.recorded.party == Party(children=12)

    @pytest.mark.parametrize("keys", ["2", "+", "*", "0"])
    def test_it_is_forgotten_although_nobody_looked_at_the_clock(
        self, entrance: Entrance, keys: str
    ) -> None:
        """A card that comes before the deadline was kept is a later visitor's all the same."""
        entrance.press(keys)
        entrance.clock += 31
        entrance.scan(AINO)
        assert entrance.recorded.party == ALONE

    def test_a_late_digit_begins_anew(self, entrance: Entrance) -> None:
        """It is not joined to one of half a minute ago."""
        entrance.press("1")
        entrance.clock += 31
        entrance.press("2")
        entrance.scan(AINO)
        assert entrance.recorded.party == Party(children=2)

    def test_it_does_not_cut_short_what_is_shown(self, entrance: Entrance) -> None:
        """A refusal stays for its time."""
        entrance.press("2")
        entrance.wait(28)
        entrance.scan(None)
        entrance.wait(3)
        assert entrance.shows.title == WORDS[Reason.UNREADABLE].title


def card_of_twelve(entrance: Entrance) -> bytes:
    """Return a card of twelve children."""
    entrance.cards[OTTO] = card(12)
    return OTTO


class TestTheQuestionForChildren:
    """The holder is in at once; “children?” stays open for some seconds."""

    def test_it_is_asked_where_children_are_registered_and_none_were_typed(
        self, entrance: Entrance
    ) -> None:
        """With the welcome, not instead of it (OM-22, OM-44)."""
        entrance.scan(AINO)
        assert entrance.shows.signal is Signal.ACCEPTED
        assert entrance.shows.detail == words.CHILDREN
        assert entrance.opened == 1

    def test_it_is_not_asked_where_there_is_nothing_to_ask(self, entrance: Entrance) -> None:
        """No children registered, children typed already, or no children welcome (OM-22, OM-45)."""
        entrance.scan(ELLI)
        assert entrance.shows.detail is None
        entrance.press("1")
        entrance.scan(AINO)
        assert entrance.shows.detail is None
        entrance.offering = entry(children_welcome=False)
        entrance.scan(OTTO)
        assert entrance.shows.detail is None

    def test_a_digit_amends_the_same_use(self, entrance: Entrance) -> None:
        """One use of one party, its revision one higher; the gate opens for the children."""
        entrance.scan(AINO)
        first = entrance.recorded
        assert kinds(entrance.press("2")) == [Record, Tell, Open, Log]
        assert entrance.recorded.id == first.id
        assert (entrance.recorded.revision, entrance.recorded.party) == (2, Party(children=2))
        assert entrance.one(Record).admitted == Party(children=2)
        assert entrance.one(Open).persons == 2
        assert entrance.shows.party == Party(children=2)
        assert entrance.verdict.amends
        assert entrance.opened == 3

    def test_two_digits_are_one_number(self, entrance: Entrance) -> None:
        """``1`` and ``2`` are twelve, as before the card."""
        entrance.cards[AINO] = card(12)
        entrance.scan(AINO)
        entrance.press("12")
        assert entrance.inside == [Party(children=12)]
        assert entrance.opened == 13

    def test_a_digit_after_a_pause_is_a_correction(self, entrance: Entrance) -> None:
        """``2`` and, when the screen has said two, ``1``: one child, and not twenty-one."""
        entrance.scan(AINO)
        entrance.press("2")
        entrance.wait(2.1)
        entrance.press("1")
        assert entrance.verdict.outcome is Outcome.ACCEPTED
        assert entrance.inside == [Party(children=1)]

    def test_two_digits_without_a_pause_are_one_number_however_late_they_come(
        self, entrance: Entrance
    ) -> None:
        """The pause is between the two, not before the first."""
        entrance.cards[AINO] = card(12)
        entrance.scan(AINO)
        entrance.wait(7)
        entrance.press("1")
        entrance.wait(2)
        entrance.press("2")
        assert entrance.inside == [Party(children=12)]

    def test_helpers_and_supporters_are_added(self, entrance: Entrance) -> None:
        """To the same use (OM-67, OM-68)."""
        entrance.scan(AINO)
        entrance.press("1+*")
        assert entrance.inside == [Party(children=1, helpers=1, supporters=1)]
        assert entrance.opened == 4

    def test_backspace_takes_the_children_away(self, entrance: Entrance) -> None:
        """The helper stays, and another number may follow."""
        entrance.scan(AINO)
        entrance.press("+2<")
        assert entrance.inside == [Party(helpers=1)]
        entrance.press("1")
        assert entrance.inside == [Party(children=1, helpers=1)]

    def test_the_gate_does_not_open_anew_for_a_party_made_smaller_and_larger(
        self, entrance: Entrance
    ) -> None:
        """Or a visitor could let a whole queue in (OM-44)."""
        entrance.scan(AINO)
        entrance.press("2<2<2<2")
        assert entrance.inside == [Party(children=2)]
        assert entrance.opened == 3

    def test_children_above_the_registered_number_are_refused_and_the_holder_stays_in(
        self, entrance: Entrance
    ) -> None:
        """Said together with what stands (OM-22)."""
        entrance.scan(AINO)
        assert kinds(entrance.press("3")) == [Tell, Log]
        assert entrance.shows.signal is Signal.REFUSED
        assert entrance.shows.title == WORDS[Reason.CHILDREN_ABOVE_REGISTERED].title
        assert entrance.shows.detail == words.STANDS.fill(children=0)
        assert entrance.inside == [ALONE]
        assert entrance.opened == 1

    def test_after_a_refusal_another_digit_begins_a_new_number(self, entrance: Entrance) -> None:
        """``3`` and then ``2`` are two children, not thirty-two."""
        entrance.scan(AINO)
        entrance.press("32")
        assert entrance.inside == [Party(children=2)]

    def test_a_party_that_does_not_fit_is_refused_whole(self) -> None:
        """What stood before stands (OM-60)."""
        entrance = Entrance(offering=entry(Visits(30)), facts=Facts(visits=28))
        entrance.scan(AINO)
        entrance.facts = Facts(visits=29, uses=1)  # the store has this visit now
        entrance.press("2")
        assert entrance.verdict.reason is Reason.VISITS_USED_UP
        assert entrance.shows.remaining == 1
        entrance.press("1")
        assert entrance.inside == [Party(children=1)]
        assert entrance.shows.remaining == 0

    def test_amending_leaves_the_use_itself_out_of_what_was_used(self) -> None:
        """Once to a performance: with the children it is the same once (OM-58)."""
        entrance = Entrance(offering=show(OncePerPerformance()))
        entrance.scan(AINO)
        entrance.facts = Facts(uses=1, visits=1)
        entrance.press("2")
        assert entrance.inside == [Party(children=2)]

    def test_children_are_decided_by_the_moment_of_the_use(self, entrance: Entrance) -> None:
        """A card's last day ends between the scan and the key: the register says the same (P5)."""
        entrance.cards[AINO] = card(2, valid_until=TODAY)
        entrance.clock += 12 * 3600 - 2
        entrance.scan(AINO)
        entrance.wait(4)
        entrance.press("2")
        assert entrance.inside == [Party(children=2)]

    def test_a_change_says_by_which_version_it_was_decided(self, entrance: Entrance) -> None:
        """The settings changed between the scan and the key, and this kiosk has heard it."""
        entrance.scan(AINO)
        entrance.offering = replace(entry(supporters_free=False), version=2)
        entrance.press("*")
        assert (entrance.recorded.offering_version, entrance.inside) == (2, [ALONE])

    def test_it_stays_open_for_its_time(self, entrance: Entrance) -> None:
        """And stays shown for as long as it is open: no digit goes where it is not awaited."""
        entrance.scan(AINO)
        entrance.wait(7.9)
        assert entrance.shows.detail == words.CHILDREN
        entrance.press("1")
        entrance.wait(7.9)
        assert entrance.shows.signal is Signal.ACCEPTED
        entrance.press("<")
        assert entrance.inside == [ALONE]

    @pytest.mark.parametrize("keys", ["1", "3", "+", "<", ""])
    def test_while_a_key_amends_the_idle_scene_is_not_shown(
        self, entrance: Entrance, keys: str
    ) -> None:
        """And where the idle scene is shown, a key is for the next card."""
        entrance.scan(AINO)
        entrance.press(keys)
        while entrance.shows.signal is not Signal.IDLE:
            entrance.wait(0.1)
        assert kinds(entrance.press("1")) == [Tell]
        assert entrance.shows.party == Party(children=1)

    def test_when_it_has_closed_a_digit_is_for_the_next_card(self, entrance: Entrance) -> None:
        """The use is as it was."""
        entrance.scan(AINO)
        entrance.wait(8)
        entrance.press("1")
        entrance.scan(OTTO)
        assert entrance.inside == [ALONE, Party(children=1)]

    def test_enter_closes_it(self, entrance: Entrance) -> None:
        """At once, and the next digit is for the next card."""
        entrance.scan(AINO)
        assert kinds(entrance.press("=")) == [Tell]
        assert entrance.shows.title == words.SHOW_CARD
        entrance.press("1")
        entrance.scan(OTTO)
        assert entrance.inside == [ALONE, Party(children=1)]

    @pytest.mark.parametrize("other", [ELLI, b"?" * 16, None], ids=["in", "refused", "unreadable"])
    def test_another_card_closes_it(self, entrance: Entrance, other: bytes | None) -> None:
        """Whatever comes of that card: the keys are now the one's who showed it."""
        entrance.scan(AINO)
        entrance.scan(other)
        entrance.press("1")
        assert entrance.inside[0] == ALONE
        entrance.scan(OTTO)
        assert entrance.inside[-1] == Party(children=1)

    def test_a_card_without_children_is_never_asked(self, entrance: Entrance) -> None:
        """A key in the same instant is for the next card."""
        entrance.scan(ELLI)
        assert kinds(entrance.press("1")) == [Tell]
        assert entrance.inside == [ALONE]

    def test_what_is_no_longer_served_is_not_amended(self, entrance: Entrance) -> None:
        """The performance has ended in between: its party is not decided by another's rules."""
        entrance.scan(AINO)
        entrance.offering = show()
        entrance.press("2")
        assert entrance.inside == [ALONE]

    def test_a_card_that_ended_in_between_brings_no_children_along(
        self, entrance: Entrance
    ) -> None:
        """From the moment the store knows (promise P4)."""
        entrance.scan(AINO)
        entrance.cards[AINO] = card(2, status=Status.ENDED)
        entrance.press("2")
        assert entrance.verdict.reason is Reason.ENDED
        assert entrance.inside == [ALONE]

    def test_a_community_card_is_not_asked_for_children(self, entrance: Entrance) -> None:
        """It has none, and alone it lets nobody in (OM-39)."""
        entrance.cards[AINO] = card(2, kind=Kind.COMMUNITY)
        entrance.scan(AINO)
        assert entrance.shows.detail != words.CHILDREN
        assert entrance.opened == 0


class TestTakingBack:
    """``-`` takes the last use back within a minute, where the station is attended."""

    @pytest.fixture
    def desk(self) -> Entrance:
        """Give an attended entrance."""
        return Entrance(Manners(attended=True))

    def test_the_last_use_is_taken_back(self, desk: Entrance) -> None:
        """The row stays, and says so; nobody is in by it."""
        desk.scan(ELLI)
        first = desk.recorded
        assert kinds(desk.press("-")) == [Record, Annulled, Tell]
        assert desk.recorded.id == first.id
        assert (desk.recorded.voided, desk.recorded.revision) == (True, 2)
        assert desk.one(Record).admitted == NOBODY
        assert desk.one(Annulled).why == "taken_back"
        assert desk.shows.title == words.TAKEN_BACK
        assert desk.inside == []

    def test_what_is_typed_for_the_next_card_goes_first(self, desk: Entrance) -> None:
        """The visit of the one before stands, until the key is pressed with nothing typed."""
        desk.scan(ELLI)
        desk.press("2+")
        assert kinds(desk.press("-")) == [Tell]
        assert (desk.desk.typed, desk.inside) == (ALONE, [ALONE])
        desk.press("-")
        assert desk.inside == []

    def test_an_amended_use_is_taken_back_whole(self, desk: Entrance) -> None:
        """By a revision above all others."""
        desk.scan(AINO)
        desk.press("2")
        desk.press("-")
        assert (desk.recorded.voided, desk.recorded.revision) == (True, 3)
        assert desk.inside == []

    def test_it_can_be_taken_back_for_a_minute(self, desk: Entrance) -> None:
        """The minute's end included."""
        desk.scan(ELLI)
        desk.wait(60)
        desk.press("-")
        assert desk.inside == []

    def test_after_a_minute_it_is_too_late(self, desk: Entrance) -> None:
        """Said aloud, with whom to ask."""
        desk.scan(ELLI)
        desk.wait(60.1)
        assert kinds(desk.press("-")) == [Tell]
        assert desk.shows.title == words.NOT_TAKEN_BACK
        assert desk.inside == [ALONE]

    def test_where_nobody_attends_nothing_is_taken_back(self, entrance: Entrance) -> None:
        """A visitor does not undo a visit."""
        entrance.scan(ELLI)
        assert kinds(entrance.press("-")) == [Tell]
        assert entrance.shows.title == words.NOT_TAKEN_BACK
        assert entrance.inside == [ALONE]

    def test_there_is_nothing_to_take_back_twice(self, desk: Entrance) -> None:
        """Nor before the first card."""
        assert kinds(desk.press("-")) == [Tell]
        desk.scan(ELLI)
        desk.press("-")
        assert kinds(desk.press("-")) == [Tell]
        assert desk.inside == []

    def test_a_refusal_in_between_does_not_hinder_it(self, desk: Entrance) -> None:
        """The last use that was accepted is taken back."""
        desk.scan(ELLI)
        desk.scan(None)
        desk.press("-")
        assert desk.inside == []

    def test_the_card_may_then_be_shown_anew(self, desk: Entrance) -> None:
        """As a new use, at once."""
        desk.scan(ELLI)
        taken_back = desk.recorded
        desk.press("-")
        desk.scan(ELLI)
        assert not desk.verdict.repeat
        assert desk.recorded.id != taken_back.id
        assert desk.inside == [ALONE]

    def test_the_question_closes_with_it(self, desk: Entrance) -> None:
        """The next digit is for the next card."""
        desk.scan(AINO)
        desk.press("-2")
        assert desk.inside == []
        desk.scan(AINO)
        assert desk.inside == [Party(children=2)]


def test_every_verdict_of_a_party_says_who_it_was(entrance: Entrance) -> None:
    """The admitted where it is let in, the asked for where it is not."""
    entrance.press("3")
    entrance.scan(AINO)
    assert (entrance.verdict.outcome, entrance.verdict.party) == (
        Outcome.REFUSED,
        Party(children=3),
    )
    entrance.press("2")
    entrance.scan(AINO)
    assert entrance.all(Log)[0].verdict.party == Party(children=2)
