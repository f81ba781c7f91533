"""A part of a kiosk's journal, as an API description needs it; its items are read one by one."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from kaiku.fee import LARGEST_SUM
from kaiku.offering import Service
from kaiku.reason import Reason
from kaiku.wire import MOST_MEMBERS, Outcome
from server.kaikukanta.fields import Body

MOST_USES = 500
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{32}$"}

USE_ITEM: dict[str, Any] = {
    "type": "object",
    "description": "A use as a kiosk recorded it. An item that does not fit is answered `invalid`.",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "offering": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
        "digest": {**_DIGEST, "type": ["string", "null"]},
        "card": {"type": ["string", "null"], "description": "in place of the digest"},
        "party": {"$ref": "#/components/schemas/PartyBody"},
        "outcome": {"enum": [outcome.value for outcome in Outcome]},
        "reason": {"enum": [*(reason.value for reason in Reason), None]},
        "revision": {"type": "integer", "minimum": 1},
        "voided": {"type": "boolean"},
        "offering_version": {"type": ["integer", "null"]},
        "clock_suspect": {"type": "boolean"},
        "fee": {
            "type": ["object", "null"],
            "description": "what was covered at a library's desk: the holder's own, so that"
            " nobody is in `party`, and `members` and `lease` are left out",
            "properties": {
                "service": {"enum": [service.value for service in Service]},
                "cents": {"type": "integer", "minimum": 1, "maximum": LARGEST_SUM},
            },
        },
        "members": {
            "type": ["array", "null"],
            "description": "the digests of a group's members, each once and not the leader's",
            "items": _DIGEST,
            "uniqueItems": True,
            "maxItems": MOST_MEMBERS,
        },
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
