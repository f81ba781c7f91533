"""What the kiosk and the register say to each other, as values and as JSON objects.

Both ends use this module, so neither can drift. Reading raises :class:`WireError` for what does not
fit; a field that is not known is passed over, so that a newer register can talk to an older kiosk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from kaiku.card import Card, Kind, Status
from kaiku.days import aware
from kaiku.digest import SIZE
from kaiku.offering import (
    Category,
    Exclusion,
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
    Year,
)
from kaiku.party import ALONE, LARGEST, Party
from kaiku.reason import Reason
from kaiku.text import Text

Json = dict[str, Any]
_E = TypeVar("_E", bound=StrEnum)


class WireError(ValueError):
    """A message does not fit; the text names the field, and never repeats its value."""


class Outcome(StrEnum):
    """What a visitor was shown."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Result(StrEnum):
    """What became of one use of a batch.

    ``recorded``: as the kiosk decided it. ``conflict``: kept as well, and flagged, for the register
    would have decided otherwise. ``invalid``: it cannot be kept as it is; the kiosk parks it for
    people to look at.
    """

    RECORDED = "recorded"
    CONFLICT = "conflict"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Use:
    """One presentation of a card as a kiosk recorded it.

    The same ``id`` is sent again with a higher ``revision`` after the party was amended or the use
    was taken back (``voided``). ``digest`` is None where the scan was unreadable.
    ``offering_version`` says by which settings it was decided. ``clock_suspect`` marks a time that
    the kiosk had reason to doubt (promise P7).
    """

    id: UUID
    offering: UUID
    at: datetime
    digest: bytes | None
    party: Party = ALONE
    outcome: Outcome = Outcome.ACCEPTED
    reason: Reason | None = None
    revision: int = 1
    voided: bool = False
    offering_version: int | None = None
    clock_suspect: bool = False


def write_use(use: Use) -> Json:
    """Return the use as an item of a batch."""
    return {
        "id": str(use.id),
        "offering": str(use.offering),
        "at": write_instant(use.at),
        "digest": None if use.digest is None else use.digest.hex(),
        "party": write_party(use.party),
        "outcome": use.outcome.value,
        "reason": None if use.reason is None else use.reason.value,
        "revision": use.revision,
        "voided": use.voided,
        "offering_version": use.offering_version,
        "clock_suspect": use.clock_suspect,
    }


