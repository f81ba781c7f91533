"""A group at an entrance: a worker and a few holders come in on one decision (OM-36 to OM-39)."""

from datetime import timedelta

import pytest

from kaiku.card import Card, Kind, Status
from kaiku.decide import Facts
from kaiku.decision import Missing
from kaiku.group import GroupSize
from kaiku.offering import OncePerPerformance, Seats, Visits
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import WORDS, Reason
from kaiku.text import Text
from kaiku.wire import Answer, Outcome
from kiosk import words
from kiosk.desk import (
    Annulled,
    Ask,
    Log,
    Manners,
    Open,
    Record,
    Standing,
    Tell,
    Undecided,
    resume,
)
from kiosk.ports import Scene, Signal
from tests.kaiku.made import DAY, NOON, TODAY, card, entry, show
from tests.kiosk.desk.entrance import AINO, ELLI, OTTO, Entrance, kinds

WORKER, OTHER_WORKER, ULLA, VEIKKO = (bytes([letter]) * 16 for letter in b"WXUV")
STRANGER = b"?" * 16
COMMUNITY = card(0, kind=Kind.COMMUNITY)
CAPPED = show(Seats(40))


def cards() -> dict[bytes, Card]:
    """Return five holders' cards, and two that lead groups."""
    holders = dict.fromkeys((AINO, ELLI, OTTO, ULLA, VEIKKO), card(2))
    return holders | dict.fromkeys((WORKER, OTHER_WORKER), COMMUNITY)


@pytest.fixture
def entrance() -> Entrance:
    """Give an entrance out of reach of the register, its store whole."""
    return Entrance(cards=cards())


def gather(entrance: Entrance, *members: bytes | None) -> None:
    """Show the worker's card, then those of members."""
    for digest in (WORKER, *members):
        entrance.scan(digest)


def shows_open_group(scene: Scene) -> bool:
    """Tell whether a scene asks for the group's cards."""
    return scene.signal is Signal.ASK and scene.detail == words.ALL_HERE


class TestOpening:
    """A community card opens a group."""

    def test_it_asks_for_the_cards_of_all(self, entrance: Entrance) -> None:
        """Aloud; nobody is let in, and nothing is recorded yet (OM-39)."""
        assert kinds(entrance.scan(WORKER)) == [Tell, Log]
        assert shows_open_group(entrance.shows)
        assert entrance.shows.title == words.SHOW_ALL_CARDS
        assert entrance.one(Tell).aloud

    def test_the_log_has_it_under_the_id_of_what_comes_of_it(self, entrance: Entrance) -> None:
        """As asking, without a reason."""
        entrance.scan(WORKER)
        asked = entrance.verdict
        assert (asked.outcome, asked.reason) == (Undecided.ASK, None)
        entrance.scan(AINO)
        entrance.press("=")
        assert entrance.verdict.use == asked.use == entrance.recorded.id

    @pytest.mark.parametrize(
        ("leader", "reason"),
        [
            (card(0, kind=Kind.COMMUNITY, status=Status.ENDED), Reason.ENDED),
            (card(0, kind=Kind.COMMUNITY, status=Status.OUT_OF_USE), Reason.OUT_OF_USE),
            (card(0, kind=Kind.COMMUNITY, valid_until=TODAY - DAY), Reason.EXPIRED),
            (card(0, kind=Kind.COMMUNITY, valid_from=TODAY + DAY), Reason.NOT_YET_VALID),
        ],
    )
    def test_a_card_that_is_no_good_itself_opens_none(
        self, entrance: Entrance, leader: Card, reason: Reason
    ) -> None:
        """It is refused at once, like any card (OM-8, OM-30)."""
        entrance.cards[WORKER] = leader
        assert kinds(entrance.scan(WORKER)) == [Record, Tell, Log]
        assert entrance.recorded.reason is reason
        assert entrance.desk.group is None

    @pytest.mark.parametrize(
        ("hours", "reason"), [(-3, Reason.OFFERING_OVER), (24, Reason.TOO_EARLY)]
    )
    def test_where_nothing_is_on_it_opens_none(
        self, entrance: Entrance, hours: int, reason: Reason
    ) -> None:
        """Before entry opens and after the end (OM-42, OM-66)."""
        entrance.offering = show(starts=NOON + timedelta(hours=hours))
        entrance.scan(WORKER)
        assert entrance.recorded.reason is reason
        assert entrance.desk.group is None

    def test_before_the_first_contact_it_opens_none(self, entrance: Entrance) -> None:
        """There is nothing to come in to."""
        entrance.offering = None
        entrance.scan(WORKER)
        assert entrance.verdict.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.desk.group is None

    def test_what_was_typed_before_counts(self, entrance: Entrance) -> None:
        """As it does before any card."""
        entrance.press("2")
        gather(entrance, AINO)
        entrance.press("=")
        assert entrance.inside == [Party(adults=2, children=2)]

    def test_what_was_typed_before_is_not_more_than_a_group_holds(self, entrance: Entrance) -> None:
        """It is said and forgotten (OM-37)."""
        entrance.press("12")
        entrance.scan(WORKER)
        assert entrance.shows.title == WORDS[Reason.GROUP_TOO_LARGE].title
        assert entrance.verdict.outcome is Undecided.ASK
        assert entrance.desk.typed == ALONE


