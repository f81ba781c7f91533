"""How a row of the journal holds a use: written by the journal, read by the rescue too."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from kaiku.days import day_of
from kaiku.fee import Fee
from kaiku.offering import Service
from kaiku.party import ALONE, Party
from kaiku.reason import Reason
from kaiku.wire import Outcome, Use, write_instant
from kiosk.desk import Standing

COLUMNS = (
    *("id", "digest", "offering", "offering_version", "at", "day"),
    *("children", "helpers", "supporters"),
    *("admitted_adults", "admitted_children", "admitted_supporters"),
    *("outcome", "reason", "source", "voided", "clock_suspect"),
    *("revision", "sent_revision", "taken", "sent_taken", "asked"),
    *("fee_service", "fee_cents", "members", "lease", "leased", "booked"),
)
"""The columns that are written where a use is recorded."""

USE = (
    *("id", "digest", "offering", "offering_version", "at", "children", "helpers", "supporters"),
    *("outcome", "reason", "voided", "clock_suspect", "revision", "fee_service", "fee_cents"),
    *("members", "lease", "leased"),
)
"""The columns of an entry that make the use."""


def as_row(
    use: Use, admitted: Party, source: str, standing: Standing, booked: int
) -> tuple[object, ...]:
    """Return the values of :data:`COLUMNS` for a use as it now stands."""
    party, taken = use.party, _taken(use, admitted)
    sent = standing is Standing.SENT
    return (
        str(use.id),
        use.digest,
        str(use.offering),
        use.offering_version,
        write_instant(use.at),
        day_of(use.at).toordinal(),
        party.children,
        party.helpers,
        party.supporters,
        admitted.adults,
        admitted.children,
        admitted.supporters,
        use.outcome.value,
        None if use.reason is None else use.reason.value,
        source,
        use.voided,
        use.clock_suspect,
        use.revision,
        use.revision if sent else 0,
        taken,
        taken if sent else 0,
        standing is Standing.ASKED,
        None if use.fee is None else use.fee.service,
        None if use.fee is None else use.fee.cents,
        None if use.members is None else " ".join(member.hex() for member in use.members),
        None if use.lease is None else str(use.lease),
        use.leased,
        booked,
    )


def _taken(use: Use, admitted: Party) -> int:
    """Return what a use takes of the card's limit: its visits, or the cents of its fee.

    Of a group it is what each member takes.
    """
    if use.voided or admitted.adults == 0:
        return 0
    if use.members is not None:
        return ALONE.visits
    return admitted.visits if use.fee is None else use.fee.cents


def read_use(row: Sequence[object]) -> Use:
    """Return the use that the columns :data:`USE` hold; raise ValueError where they hold none."""
    use_id, digest, offering, version, at, children, helpers, supporters = row[:8]
    outcome, reason, voided, suspect, revision, service, cents, members, lease, leased = row[8:]
    return Use(
        id=UUID(str(use_id)),
        offering=UUID(str(offering)),
        at=read_instant(str(at)),
        digest=digest if isinstance(digest, bytes) else None,
        party=Party(int(str(children)), int(str(helpers)), int(str(supporters))),
        outcome=Outcome(str(outcome)),
        reason=None if reason is None else Reason(str(reason)),
        revision=int(str(revision)),
        voided=bool(voided),
        offering_version=None if version is None else int(str(version)),
        clock_suspect=bool(suspect),
        fee=None if service is None else Fee(Service(str(service)), int(str(cents))),
        members=None if members is None else read_members(str(members)),
        lease=None if lease is None else UUID(str(lease)),
        leased=int(str(leased)),
    )


def read_members(text: str) -> tuple[bytes, ...]:
    """Return the digests of a group's members; raise ValueError where a word is none."""
    return tuple(bytes.fromhex(member) for member in text.split())


def read_instant(text: str) -> datetime:
    """Return an instant in UTC; raise ValueError where the text is none."""
    return datetime.fromisoformat(text).astimezone(UTC)
