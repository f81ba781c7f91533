"""A library's desk: choose the service, type the count or the sum, show the card (OM-59)."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Kind, Status
from kaiku.fee import LARGEST_SUM, Fee
from kaiku.money import euros
from kaiku.offering import Exclusion, Offering, Service, Tariff
from kaiku.party import ALONE, NOBODY
from kaiku.reason import WORDS, Reason
from kaiku.text import Text
from kaiku.wire import Answer, Outcome, Use
from kiosk import words
from kiosk.desk import Ask, Desk, Log, Manners, Open, Profile, Record, Standing, Tell, resume
from kiosk.ports import Signal
from tests.kaiku.made import DAY, NOON, TODAY, card
from tests.kiosk.desk.counter import COPYING, LIBRARY, MANNERS, OVERDUE, Counter
from tests.kiosk.desk.entrance import AINO, ELLI, kinds

STRANGER = b"?" * 16
ATTENDED = replace(MANNERS, attended=True)


def named(counter: Counter) -> list[str]:
    """Return the services on display, in English."""
    return [choice.en for choice in counter.shows.choices]


def branch(*tariffs: Tariff) -> Offering:
    """Return another library's services."""
    return replace(LIBRARY, id=UUID(int=77), name=Text.same("Branch"), tariffs=tariffs)


class TestTheServices:
    """What a digit chooses among."""

    def test_they_are_listed_with_the_price_of_a_piece(self) -> None:
        """Where pieces are counted."""
        counter = Counter()
        assert counter.shows.signal is Signal.IDLE
        assert counter.shows.title == words.CHOOSE_SERVICE
        assert named(counter) == [
            "Copying €0.30\N{NO-BREAK SPACE}each",
            "Overdue fee",
            "Interlibrary loan €6.00\N{NO-BREAK SPACE}each",
        ]

    def test_two_offerings_of_a_service_are_told_apart_by_their_names(self) -> None:
        """Only where they must be."""
        counter = Counter()
        counter.serve(replace(LIBRARY, tariffs=(OVERDUE,)), branch(OVERDUE, COPYING))
        assert named(counter) == [
            "Overdue fee, Main library",
            "Overdue fee, Branch",
            "Copying €0.30\N{NO-BREAK SPACE}each",
        ]
        counter.press("2150")
        counter.scan(AINO)
        assert counter.recorded.offering == branch().id

    def test_an_excluded_offering_covers_nothing(self) -> None:
        """It is not listed."""
        counter = Counter()
        counter.serve(LIBRARY, replace(branch(COPYING), exclusion=Exclusion.COST))
        assert len(counter.desk.choices) == 3

    def test_without_services_the_desk_says_so(self) -> None:
        """And a card is sent to the staff."""
        counter = Counter()
        counter.serve()
        assert counter.shows.title == words.NO_SERVICES
        assert kinds(counter.scan(AINO)) == [Tell]
        assert counter.shows.detail == words.ASK_STAFF

    def test_what_is_typed_for_a_service_that_changed_is_dropped(self) -> None:
        """Nobody is charged a price that was not shown."""
        counter = Counter()
        counter.press("15")
        counter.serve(replace(LIBRARY, version=2, tariffs=(replace(COPYING, unit=40),)))
        assert counter.desk.slip is None
        assert named(counter) == ["Copying €0.40\N{NO-BREAK SPACE}each"]

    def test_what_has_not_changed_is_not_shown_anew(self) -> None:
        """Each fetch tells it, and somebody may be typing."""
        counter = Counter()
        counter.press("15")
        counter.serve(LIBRARY)
        assert counter.effects == []
        assert counter.desk.slip is not None

    def test_a_number_without_a_service_chooses_nothing(self) -> None:
        """Zero, or above the last."""
        counter = Counter()
        assert counter.press("049") == []
        assert counter.desk.slip is None