class TestMembers:
    """Each card is looked at when it is shown."""

    def test_a_good_card_is_taken_in_and_counted(self, entrance: Entrance) -> None:
        """The screen says how many cards have been read, the log that it still asks."""
        gather(entrance, AINO)
        assert entrance.shows.title == words.CARD_READ.fill(place=1)
        assert kinds(entrance.scan(ELLI)) == [Tell, Log]
        assert entrance.shows.title == words.CARD_READ.fill(place=2)
        assert entrance.shows.party == Party(adults=3)
        assert (entrance.verdict.outcome, entrance.verdict.party.adults) == (Undecided.ASK, 3)
        assert entrance.opened == 0

    def test_the_same_card_twice_is_said_and_not_counted_twice(self, entrance: Entrance) -> None:
        """A scanner may read it again by itself."""
        gather(entrance, AINO, ELLI, AINO)
        assert entrance.shows.title == words.DONE_ALREADY
        assert entrance.verdict.repeat
        entrance.press("=")
        assert entrance.recorded.members == (AINO, ELLI)

    @pytest.mark.parametrize(
        ("member", "facts", "reason"),
        [
            (card(valid_until=TODAY - DAY), Facts(), Reason.EXPIRED),
            (card(status=Status.ENDED), Facts(), Reason.ENDED),
            (None, Facts(), Reason.UNKNOWN_CARD),
            (card(), Facts(visits=30), Reason.VISITS_USED_UP),
            (card(), Facts(uses=1), Reason.ALREADY_USED),
        ],
    )
    def test_a_card_that_cannot_come_in_is_said_at_once_and_not_taken_in(
        self, entrance: Entrance, member: Card | None, facts: Facts, reason: Reason
    ) -> None:
        """With its reason; the group goes on without it (OM-38, 39, 58, 60)."""
        entrance.offering = entry(Visits(30), OncePerPerformance())
        gather(entrance, AINO)
        entrance.press("1")
        entrance.cards.pop(OTTO)
        entrance.cards |= {} if member is None else {OTTO: member}
        entrance.own[OTTO] = facts
        assert kinds(entrance.scan(OTTO)) == [Record, Tell, Log]
        assert (entrance.verdict.outcome, entrance.verdict.reason) == (Outcome.REFUSED, reason)
        assert (entrance.shows.signal, entrance.shows.title) == (
            Signal.REFUSED,
            WORDS[reason].title,
        )
        assert entrance.shows.detail == words.WITHOUT_IT
        entrance.scan(ELLI)
        entrance.press("=")
        assert entrance.recorded.members == (AINO, ELLI)
        assert entrance.recorded.party.children == 1
        assert entrance.inside == [Party(adults=3, children=1)]

    def test_a_second_card_that_leads_is_turned_away_in_words_that_fit(
        self, entrance: Entrance
    ) -> None:
        """A worker's colleague comes along; nobody is asked for what the group does (OM-28, 38)."""
        entrance.cards[OTTO] = COMMUNITY
        gather(entrance, AINO, OTTO)
        assert entrance.verdict.reason is Reason.COMMUNITY_CARD_ALONE
        assert (entrance.shows.signal, entrance.shows.title, entrance.shows.detail) == (
            Signal.REFUSED,
            words.NO_MEMBER,
            words.WITHOUT_IT,
        )
        entrance.press("=")
        assert entrance.recorded.members == (AINO,)

    def test_a_refused_card_is_kept_as_any_refused_scan(self, entrance: Entrance) -> None:
        """Under an id of its own, with its reason, and of no group (promise P1)."""
        entrance.cards[OTTO] = card(status=Status.ENDED)
        gather(entrance, AINO, OTTO)
        refused = entrance.recorded
        assert (refused.digest, refused.reason, refused.members) == (OTTO, Reason.ENDED, None)
        entrance.press("=")
        assert entrance.recorded.id != refused.id

    def test_after_a_while_the_screen_asks_for_cards_again(self, entrance: Entrance) -> None:
        """A refusal is shown for as long as any."""
        gather(entrance, STRANGER)
        entrance.wait(5)
        assert shows_open_group(entrance.shows)

    def test_an_unreadable_scan_leaves_the_group_as_it_is(self, entrance: Entrance) -> None:
        """The member shows the card again."""
        gather(entrance, AINO, None)
        assert entrance.recorded.reason is Reason.UNREADABLE
        assert entrance.shows.detail == WORDS[Reason.UNREADABLE].mend
        entrance.scan(ELLI)
        entrance.press("=")
        assert entrance.inside == [Party(adults=3)]

    def test_a_card_above_the_size_is_not_taken_in(self, entrance: Entrance) -> None:
        """Five with the leader (OM-37); the screen says how many there can be."""
        gather(entrance, AINO, ELLI, OTTO, ULLA, VEIKKO)
        assert entrance.verdict.reason is Reason.GROUP_TOO_LARGE
        assert entrance.shows.detail == words.LARGEST_GROUP.fill(most=5)
        entrance.press("=")
        assert entrance.inside == [Party(adults=5)]

    def test_how_large_it_may_be_is_the_registers_word(self) -> None:
        """Where the leader does not count, one more comes in (OM-37)."""
        size = GroupSize(2, leader_counts=False)
        entrance = Entrance(cards=cards(), size=size)
        gather(entrance, AINO, ELLI, OTTO)
        assert entrance.shows.detail == words.LARGEST_GROUP.fill(most=3)
        entrance.press("=")
        assert entrance.inside == [Party(adults=3)]

    @pytest.mark.parametrize(("online", "told"), [(True, None), (False, Reason.CANNOT_CHECK_NOW)])
    def test_what_the_store_lacks_is_left_to_the_register(
        self, online: bool, told: Reason | None
    ) -> None:
        """Where it can be asked at the end; else it is said at once."""
        entrance = Entrance(cards=cards(), online=online, whole=False, offering=entry(Visits(30)))
        gather(entrance, AINO)
        assert entrance.verdict.reason is told


