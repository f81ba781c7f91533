"""Whether a party is let in on a card: every rule at its edges, and what always holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Card, Kind, Status
from kaiku.decide import NO_FACTS, Decision, Facts, decide, refused
from kaiku.offering import (
    Exclusion,
    Limit,
    Offering,
    OncePerPerformance,
    Per,
    Seats,
    Visits,
    Window,
)
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from tests.kaiku.made import (
    DAY,
    NOON,
    TODAY,
    card,
    cards,
    entry,
    facts,
    instants,
    offerings,
    parties,
    show,
)

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def reasons(
    what: Card | None,
    offering: Offering,
    party: Party = ALONE,
    known: Facts = NO_FACTS,
    now: datetime = NOON,
) -> list[Reason]:
    """Return why the party is refused; nothing where it is let in."""
    return list(decide(what, party, offering, known, now).reasons)


class TestTheCard:
    """A card that does not hold makes every other question vain."""

    def test_a_valid_card_is_let_in(self) -> None:
        """By default nothing is limited, and the home area is never asked (OM-2, OM-43)."""
        decision = decide(card(), ALONE, entry(), NO_FACTS, NOON)
        assert decision.accepted
        assert decision.reason is None
        assert decision.admitted == ALONE
        assert decision.remaining is None

    def test_a_card_that_is_not_registered_does_not_work(self) -> None:
        """Nothing else is asked of it (OM-21)."""
        assert reasons(None, entry(exclusion=Exclusion.GALA), Party(children=9)) == [
            Reason.UNKNOWN_CARD
        ]

    @pytest.mark.parametrize(
        ("status", "reason"),
        [(Status.ENDED, Reason.ENDED), (Status.OUT_OF_USE, Reason.OUT_OF_USE)],
    )
    def test_a_card_that_a_distributor_ended_is_refused(
        self, status: Status, reason: Reason
    ) -> None:
        """At once, whatever its dates (OM-30)."""
        assert reasons(card(status=status), entry()) == [reason]
        assert reasons(card(status=status, valid_until=TODAY - DAY), entry()) == [reason]
        assert reasons(card(status=status, valid_from=TODAY + DAY), entry()) == [reason]

    def test_a_card_works_on_its_first_and_last_day(self) -> None:
        """Both are included (OM-8)."""
        assert not reasons(card(valid_from=TODAY, valid_until=TODAY), entry())

    def test_a_card_before_its_first_day_is_refused(self) -> None:
        """It is not valid yet."""
        assert reasons(card(valid_from=TODAY + DAY), entry()) == [Reason.NOT_YET_VALID]

    def test_a_card_after_its_last_day_is_refused(self) -> None:
        """It has expired (OM-8)."""
        assert reasons(card(valid_until=TODAY - DAY), entry()) == [Reason.EXPIRED]

    def test_a_card_expires_at_midnight_in_helsinki(self) -> None:
        """Which is two hours before midnight in UTC (OM-8)."""
        last_day = card(valid_until=TODAY)
        midnight = datetime(2026, 11, 24, 22, tzinfo=UTC)
        assert not reasons(last_day, entry(), now=midnight - SECOND)
        assert reasons(last_day, entry(), now=midnight) == [Reason.EXPIRED]

    def test_a_card_begins_at_midnight_in_helsinki(self) -> None:
        """In summer three hours before midnight in UTC."""
        midnight = datetime(2026, 6, 24, 21, tzinfo=UTC)
        first_day = card(valid_from=datetime(2026, 6, 25, tzinfo=UTC).date())
        assert reasons(first_day, entry(), now=midnight - SECOND) == [Reason.NOT_YET_VALID]
        assert not reasons(first_day, entry(), now=midnight)


class TestTheOfferingsTime:
    """The day of the event counts, not the day of booking (OM-42)."""

    def test_a_card_must_be_valid_on_the_day_of_the_event(self) -> None:
        """Booked while it is valid, for a day when it no longer is (OM-42)."""
        late = show(starts=NOON + 10 * DAY)
        assert reasons(card(valid_until=TODAY + 9 * DAY), late) == [
            Reason.OFFERING_OUTSIDE_VALIDITY
        ]
        assert not reasons(card(valid_until=TODAY + 10 * DAY), late)

    def test_a_card_that_is_valid_only_by_then_may_book(self) -> None:
        """The day of booking is not asked (OM-42)."""
        late = show(starts=NOON + 10 * DAY)
        assert not reasons(card(valid_from=TODAY + 10 * DAY), late)
        assert reasons(card(valid_from=TODAY + 11 * DAY), late) == [
            Reason.OFFERING_OUTSIDE_VALIDITY
        ]

    def test_on_the_day_itself_an_expired_card_is_told_so(self) -> None:
        """The plainer word where both would do."""
        assert reasons(card(valid_until=TODAY - DAY), show()) == [Reason.EXPIRED]

    def test_a_performance_past_midnight_belongs_to_its_first_day(self) -> None:
        """A card whose last day it is stays good until the end (OM-42)."""
        night = show(starts=datetime(2026, 11, 24, 20, tzinfo=UTC), ends=NOON + 15 * 60 * MINUTE)
        past_midnight = datetime(2026, 11, 24, 23, tzinfo=UTC)
        assert not reasons(card(valid_until=TODAY), night, now=past_midnight)
        assert reasons(card(valid_from=TODAY + DAY), night, now=past_midnight) == [
            Reason.OFFERING_OUTSIDE_VALIDITY
        ]

    def test_on_each_day_of_a_festival_the_card_is_valid_on_that_day(self) -> None:
        """One that was given on the second day comes in, one that ended before does not (OM-42)."""
        festival = show(starts=NOON, ends=NOON + 2 * DAY)
        second, third = NOON + DAY, NOON + 2 * DAY - SECOND
        given_on_second = card(valid_from=TODAY + DAY)
        assert reasons(given_on_second, festival) == [Reason.NOT_YET_VALID]
        assert not reasons(given_on_second, festival, now=second)
        ends_on_second = card(valid_until=TODAY + DAY)
        assert not reasons(ends_on_second, festival, now=second)
        assert reasons(ends_on_second, festival, now=third) == [Reason.EXPIRED]
        assert not reasons(ends_on_second, festival, now=NOON - 9 * DAY)

    def test_no_ticket_is_registered_before_any_can_be_had(self) -> None:
        """Not as a use either, which a booking before it would be refused as (OM-65)."""
        hour = NOON - 20 * DAY
        window = Window(NOON, NOON + 120 * MINUTE, acquirable=hour)
        play = replace(show(), window=window)
        assert reasons(card(), play, now=hour - SECOND) == [Reason.TOO_EARLY]
        opened = replace(play, window=replace(window, opens=NOON - 30 * MINUTE))
        assert reasons(card(), opened, now=hour - SECOND) == [Reason.TOO_EARLY]
        assert not reasons(card(), play, now=hour)

    def test_entry_is_too_early_until_it_opens(self) -> None:
        """Where the venue has set that (OM-66)."""
        play = show(opens=NOON - 30 * MINUTE)
        opens = NOON - 30 * MINUTE
        assert reasons(card(), play, now=opens - SECOND) == [Reason.TOO_EARLY]
        assert not reasons(card(), play, now=opens)

    def test_an_event_is_over_when_it_ends(self) -> None:
        """Its end is no longer part of it."""
        play = show(ends=NOON + 60 * MINUTE)
        assert not reasons(card(), play, now=NOON + 60 * MINUTE - SECOND)
        assert reasons(card(), play, now=NOON + 60 * MINUTE) == [Reason.OFFERING_OVER]

    def test_an_offering_that_the_venue_left_out_is_refused(self) -> None:
        """A gala or a premiere may be out (OM-41, OM-62)."""
        assert reasons(card(), show(exclusion=Exclusion.GALA)) == [Reason.OFFERING_EXCLUDED]


class TestChildren:
    """Children come along up to the registered number (OM-22, OM-44)."""

    def test_as_many_children_as_are_registered_come_along(self) -> None:
        """And fewer (OM-44)."""
        for children in range(3):
            assert not reasons(card(children=2), entry(), Party(children=children))

    def test_children_above_the_registered_number_are_refused(self) -> None:
        """One is enough to refuse the party (OM-22)."""
        party = Party(children=3)
        assert reasons(card(children=2), entry(), party) == [Reason.CHILDREN_ABOVE_REGISTERED]

    def test_no_children_come_along_where_none_are_registered(self) -> None:
        """Not even one (OM-22)."""
        party = Party(children=1)
        assert reasons(card(children=0), entry(), party) == [Reason.CHILDREN_ABOVE_REGISTERED]

    def test_the_party_comes_in_whole_or_not_at_all(self) -> None:
        """One decision for the whole party: nobody is admitted of one that is refused (OM-44)."""
        decision = decide(card(children=2), Party(children=3), entry(), NO_FACTS, NOON)
        assert decision.admitted == NOBODY

    def test_children_have_no_places_in_group_activities(self) -> None:
        """Unless the offering allows it; the holder alone is let in (OM-45)."""
        course = entry(children_welcome=False)
        assert reasons(card(), course, Party(children=1)) == [Reason.CHILDREN_NOT_IN_GROUPS]
        assert not reasons(card(), course)

    def test_where_no_child_comes_in_the_registered_number_does_not_matter(self) -> None:
        """The visitor is told what holds for every number (OM-45)."""
        course = entry(children_welcome=False)
        assert reasons(card(children=2), course, Party(children=3)) == [
            Reason.CHILDREN_NOT_IN_GROUPS
        ]


class TestHelpersAndSupporters:
    """Those who help come in free."""

    @pytest.mark.parametrize(
        ("limit", "known"),
        [
            (Seats(10), Facts(seats_taken=9)),
            (Seats(10, Per.DAY), Facts(seats_taken=9)),
            (Visits(30), Facts(visits=29)),
            (OncePerPerformance(), NO_FACTS),
        ],
        ids=["seats", "seats a day", "visits", "once"],
    )
    def test_helpers_are_outside_every_cap(self, limit: Limit, known: Facts) -> None:
        """With one place left, any number of assistants and interpreters comes along (OM-67)."""
        party = Party(helpers=9)
        decision = decide(card(), party, show(limit), known, NOON)
        assert decision.admitted == party

    def test_helpers_come_along_on_any_card(self) -> None:
        """No certificate and no number is asked (OM-67)."""
        assert not reasons(card(children=0), entry(children_welcome=False), Party(helpers=2))

    def test_support_persons_are_free_by_default(self) -> None:
        """As the model recommends, counted apart (OM-68)."""
        party = Party(supporters=2)
        assert decide(card(), party, entry(), NO_FACTS, NOON).admitted == party

    def test_a_support_person_takes_a_seat(self) -> None:
        """Somewhere they must sit (OM-54, OM-68)."""
        party = Party(supporters=1)
        assert reasons(card(), show(Seats(10)), party, Facts(seats_taken=8)) == []
        assert reasons(card(), show(Seats(10)), party, Facts(seats_taken=9)) == [Reason.SEATS_FULL]

    def test_where_they_are_not_free_support_persons_are_no_part_of_what_is_admitted(self) -> None:
        """They buy a ticket of their own, and take none of the holders' seats (OM-68)."""
        paying = replace(show(Seats(10)), supporters_free=False)
        decision = decide(card(), Party(2, 1, 5), paying, Facts(seats_taken=7), NOON)
        assert decision.admitted == Party(children=2, helpers=1, supporters=0)
        assert decision.seats_left == 0


