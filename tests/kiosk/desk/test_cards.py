"""A card is shown at an entrance."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kaiku.card import Card, Kind, Status
from kaiku.decide import Facts
from kaiku.money import euros
from kaiku.offering import Offering, Seats, Visits
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import WORDS, Reason
from kaiku.wire import Outcome
from kiosk import words
from kiosk.desk import Ask, Desk, Log, Manners, Open, Record, Tell, resume
from kiosk.ports import Signal
from tests.kaiku.made import NOON, TODAY, card, entry, show
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO, Entrance, kinds


@pytest.fixture
def entrance() -> Entrance:
    """Give an entrance out of reach of the register, its store whole."""
    return Entrance()


class TestAccepted:
    """A card that is let in."""

    def test_it_is_recorded_before_anybody_is_told_and_before_the_gate_opens(
        self, entrance: Entrance
    ) -> None:
        """In this order, always (promise P1)."""
        assert kinds(entrance.scan(ELLI)) == [Record, Tell, Open, Log]

    def test_the_record_says_what_happened(self, entrance: Entrance) -> None:
        """Who, where, when, by which settings; the register does not have it yet."""
        entrance.scan(ELLI)
        use = entrance.recorded
        assert (use.digest, use.offering, use.at) == (ELLI, entry().id, NOON)
        assert (use.party, use.outcome, use.reason) == (ALONE, Outcome.ACCEPTED, None)
        assert (use.revision, use.voided, use.offering_version) == (1, False, 1)
        assert entrance.one(Record).source == "local"

    def test_the_visitor_is_welcomed_aloud_and_let_through(self, entrance: Entrance) -> None:
        """One person, with a sound of its own."""
        entrance.scan(ELLI)
        assert entrance.shows.signal is Signal.ACCEPTED
        assert entrance.shows.title == words.WELCOME
        assert entrance.shows.party == ALONE
        assert entrance.one(Tell).aloud
        assert entrance.one(Open).persons == 1

    def test_the_verdict_is_logged_without_a_card(self, entrance: Entrance) -> None:
        """No digest and no number (promise P6)."""
        entrance.scan(ELLI)
        verdict = entrance.verdict
        assert (verdict.outcome, verdict.reason, verdict.source) == (
            Outcome.ACCEPTED,
            None,
            "local",
        )
        assert verdict.use == entrance.recorded.id
        assert ELLI.hex() not in repr(verdict)

    def test_the_visits_left_are_shown(self) -> None:
        """Where they are limited (OM-60)."""
        entrance = Entrance(offering=entry(Visits(30)), facts=Facts(visits=10))
        entrance.press("2")
        entrance.scan(AINO)
        assert entrance.shows.remaining == 17

    def test_a_family_too_large_for_the_visits_sees_how_many_there_are(self) -> None:
        """So that fewer may come in; a card for which none are left sees that (OM-60)."""
        entrance = Entrance(offering=entry(Visits(30)), facts=Facts(visits=28))
        entrance.press("2")
        entrance.scan(AINO)
        assert (entrance.verdict.reason, entrance.shows.remaining) == (Reason.VISITS_USED_UP, 2)
        entrance.press("1")
        entrance.scan(AINO)
        assert (entrance.inside, entrance.shows.remaining) == ([Party(children=1)], 0)
        entrance.facts = Facts(visits=30)
        entrance.scan(ELLI)
        assert (entrance.verdict.reason, entrance.shows.remaining) == (Reason.VISITS_USED_UP, 0)

    def test_what_staff_charge_for_a_wristband_is_shown(self) -> None:
        """After the welcome, also when children are added; elsewhere nothing is said (OM-60)."""
        entrance = Entrance(offering=replace(entry(), wristband=200))
        entrance.scan(AINO)
        charge = words.WRISTBAND.fill(sum=euros(200))
        assert entrance.shows.charge == charge
        entrance.press("1")
        assert entrance.shows.charge == charge
        assert entrance.shows.party == Party(children=1)
        entrance.scan(AINO)
        assert (entrance.shows.title, entrance.shows.charge) == (words.DONE_ALREADY, charge)
        entrance.offering = entry()
        entrance.scan(ELLI)
        assert entrance.shows.charge is None

    def test_a_doubtful_clock_is_marked_on_the_record(self) -> None:
        """And the visitor is let in all the same (promise P7)."""
        entrance = Entrance(suspect=True)
        entrance.scan(ELLI)
        assert entrance.recorded.clock_suspect

    def test_a_guessed_instant_at_which_the_card_is_valid_lets_it_in(self) -> None:
        """Nobody who may come is kept out for what is not known (promise P7)."""
        entrance = Entrance(suspect=True, guessed=True)
        entrance.scan(ELLI)
        assert entrance.recorded.outcome is Outcome.ACCEPTED
        assert entrance.recorded.clock_suspect

    def test_after_a_while_it_waits_for_the_next_card(self, entrance: Entrance) -> None:
        """The welcome stays for its time and no longer."""
        entrance.scan(ELLI)
        entrance.wait(4.9)
        assert entrance.shows.signal is Signal.ACCEPTED
        entrance.wait(0.1)
        assert entrance.shows.title == words.SHOW_CARD


class TestRefused:
    """A card that is not let in."""

    @pytest.mark.parametrize(
        ("status", "reason"),
        [(Status.ENDED, Reason.ENDED), (Status.OUT_OF_USE, Reason.OUT_OF_USE)],
    )
    def test_an_ended_card_is_refused(
        self, entrance: Entrance, status: Status, reason: Reason
    ) -> None:
        """From the moment the store knows (OM-30, promise P4)."""
        entrance.cards[AINO] = card(status=status)
        assert kinds(entrance.scan(AINO)) == [Record, Tell, Log]
        assert entrance.shows.signal is Signal.REFUSED
        assert entrance.shows.title == WORDS[reason].title
        assert entrance.shows.detail == WORDS[reason].mend
        assert entrance.verdict.reason is reason

    def test_refused_scans_are_kept_with_their_reason(self, entrance: Entrance) -> None:
        """With the party that was asked for, and nobody admitted (promise P1)."""
        entrance.press("3")
        entrance.scan(AINO)
        record = entrance.one(Record)
        assert record.use.outcome is Outcome.REFUSED
        assert record.use.reason is Reason.CHILDREN_ABOVE_REGISTERED
        assert record.use.party == Party(children=3)
        assert record.admitted == NOBODY

    def test_a_card_that_the_whole_store_lacks_is_unknown(self, entrance: Entrance) -> None:
        """Where the register cannot be asked (OM-21)."""
        entrance.scan(b"?" * 16)
        assert entrance.verdict.reason is Reason.UNKNOWN_CARD

    def test_a_card_that_half_a_store_lacks_cannot_be_checked(self, entrance: Entrance) -> None:
        """Before the first sync has come to its end nobody is told that the card is unknown."""
        entrance.whole = False
        entrance.scan(b"?" * 16)
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
        entrance.scan(ELLI)
        assert entrance.verdict.outcome is Outcome.ACCEPTED

    def test_before_the_first_contact_nothing_can_be_checked(self, entrance: Entrance) -> None:
        """Without an offering there is nothing to record; it is told and logged."""
        entrance.offering = None
        assert kinds(entrance.scan(AINO)) == [Tell, Log]
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW

    def test_a_refusal_asks_nothing(self, entrance: Entrance) -> None:
        """No question for children follows; the next keys are for the next card."""
        entrance.cards[AINO] = card(2, status=Status.ENDED)
        entrance.scan(AINO)
        assert kinds(entrance.press("2")) == [Tell]
        assert entrance.shows.party == Party(children=2)

    def test_nothing_shown_tells_what_kind_of_card_it_was(self, entrance: Entrance) -> None:
        """A community card reads like a card that waits for the others (OM-28, OM-39)."""
        entrance.cards[AINO] = card(kind=Kind.COMMUNITY)
        entrance.scan(AINO)
        assert entrance.opened == 0
        assert "communit" not in repr(entrance.shows).lower()
        entrance.wait(60)
        assert entrance.recorded.reason is Reason.COMMUNITY_CARD_ALONE
        assert "communit" not in repr(entrance.shows).lower()


class TestTooEarly:
    """A performance that is not on yet lets nobody in, though tickets for it may be had."""

    @pytest.mark.parametrize("online", [True, False])
    @pytest.mark.parametrize("limits", [(), (Seats(40),)], ids=["free", "capped"])
    def test_the_day_before_nobody_is_let_in(self, online: bool, limits: tuple[Seats, ...]) -> None:
        """Also where the venue has not set when entry opens, and without asking (OM-57, OM-66)."""
        tomorrow = show(*limits, starts=NOON + timedelta(days=1))
        entrance = Entrance(offering=tomorrow, online=online)
        assert kinds(entrance.scan(ELLI)) == [Record, Tell, Log]
        assert entrance.verdict.reason is Reason.TOO_EARLY
        assert entrance.opened == 0

    def test_on_the_day_itself_they_are(self) -> None:
        """From its first minute, unless the venue has set when entry opens."""
        entrance = Entrance(offering=show(starts=NOON + timedelta(hours=8)))
        entrance.scan(ELLI)
        assert entrance.verdict.outcome is Outcome.ACCEPTED

    def test_before_entry_opens_nobody_is_let_in(self) -> None:
        """The venue has set it (OM-66)."""
        opens = NOON + timedelta(seconds=10)
        entrance = Entrance(offering=show(starts=NOON + timedelta(hours=1), opens=opens))
        entrance.scan(ELLI)
        entrance.wait(10)
        entrance.scan(OTTO)
        reasons = [effect.verdict.reason for effect in entrance.history if isinstance(effect, Log)]
        assert reasons == [Reason.TOO_EARLY, None]

    def test_a_card_that_has_ended_is_told_that(self, entrance: Entrance) -> None:
        """Coming later would not help (OM-30)."""
        entrance.offering = show(starts=NOON + timedelta(days=1))
        entrance.cards[AINO] = card(status=Status.ENDED)
        entrance.scan(AINO)
        assert entrance.verdict.reason is Reason.ENDED


class TestUnreadable:
    """A scan that holds no number."""

    def test_it_is_shown_as_such_and_kept(self, entrance: Entrance) -> None:
        """Without a digest, for there is no card."""
        assert kinds(entrance.scan(None)) == [Record, Tell, Log]
        assert entrance.recorded.digest is None
        assert entrance.recorded.reason is Reason.UNREADABLE
        assert entrance.shows.title == WORDS[Reason.UNREADABLE].title

    def test_it_keeps_what_was_typed(self, entrance: Entrance) -> None:
        """The same visitor will show the card again."""
        entrance.press("2+")
        entrance.scan(None)
        entrance.scan(AINO)
        assert entrance.recorded.party == Party(children=2, helpers=1)

    def test_it_never_asks_the_register(self, entrance: Entrance) -> None:
        """Which could not say more."""
        entrance.online = True
        assert not any(isinstance(effect, Ask) for effect in entrance.scan(None))

    def test_the_next_scan_works(self, entrance: Entrance) -> None:
        """At once."""
        entrance.scan(None)
        entrance.scan(ELLI)
        assert entrance.verdict.outcome is Outcome.ACCEPTED


class TestSameCardAgain:
    """The same card within seconds is the same visit."""

    def test_it_is_shown_as_done_and_not_recorded_again(self, entrance: Entrance) -> None:
        """Same use, no second opening; the log says that it is a repeat."""
        entrance.scan(ELLI)
        first = entrance.recorded
        entrance.wait(2)
        assert kinds(entrance.scan(ELLI)) == [Tell, Log]
        assert entrance.shows.title == words.DONE_ALREADY
        assert entrance.shows.signal is Signal.ACCEPTED
        assert entrance.verdict.repeat
        assert entrance.verdict.use == first.id
        assert entrance.opened == 1

    def test_two_readers_at_one_gate_are_one_entrance(self, entrance: Entrance) -> None:
        """Another's card in between does not make it a new visit."""
        entrance.scan(ELLI)
        entrance.wait(1)
        entrance.scan(OTTO)
        entrance.wait(1)
        entrance.scan(ELLI)
        assert entrance.verdict.repeat
        assert len(entrance.inside) == 2

    def test_after_those_seconds_it_is_a_new_visit(self, entrance: Entrance) -> None:
        """Which the rules decide on anew."""
        entrance.scan(ELLI)
        repeats = []
        for seconds in (8.0, 0.1):
            entrance.wait(seconds)
            entrance.scan(ELLI)
            repeats.append(entrance.verdict.repeat)
        assert repeats == [True, False]
        assert len(entrance.inside) == 2

    def test_repeating_does_not_prolong_it(self, entrance: Entrance) -> None:
        """A card held before the reader is one visit, not one for ever."""
        entrance.scan(ELLI)
        for _ in range(8):
            entrance.wait(1)
            entrance.scan(ELLI)
        entrance.wait(1)
        entrance.scan(ELLI)
        assert not entrance.verdict.repeat

    @pytest.mark.parametrize("status", [Status.ENDED, Status.OUT_OF_USE])
    def test_a_card_that_ended_in_between_is_refused(
        self, entrance: Entrance, status: Status
    ) -> None:
        """Not let in again on the strength of a second ago (promise P4)."""
        entrance.scan(ELLI)
        entrance.wait(1)
        entrance.cards[ELLI] = card(0, status=status)
        entrance.scan(ELLI)
        assert entrance.verdict.outcome is Outcome.REFUSED

    def test_a_card_that_expired_in_between_is_refused(self, entrance: Entrance) -> None:
        """Midnight is midnight (OM-8)."""
        entrance.scan(ELLI)
        entrance.wait(1)
        entrance.cards[ELLI] = card(0, valid_until=TODAY - timedelta(days=1))
        entrance.scan(ELLI)
        assert entrance.verdict.reason is Reason.EXPIRED

    def test_a_card_of_a_festivals_second_day_is_one_visit_too(self, entrance: Entrance) -> None:
        """Its first day, on which the card was not yet given, does not count (OM-42)."""
        day = timedelta(days=1)
        entrance.offering = show(starts=NOON - day, ends=NOON + day)
        entrance.cards[ELLI] = card(0, valid_from=TODAY)
        entrance.scan(ELLI)
        entrance.wait(1)
        entrance.scan(ELLI)
        assert entrance.verdict.outcome is Outcome.ACCEPTED
        assert entrance.verdict.repeat

    def test_at_another_offering_it_is_another_use(self, entrance: Entrance) -> None:
        """The performance has begun between the two."""
        entrance.scan(ELLI)
        entrance.offering = show()
        entrance.wait(1)
        entrance.scan(ELLI)
        assert not entrance.verdict.repeat
        assert entrance.recorded.offering == show().id

    def test_a_refused_card_shown_again_is_decided_anew(self, entrance: Entrance) -> None:
        """Only what was let in is a visit."""
        entrance.press("3")
        entrance.scan(AINO)
        entrance.press("2")
        entrance.scan(AINO)
        assert not entrance.verdict.repeat
        assert entrance.inside == [Party(children=2)]

    def test_with_something_typed_it_amends_the_same_use(self, entrance: Entrance) -> None:
        """A parent who thought of the children only then."""
        entrance.cards[AINO] = card(2)
        entrance.scan(AINO)
        first = entrance.recorded
        entrance.press("=")
        entrance.press("2")
        entrance.scan(AINO)
        assert entrance.recorded.id == first.id
        assert entrance.recorded.revision == 2
        assert entrance.inside == [Party(children=2)]
        assert entrance.opened == 3