class TestKeys:
    """Who comes along without a card, and taking out."""

    @pytest.mark.parametrize(
        ("keys", "party"),
        [
            ("2", Party(children=2)),
            ("02", Party(children=2)),
            ("2<1", Party(children=1)),
            ("12", ALONE),
            ("4", ALONE),
            ("41", Party(children=1)),
            ("+", Party(helpers=1)),
            ("2*", Party(children=2, supporters=1)),
            ("2+<", ALONE),
        ],
    )
    def test_digits_are_the_younger_clients(
        self, entrance: Entrance, keys: str, party: Party
    ) -> None:
        """And ``+`` and ``*`` those who help (OM-38, OM-67, OM-68).

        A number that makes the group too large is said and forgotten (OM-37).
        """
        gather(entrance, AINO)
        entrance.press(keys + "=")
        assert entrance.recorded.party == party
        everybody = Party(party.children, party.helpers, party.supporters, adults=2)
        assert entrance.inside == [everybody]
        assert entrance.opened == everybody.persons

    @pytest.mark.parametrize("before", [True, False])
    def test_younger_clients_are_turned_away_where_a_course_has_no_places_for_them(
        self, entrance: Entrance, before: bool
    ) -> None:
        """Said as soon as they are typed, and forgotten; the members come in (OM-45)."""
        entrance.offering = entry(children_welcome=False)
        entrance.press("2" if before else "")
        entrance.scan(WORKER)
        entrance.press("" if before else "2")
        assert entrance.shows.title == WORDS[Reason.CHILDREN_NOT_IN_GROUPS].title
        entrance.scan(AINO)
        entrance.press("=")
        assert entrance.inside == [Party(adults=2)]

    def test_helpers_are_outside_the_size(self, entrance: Entrance) -> None:
        """An assistant is always free (OM-67)."""
        gather(entrance, AINO, ELLI, OTTO, ULLA)
        entrance.press("+=")
        assert entrance.inside == [Party(adults=5, helpers=1)]

    @pytest.mark.parametrize("key", ["-", "<"])
    def test_the_last_card_is_taken_out(self, entrance: Entrance, key: str) -> None:
        """``-``, or Backspace where nothing is typed; the card can be shown again."""
        gather(entrance, AINO, ELLI)
        entrance.press(key)
        assert entrance.shows.title == words.CARD_READ.fill(place=1)
        entrance.scan(ELLI)
        entrance.press(key)
        entrance.press("=")
        assert entrance.recorded.members == (AINO,)

    def test_backspace_clears_what_was_typed_first(self, entrance: Entrance) -> None:
        """The members stay."""
        gather(entrance, AINO)
        entrance.press("2<=")
        assert entrance.inside == [Party(adults=2)]

    @pytest.mark.parametrize("keys", ["-", "<", "2<<", "2--"])
    def test_with_nothing_left_to_take_out_the_group_is_given_up(
        self, entrance: Entrance, keys: str
    ) -> None:
        """It ends as after a while, but at once: the next visitor need not wait."""
        gather(entrance)
        entrance.press(keys)
        assert entrance.desk.group is None
        assert [record.use.reason for record in entrance.journal.values()] == [
            Reason.COMMUNITY_CARD_ALONE
        ]
        assert entrance.shows.title == words.NOT_COMPLETED

    def test_enter_with_nobody_there_asks_again(self, entrance: Entrance) -> None:
        """Nothing is decided on a card alone (OM-39)."""
        gather(entrance)
        assert kinds(entrance.press("=")) == [Tell]
        assert shows_open_group(entrance.shows)

    def test_the_last_use_before_is_not_taken_back_by_a_groups_keys(self) -> None:
        """``-`` is the group's while it is open."""
        entrance = Entrance(Manners(attended=True), cards=cards())
        entrance.scan(VEIKKO)
        gather(entrance, AINO)
        entrance.press("-")
        assert entrance.all(Annulled) == []


