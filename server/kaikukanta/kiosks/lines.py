"""Lines of the change feed, written straight from columns.

Each is what ``json.dumps`` makes of the wire's object, without making that object: a first sync is
a million lines.
"""

import json
from datetime import date
from typing import Any
from uuid import UUID

from kaiku.wire import Row, write_row


def line(row: Row) -> str:
    """Return the line of any row, without its line end."""
    return json.dumps(write_row(row))


def card_line(
    digest: bytes, kind: str, children: int, valid_from: Any, valid_until: Any, status: str
) -> str:
    """Return the line of a card; the days are dates or already text."""
    return (
        f'{{"type": "card", "digest": "{digest.hex()}", "kind": "{kind}", "children": {children}, '
        f'"from": "{valid_from}", "until": "{valid_until}", "status": "{status}"}}'
    )


def tally_line(
    digest: bytes,
    offering: UUID,
    since: date,
    uses: int,
    visits: int,
    service: str = "",
    cents: int = 0,
) -> str:
    """Return the line of what a card has used of an offering, or of a service."""
    of_service = f', "service": "{service}"' if service else ""
    in_cents = f', "cents": {cents}' if cents else ""
    return (
        f'{{"type": "tally", "digest": "{digest.hex()}", "offering": "{offering}", '
        f'"since": "{since}", "uses": {uses}, "visits": {visits}{of_service}{in_cents}}}'
    )
