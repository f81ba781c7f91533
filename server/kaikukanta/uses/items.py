"""An item of a kiosk's journal as it is sent, read into a use; none can block the others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from kaiku.wire import Use, WireError, read_use
from server.kaikukanta.context import Context

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
NOT_THEN = "at is not a time at which it can have happened"


def read_item(context: Context, item: object) -> Use | str:
    """Return the use in an item, or what is wrong with it.

    A kiosk knows digests only; an item that names a ``card`` in its place is taken all the same.
    """
    if not isinstance(item, Mapping):
        return "a use must be an object"
    if item.get("card") is not None and item.get("digest") is not None:
        return "exactly one of card and digest is needed"
    try:
        use = read_use(item)
        card = item.get("card")
        if isinstance(card, str):
            use = replace(use, digest=context.digest_of(card))
        elif card is not None:
            return "card must be a string"
    except WireError as error:
        return str(error)
    if not EARLIEST <= use.at < LATEST:
        return NOT_THEN
    return use


def names_a_card(item: object) -> bool:
    """Tell whether an item names its card by number, which could be a guess."""
    return isinstance(item, Mapping) and item.get("card") is not None


def id_of(item: object) -> UUID | None:
    """Return the id of an item, None where it has none that can be read."""
    found = item.get("id") if isinstance(item, Mapping) else None
    try:
        return UUID(found) if isinstance(found, str) else None
    except ValueError:
        return None
