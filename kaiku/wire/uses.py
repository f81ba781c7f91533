"""A use on its way up, and the register's answer on its way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kaiku.decision import Missing
from kaiku.fee import LARGEST_SUM, Fee
from kaiku.offering import Service
from kaiku.party import ALONE, LARGEST, Party
from kaiku.reason import Reason
from kaiku.wire.fields import (
    Json,
    WireError,
    read_count,
    read_digest,
    read_enum,
    read_flag,
    read_instant,
    read_list,
    read_maybe_count,
    read_object,
    read_uuid,
    to_digest,
    write_instant,
)

MOST_MEMBERS = 20
"""No group has more members than this, whatever a venue allows (OM-37)."""

MOST_LEASED = 4 * LARGEST
"""No use takes more seats of a lease than this: no party is larger."""


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
    the kiosk had reason to doubt (promise P7). ``fee`` is what was covered at a library's desk
    (OM-59). ``members`` are the digests of the cards of a group that a community card leads, None
    where there is no group; its younger clients are the party's children (OM-38). ``lease`` is the
    part of a shared cap that ``leased`` of its seats are from (promise P2).

    A fee is the holder's own, and takes no seats; each card of a group is there once. Another shape
    can be neither made nor read.
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
    fee: Fee | None = None
    members: tuple[bytes, ...] | None = None
    lease: UUID | None = None
    leased: int = 0

    def __post_init__(self) -> None:
        """Raise :class:`WireError` for a shape that no use has."""
        if self.fee is not None:
            if self.members is not None:
                raise WireError("a fee is the holder's own: members must be left out")
            if self.party != ALONE:
                raise WireError("a fee is the holder's own: nobody may come along in party")
            if self.lease is not None:
                raise WireError("a fee takes no seats: lease must be left out")
        cards = (self.digest, *(self.members or ()))
        if len(set(cards)) < len(cards):
            raise WireError("members must be other cards than the leader's, each once")


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
        "fee": None if use.fee is None else write_fee(use.fee),
        "members": None if use.members is None else [member.hex() for member in use.members],
        "lease": None if use.lease is None else str(use.lease),
        "leased": use.leased,
    }


def read_use(data: Mapping[str, Any]) -> Use:
    """Read an item of a batch.

    What it leaves out is as for a use that was accepted as it stands.
    """
    digest = data.get("digest")
    reason = data.get("reason")
    version = data.get("offering_version")
    return Use(
        id=read_uuid(data, "id"),
        offering=read_uuid(data, "offering"),
        at=read_instant(data, "at"),
        digest=None if digest is None else read_digest(data, "digest"),
        party=read_party(data.get("party", {})),
        outcome=read_enum(data, "outcome", Outcome) if "outcome" in data else Outcome.ACCEPTED,
        reason=None if reason is None else read_enum(data, "reason", Reason),
        revision=read_count(data, "revision", least=1) if "revision" in data else 1,
        voided=read_flag(data, "voided"),
        offering_version=None if version is None else read_count(data, "offering_version"),
        clock_suspect=read_flag(data, "clock_suspect"),
        fee=None if data.get("fee") is None else read_fee(data),
        members=None if data.get("members") is None else _members(data),
        lease=None if data.get("lease") is None else read_uuid(data, "lease"),
        leased=read_count(data, "leased", most=MOST_LEASED) if "leased" in data else 0,
    )


def write_fee(fee: Fee) -> Json:
    """Return a fee; its sum is in cents."""
    return {"service": fee.service.value, "cents": fee.cents}


def read_fee(data: Mapping[str, Any]) -> Fee:
    """Read the fee of an item."""
    fee = read_object(data, "fee")
    cents = read_count(fee, "cents", least=1, most=LARGEST_SUM)
    return Fee(read_enum(fee, "service", Service), cents)


def _members(data: Mapping[str, Any]) -> tuple[bytes, ...]:
    members = read_list(data, "members")
    if len(members) > MOST_MEMBERS:
        raise WireError(f"members must be at most {MOST_MEMBERS}")
    return tuple(to_digest(member, "members") for member in members)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register decided on a use that was asked of it.

    ``missing`` says who of a group cannot come in. ``conflict`` is the venue's limit that was
    against a use entered afterwards: kept all the same, and flagged (OM-47).
    """

    id: UUID
    outcome: Outcome
    reason: Reason | None
    admitted: Party
    remaining: int | None = None
    missing: tuple[Missing, ...] = ()
    conflict: Reason | None = None


def write_answer(answer: Answer) -> Json:
    """Return the answer as the body of a reply."""
    return {
        "id": str(answer.id),
        "outcome": answer.outcome.value,
        "reason": None if answer.reason is None else answer.reason.value,
        "admitted": {"adults": answer.admitted.adults, **write_party(answer.admitted)},
        "remaining": answer.remaining,
        "missing": [write_missing(missing) for missing in answer.missing],
        "conflict": None if answer.conflict is None else answer.conflict.value,
    }


def write_missing(missing: Missing) -> Json:
    """Return who of a group cannot come in, and why."""
    return {"place": missing.place, "reason": missing.reason.value}


def read_answer(data: Mapping[str, Any]) -> Answer:
    """Read the body of a reply."""
    admitted = read_object(data, "admitted")
    reason, conflict = data.get("reason"), data.get("conflict")
    return Answer(
        id=read_uuid(data, "id"),
        outcome=read_enum(data, "outcome", Outcome),
        reason=None if reason is None else read_enum(data, "reason", Reason),
        admitted=_party(admitted, adults=read_count(admitted, "adults", most=LARGEST)),
        remaining=read_maybe_count(data, "remaining"),
        missing=tuple(_missing(missing) for missing in read_list(data, "missing")),
        conflict=None if conflict is None else read_enum(data, "conflict", Reason),
    )


def _missing(data: Any) -> Missing:
    if not isinstance(data, Mapping):
        raise WireError("missing must be a list of objects")
    return Missing(read_count(data, "place", least=1), read_enum(data, "reason", Reason))


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


def _party(data: Mapping[str, Any], adults: int) -> Party:
    counts = {
        name: read_count(data, name, most=LARGEST)
        for name in ("children", "helpers", "supporters")
        if name in data
    }
    return Party(adults=adults, **counts)