class TestTyping:
    """The count or the sum."""

    @pytest.mark.parametrize("key", ["0", "9"])
    def test_a_key_that_chooses_nothing_as_it_is_forgotten_shows_the_services(
        self, key: str
    ) -> None:
        """The key came before the time was looked at."""
        counter = Counter()
        counter.press("12")
        counter.clock += 31.0
        counter.press(key)
        assert counter.desk.slip is None
        assert counter.shows.signal is Signal.IDLE

    @pytest.mark.parametrize(
        ("keys", "title"),
        [
            ("1", "Copying"),
            ("15", "5 pcs = €1.50"),
            ("112", "12 pcs = €3.60"),
            ("2", "Overdue fee"),
            ("21", "€0.01"),
            ("215", "€0.15"),
            ("2150", "€1.50"),
            ("2100000", "€1,000.00"),
            ("2007", "€0.07"),
        ],
    )
    def test_it_is_shown_as_it_grows(self, keys: str, title: str) -> None:
        """A count where a piece has a price, else cents; and what will be covered."""
        counter = Counter()
        counter.press(keys)
        assert counter.shows.title.en == title
        assert counter.shows.signal is Signal.ASK

    def test_a_sum_is_written_as_each_language_writes_it(self) -> None:
        """A comma and the sign behind, or a point and the sign before."""
        counter = Counter()
        counter.press("2150")
        assert (counter.shows.title.fi, counter.shows.title.sv, counter.shows.title.en) == (
            "1,50\N{NO-BREAK SPACE}€",
            "1,50\N{NO-BREAK SPACE}€",
            "€1.50",
        )

    def test_backspace_clears_step_by_step(self) -> None:
        """A digit, then the service."""
        counter = Counter()
        shown = []
        counter.press("215")
        for _ in range(4):
            counter.press("<")
            shown.append(counter.shows.title.en)
        assert shown == ["€0.01", "Overdue fee", "Choose a service", "Choose a service"]

    @pytest.mark.parametrize("keys", ["2100001", "13334", "29999999"])
    def test_a_sum_above_the_largest_is_told_and_not_typed(self, keys: str) -> None:
        """A slip of the hand: what was typed before it stands."""
        counter = Counter()
        counter.press(keys[:-1])
        before = counter.desk.slip
        counter.press(keys[-1])
        assert counter.shows.title == words.TOO_LARGE
        assert counter.shows.detail is not None
        assert counter.shows.detail.en == "At most €1,000.00."
        assert counter.desk.slip == before
        counter.wait(MANNERS.shown)
        assert before is not None
        assert before.fee is not None
        assert counter.shows.title.en.endswith(euros(before.fee.cents).en)

    @given(digits=st.text("0123456789", max_size=12), unit=st.none() | st.integers(0, 2000))
    def test_no_typed_sum_is_ever_out_of_bounds(self, digits: str, unit: int | None) -> None:
        """Whatever is typed, and whatever a piece costs."""
        counter = Counter()
        counter.serve(replace(LIBRARY, tariffs=(Tariff(Service.COPYING, unit),)))
        counter.press("1" + digits)
        assert counter.desk.slip is not None
        fee = counter.desk.slip.fee
        assert fee is None or 0 < fee.cents <= LARGEST_SUM

    @pytest.mark.parametrize("keys", ["=", "+", "*"])
    def test_other_keys_do_nothing(self, keys: str) -> None:
        """Enter sends nothing: the card does."""
        counter = Counter()
        counter.press("15")
        before = counter.desk
        assert counter.press(keys) == []
        assert counter.desk == before

    def test_what_is_typed_is_forgotten(self) -> None:
        """It is not the next person's."""
        counter = Counter()
        counter.press("15")
        counter.wait(MANNERS.typing)
        assert counter.shows.title == words.CHOOSE_SERVICE
        counter.press("15")
        counter.clock += MANNERS.typing
        counter.scan(AINO)
        assert counter.shows.title == words.SERVICE_FIRST