class TestDeciding:
    """Enter, or the first card again, ends it: one decision and one record for all."""

    def test_it_is_recorded_before_anybody_is_told_and_before_the_gate_opens(
        self, entrance: Entrance
    ) -> None:
        """In this order, always (promise P1)."""
        gather(entrance, AINO, ELLI)
        assert kinds(entrance.press("=")) == [Record, Tell, Open, Log]
        assert entrance.one(Open).persons == 3
        assert entrance.shows.title == words.WELCOME
        assert entrance.shows.party == entrance.verdict.party == Party(adults=3)

    def test_the_record_is_the_leaders_with_the_members_in_their_order(
        self, entrance: Entrance
    ) -> None:
        """One use; the younger clients are its children (OM-38)."""
        gather(entrance, ELLI, AINO)
        entrance.press("1=")
        record = entrance.one(Record)
        assert (record.use.digest, record.use.members) == (WORKER, (ELLI, AINO))
        assert record.use.party == Party(children=1)
        assert record.admitted == Party(adults=3, children=1)
        assert len(entrance.journal) == 1

    def test_the_first_card_again_ends_it_too(self, entrance: Entrance) -> None:
        """A kiosk may have no keys."""
        gather(entrance, AINO)
        assert kinds(entrance.scan(WORKER)) == [Record, Tell, Open, Log]
        assert entrance.inside == [Party(adults=2)]

    def test_the_first_card_twice_at_once_ends_nothing(self, entrance: Entrance) -> None:
        """A scanner may read it again by itself."""
        entrance.press("2")
        gather(entrance, WORKER)
        assert shows_open_group(entrance.shows)
        assert entrance.verdict.repeat

    def test_younger_clients_alone_make_a_group(self, entrance: Entrance) -> None:
        """They have no cards of their own (OM-38)."""
        gather(entrance)
        entrance.press("2=")
        assert entrance.inside == [Party(adults=1, children=2)]

    def test_who_cannot_come_in_any_more_is_named(self, entrance: Entrance) -> None:
        """By the order of the cards; nobody is let in, and the others begin anew (OM-38)."""
        gather(entrance, AINO, ELLI, OTTO)
        entrance.cards[ELLI] = card(status=Status.ENDED)
        entrance.own[OTTO] = Facts(visits=30)
        entrance.offering = entry(Visits(30))
        assert kinds(entrance.press("=")) == [Record, Tell, Log]
        assert entrance.recorded.reason is Reason.GROUP_CARD_MISSING
        assert entrance.shows.title == WORDS[Reason.GROUP_CARD_MISSING].title
        assert entrance.shows.detail == Text(
            "Kortti\N{NO-BREAK SPACE}2: Kortti on päätetty."
            " Kortti\N{NO-BREAK SPACE}3: Käyntejä ei ole riittävästi jäljellä."
            " Näytä muut uudelleen.",
            "Kort\N{NO-BREAK SPACE}2: Kortet har avslutats."
            " Kort\N{NO-BREAK SPACE}3: Det finns inte tillräckligt med besök kvar."
            " Visa de andra igen.",
            "Card\N{NO-BREAK SPACE}2: The card has been ended."
            " Card\N{NO-BREAK SPACE}3: Not enough visits left."
            " Show the others again.",
        )
        assert entrance.opened == 0

    def test_a_leader_whose_card_has_ended_meanwhile_lets_nobody_in(
        self, entrance: Entrance
    ) -> None:
        """The decision is by what is known at its moment (promise P4)."""
        gather(entrance, AINO)
        entrance.cards[WORKER] = card(0, kind=Kind.COMMUNITY, status=Status.ENDED)
        entrance.press("=")
        assert entrance.recorded.reason is Reason.ENDED
        assert entrance.opened == 0

    @pytest.mark.parametrize(
        ("offering", "reason"),
        [
            (CAPPED, Reason.CANNOT_CHECK_NOW),
            (show(starts=NOON + DAY), Reason.TOO_EARLY),
            (show(starts=NOON - DAY), Reason.OFFERING_OVER),
            (None, Reason.CANNOT_CHECK_NOW),
        ],
    )
    def test_what_is_on_now_counts(
        self, entrance: Entrance, offering: None, reason: Reason
    ) -> None:
        """Not what was on when the first card was shown."""
        gather(entrance, AINO)
        entrance.offering = offering
        entrance.press("=")
        assert entrance.verdict.reason is reason
        assert entrance.desk.group is None
        assert entrance.opened == 0

    def test_a_refusal_ends_the_group_and_the_cards_can_be_shown_again(
        self, entrance: Entrance
    ) -> None:
        """Under a new id."""
        entrance.cards[ELLI] = card()
        gather(entrance, AINO, ELLI)
        entrance.cards[ELLI] = card(status=Status.ENDED)
        entrance.press("=")
        first = entrance.recorded
        gather(entrance, AINO)
        entrance.press("=")
        assert entrance.recorded.id != first.id
        assert entrance.inside == [Party(adults=2)]


