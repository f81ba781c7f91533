"""What the kiosk and the register say to each other: round trips, and messages that do not fit."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiku.fee import Fee
from kaiku.group import USUAL_SIZE, GroupSize
from kaiku.offering import Offering, Service
from kaiku.party import ALONE, Party
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import (
    Answer,
    CardRow,
    Json,
    Outcome,
    Row,
    StationRow,
    TallyRow,
    Use,
    WireError,
    read_answer,
    read_limit,
    read_offering,
    read_party,
    read_row,
    read_text,
    read_use,
    write_answer,
    write_fee,
    write_instant,
    write_limit,
    write_offering,
    write_party,
    write_row,
    write_text,
    write_use,
)
from tests.kaiku.made import NOON, answers, card, entry, instants, offerings, rows, texts, uses
from tests.kaiku.made import limits as some_limits
from tests.kaiku.made import parties as some_parties

SECRET = "K7Q2M4XW9RTB"
"""A card number in a field where it does not belong: no message may repeat it."""

USE = write_use(
    Use(
        id=entry().id,
        offering=entry().id,
        at=NOON,
        digest=bytes(16),
        reason=Reason.EXPIRED,
        offering_version=1,
    )
)
COPIES = Fee(Service.COPYING, 60)
FEE = write_fee(COPIES)
ANSWER = write_answer(Answer(entry().id, Outcome.ACCEPTED, Reason.EXPIRED, ALONE, 3))
CARD = write_row(CardRow(bytes(16), card()))
OFFERING: Json = {
    **write_offering(entry()),
    "type": "offering",
    "window": {"opens": None, "starts": "2026-11-24T10:00:00Z", "ends": "2026-11-24T12:00:00Z"},
    "limits": [{"type": "seats", "cap": 1, "per": "event"}],
}
TALLY: Json = {
    "type": "tally",
    "digest": bytes(16).hex(),
    "offering": str(entry().id),
    "since": "2026-01-01",
    "uses": 1,
    "visits": 2,
}
STATION: Json = {
    "type": "station",
    "venue": {"fi": "a", "sv": "b", "en": "c"},
    "earlier_numbers": "[0-9]{8}",
}


def through_json(data: Json) -> Any:
    """Return what the other side reads."""
    return json.loads(json.dumps(data))


class TestRoundTrips:
    """What one side writes the other reads, unchanged."""

    @given(uses)
    def test_a_use(self, use: Use) -> None:
        """With every field, through real JSON."""
        assert read_use(through_json(write_use(use))) == use

    @given(answers)
    def test_an_answer(self, answer: Answer) -> None:
        """Nobody admitted included."""
        assert read_answer(through_json(write_answer(answer))) == answer

    @given(rows)
    def test_a_row_of_the_change_feed(self, row: Row) -> None:
        """Of every type."""
        assert read_row(through_json(write_row(row))) == row

    @given(offerings)
    def test_an_offering(self, offering: Offering) -> None:
        """With its window and its limits."""
        assert read_offering(through_json(write_offering(offering))) == offering

    @given(some_limits)
    def test_a_limit(self, limits: tuple[Any, ...]) -> None:
        """Of every kind."""
        assert tuple(read_limit(through_json(write_limit(limit))) for limit in limits) == limits

    @given(some_parties)
    def test_a_party(self, party: Party) -> None:
        """The companions; the holder goes without saying."""
        assert read_party(through_json(write_party(party))) == party

    @given(texts)
    def test_a_text(self, text: Text) -> None:
        """In every language."""
        assert read_text({"words": through_json(write_text(text))}, "words") == text

    @given(instants, st.integers(-12, 14))
    def test_an_instant(self, instant: datetime, hours: int) -> None:
        """Written in UTC with Z, wherever it was taken."""
        written = write_instant(instant.astimezone(timezone(timedelta(hours=hours))))
        assert written.endswith("Z")
        assert datetime.fromisoformat(written) == instant


class TestWhatIsLeftOut:
    """A short message means the plain thing."""

    def test_a_use_is_accepted_alone_unless_it_says_otherwise(self) -> None:
        """Four fields make a use."""
        short = {key: USE[key] for key in ("id", "offering", "at", "digest")}
        assert read_use(short) == Use(entry().id, entry().id, NOON, bytes(16))

    def test_a_count_that_is_left_out_is_none(self) -> None:
        """Of whichever companions."""
        assert read_party({}) == ALONE
        assert read_party({"helpers": 1}) == Party(helpers=1)

    @pytest.mark.parametrize(
        ("read", "message"),
        [(read_use, USE), (read_answer, ANSWER), (read_row, CARD), (read_row, OFFERING)],
        ids=["use", "answer", "card", "offering"],
    )
    def test_a_field_that_is_not_known_is_passed_over(
        self, read: Callable[[Mapping[str, Any]], Any], message: Json
    ) -> None:
        """So that a newer register can talk to an older kiosk."""
        assert read({**message, "mood": "fine"}) == read(message)

    @pytest.mark.parametrize("kind", ["later", "", None, 7, ["card"], {"card": 1}])
    def test_a_row_of_a_type_that_is_not_known_is_passed_over(self, kind: object) -> None:
        """The same, for a whole row."""
        assert read_row({"type": kind}) is None

    def test_a_limit_that_is_not_known_is_an_error(self) -> None:
        """To pass over it would let in too many."""
        with pytest.raises(WireError, match="seats, once, visits or open_bookings"):
            read_limit({"type": "weekday"})


WRONG: list[tuple[str, Callable[[Any], Any], Json, str, list[object]]] = [
    ("use", read_use, USE, "id", [None, 7, SECRET, []]),
    ("use", read_use, USE, "offering", [None, SECRET]),
    ("use", read_use, USE, "at", [None, 7, SECRET, "2026-11-24T12:00:00", "2026-11-24"]),
    ("use", read_use, USE, "digest", [7, SECRET, "00", "0" * 34, [SECRET]]),
    ("use", read_use, USE, "party", [None, SECRET, [], {"children": SECRET}, {"children": -1}]),
    ("use", read_use, USE, "party", [{"children": 100}, {"helpers": 1.0}, {"supporters": True}]),
    ("use", read_use, USE, "outcome", [None, SECRET, 1]),
    ("use", read_use, USE, "reason", [SECRET, 1]),
    ("use", read_use, USE, "revision", [None, 0, -1, 1.5, "1", True]),
    ("use", read_use, USE, "voided", [None, 0, "false", SECRET]),
    ("use", read_use, USE, "offering_version", [-1, SECRET, True]),
    ("use", read_use, USE, "clock_suspect", [None, 1]),
    ("answer", read_answer, ANSWER, "id", [None, SECRET]),
    ("answer", read_answer, ANSWER, "outcome", [None, SECRET]),
    ("answer", read_answer, ANSWER, "reason", [SECRET]),
    ("answer", read_answer, ANSWER, "admitted", [None, SECRET, {}, {"adults": 100}]),
    ("answer", read_answer, ANSWER, "remaining", [-1, SECRET, True]),
    ("card", read_row, CARD, "digest", [None, SECRET, "00"]),
    ("card", read_row, CARD, "kind", [None, SECRET]),
    ("card", read_row, CARD, "children", [None, -1, "2", 2.0]),
    ("card", read_row, CARD, "from", [None, SECRET, "2026-02-30", 7]),
    ("card", read_row, CARD, "until", [None, SECRET, "24.11.2026"]),
    ("card", read_row, CARD, "status", [None, SECRET]),
    ("offering", read_row, OFFERING, "id", [None, SECRET]),
    ("offering", read_row, OFFERING, "name", [None, SECRET, {}, {"fi": 1, "sv": "", "en": ""}]),
    ("offering", read_row, OFFERING, "category", [None, SECRET]),
    ("offering", read_row, OFFERING, "window", [7, {}, {"starts": SECRET}]),
    ("offering", read_row, OFFERING, "limits", [None, SECRET, [SECRET], [{"type": SECRET}]]),
    ("offering", read_row, OFFERING, "limits", [[{"type": "seats", "cap": -1, "per": "event"}]]),
    ("offering", read_row, OFFERING, "limits", [[{"type": "visits", "cap": 1, "year": SECRET}]]),
    ("offering", read_row, OFFERING, "children_welcome", [None, 1]),
    ("offering", read_row, OFFERING, "supporters_free", [None, SECRET]),
    ("offering", read_row, OFFERING, "exclusion", [0, "none"]),
    ("offering", read_row, OFFERING, "version", [None, 0, "1"]),
    ("tally", read_row, TALLY, "since", [None, SECRET]),
    ("tally", read_row, TALLY, "uses", [None, -1]),
    ("tally", read_row, TALLY, "visits", [None, SECRET]),
    ("station", read_row, STATION, "venue", [None, SECRET]),
    ("station", read_row, STATION, "earlier_numbers", [None, 7]),
    ("cursor", read_row, {"cursor": "c"}, "cursor", [None, 7]),
    ("cursor", read_row, {"cursor": "c"}, "more", [None, 1, SECRET]),
    ("card_gone", read_row, {"type": "card_gone"}, "digest", [None, SECRET]),
    ("offering_gone", read_row, {"type": "offering_gone"}, "id", [None, SECRET]),
]
NAMES = {"window": "window|starts|ends", "limits": "limit|cap|year", "name": "name|fi|sv|en"}
NAMES |= {"party": "party|children|helpers|supporters", "admitted": "admitted|adults|party"}


class TestWhatDoesNotFit:
    """A message that does not fit is an error that names the field and never repeats the value."""

    @pytest.mark.parametrize(
        ("read", "message", "field", "value"),
        [
            pytest.param(read, message, field, value, id=f"{name}-{field}-{value!r:.20}")
            for name, read, message, field, values in WRONG
            for value in values
        ],
    )
    def test_a_wrong_field_is_named_and_its_value_is_not(
        self, read: Callable[[Any], Any], message: Json, field: str, value: object
    ) -> None:
        """A card number in the wrong place does not travel on in an error (promise P6)."""
        with pytest.raises(WireError, match=NAMES.get(field, field)) as caught:
            read({**message, field: value})
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"fee": FEE, "members": []}, "members"),
            ({"fee": FEE, "members": ["0b" * 16]}, "members"),
            ({"fee": FEE, "party": {"children": 1}}, "party"),
            ({"fee": FEE, "party": {"helpers": 1}}, "party"),
            ({"fee": FEE, "party": {"supporters": 1}}, "party"),
            ({"fee": FEE, "party": {}, "lease": str(UUID(int=1))}, "lease"),
            ({"members": ["0b" * 16, "0c" * 16, "0b" * 16]}, "members"),
            ({"digest": "0b" * 16, "members": ["0c" * 16, "0b" * 16]}, "members"),
        ],
    )
    def test_a_shape_that_no_use_has_is_not_read(self, fields: Json, named: str) -> None:
        """A fee is the holder's own (OM-59), and each card of a group is there once (OM-38)."""
        with pytest.raises(WireError, match=named):
            read_use({**USE, **fields})

    def test_nor_can_it_be_made(self) -> None:
        """So that no kiosk ever sends what the register cannot keep (promise P1)."""
        use = read_use(USE)
        for changed in ({"members": (use.digest,)}, {"fee": COPIES, "members": ()}):
            with pytest.raises(WireError):
                replace(use, **changed)

    @pytest.mark.parametrize("field", ["children", "helpers", "supporters"])
    def test_a_number_in_place_of_a_count_is_not_repeated_either(self, field: str) -> None:
        """A card's number may be all digits (promise P6)."""
        with pytest.raises(WireError, match=field) as caught:
            read_party({field: 271828182845})
        assert "271828182845" not in str(caught.value)

    @pytest.mark.parametrize(
        ("read", "message", "field"),
        [
            *((read_use, USE, field) for field in ("id", "offering", "at")),
            *((read_answer, ANSWER, field) for field in ("id", "outcome", "admitted")),
            *((read_row, CARD, field) for field in CARD if field != "type"),
            *((read_row, OFFERING, field) for field in ("id", "name", "category", "version")),
            *((read_row, TALLY, field) for field in TALLY if field != "type"),
            *((read_row, STATION, field) for field in STATION if field != "type"),
        ],
    )
    def test_a_field_that_must_be_there_is_named(
        self, read: Callable[[Any], Any], message: Json, field: str
    ) -> None:
        """Where there is no plain meaning without it."""
        with pytest.raises(WireError, match=field):
            read({key: value for key, value in message.items() if key != field})

    @pytest.mark.parametrize(
        "instant",
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "24:00", "2026-13-01T00:00:00Z"],
    )
    def test_an_instant_beyond_the_calendar_is_no_instant(self, instant: str) -> None:
        """In UTC it would be before the year 1 or after 9999."""
        with pytest.raises(WireError, match="at must be an instant"):
            read_use({**USE, "at": instant})

    def test_a_window_in_the_wrong_order_is_named(self) -> None:
        """What is no value at all is no message either."""
        window = {**OFFERING["window"], "ends": "2026-11-24T09:00:00Z"}
        with pytest.raises(WireError, match="window"):
            read_row({**OFFERING, "window": window})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=10)
    | st.sampled_from(["card", "seats", "2026-11-24", "0001-01-01T00:00:00+14:00", "00" * 16]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*USE, *OFFERING, *CARD, "type"]), inner, max_size=4)
    ),
    max_leaves=10,
)