class TestCovering:
    """A card is shown."""

    def test_a_fee_is_recorded_then_told(self) -> None:
        """In that order (promise P1), and the gate stays shut."""
        counter = Counter()
        counter.press("15")
        assert kinds(counter.scan(AINO)) == [Record, Tell, Log]
        assert counter.recorded.fee == Fee(Service.COPYING, 150)
        assert counter.recorded.offering_version == LIBRARY.version
        assert counter.shows.signal is Signal.ACCEPTED
        assert (counter.shows.title.fi, counter.shows.title.en) == (
            "Katettu 1,50\N{NO-BREAK SPACE}€",
            "€1.50 covered",
        )
        assert counter.verdict.party == ALONE
        assert counter.opened == 0

    def test_what_is_left_is_told_where_it_is_capped(self) -> None:
        """Discreetly, with what this kiosk has covered before; elsewhere nothing is said."""
        counter = Counter(told={(AINO, Service.COPYING): 100})
        counter.press("15")
        counter.scan(AINO)
        assert counter.shows.cents_left == 350
        counter.press("110")
        counter.scan(AINO)
        assert counter.shows.cents_left == 50
        counter.press("2150")
        counter.scan(AINO)
        assert counter.shows.cents_left is None

    def test_above_the_cap_it_says_what_could_be_covered(self) -> None:
        """A fee is covered whole or not at all."""
        counter = Counter(told={(AINO, Service.COPYING): 520})
        counter.press("15")
        counter.scan(AINO)
        assert counter.verdict.reason is Reason.FEES_USED_UP
        assert counter.one(Record).admitted == NOBODY
        assert counter.shows.title == WORDS[Reason.FEES_USED_UP].title
        assert counter.shows.detail == words.COULD_COVER.fill(sum=euros(80))
        assert counter.spent(AINO, Service.COPYING) == 520

    def test_where_nothing_is_left_it_says_so(self) -> None:
        """No sum would do."""
        counter = Counter(told={(AINO, Service.COPYING): 600})
        counter.press("11")
        counter.scan(AINO)
        assert counter.shows.detail == words.NOTHING_LEFT

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            (card(status=Status.ENDED), Reason.ENDED),
            (card(valid_until=NOON.date().replace(day=1)), Reason.EXPIRED),
        ],
    )
    def test_a_card_that_is_not_valid_covers_nothing(self, changed: object, reason: Reason) -> None:
        """With the words of an entrance."""
        counter = Counter()
        counter.cards[AINO] = changed  # type: ignore[assignment]
        counter.press("15")
        counter.scan(AINO)
        assert counter.verdict.reason is reason
        assert counter.recorded.outcome is Outcome.REFUSED
        assert counter.shows.detail == WORDS[reason].mend

    def test_a_guessed_instant_is_no_reason_to_tell(self) -> None:
        """Nobody has told the time in place of a wrong clock (promise P7)."""
        counter = Counter(suspect=True, guessed=True)
        counter.cards[AINO] = card(valid_until=TODAY - DAY)
        counter.press("15")
        counter.scan(AINO)
        assert counter.recorded.reason is Reason.CANNOT_CHECK_NOW

    def test_a_community_card_is_refused_in_a_desks_words(self) -> None:
        """Nobody is asked for a companion, and who waits behind learns nothing (OM-28)."""
        counter = Counter()
        counter.cards[AINO] = card(kind=Kind.COMMUNITY)
        counter.press("15")
        counter.scan(AINO)
        assert counter.verdict.reason is Reason.COMMUNITY_CARD_ALONE
        assert (counter.shows.title, counter.shows.detail) == (words.NOT_COVERED, words.ASK_STAFF)

    def test_a_scan_before_anything_is_typed_is_a_hint(self) -> None:
        """No use is recorded, and the log says nothing of a card."""
        counter = Counter()
        assert kinds(counter.scan(AINO)) == [Tell]
        assert counter.shows.title == words.SERVICE_FIRST
        assert len(counter.shows.choices) == 3
        counter.press("1")
        assert kinds(counter.scan(AINO)) == [Tell]
        assert counter.shows.detail == words.TYPE_COUNT
        counter.press("5")
        assert kinds(counter.scan(AINO)) == [Record, Tell, Log]

    def test_a_scan_that_cannot_be_read_keeps_what_is_typed(self) -> None:
        """The same person shows the card again."""
        counter = Counter()
        counter.press("15")
        counter.scan(None)
        assert counter.verdict.reason is Reason.UNREADABLE
        counter.scan(AINO)
        assert counter.recorded.fee == Fee(Service.COPYING, 150)
        assert counter.verdict.outcome is Outcome.ACCEPTED

    def test_the_same_card_again_is_done_already(self) -> None:
        """Nothing is covered twice by a card that is shown twice."""
        counter = Counter()
        counter.press("15")
        counter.scan(AINO)
        first = counter.recorded.id
        assert kinds(counter.scan(AINO)) == [Tell, Log]
        assert (counter.verdict.repeat, counter.verdict.use) == (True, first)
        assert counter.shows.title == words.COVERED_ALREADY.fill(sum=euros(150))
        assert counter.spent(AINO, Service.COPYING) == 150

    def test_the_same_card_with_another_fee_is_another_use(self) -> None:
        """Somebody copies, and pays a fine."""
        counter = Counter()
        counter.press("15")
        counter.scan(AINO)
        counter.press("2150")
        counter.scan(AINO)
        assert counter.recorded.fee == Fee(Service.OVERDUE, 150)
        assert len(counter.journal) == 2

    def test_after_the_repeat_time_or_with_another_card_a_hint_is_shown(self) -> None:
        """What was covered is nobody else's business (OM-28)."""
        counter = Counter()
        counter.press("15")
        counter.scan(AINO)
        assert kinds(counter.scan(ELLI)) == [Tell]
        counter.wait(MANNERS.repeat + 1)
        assert kinds(counter.scan(AINO)) == [Tell]
        assert counter.shows.title == words.SERVICE_FIRST