class TestAskingTheRegister:
    """Where the answer depends on what others did, it is asked about all at once."""

    def test_a_shared_cap_is_asked_about(self) -> None:
        """With the members, under the group's id; until the answer nothing has happened (P1)."""
        entrance = Entrance(cards=cards(), offering=CAPPED, online=True)
        gather(entrance, AINO, ELLI)
        entrance.press("1")
        assert kinds(entrance.press("=")) == [Record, Ask]
        ask, record = entrance.one(Ask), entrance.one(Record)
        assert (ask.digest, ask.members, ask.party) == (WORKER, (AINO, ELLI), Party(children=1))
        assert (record.standing, record.admitted) == (Standing.ASKED, NOBODY)
        assert (record.use.id, record.use.members) == (ask.use, (AINO, ELLI))
        entrance.answer(Answer(ask.use, Outcome.ACCEPTED, None, Party(1, adults=3), 12))
        assert entrance.one(Record).standing is Standing.SENT
        assert entrance.one(Record).use.members == (AINO, ELLI)
        assert entrance.opened == 4
        assert entrance.shows.remaining is None

    def test_an_unknown_member_is_asked_about_and_named_where_it_stays_unknown(self) -> None:
        """It may have been given a minute ago (OM-21)."""
        entrance = Entrance(cards=cards(), online=True)
        gather(entrance, AINO, STRANGER)
        assert entrance.verdict.outcome is Undecided.ASK
        entrance.press("=")
        ask = entrance.one(Ask)
        missing = (Missing(2, Reason.UNKNOWN_CARD),)
        refused = Outcome.REFUSED, Reason.GROUP_CARD_MISSING, NOBODY, None, missing
        entrance.answer(Answer(ask.use, *refused))
        assert entrance.recorded.reason is Reason.GROUP_CARD_MISSING
        assert entrance.shows.detail is not None
        assert entrance.shows.detail.en == (
            "Card\N{NO-BREAK SPACE}2: Card not found. Show the others again."
        )
        assert entrance.opened == 0

    def test_known_cards_at_an_open_entry_are_decided_at_once(self) -> None:
        """Local first."""
        entrance = Entrance(cards=cards(), online=True)
        gather(entrance, AINO)
        assert kinds(entrance.press("=")) == [Record, Tell, Open, Log]
        assert entrance.verdict.source == "local"

    def test_in_the_registers_silence_the_store_decides(self) -> None:
        """Under the same id: a capped seat is refused, an unknown member is named (P2)."""
        capped = Entrance(cards=cards(), offering=CAPPED, online=True)
        gather(capped, AINO)
        capped.press("=")
        capped.answer(None)
        assert capped.recorded.reason is Reason.CANNOT_CHECK_NOW
        unknown = Entrance(cards=cards(), online=True)
        gather(unknown, STRANGER)
        unknown.press("=")
        asked = unknown.one(Ask).use
        unknown.answer(None)
        assert unknown.recorded.id == asked
        assert unknown.recorded.reason is Reason.GROUP_CARD_MISSING
        assert unknown.one(Record).standing is Standing.UNSENT
        assert (capped.opened, unknown.opened) == (0, 0)


