"""An evening that can be booked, for the tests about bookings."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from kaiku.offering import Window
from tests.server.kaikukanta.town import NOON, Json, Somebody

TONIGHT = Window(starts=NOON + timedelta(hours=7), ends=NOON + timedelta(hours=9))
NEXT_WEEK = Window(
    starts=NOON + timedelta(days=7, hours=7),
    ends=NOON + timedelta(days=7, hours=9),
    opens=NOON + timedelta(days=7, hours=6, minutes=30),
)


async def booked(by: Somebody, card: str, offering: UUID, **party: int) -> UUID:
    """Book places that are there; return the booking's id."""
    id_ = uuid4()
    answer = await by.book(id=id_, card=card, offering=offering, party=party)
    assert answer.json()["outcome"] == "accepted", answer.text
    return id_


async def states(by: Somebody, offering: UUID, **asked: str) -> list[str]:
    """Return the states of the bookings that are listed."""
    return sorted(booking["state"] for booking in await by.bookings(offering, **asked))


def companions(children: int = 0, helpers: int = 0, supporters: int = 0) -> Json:
    """Return who comes along, as JSON has it."""
    party: dict[str, Any] = {"children": children, "helpers": helpers, "supporters": supporters}
    return party