def read_use(data: Mapping[str, Any]) -> Use:
    """Read an item of a batch.

    What it leaves out is as for a use that was accepted as it stands.
    """
    digest = data.get("digest")
    reason = data.get("reason")
    version = data.get("offering_version")
    return Use(
        id=_uuid(data, "id"),
        offering=_uuid(data, "offering"),
        at=_instant(data, "at"),
        digest=None if digest is None else _digest(data, "digest"),
        party=read_party(data.get("party", {})),
        outcome=_enum(data, "outcome", Outcome) if "outcome" in data else Outcome.ACCEPTED,
        reason=None if reason is None else _enum(data, "reason", Reason),
        revision=_count(data, "revision", least=1) if "revision" in data else 1,
        voided=_flag(data, "voided"),
        offering_version=None if version is None else _count(data, "offering_version"),
        clock_suspect=_flag(data, "clock_suspect"),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register decided on a use that was asked of it."""

    id: UUID
    outcome: Outcome
    reason: Reason | None
    admitted: Party
    remaining: int | None = None


def write_answer(answer: Answer) -> Json:
    """Return the answer as the body of a reply."""
    return {
        "id": str(answer.id),
        "outcome": answer.outcome.value,
        "reason": None if answer.reason is None else answer.reason.value,
        "admitted": {"adults": answer.admitted.adults, **write_party(answer.admitted)},
        "remaining": answer.remaining,
    }


def read_answer(data: Mapping[str, Any]) -> Answer:
    """Read the body of a reply."""
    admitted = _object(data, "admitted")
    reason = data.get("reason")
    remaining = data.get("remaining")
    return Answer(
        id=_uuid(data, "id"),
        outcome=_enum(data, "outcome", Outcome),
        reason=None if reason is None else _enum(data, "reason", Reason),
        admitted=_party(admitted, adults=_count(admitted, "adults", most=1)),
        remaining=None if remaining is None else _count(data, "remaining"),
    )


def write_party(party: Party) -> Json:
    """Return the companions; the holder goes without saying."""
    return {
        "children": party.children,
        "helpers": party.helpers,
        "supporters": party.supporters,
    }


def read_party(data: Any) -> Party:
    """Read the companions; a count that is left out is none."""
    if not isinstance(data, Mapping):
        raise WireError("party must be an object")
    return _party(data, adults=1)


# --- rows of the change feed ---


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
    """What a card has used of an offering since a day.

    Accepted uses and visits, this kiosk's own included.
    """

    digest: bytes
    offering: UUID
    since: date
    uses: int
    visits: int


@dataclass(frozen=True, slots=True)
class StationRow:
    """What the register tells the kiosk of itself.

    The venue's name, and the pattern of earlier card numbers.
    """

    venue: Text
    earlier_numbers: str


@dataclass(frozen=True, slots=True)
class CardGone:
    """Tombstone of a card that the register has erased."""

    digest: bytes


@dataclass(frozen=True, slots=True)
class OfferingGone:
    """Tombstone of an offering that this kiosk no longer serves."""

    offering: UUID


@dataclass(frozen=True, slots=True)
class CursorRow:
    """The end of a page: where the next request goes on, and whether more is waiting now."""

    cursor: str
    more: bool = field(default=False)


Row = CardRow | OfferingRow | TallyRow | StationRow | CardGone | OfferingGone | CursorRow


def write_row(row: Row) -> Json:
    """Return a row of the change feed as the object on its line."""
    match row:
        case CardRow(digest, card):
            return {
                "type": "card",
                "digest": digest.hex(),
                "kind": card.kind.value,
                "children": card.children,
                "from": card.valid_from.isoformat(),
                "until": card.valid_until.isoformat(),
                "status": card.status.value,
            }
        case OfferingRow(offering):
            return {"type": "offering", **write_offering(offering)}
        case TallyRow():
            return {
                "type": "tally",
                "digest": row.digest.hex(),
                "offering": str(row.offering),
                "since": row.since.isoformat(),
                "uses": row.uses,
                "visits": row.visits,
            }
        case StationRow(venue, earlier):
            return {"type": "station", "venue": write_text(venue), "earlier_numbers": earlier}
        case CardGone(digest):
            return {"type": "card_gone", "digest": digest.hex()}
        case OfferingGone(offering_id):
            return {"type": "offering_gone", "id": str(offering_id)}
        case CursorRow(cursor, more):
            return {"cursor": cursor, **({"more": True} if more else {})}


def read_row(data: Mapping[str, Any]) -> Row | None:
    """Read a row of the change feed.

    None for a type that a newer register sends and this kiosk does not know.
    """
    if "cursor" in data:
        return CursorRow(_string(data, "cursor"), _flag(data, "more"))
    match data.get("type"):
        case "card":
            return CardRow(_digest(data, "digest"), _card(data))
        case "offering":
            return OfferingRow(read_offering(data))
        case "tally":
            return TallyRow(
                _digest(data, "digest"),
                _uuid(data, "offering"),
                _date(data, "since"),
                _count(data, "uses"),
                _count(data, "visits"),
            )
        case "station":
            return StationRow(read_text(data, "venue"), _string(data, "earlier_numbers"))
        case "card_gone":
            return CardGone(_digest(data, "digest"))
        case "offering_gone":
            return OfferingGone(_uuid(data, "id"))
        case _:
            return None


def write_offering(offering: Offering) -> Json:
    """Return an offering with its limits."""
    window = offering.window
    return {
        "id": str(offering.id),
        "name": write_text(offering.name),
        "category": offering.category.value,
        "window": None
        if window is None
        else {
            "opens": None if window.opens is None else write_instant(window.opens),
            "starts": write_instant(window.starts),
            "ends": write_instant(window.ends),
            "acquirable": None if window.acquirable is None else write_instant(window.acquirable),
        },
        "limits": [write_limit(limit) for limit in offering.limits],
        "children_welcome": offering.children_welcome,
        "supporters_free": offering.supporters_free,
        "exclusion": None if offering.exclusion is None else offering.exclusion.value,
        "version": offering.version,
        "kind": offering.kind.value,
        "tickets": offering.tickets,
        "tariffs": [write_tariff(tariff) for tariff in offering.tariffs],
        "wristband": offering.wristband,
        "terms": None if offering.terms is None else write_text(offering.terms),
    }


def read_offering(data: Mapping[str, Any]) -> Offering:
    """Read an offering with its limits."""
    window = data.get("window")
    return Offering(
        id=_uuid(data, "id"),
        name=read_text(data, "name"),
        category=_enum(data, "category", Category),
        window=None if window is None else _window(_object(data, "window")),
        limits=tuple(read_limit(limit) for limit in _list(data, "limits")),
        children_welcome=_flag(data, "children_welcome", missing=True),
        supporters_free=_flag(data, "supporters_free", missing=True),
        exclusion=None if data.get("exclusion") is None else _enum(data, "exclusion", Exclusion),
        version=_count(data, "version", least=1),
        kind=_enum(data, "kind", OfferingKind) if "kind" in data else OfferingKind.ENTRY,
        tickets=_maybe_count(data, "tickets"),
        tariffs=tuple(read_tariff(tariff) for tariff in _list(data, "tariffs")),
        wristband=_maybe_count(data, "wristband"),
        terms=None if data.get("terms") is None else read_text(data, "terms"),
    )


def write_limit(limit: Limit) -> Json:
    """Return one limit of an offering."""
    match limit:
        case Seats(cap, per):
            return {"type": "seats", "cap": cap, "per": per.value}
        case OncePerPerformance():
            return {"type": "once"}
        case Visits(cap, year):
            return {"type": "visits", "cap": cap, "year": year.value}
        case OpenBookings(cap):
            return {"type": "open_bookings", "cap": cap}


def read_limit(data: Any) -> Limit:
    """Read one limit.

    A kind that is not known is an error: to pass over it would let in too many.
    """
    if not isinstance(data, Mapping):
        raise WireError("a limit must be an object")
    match data.get("type"):
        case "seats":
            return Seats(_count(data, "cap"), _enum(data, "per", Per))
        case "once":
            return OncePerPerformance()
        case "visits":
            return Visits(_count(data, "cap"), _enum(data, "year", Year))
        case "open_bookings":
            return OpenBookings(_count(data, "cap"))
        case _:
            raise WireError("a limit must be of type seats, once, visits or open_bookings")


def write_tariff(tariff: Tariff) -> Json:
    """Return how a service's fees are covered; sums are integer cents."""
    return {
        "service": tariff.service.value,
        "unit": tariff.unit,
        "cap": tariff.cap,
        "period": tariff.period.value,
    }


def read_tariff(data: Any) -> Tariff:
    """Read how a service's fees are covered."""
    if not isinstance(data, Mapping):
        raise WireError("a tariff must be an object")
    return Tariff(
        _enum(data, "service", Service),
        _maybe_count(data, "unit"),
        _maybe_count(data, "cap"),
        _enum(data, "period", Period),
    )


def write_text(text: Text) -> Json:
    """Return a text as an object of its languages."""
    return {"fi": text.fi, "sv": text.sv, "en": text.en}


def read_text(data: Mapping[str, Any], key: str) -> Text:
    """Read the text under a key."""
    words = _object(data, key)
    return Text(_string(words, "fi"), _string(words, "sv"), _string(words, "en"))


def write_instant(instant: datetime) -> str:
    """Return an aware instant in UTC, as RFC 3339 with ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- fields ---


def _card(data: Mapping[str, Any]) -> Card:
    return Card(
        kind=_enum(data, "kind", Kind),
        children=_count(data, "children"),
        valid_from=_date(data, "from"),
        valid_until=_date(data, "until"),
        status=_enum(data, "status", Status),
    )


def _window(data: Mapping[str, Any]) -> Window:
    opens = data.get("opens")
    try:
        return Window(
            starts=_instant(data, "starts"),
            ends=_instant(data, "ends"),
            opens=None if opens is None else _instant(data, "opens"),
            acquirable=None if data.get("acquirable") is None else _instant(data, "acquirable"),
        )
    except WireError:
        raise
    except ValueError as error:
        raise WireError(f"window: {error}") from None


def _party(data: Mapping[str, Any], adults: int) -> Party:
    counts = {
        name: _count(data, name, most=LARGEST)
        for name in ("children", "helpers", "supporters")
        if name in data
    }
    return Party(adults=adults, **counts)


def _string(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise WireError(f"{key} must be a string")
    return value


def _object(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    if not isinstance(value, Mapping):
        raise WireError(f"{key} must be an object")
    return value


def _count(data: Mapping[str, Any], key: str, least: int = 0, most: int | None = None) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise WireError(f"{key} must be an integer of at least {least}")
    if most is not None and value > most:
        raise WireError(f"{key} must be at most {most}")
    return value


def _maybe_count(data: Mapping[str, Any], key: str) -> int | None:
    return None if data.get(key) is None else _count(data, key)


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise WireError(f"{key} must be a list")
    return value


def _flag(data: Mapping[str, Any], key: str, *, missing: bool = False) -> bool:
    value = data.get(key, missing)
    if not isinstance(value, bool):
        raise WireError(f"{key} must be true or false")
    return value


def _enum(data: Mapping[str, Any], key: str, kind: type[_E]) -> _E:
    try:
        return kind(_string(data, key))
    except ValueError:
        raise WireError(f"{key} must be one of {', '.join(kind)}") from None


def _uuid(data: Mapping[str, Any], key: str) -> UUID:
    try:
        return UUID(_string(data, key))
    except ValueError:
        raise WireError(f"{key} must be a UUID") from None


def _digest(data: Mapping[str, Any], key: str) -> bytes:
    try:
        value = bytes.fromhex(_string(data, key))
    except ValueError:
        raise WireError(f"{key} must be hexadecimal") from None
    if len(value) != SIZE:
        raise WireError(f"{key} must be {SIZE} bytes long")
    return value


def _date(data: Mapping[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(_string(data, key))
    except ValueError:
        raise WireError(f"{key} must be a day such as 2026-11-24") from None


def _instant(data: Mapping[str, Any], key: str) -> datetime:
    try:
        return aware(datetime.fromisoformat(_string(data, key)))
    except (ValueError, OverflowError):
        raise WireError(f"{key} must be an instant such as 2026-11-24T12:00:00Z") from None