class TestEndingWithoutAWord:
    """A group that nobody completes lets nobody in, and is recorded once."""

    @pytest.mark.parametrize(
        ("members", "keys", "reason"),
        [
            ((), "", Reason.COMMUNITY_CARD_ALONE),
            ((AINO,), "", Reason.GROUP_CARD_MISSING),
            ((), "2", Reason.GROUP_CARD_MISSING),
        ],
    )
    @pytest.mark.parametrize("ending", ["time", "input", "late scan"])
    def test_nobody_is_let_in(
        self,
        entrance: Entrance,
        members: tuple[bytes, ...],
        keys: str,
        reason: Reason,
        ending: str,
    ) -> None:
        """After a while, where the input ends, or before the next visitor's card (OM-39)."""
        gather(entrance, *members)
        entrance.press(keys)
        match ending:
            case "time":
                effects = entrance.wait(60)[:3]
            case "input":
                effects = entrance.end_input()
            case _:
                entrance.clock += 61
                effects = entrance.scan(VEIKKO)[:3]
        assert kinds(effects) == [Record, Tell, Log]
        record, tell, log = effects
        assert isinstance(record, Record)
        assert isinstance(tell, Tell)
        assert isinstance(log, Log)
        assert (record.use.digest, record.use.members) == (WORKER, members)
        assert (record.use.outcome, record.use.reason) == (Outcome.REFUSED, reason)
        assert (tell.scene.signal, tell.scene.title) == (Signal.REFUSED, words.NOT_COMPLETED)
        assert log.verdict.party.adults == 1 + len(members)
        assert entrance.desk.group is None
        assert entrance.opened == (1 if ending == "late scan" else 0)
        refusals = [
            each for each in entrance.journal.values() if each.use.outcome is Outcome.REFUSED
        ]
        assert refusals == [record]

    def test_each_card_and_key_gives_it_time_anew(self, entrance: Entrance) -> None:
        """What was typed stays as long as the group."""
        gather(entrance, AINO)
        entrance.wait(50)
        entrance.press("2")
        entrance.wait(50)
        entrance.scan(ELLI)
        entrance.wait(59)
        entrance.press("=")
        assert entrance.inside == [Party(adults=3, children=2)]

    def test_the_screen_waits_for_a_card_afterwards(self, entrance: Entrance) -> None:
        """Nothing that was typed for the group is left for the next visitor."""
        gather(entrance)
        entrance.press("2+")
        entrance.wait(70)
        assert entrance.shows.title == words.SHOW_CARD
        entrance.scan(VEIKKO)
        assert entrance.recorded.party == ALONE

    def test_input_that_ends_without_a_group_changes_nothing(self, entrance: Entrance) -> None:
        """There is nothing to end."""
        assert entrance.end_input() == []