class TestAfterARestart:
    """What the desk remembers when the kiosk comes back."""

    def restarted(
        self,
        entrance: Entrance,
        after: float,
        *,
        attended: bool = False,
        passage: float | None = None,
        guessed: bool = False,
    ) -> Entrance:
        """Return the entrance as it is after a power cut of so many seconds."""
        record = list(entrance.journal.values())[-1]
        again = Entrance(Manners(attended=attended, passage=passage), guessed=guessed)
        again.clock = entrance.clock + after  # the wall clock has gone on
        again.cards = entrance.cards
        again.desk = resume(again.manners, record.use, record.admitted, again.now)
        return again

    @pytest.mark.parametrize("boot", [1, 30, 120])
    def test_a_card_shown_again_is_the_same_visit_and_opens_the_gate_once_more(
        self, entrance: Entrance, boot: float
    ) -> None:
        """It was recorded, but perhaps the power went before it was told and the gate opened (P1).

        Those who wait count from when the kiosk is back, not from when it went.
        """
        entrance.press("1")
        entrance.scan(AINO)
        again = self.restarted(entrance, boot)
        again.wait(8)
        assert kinds(again.scan(AINO)) == [Tell, Open, Log]
        assert again.one(Open).persons == 2
        assert again.verdict.repeat
        assert again.shows.title == words.WELCOME

    def test_it_opens_the_gate_only_once(self, entrance: Entrance) -> None:
        """A card held before the reader lets in one party."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, 30)
        again.scan(ELLI)
        again.wait(1)
        assert kinds(again.scan(ELLI)) == [Tell, Log]
        assert again.verdict.repeat
        assert again.opened == 1

    def test_after_those_seconds_it_is_a_new_visit(self, entrance: Entrance) -> None:
        """Counted from the restart."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, 9)
        again.wait(8.1)
        again.scan(ELLI)
        assert not again.verdict.repeat

    def test_a_clock_that_the_cut_set_back_does_not_lock_the_holder_out(
        self, entrance: Entrance
    ) -> None:
        """A machine without a battery for its clock comes back in its own past (promise P7)."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, -3600, attended=True)
        assert kinds(again.scan(ELLI)) == [Tell, Open, Log]

    @pytest.mark.parametrize(("after", "guessed"), [(-3600, False), (1, True)])
    def test_what_is_of_unknown_age_is_not_taken_back(
        self, entrance: Entrance, after: float, guessed: bool
    ) -> None:
        """It may be a visit of yesterday."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, after, attended=True, guessed=guessed)
        again.press("-")
        assert again.all(Record) == []

    def test_the_children_are_asked_for_again(self, entrance: Entrance) -> None:
        """The question may have gone out with the light; the use is amended as ever."""
        entrance.scan(AINO)
        again = self.restarted(entrance, 30)
        again.scan(AINO)
        assert again.shows.detail == words.CHILDREN
        again.press("2")
        assert (again.recorded.revision, again.recorded.party) == (2, Party(children=2))
        assert again.opened == 3

    def test_children_typed_before_the_card_amend_it_and_all_are_let_in(
        self, entrance: Entrance
    ) -> None:
        """The whole party, for nobody is known to have passed; and a gate that watches waits."""
        entrance.scan(AINO)
        again = self.restarted(entrance, 30, passage=20)
        again.press("2")
        again.scan(AINO)
        assert again.recorded.revision == 2
        assert again.opened == 3
        (waiting,) = again.desk.passages
        assert (waiting.use, waiting.persons) == (again.recorded, 3)

    def test_a_change_that_is_refused_leaves_the_gate_to_be_opened(
        self, entrance: Entrance
    ) -> None:
        """The use stands as it was, and its party can still come in."""
        entrance.scan(AINO)
        again = self.restarted(entrance, 30, passage=20)
        again.press("3")
        again.scan(AINO)
        assert again.verdict.outcome is Outcome.REFUSED
        assert (again.opened, again.desk.passages) == (0, ())
        again.scan(AINO)
        assert again.opened == 1

    def test_a_card_that_ended_meanwhile_opens_nothing(self, entrance: Entrance) -> None:
        """Nobody is let in on the strength of an earlier verdict (promise P4)."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, 30)
        again.cards = {ELLI: card(0, status=Status.ENDED)}
        again.scan(ELLI)
        assert again.verdict.outcome is Outcome.REFUSED
        assert again.opened == 0

    def test_a_use_whose_card_is_not_shown_again_is_not_annulled(self, entrance: Entrance) -> None:
        """Its people may have passed before the power went."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, 30, passage=20)
        assert again.wait(600) == []

    def test_one_who_shows_the_card_again_is_awaited_anew(self, entrance: Entrance) -> None:
        """Whoever stands before the gate and does not pass was not in."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, 30, passage=20)
        again.scan(ELLI)
        (waiting,) = again.desk.passages
        assert waiting.until == again.clock + 20
        again.wait(20)
        assert again.recorded.voided

    def test_keys_are_for_the_next_card(self, entrance: Entrance) -> None:
        """No question is open any more."""
        entrance.scan(AINO)
        again = self.restarted(entrance, 5)
        assert kinds(again.press("2")) == [Tell]

    def test_it_can_be_taken_back(self, entrance: Entrance) -> None:
        """Within the same minute."""
        entrance.scan(ELLI)
        again = self.restarted(entrance, 30, attended=True)
        again.press("-")
        assert again.recorded.voided
        assert again.recorded.revision == 2

    @pytest.mark.parametrize("after", [121, 3600])
    def test_what_is_too_old_is_not_remembered(self, entrance: Entrance, after: float) -> None:
        """The holder has come again."""
        entrance.scan(ELLI)
        assert self.restarted(entrance, after).desk == Desk(Manners())

    def test_what_was_taken_back_is_not_remembered(self) -> None:
        """The next scan is a new visit."""
        entrance = Entrance(Manners(attended=True))
        entrance.scan(ELLI)
        entrance.press("-")
        assert self.restarted(entrance, 1).desk.current is None

    def test_with_an_empty_journal_there_is_nothing_to_remember(self, entrance: Entrance) -> None:
        """The first start of all."""
        assert resume(Manners(), None, NOBODY, entrance.now) == Desk(Manners())


class TestRebuilding:
    """A cache that was lost is fetched anew; until it is whole it knows no counts."""

    @pytest.mark.parametrize("online", [True, False])
    def test_a_counted_card_is_not_let_in_on_counts_that_are_lost(self, online: bool) -> None:
        """The register is asked, or the card cannot be checked now (P3, P5)."""
        entrance = Entrance(offering=entry(Visits(30)), whole=False, online=online)
        effects = kinds(entrance.scan(ELLI))
        if online:
            assert effects == [Record, Ask]
        else:
            assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW

    def test_a_card_that_is_there_comes_in_where_nothing_is_counted(self) -> None:
        """An open entry needs no more than the card (OM-43)."""
        entrance = Entrance(offering=entry(), whole=False)
        entrance.scan(ELLI)
        assert entrance.verdict.outcome is Outcome.ACCEPTED


class TestAGuessedInstant:
    """The clock is known to be wrong, and nobody has told the time (promise P7)."""

    NOT_YET = card(valid_from=TODAY + timedelta(days=1))
    EXPIRED = card(valid_until=TODAY - timedelta(days=1))
    TOMORROW = NOON + timedelta(days=1)

    @pytest.mark.parametrize(
        ("offering", "holder"),
        [
            (entry(), NOT_YET),
            (entry(), EXPIRED),
            (show(starts=TOMORROW), card()),
            (show(starts=NOON - timedelta(hours=3)), card()),
            (show(starts=TOMORROW, opens=NOON), EXPIRED),
        ],
    )
    def test_it_is_no_reason_to_tell(self, offering: Offering, holder: Card) -> None:
        """Whether the card is valid and the event on cannot be known now."""
        entrance = Entrance(offering=offering, suspect=True, guessed=True)
        entrance.cards[ELLI] = holder
        entrance.scan(ELLI)
        assert entrance.recorded.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.shows.title == WORDS[Reason.CANNOT_CHECK_NOW].title

    def test_what_is_true_on_any_day_is_told(self) -> None:
        """As that the card was ended."""
        entrance = Entrance(suspect=True, guessed=True)
        entrance.cards[ELLI] = card(status=Status.ENDED)
        entrance.scan(ELLI)
        assert entrance.recorded.reason is Reason.ENDED

    def test_what_the_register_says_stands(self) -> None:
        """It knows the time."""
        entrance = Entrance(suspect=True, guessed=True, online=True)
        entrance.scan(b"?" * 16)
        entrance.refuse(Reason.EXPIRED)
        assert entrance.recorded.reason is Reason.EXPIRED

    def test_a_time_that_was_told_meanwhile_makes_no_reason_of_it(self) -> None:
        """The register was asked of the guessed instant, and has not answered."""
        entrance = Entrance(suspect=True, guessed=True, online=True, offering=show(Seats(40)))
        entrance.scan(b"?" * 16)
        entrance.cards[b"?" * 16] = self.EXPIRED  # an event brought it
        entrance.guessed = False
        entrance.answer(None)
        assert entrance.recorded.reason is Reason.CANNOT_CHECK_NOW

    def test_the_registers_time_is_no_guess(self) -> None:
        """The clock is wrong, and marked; the reason is true."""
        entrance = Entrance(suspect=True)
        entrance.cards[ELLI] = self.EXPIRED
        entrance.scan(ELLI)
        assert entrance.recorded.reason is Reason.EXPIRED
