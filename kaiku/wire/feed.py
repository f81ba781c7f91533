"""The change feed's lines as JSON: written by the register, read by its kiosks."""

from collections.abc import Mapping
from typing import Any

from kaiku.card import Card, Kind, Status
from kaiku.group import USUAL_SIZE, GroupSize
from kaiku.offering import Service
from kaiku.wire.fields import (
    Json,
    read_count,
    read_date,
    read_digest,
    read_enum,
    read_flag,
    read_object,
    read_string,
    read_text,
    read_uuid,
    write_text,
)
from kaiku.wire.offerings import read_offering, write_offering
from kaiku.wire.rows import (
    Anew,
    BookingRow,
    CardGone,
    CardRow,
    CursorRow,
    LeaseRow,
    OfferingGone,
    OfferingRow,
    Row,
    StationRow,
    TallyRow,
)


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
                **({} if row.service is None else {"service": row.service.value}),
                **({"cents": row.cents} if row.cents else {}),
            }
        case BookingRow():
            return {
                "type": "booking",
                "id": str(row.id),
                "digest": row.digest.hex(),
                "offering": str(row.offering),
                "seats": row.seats,
            }
        case LeaseRow():
            return {
                "type": "lease",
                "id": str(row.id),
                "offering": str(row.offering),
                "day": row.day.isoformat(),
                "seats": row.seats,
                "journal": str(row.journal),
                **({"recalled": True} if row.recalled else {}),
            }
        case StationRow(venue, earlier, group):
            return {
                "type": "station",
                "venue": write_text(venue),
                "earlier_numbers": earlier,
                "group": {"largest": group.largest, "leader_counts": group.leader_counts},
            }
        case CardGone(digest):
            return {"type": "card_gone", "digest": digest.hex()}
        case OfferingGone(offering_id):
            return {"type": "offering_gone", "id": str(offering_id)}
        case Anew():
            return {"type": "anew"}
        case CursorRow(cursor, more):
            return {"cursor": cursor, **({"more": True} if more else {})}


def read_row(data: Mapping[str, Any]) -> Row | None:
    """Read a row of the change feed.

    None for a type that a newer register sends and this kiosk does not know.
    """
    if "cursor" in data:
        return CursorRow(read_string(data, "cursor"), read_flag(data, "more"))
    match data.get("type"):
        case "card":
            return CardRow(read_digest(data, "digest"), _card(data))
        case "offering":
            return OfferingRow(read_offering(data))
        case "tally":
            return TallyRow(
                read_digest(data, "digest"),
                read_uuid(data, "offering"),
                read_date(data, "since"),
                read_count(data, "uses"),
                read_count(data, "visits"),
                read_enum(data, "service", Service) if "service" in data else None,
                read_count(data, "cents") if "cents" in data else 0,
            )
        case "booking":
            return BookingRow(
                read_uuid(data, "id"),
                read_digest(data, "digest"),
                read_uuid(data, "offering"),
                read_count(data, "seats"),
            )
        case "lease":
            return LeaseRow(
                read_uuid(data, "id"),
                read_uuid(data, "offering"),
                read_date(data, "day"),
                read_count(data, "seats"),
                read_uuid(data, "journal"),
                read_flag(data, "recalled"),
            )
        case "station":
            return StationRow(
                read_text(data, "venue"), read_string(data, "earlier_numbers"), _group_size(data)
            )
        case "card_gone":
            return CardGone(read_digest(data, "digest"))
        case "offering_gone":
            return OfferingGone(read_uuid(data, "id"))
        case "anew":
            return Anew()
        case _:
            return None


def _group_size(data: Mapping[str, Any]) -> GroupSize:
    """Read how large a group may be; a register that says nothing of it has the usual size."""
    if "group" not in data:
        return USUAL_SIZE
    group = read_object(data, "group")
    return GroupSize(read_count(group, "largest", least=1), read_flag(group, "leader_counts"))


def _card(data: Mapping[str, Any]) -> Card:
    return Card(
        kind=read_enum(data, "kind", Kind),
        children=read_count(data, "children"),
        valid_from=read_date(data, "from"),
        valid_until=read_date(data, "until"),
        status=read_enum(data, "status", Status),
    )
