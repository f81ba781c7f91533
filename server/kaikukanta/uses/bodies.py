"""What the calls about uses take, as an API description needs it."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from kaiku.fee import LARGEST_SUM, Fee
from kaiku.offering import Service
from kaiku.party import ALONE, Party
from kaiku.wire import MOST_MEMBERS
from server.kaikukanta.fields import At, Body, CardText, Count, Day, Digest, OnlyNumber
from server.kaikukanta.uses.ask import MOST_PIECES, Pieces


def _one_of(*given: tuple[str, str]) -> dict[str, Any]:
    """Return the schema of a body that says something in exactly one of two ways.

    Each way is a field's name and its JSON type.
    """
    names = [name for name, _ in given]
    return {
        "oneOf": [
            {
                "required": [name],
                "properties": {
                    name: {"type": kind},
                    **{other: {"type": "null"} for other in names if other != name},
                },
            }
            for name, kind in given
        ]
    }


_ONE_CARD = _one_of(("card", "string"), ("digest", "string"))


class PartyBody(Body):
    """Who comes along with the holder; what is left out is none (OM-44, OM-67, OM-68)."""

    children: Count = 0
    helpers: Count = 0
    supporters: Count = 0

    def party(self) -> Party:
        """Return the holder's party."""
        return Party(self.children, self.helpers, self.supporters)


class AmendBody(PartyBody):
    """A party as it now is; a kiosk says after which ``revision`` of its journal it asks.

    A change that comes late, when a newer revision has been kept, is not made.
    """

    revision: Annotated[int, Field(ge=0, le=2**31 - 1), OnlyNumber] | None = None


class FeeBody(Body):
    """A fee at a library's desk: a sum in ``cents``, or a ``count`` of pieces (OM-59).

    Nothing says what was copied or borrowed.
    """

    model_config = ConfigDict(json_schema_extra=_one_of(("cents", "integer"), ("count", "integer")))

    service: Service
    cents: Annotated[int, Field(ge=1, le=LARGEST_SUM), OnlyNumber] | None = None
    count: Annotated[int, Field(ge=1, le=MOST_PIECES), OnlyNumber] | None = None

    @model_validator(mode="after")
    def _one_sum(self) -> Self:
        """Raise ``ValueError`` without exactly one of ``cents`` and ``count``."""
        if (self.cents is None) == (self.count is None):
            raise ValueError("exactly one of cents and count is needed")
        return self

    def fee(self) -> Fee | Pieces:
        """Return the fee, or the pieces whose price the offering's settings know."""
        if self.cents is not None:
            return Fee(self.service, self.cents)
        assert self.count is not None
        return Pieces(self.service, self.count)


class MemberBody(Body):
    """A member's card, given in one way."""

    model_config = ConfigDict(json_schema_extra=_ONE_CARD)

    card: CardText | None = Field(default=None, repr=False)
    digest: Digest | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _one_card(self) -> Self:
        """Raise ``ValueError`` without exactly one of ``card`` and ``digest``."""
        _exactly_one(self)
        return self


class GroupBody(Body):
    """The members of 16 or more of a group that a community card leads (OM-38)."""

    members: Annotated[list[MemberBody], Field(max_length=MOST_MEMBERS)]


class UseBody(Body):
    """A use to be decided and recorded: of a card that is given in one way.

    ``card`` is the number's text; a kiosk, which holds no number, sends ``digest``. It happens
    ``at`` an instant, now where that is left out; one that is entered afterwards says its ``day``
    (OM-47). A ``fee`` is the holder's own: nobody comes along. Of a ``group`` the card is its
    leader's, and the party's children are its younger clients.
    """

    model_config = ConfigDict(json_schema_extra=_ONE_CARD)

    id: UUID
    card: CardText | None = Field(default=None, repr=False)
    digest: Digest | None = Field(default=None, repr=False)
    offering: UUID
    party: PartyBody = PartyBody()
    at: At | None = None
    day: Day | None = None
    fee: FeeBody | None = None
    group: GroupBody | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Raise ``ValueError`` without exactly one card, or for a fee with a party or group."""
        _exactly_one(self)
        if self.at is not None and self.day is not None:
            raise ValueError("at and day cannot both be given")
        _alone(self.fee, self.party, self.group)
        return self


class CheckBody(Body):
    """A party, a group or a fee at an offering, to be decided as if it came now.

    They are given as for a use.
    """

    card: CardText = Field(repr=False)
    offering: UUID
    party: PartyBody = PartyBody()
    fee: FeeBody | None = None
    group: GroupBody | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Raise ``ValueError`` for a fee with a party or group."""
        _alone(self.fee, self.party, self.group)
        return self


def _exactly_one(given: "UseBody | MemberBody") -> None:
    if (given.card is None) == (given.digest is None):
        raise ValueError("exactly one of card and digest is needed")


def _alone(fee: FeeBody | None, party: PartyBody, group: GroupBody | None) -> None:
    if fee is not None and party.party() != ALONE:
        raise ValueError("a fee is the holder's own: leave the party out")
    if fee is not None and group is not None:
        raise ValueError("a fee is the holder's own: leave the group out")