class TestTheCommunityCard:
    """The community card goes along with others."""

    def test_it_is_refused_alone(self) -> None:
        """Used only together with holders (OM-39)."""
        community = card(kind=Kind.COMMUNITY)
        assert reasons(community, entry()) == [Reason.COMMUNITY_CARD_ALONE]


class TestSeats:
    """A cap on seats, shared by all (OM-54, OM-55)."""

    @pytest.mark.parametrize("per", Per)
    @pytest.mark.parametrize(
        ("taken", "party", "full"),
        [
            (0, ALONE, False),
            (39, ALONE, False),
            (40, ALONE, True),
            (41, ALONE, True),
            (37, Party(children=2), False),
            (38, Party(children=2), True),
        ],
    )
    def test_the_whole_party_must_fit(self, per: Per, taken: int, party: Party, full: bool) -> None:
        """The last seat is given, and none after it."""
        found = reasons(card(), show(Seats(40, per)), party, Facts(seats_taken=taken))
        assert found == ([Reason.SEATS_FULL] if full else [])

    def test_what_cannot_be_known_is_refused_rather_than_overrun(self) -> None:
        """A shared cap is never exceeded, offline either (promise P2)."""
        assert reasons(card(), show(Seats(40))) == [Reason.CANNOT_CHECK_NOW]

    def test_it_says_how_many_are_left(self) -> None:
        """After this use; after a refusal as many as before."""
        play, known = show(Seats(40)), Facts(seats_taken=38)
        assert decide(card(), ALONE, play, known, NOON).remaining == 1
        assert decide(card(), Party(children=2), play, known, NOON).remaining == 2


