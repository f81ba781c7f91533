"""Uses that are entered after they happened: decided by their day, and lenient to limits (OM-47).

The card, the settings and the counts are those of then. Where nothing but a limit of the venue is
against the use, it is kept and flagged: the people did come, and the register is told the truth.
"""

from dataclasses import dataclass

from sqlmodel import Session

from kaiku.decide import Decision
from kaiku.offering import Offering
from kaiku.party import Party
from kaiku.reason import Reason
from server.kaikukanta.offerings.former import settings_at
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.case import Case
from server.kaikukanta.uses.former import known_then
from server.kaikukanta.uses.tables import UseRecord

VENUES_LIMITS = frozenset(
    {Reason.SEATS_FULL, Reason.ALREADY_USED, Reason.VISITS_USED_UP, Reason.FEES_USED_UP}
)
"""The reasons that are a venue's own limits: they undo nothing that has happened."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided by some settings; ``conflict`` is the limit against a use that stands."""

    decision: Decision
    settings: Offering
    conflict: Reason | None = None

    @property
    def accepted(self) -> bool:
        """Tell whether the party came in."""
        return self.decision.accepted or self.conflict is not None

    def write(self, case: Case, party: Party) -> None:
        """Write into the case's use what became of the party."""
        if self.conflict is None:
            case.write(self.decision)
        else:
            case.let_stand(party, self.settings, self.decision, self.conflict)


def settings_then(session: Session, row: OfferingRecord, use: UseRecord) -> Offering | None:
    """Return the settings of the day of a use that was entered late, None for any other."""
    return settings_at(session, row, use.at) if use.late else None


def rule(session: Session, case: Case, then: Offering | None, party: Party) -> Ruling:
    """Return what is decided on a party: now, or by the settings of then."""
    if then is None:
        return Ruling(case.decide(party), case.offering)
    decision = case.decide_by(then, party, known_then(session, case, then))
    return Ruling(decision, then, _limit_alone(decision))


def _limit_alone(decision: Decision) -> Reason | None:
    """Return the venue's limit that alone is against a use, None where anything else is."""
    own = [missing.reason for missing in decision.missing]
    against = [reason for reason in decision.reasons if reason is not Reason.GROUP_CARD_MISSING]
    reasons = (*against, *own)
    return reasons[0] if reasons and VENUES_LIMITS.issuperset(reasons) else None