class TestTakingBack:
    """``-`` takes the last fee back."""

    def test_at_an_attended_desk_the_sum_is_free_again(self) -> None:
        """The row stays, and says so."""
        counter = Counter(ATTENDED)
        counter.press("120")
        counter.scan(AINO)
        counter.press("-")
        assert counter.recorded.voided
        assert counter.shows.title == words.FEE_TAKEN_BACK.fill(sum=euros(600))
        counter.press("120")
        counter.scan(AINO)
        assert counter.verdict.outcome is Outcome.ACCEPTED

    def test_while_a_fee_is_typed_only_that_is_dropped(self) -> None:
        """The fee of the one before stands, until the key is pressed with nothing typed."""
        counter = Counter(ATTENDED)
        counter.press("15")
        counter.scan(AINO)
        counter.press("2150")
        assert kinds(counter.press("-")) == [Tell]
        assert counter.desk.slip is None
        assert counter.shows.title == words.CHOOSE_SERVICE
        counter.press("-")
        assert counter.recorded.voided

    def test_a_card_is_not_done_already_after_that(self) -> None:
        """It has to be typed anew."""
        counter = Counter(ATTENDED)
        counter.press("15")
        counter.scan(AINO)
        counter.press("-")
        assert kinds(counter.scan(AINO)) == [Tell]

    @pytest.mark.parametrize(("manners", "seconds"), [(MANNERS, 1.0), (ATTENDED, 61.0)])
    def test_too_late_or_unattended_it_stands(self, manners: Manners, seconds: float) -> None:
        """And says whom to ask."""
        counter = Counter(manners)
        counter.press("15")
        counter.scan(AINO)
        counter.wait(seconds)
        assert kinds(counter.press("-")) == [Tell]
        assert counter.shows.title == words.FEE_NOT_TAKEN_BACK

    def test_a_restarted_desk_takes_back_its_last_fee(self) -> None:
        """As far as it is recent."""
        counter = Counter(ATTENDED)
        counter.press("15")
        counter.scan(AINO)
        record = counter.one(Record)
        counter.desk = resume(ATTENDED, record.use, record.admitted, counter.now)
        counter.press("-")
        assert counter.recorded.voided

    @pytest.mark.parametrize("profile", Profile)
    def test_a_kiosk_that_was_set_up_anew_forgets_the_other_profiles_use(
        self, profile: Profile
    ) -> None:
        """A visit is no fee, and a fee no visit."""
        fee = Fee(Service.COPYING, 30) if profile is Profile.ENTRANCE else None
        use = Use(UUID(int=1), LIBRARY.id, NOON, AINO, fee=fee)
        manners = Manners(profile=profile)
        assert resume(manners, use, ALONE, Counter().now) == Desk(manners)


