"""What a traceback shows of a use: no card's number, and no digest of one."""

from uuid import UUID

import pytest
from sqlmodel import select

from kaiku.party import ALONE
from server.database import read
from server.kaikukanta.bookings.bodies import BookBody, CardBody
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.uses.ask import Ask
from server.kaikukanta.uses.bodies import CheckBody, UseBody
from server.kaikukanta.uses.check import Question
from server.kaikukanta.uses.entry import read_entry
from server.kaikukanta.uses.sheet import read_sheet
from server.kaikukanta.uses.tables import UseMember
from tests.server.kaikukanta.town import Town, card_row

NUMBER, DIGEST, SOME = "7K2M9QX4TB0E", b"seven-kilo-two-m", UUID(int=1)
(ROW,) = read_sheet(f"card;day\n{NUMBER};20.11.2026\n".encode())


@pytest.mark.parametrize(
    "shown",
    [
        Ask(SOME, DIGEST, SOME, ALONE, members=[DIGEST, None]),
        Question(DIGEST, SOME, ALONE),
        ROW,
        read_entry(ROW, SOME),
        UseBody(id=SOME, card=NUMBER, offering=SOME),
        UseBody.model_validate(
            {
                "id": SOME,
                "digest": DIGEST.hex(),
                "offering": SOME,
                "group": {"members": [{"card": NUMBER}, {"digest": DIGEST.hex()}]},
            }
        ),
        CheckBody(card=NUMBER, offering=SOME),
        BookBody(id=SOME, card=NUMBER, offering=SOME),
        CardBody(card=NUMBER),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_what_is_asked_shows_no_card(shown: object) -> None:
    """In whatever it is on its way from the body to the decision (promise P6)."""
    said = repr(shown)
    assert NUMBER not in said
    assert str(DIGEST)[2:-1] not in said
    assert DIGEST.hex() not in said


async def test_a_row_shows_no_card(town: Town) -> None:
    """Neither the card's own, nor a use's, nor a member's (promise P6)."""
    number, offering = town.card(), town.offering()
    await town.venue().use(
        card=number, offering=offering, group={"members": [{"card": town.card()}]}
    )
    with read(town.context.engine) as session:
        rows = [card_row(session, number), *session.exec(select(UseMember))]
    rows += town.uses()
    assert len(rows) == 3
    for row in rows:
        assert row.digest is not None
        assert repr(row.digest) not in repr(row)
        assert not isinstance(row, CardRecord) or number not in repr(row)
        assert "id=" in repr(row)
