"""A use as a row, and what a row says: whose it is, who came in, how it is answered."""

from dataclasses import dataclass

from sqlmodel import Session

from kaiku.fee import Fee
from kaiku.party import NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome
from server.kaikukanta.network.callers import (
    AgentCaller,
    Caller,
    KioskCaller,
    VenueCaller,
    caller_id,
)
from server.kaikukanta.uses.counts import Part
from server.kaikukanta.uses.tables import Recorder, UseRecord


@dataclass(frozen=True, slots=True)
class State:
    """A use as it now stands: how it was last decided, and whether it was taken back."""

    answer: Answer
    voided: bool


def recorder_of(caller: Caller) -> Recorder:
    """Return in which role a caller records."""
    match caller:
        case KioskCaller():
            return Recorder.KIOSK
        case VenueCaller():
            return Recorder.VENUE
        case AgentCaller():
            return Recorder.AGENT


def is_own(use: UseRecord, caller: Caller) -> bool:
    """Tell whether the caller recorded the use."""
    return (use.recorder, use.recorder_id) == (recorder_of(caller), caller_id(caller))


def lock_use(session: Session, use: UseRecord) -> None:
    """Read a use anew and keep it from changing; its offering has been locked before."""
    session.refresh(use, with_for_update=True)


def asked(use: UseRecord) -> Party:
    """Return who asked to come in."""
    return Party(
        children=use.asked_children,
        helpers=use.asked_helpers,
        supporters=use.asked_supporters,
    )


def admitted(use: UseRecord) -> Party:
    """Return who came in."""
    return Party(
        adults=use.adults,
        children=use.children,
        helpers=use.helpers,
        supporters=use.supporters,
    )


def fee_of(use: UseRecord) -> Fee | None:
    """Return the fee that a use is about, where it is about one."""
    if use.service is None or use.cents is None:
        return None
    return Fee(use.service, use.cents)


def counted(use: UseRecord) -> Party:
    """Return who the counts include: nobody for a use that was refused or taken back."""
    return admitted(use) if is_counted(use) else NOBODY


def part_of(use: UseRecord) -> Part | None:
    """Return the seats that a use takes of a lease, where it takes any (promise P2)."""
    return None if use.lease_id is None else Part(use.lease_id, use.leased)


def is_counted(use: UseRecord) -> bool:
    """Tell whether the counts include the use."""
    return use.outcome is Outcome.ACCEPTED and use.voided_at is None


def ask_for(use: UseRecord, party: Party) -> None:
    """Write who asks to come in."""
    use.asked_children = party.children
    use.asked_helpers = party.helpers
    use.asked_supporters = party.supporters


def admit(use: UseRecord, party: Party, remaining: int | None) -> None:
    """Write that a party came in."""
    _set_party(use, party)
    use.outcome = Outcome.ACCEPTED
    use.reason = None
    use.remaining = remaining


def refuse(use: UseRecord, reason: Reason | None, remaining: int | None) -> None:
    """Write that nobody came in, and why."""
    _set_party(use, NOBODY)
    use.outcome = Outcome.REFUSED
    use.reason = reason
    use.remaining = remaining


def flag(use: UseRecord, conflict: Reason, version: int) -> None:
    """Write what is against a use that stands, by a version of the settings (P1, OM-47)."""
    use.conflict, use.conflict_version, use.conflict_since = conflict, version, None


def unflag(use: UseRecord) -> None:
    """Write that nothing is against a use as it stands."""
    use.conflict = use.conflict_version = use.conflict_since = None


def answer_of(use: UseRecord) -> Answer:
    """Return the answer to a use, the same each time."""
    return Answer(
        use.id, use.outcome, use.reason, admitted(use), use.remaining, conflict=use.conflict
    )


def state_of(use: UseRecord) -> State:
    """Return a use as it now stands."""
    return State(answer_of(use), use.voided_at is not None)


def _set_party(use: UseRecord, party: Party) -> None:
    use.adults = party.adults
    use.children = party.children
    use.helpers = party.helpers
    use.supporters = party.supporters