class TestOncePerPerformance:
    """Once to the same performance (OM-58)."""

    def test_a_card_is_let_in_once(self) -> None:
        """The second time it is refused, whoever comes along (OM-58)."""
        play = show(OncePerPerformance())
        assert reasons(card(), play) == []
        assert reasons(card(), play, known=Facts(uses=1)) == [Reason.ALREADY_USED]
        assert reasons(card(), play, Party(children=1), Facts(uses=2)) == [Reason.ALREADY_USED]

    def test_without_the_limit_a_card_is_let_in_as_often_as_it_comes(self) -> None:
        """By default use is not limited (OM-43)."""
        assert not reasons(card(), show(), known=Facts(uses=99, visits=999))


class TestVisits:
    """Visits a year, each child taking one more (OM-60)."""

    @pytest.mark.parametrize(
        ("before", "party", "up"),
        [
            (0, ALONE, False),
            (29, ALONE, False),
            (30, ALONE, True),
            (31, ALONE, True),
            (28, Party(children=1), False),
            (29, Party(children=1), True),
            (27, Party(children=2), False),
            (28, Party(children=2), True),
        ],
    )
    def test_each_child_takes_one_more(self, before: int, party: Party, up: bool) -> None:
        """The thirtieth visit is given, and none after it (OM-60)."""
        found = reasons(card(), entry(Visits(30)), party, Facts(visits=before))
        assert found == ([Reason.VISITS_USED_UP] if up else [])

    def test_it_says_how_many_are_left(self) -> None:
        """Visits before seats, for the card's own matter more to the visitor."""
        pool = replace(entry(Seats(40, Per.DAY), Visits(30)))
        decision = decide(card(), Party(children=2), pool, Facts(seats_taken=0, visits=20), NOON)
        assert (decision.visits_left, decision.seats_left) == (7, 37)
        assert decision.remaining == 7