class TestAsking:
    """The register is asked where the store cannot know."""

    def test_a_known_card_is_decided_at_once(self) -> None:
        """Local first."""
        counter = Counter(online=True)
        counter.press("15")
        counter.scan(AINO)
        assert counter.verdict.source == "local"

    def test_an_unknown_card_is_asked_about_with_its_fee(self) -> None:
        """Until the answer, what is on record is that nothing was covered (promise P1)."""
        counter = Counter(online=True)
        counter.press("15")
        assert kinds(counter.scan(STRANGER)) == [Record, Ask]
        ask, record = counter.one(Ask), counter.one(Record)
        assert (ask.fee, ask.digest) == (Fee(Service.COPYING, 150), STRANGER)
        assert (record.standing, record.use.outcome) == (Standing.ASKED, Outcome.REFUSED)
        counter.cover(left=450)
        assert (counter.recorded.id, counter.recorded.revision) == (ask.use, 2)
        assert counter.one(Record).standing is Standing.SENT
        assert counter.shows.cents_left == 450
        assert counter.verdict.source == "register"

    def test_a_store_that_is_not_whole_asks_where_sums_are_capped(self) -> None:
        """It may lack what the card was covered for."""
        counter = Counter(online=True, whole=False)
        counter.press("15")
        assert kinds(counter.scan(AINO)) == [Record, Ask]
        counter.answer(None)
        assert counter.verdict.reason is Reason.CANNOT_CHECK_NOW
        counter.press("2150")
        assert kinds(counter.scan(AINO)) == [Record, Tell, Log]

    def test_a_refusal_of_the_registers_says_what_could_be_covered(self) -> None:
        """Where the register says it."""
        counter = Counter(online=True)
        counter.press("15")
        counter.scan(STRANGER)
        use = counter.one(Ask).use
        counter.answer(Answer(use, Outcome.REFUSED, Reason.FEES_USED_UP, NOBODY, 80))
        assert counter.shows.detail == words.COULD_COVER.fill(sum=euros(80))
        assert counter.inside == []

    @pytest.mark.parametrize(
        ("whole", "reason"), [(True, Reason.UNKNOWN_CARD), (False, Reason.CANNOT_CHECK_NOW)]
    )
    def test_without_an_answer_the_store_decides(self, whole: bool, reason: Reason) -> None:
        """Under the same id, and not sent yet."""
        counter = Counter(online=True, whole=whole)
        counter.press("15")
        counter.scan(STRANGER)
        asked = counter.one(Ask).use
        counter.answer(None)
        assert counter.verdict.reason is reason
        assert counter.one(Record).standing is Standing.UNSENT
        assert (counter.recorded.id, counter.recorded.fee) == (asked, Fee(Service.COPYING, 150))

    def test_the_moment_of_the_scan_is_recorded(self) -> None:
        """However long the register took."""
        counter = Counter(online=True)
        counter.press("15")
        counter.scan(STRANGER)
        before = counter.recorded.at
        counter.clock += 0.8
        counter.answer(None)
        assert counter.recorded.at == before


def test_nothing_ever_opens_the_gate() -> None:
    """A fee lets nobody in, and a passage is nothing to it."""
    counter = Counter(replace(ATTENDED, passage=5.0))
    counter.press("15")
    counter.scan(AINO)
    counter.walk_through()
    counter.wait(100)
    assert not [effect for effect in counter.history if isinstance(effect, Open)]
    assert counter.spent(AINO, Service.COPYING) == 150
