"""The fast lines of the feed are the wire's own."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kaiku.card import Card, Kind, Status
from kaiku.wire import CardRow, TallyRow, write_row
from server.kaikukanta.kiosks.lines import card_line, tally_line

DIGESTS = st.binary(min_size=16, max_size=16)
COUNTS = st.integers(0, 2**31 - 1)
CARDS = st.builds(
    Card,
    kind=st.sampled_from(Kind),
    children=COUNTS,
    valid_from=st.dates(),
    valid_until=st.dates(),
    status=st.sampled_from(Status),
)


@given(digest=DIGESTS, card=CARDS)
def test_a_cards_line_is_the_wires(digest: bytes, card: Card) -> None:
    """Whatever the card, the line is what the wire's object makes."""
    line = card_line(
        digest,
        card.kind.value,
        card.children,
        card.valid_from,
        card.valid_until.isoformat(),
        card.status.value,
    )
    assert line == json.dumps(write_row(CardRow(digest, card)))


@given(digest=DIGESTS, offering=st.uuids(), since=st.dates(), uses=COUNTS, visits=COUNTS)
def test_a_tallys_line_is_the_wires(**fields: object) -> None:
    """Whatever the tally, the line is what the wire's object makes."""
    row = TallyRow(**fields)  # type: ignore[arg-type]
    assert isinstance(row.since, date)
    line = tally_line(row.digest, row.offering, row.since, row.uses, row.visits)
    assert line == json.dumps(write_row(row))