class TestOrder:
    """The reason that is shown first is the one that helps the visitor most."""

    def test_every_reason_is_found_in_the_order_in_which_it_helps(self) -> None:
        """What makes mending vain, then what the visitor mends, then what time and the venue do."""
        play = show(
            Seats(1),
            OncePerPerformance(),
            Visits(1),
            opens=NOON - MINUTE,
            exclusion=Exclusion.GALA,
        )
        ended = card(children=0, kind=Kind.COMMUNITY, status=Status.ENDED)
        full = Facts(seats_taken=1, uses=1, visits=1)
        assert reasons(ended, play, Party(children=1), full, NOON - 2 * MINUTE) == [
            Reason.ENDED,
            Reason.OFFERING_EXCLUDED,
            Reason.CHILDREN_ABOVE_REGISTERED,
            Reason.COMMUNITY_CARD_ALONE,
            Reason.TOO_EARLY,
            Reason.ALREADY_USED,
            Reason.VISITS_USED_UP,
            Reason.SEATS_FULL,
        ]

    @pytest.mark.parametrize(
        "order",
        [
            (Seats(1), OncePerPerformance(), Visits(1)),
            (Visits(1), OncePerPerformance(), Seats(1)),
            (OncePerPerformance(), Seats(1), Visits(1)),
        ],
        ids=["seats first", "seats last", "seats between"],
    )
    def test_the_cards_own_limits_come_before_the_shared(self, order: tuple[Limit, ...]) -> None:
        """In whatever order the venue wrote them."""
        full = Facts(seats_taken=1, uses=1, visits=1)
        found = reasons(card(), show(*order), known=full)
        assert set(found[:2]) == {Reason.ALREADY_USED, Reason.VISITS_USED_UP}
        assert found[2] is Reason.SEATS_FULL

    def test_what_the_visitor_can_mend_comes_before_what_only_the_venue_can(self) -> None:
        """Fewer children may be all it takes."""
        found = reasons(card(0), show(Seats(1)), Party(children=1), Facts(seats_taken=0))
        assert found == [Reason.CHILDREN_ABOVE_REGISTERED, Reason.SEATS_FULL]


