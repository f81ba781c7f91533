"""What the calls about uses take and give, as an API description needs it."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Result
from server.kaikukanta.fields import At, Body, CardText, Count, Digest, OnlyNumber

MOST_USES = 500


def _only(given: str) -> dict[str, Any]:
    """Return the schema of a body that has one of the two ways to give a card."""
    other = {"card": "digest", "digest": "card"}[given]
    return {
        "required": [given],
        "properties": {given: {"type": "string"}, other: {"type": "null"}},
    }


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


class UseBody(Body):
    """A use to be decided and recorded: of a card that is given in one way.

    ``card`` is the number's text; a kiosk, which holds no number, sends ``digest``. ``at`` is now
    where it is left out, and lies in the past where a use is entered afterwards (OM-47).
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [_only("card"), _only("digest")]})

    id: UUID
    card: CardText | None = None
    digest: Digest | None = None
    offering: UUID
    party: PartyBody = PartyBody()
    at: At | None = None

    @model_validator(mode="after")
    def _one_card(self) -> Self:
        """Raise ``ValueError`` without exactly one of ``card`` and ``digest``."""
        if (self.card is None) == (self.digest is None):
            raise ValueError("exactly one of card and digest is needed")
        return self

    @property
    def digest_bytes(self) -> bytes | None:
        """Return the digest, where one was sent."""
        return None if self.digest is None else bytes.fromhex(self.digest)


class CheckBody(Body):
    """A party at an offering, to be decided as if it came now."""

    card: CardText
    offering: UUID
    party: PartyBody = PartyBody()


USE_ITEM: dict[str, Any] = {
    "type": "object",
    "description": "A use as a kiosk recorded it. An item that does not fit is answered `invalid`.",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "offering": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
        "digest": {"type": ["string", "null"], "pattern": "^[0-9a-f]{32}$"},
        "card": {"type": ["string", "null"], "description": "in place of the digest"},
        "party": {"$ref": "#/components/schemas/PartyBody"},
        "outcome": {"enum": [outcome.value for outcome in Outcome]},
        "reason": {"enum": [*(reason.value for reason in Reason), None]},
        "revision": {"type": "integer", "minimum": 1},
        "voided": {"type": "boolean"},
        "offering_version": {"type": ["integer", "null"]},
        "clock_suspect": {"type": "boolean"},
        "lease": {"type": ["string", "null"], "format": "uuid"},
        "leased": {"type": "integer", "minimum": 0, "description": "seats from the lease"},
    },
}


ANY_ITEM = {"anyOf": [USE_ITEM, {"description": "Anything else is kept from blocking the rest."}]}


class BatchBody(Body):
    """A part of a kiosk's journal, oldest first."""

    uses: Annotated[
        list[Any],
        Field(max_length=MOST_USES),
        WithJsonSchema({"type": "array", "maxItems": MOST_USES, "items": ANY_ITEM}),
    ]


class Admitted(BaseModel):
    """Who comes in free."""

    adults: int
    children: int
    helpers: int
    supporters: int


class DecisionBody(BaseModel):
    """What was decided. ``remaining`` is the tightest count left, where something is limited."""

    outcome: Outcome
    reason: Reason | None
    admitted: Admitted
    remaining: int | None


class AnswerBody(DecisionBody):
    """What was decided on a use."""

    id: UUID


class StateBody(AnswerBody):
    """A use as it now stands."""

    voided: bool


class KeptBody(BaseModel):
    """What became of one item of a batch."""

    id: UUID | None
    result: Result
    reason: Reason | None = None
    detail: str | None = None


class BatchAnswer(BaseModel):
    """What became of each item, in the order in which they were sent."""

    results: list[KeptBody]