class TestAfterwards:
    """A group that came in is one visit."""

    @pytest.mark.parametrize("digest", [WORKER, AINO, ELLI])
    def test_a_card_of_it_shown_again_is_the_same_visit(
        self, entrance: Entrance, digest: bytes
    ) -> None:
        """The leader's and the members', within seconds; keys change nothing of it."""
        gather(entrance, AINO, ELLI)
        entrance.press("=")
        entrance.press("1")
        assert kinds(entrance.scan(digest)) == [Tell, Log]
        assert entrance.shows.title == words.DONE_ALREADY
        assert entrance.verdict.repeat
        assert entrance.desk.typed == ALONE
        assert len(entrance.journal) == 1

    def test_later_the_card_opens_a_new_group(self, entrance: Entrance) -> None:
        """After the repeat time."""
        gather(entrance, AINO)
        entrance.press("=")
        entrance.wait(8.1)
        entrance.scan(WORKER)
        assert shows_open_group(entrance.shows)

    def test_keys_are_for_the_next_card(self, entrance: Entrance) -> None:
        """Nobody is added to a group that has come in."""
        gather(entrance, AINO)
        entrance.press("=")
        entrance.press("1")
        entrance.scan(OTTO)
        assert entrance.recorded.digest == OTTO
        assert entrance.recorded.party == Party(children=1)

    def test_it_is_taken_back_whole(self) -> None:
        """Where the station is attended; the row stays, and says so."""
        entrance = Entrance(Manners(attended=True), cards=cards())
        gather(entrance, AINO, ELLI)
        entrance.press("=")
        assert kinds(entrance.press("-")) == [Record, Annulled, Tell]
        assert entrance.recorded.voided
        assert entrance.recorded.members == (AINO, ELLI)
        assert entrance.inside == []

    def test_it_is_one_passage(self) -> None:
        """Whoever passes keeps it; where nobody does it is annulled."""
        kept, annulled = (Entrance(Manners(passage=20.0), cards=cards()) for _ in range(2))
        for entrance in (kept, annulled):
            gather(entrance, AINO, ELLI)
            entrance.press("=")
        kept.walk_through(2)
        for entrance in (kept, annulled):
            entrance.wait(30)
        assert kept.inside == [Party(adults=3)]
        assert annulled.inside == []

    def test_after_a_restart_it_is_still_the_same_visit(self, entrance: Entrance) -> None:
        """A power cut while a group was open has undone nothing but that group."""
        gather(entrance, AINO)
        entrance.press("=")
        record = entrance.one(Record)
        entrance.desk = resume(entrance.manners, record.use, record.admitted, entrance.now)
        entrance.scan(AINO)
        assert entrance.verdict.repeat