class TestWhatAlwaysHolds:
    """Over every card, party, offering, fact and moment."""

    @given(st.none() | cards, parties, offerings, facts, instants)
    def test_there_is_always_a_decision(
        self, any_card: Card | None, party: Party, offering: Offering, known: Facts, now: datetime
    ) -> None:
        """No card and no moment is an error; the same facts give the same words (promise P5)."""
        decision = decide(any_card, party, offering, known, now)
        assert decision.accepted == (decision.reasons == ()) == (decision.reason is None)
        assert len(set(decision.reasons)) == len(decision.reasons)
        assert decide(any_card, party, offering, known, now) == decision

    @given(cards, parties, offerings, facts, instants)
    def test_never_more_children_than_registered_are_admitted(
        self, any_card: Card, party: Party, offering: Offering, known: Facts, now: datetime
    ) -> None:
        """By any way at all (OM-22)."""
        admitted = decide(any_card, party, offering, known, now).admitted
        assert admitted.children <= any_card.children

    @given(st.none() | cards, parties, offerings, facts, instants)
    def test_a_refusal_admits_nobody_and_an_acceptance_the_whole_party(
        self, any_card: Card | None, party: Party, offering: Offering, known: Facts, now: datetime
    ) -> None:
        """Never a part of it, but for support persons who pay (OM-44, OM-68)."""
        decision = decide(any_card, party, offering, known, now)
        if not decision.accepted:
            assert decision.admitted == NOBODY
        elif offering.supporters_free:
            assert decision.admitted == party
        else:
            assert decision.admitted == replace(party, supporters=0)

    @given(cards, parties, parties, offerings, facts, instants)
    def test_a_smaller_party_is_never_refused_where_a_larger_is_admitted(
        self,
        any_card: Card,
        one: Party,
        other: Party,
        offering: Offering,
        known: Facts,
        now: datetime,
    ) -> None:
        """Leaving somebody outside never makes it worse, and never adds a reason."""
        smaller = Party(
            min(one.children, other.children),
            min(one.helpers, other.helpers),
            min(one.supporters, other.supporters),
        )
        less = decide(any_card, smaller, offering, known, now)
        more = decide(any_card, one, offering, known, now)
        assert less.accepted or not more.accepted
        # A child too many in a group is told as such, so one reason may take another's place.
        assert len(less.reasons) <= len(more.reasons)

    @given(cards, parties, offerings, facts, st.integers(0, 9), instants)
    def test_helpers_never_change_a_decision(
        self,
        any_card: Card,
        party: Party,
        offering: Offering,
        known: Facts,
        helpers: int,
        now: datetime,
    ) -> None:
        """They come in whenever the rest of the party does (OM-67)."""
        without = decide(any_card, replace(party, helpers=0), offering, known, now)
        along = decide(any_card, replace(party, helpers=helpers), offering, known, now)
        assert along.reasons == without.reasons
        assert along.remaining == without.remaining

    @given(parties, st.integers(0, 12), st.integers(0, 12), facts)
    def test_no_cap_is_ever_exceeded(
        self, party: Party, seats: int, visits: int, known: Facts
    ) -> None:
        """What was taken before and what is admitted now stay within every cap (OM-54, OM-60).

        Seats that the card has booked are taken already; where nobody can tell what is taken, only
        the leased ones are given away (P2).
        """
        offering = show(Seats(seats), Visits(visits))
        decision = decide(card(children=9), party, offering, known, NOON)
        if not decision.accepted:
            return
        assert known.visits + decision.admitted.visits <= visits
        more = decision.admitted.seats - known.booked
        if more > 0:
            taken, cap = (
                (0, known.leased) if known.seats_taken is None else (known.seats_taken, seats)
            )
            assert taken + more <= cap

    @given(cards, parties, offerings, facts, facts, instants)
    def test_the_more_was_used_before_the_less_is_let_in(
        self,
        any_card: Card,
        party: Party,
        offering: Offering,
        one: Facts,
        other: Facts,
        now: datetime,
    ) -> None:
        """Forgetting uses never refuses anybody: a kiosk that knows less never says no to more."""
        fewer = Facts(one.seats_taken, min(one.uses, other.uses), min(one.visits, other.visits))
        accepted = decide(any_card, party, offering, one, now).accepted
        assert decide(any_card, party, offering, fewer, now).accepted or not accepted

    @given(st.none() | cards, parties, offerings, facts, instants, st.integers(-12, 14))
    def test_how_the_moment_is_written_does_not_matter(
        self,
        any_card: Card | None,
        party: Party,
        offering: Offering,
        known: Facts,
        now: datetime,
        hours: int,
    ) -> None:
        """A register in another zone says the same (promise P5)."""
        elsewhere = now.astimezone(timezone(timedelta(hours=hours)))
        decision = decide(any_card, party, offering, known, now)
        assert decide(any_card, party, offering, known, elsewhere) == decision

    @given(cards, offerings, instants)
    def test_a_card_is_let_in_only_when_it_is_valid_on_the_day(
        self, any_card: Card, offering: Offering, now: datetime
    ) -> None:
        """Of the event, which for an entry is today (OM-42)."""
        known = Facts(seats_taken=0)
        if decide(any_card, ALONE, offering, known, now).accepted:
            assert any_card.valid_from <= offering.validity_day(now) <= any_card.valid_until
            assert any_card.status is Status.ACTIVE
            assert any_card.kind is Kind.PERSONAL


def test_a_refusal_found_outside_the_rules_is_a_decision_too() -> None:
    """Such as a scan that cannot be read."""
    assert refused(Reason.UNREADABLE) == Decision((Reason.UNREADABLE,), NOBODY)