class TestTotality:
    """Whatever JSON comes, it is read or it is a WireError: nothing else breaks."""

    @pytest.mark.parametrize(
        ("read", "message"),
        [
            (read_use, USE),
            (read_answer, ANSWER),
            (read_row, CARD),
            (read_row, OFFERING),
            (read_row, TALLY),
            (read_row, STATION),
            (read_row, {"cursor": ""}),
        ],
        ids=["use", "answer", "card", "offering", "tally", "station", "cursor"],
    )
    @given(data=st.data())
    def test_any_object(
        self, read: Callable[[Mapping[str, Any]], Any], message: Json, data: st.DataObject
    ) -> None:
        """Some fields right and the others anything."""
        changed = data.draw(st.dictionaries(st.sampled_from([*message]), json_values, max_size=4))
        with suppress(WireError):
            read({**message, **changed})

    @given(json_values)
    def test_any_value_at_all(self, value: Any) -> None:
        """Where a party, a limit or an object is awaited."""
        for read in (read_party, read_limit):
            with suppress(WireError):
                read(value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("uses", 2**31), ("visits", 10**30), ("since", "9999-01-01"), ("since", "0001-12-31")],
)
def test_what_no_database_or_calendar_can_reckon_with_is_not_read(field: str, value: Any) -> None:
    """It would end a kiosk later, far from who said it."""
    row = write_row(TallyRow(bytes(16), UUID(int=1), date(2026, 1, 1), 1, 1))
    with pytest.raises(WireError, match=field):
        read_row({**row, field: value})


def test_a_register_that_says_nothing_of_groups_has_the_usual_size() -> None:
    """A kiosk may be newer than its register (OM-37)."""
    row = dict(write_row(StationRow(Text.same("Pool"), "[0-9]{8}", GroupSize(3))))
    assert read_row(row) == StationRow(Text.same("Pool"), "[0-9]{8}", GroupSize(3))
    del row["group"]
    assert read_row(row) == StationRow(Text.same("Pool"), "[0-9]{8}", USUAL_SIZE)