class TestWhatBystandersSee:
    """Nothing tells what kind of card leads (OM-28)."""

    def test_no_scene_names_the_kind_of_card_or_whose_it_is(self, entrance: Entrance) -> None:
        """Open, joined, refused, ended and let in."""
        gather(entrance, AINO, AINO, STRANGER, OTHER_WORKER)
        entrance.press("9=")
        gather(entrance)
        entrance.wait(200)
        shown = repr([each.scene for each in entrance.history if isinstance(each, Tell)]).lower()
        for telling in ("communit", "yhteis", "gemenskap", "worker", "client", "asiaka", "klient"):
            assert telling not in shown


class TestAGuessedInstant:
    """Nobody has told the time in place of a wrong clock: it is no reason to tell (promise P7)."""

    def test_a_member_who_may_have_come_too_late_is_told_what_is_true(
        self, entrance: Entrance
    ) -> None:
        """On the display and on record; the group goes on without that card."""
        entrance.guessed = True
        entrance.cards[ELLI] = card(valid_until=TODAY - DAY)
        gather(entrance, ELLI)
        assert entrance.recorded.reason is Reason.CANNOT_CHECK_NOW
        assert entrance.shows.title == WORDS[Reason.CANNOT_CHECK_NOW].title

    def test_a_leader_too(self, entrance: Entrance) -> None:
        """No group is opened."""
        entrance.guessed = True
        entrance.cards[WORKER] = card(0, kind=Kind.COMMUNITY, valid_from=TODAY + DAY)
        gather(entrance)
        assert entrance.recorded.reason is Reason.CANNOT_CHECK_NOW

    def test_and_a_member_whose_time_ran_out_until_the_end(self, entrance: Entrance) -> None:
        """The others are told which card it is, and no false reason."""
        gather(entrance, ELLI, OTTO)
        entrance.cards[OTTO] = card(valid_until=TODAY - DAY)
        entrance.guessed = True
        entrance.press("=")
        assert entrance.recorded.reason is Reason.GROUP_CARD_MISSING
        assert entrance.shows.detail is not None
        assert WORDS[Reason.CANNOT_CHECK_NOW].title.en in entrance.shows.detail.en
