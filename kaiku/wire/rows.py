"""The lines of the change feed: what the register tells its kiosks."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kaiku.card import Card
from kaiku.group import USUAL_SIZE, GroupSize
from kaiku.offering import Offering, Service
from kaiku.text import Text


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as it now is, under its digest."""

    digest: bytes
    card: Card


@dataclass(frozen=True, slots=True)
class OfferingRow:
    """An offering that this kiosk serves, as it now is."""

    offering: Offering


@dataclass(frozen=True, slots=True)
class TallyRow:
    """What a card has used of an offering since a day, this kiosk's own included.

    Accepted uses and visits; or, of one ``service`` of a library, the cents that were covered.
    """

    digest: bytes
    offering: UUID
    since: date
    uses: int
    visits: int
    service: Service | None = None
    cents: int = 0


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking of a card, and the seats of an offering that it holds for a use to come.

    They are 0 where it was cancelled, or attended by a use.
    """

    id: UUID
    digest: bytes
    offering: UUID
    seats: int


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A part of a cap that this kiosk may give away by itself on a day (promise P2).

    ``seats`` are all that it was ever given of it, those that it has spent included; only the
    ``journal`` to which they were given knows how many those are. ``recalled`` says that the
    register wants back what is left.
    """

    id: UUID
    offering: UUID
    day: date
    seats: int
    journal: UUID
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class StationRow:
    """What the register tells the kiosk of itself.

    The venue's name, the pattern of earlier card numbers, and how large a group may be (OM-37).
    """

    venue: Text
    earlier_numbers: str
    group: GroupSize = USUAL_SIZE


@dataclass(frozen=True, slots=True)
class CardGone:
    """Tombstone of a card that the register has erased."""

    digest: bytes


@dataclass(frozen=True, slots=True)
class OfferingGone:
    """Tombstone of an offering that this kiosk no longer serves."""

    offering: UUID


@dataclass(frozen=True, slots=True)
class Anew:
    """The feed begins from its beginning: what is not told again by its end is no more.

    The register knows nothing, or another past, of what the kiosk was told before.
    """


@dataclass(frozen=True, slots=True)
class CursorRow:
    """The end of a page: where the next request goes on, and whether more is waiting now."""

    cursor: str
    more: bool = field(default=False)


Row = (
    CardRow
    | OfferingRow
    | TallyRow
    | BookingRow
    | LeaseRow
    | StationRow
    | CardGone
    | OfferingGone
    | Anew
    | CursorRow
)
