"""What of a venue's settings breaks the operating model, and what goes against its advice.

A venue may limit seats, the uses of one card, open bookings, the offering and the time of
acquisition, and nothing else (OM-52); each limit has a floor. :func:`audit` finds every breach at
once, so that a worker mends them all in one go.
"""

from datetime import date

from kaiku.audit.finding import Finding, Grade, breaches
from kaiku.audit.limits import Floor, floor_of, limits
from kaiku.audit.settings import children, exclusion, money, terms, window
from kaiku.audit.venue import audit_change, audit_venue
from kaiku.offering import Offering
from kaiku.venue import VenueKind

__all__ = [
    "MODEL_VERSION",
    "Finding",
    "Floor",
    "Grade",
    "audit",
    "audit_change",
    "audit_venue",
    "breaches",
    "floor_of",
]

MODEL_VERSION = date(2025, 9, 11)
"""The version of the operating model that these rules are of, by its day (OM-1)."""


def audit(offering: Offering, venue: VenueKind) -> tuple[Finding, ...]:
    """Return every breach of the model in an offering's settings, then every advice against it.

    It looks at the kinds of limits and their floors (OM-52), when tickets can be had (OM-65, 66),
    why an offering is left out (OM-41, OM-62 to OM-64), terms of cancellation (OM-19), and money
    (OM-59, 60).
    ``venue`` is what kind of organisation sets them.
    """
    found = (
        *limits(offering),
        *window(offering),
        *exclusion(offering, venue),
        *children(offering),
        *terms(offering),
        *money(offering),
    )
    return tuple(sorted(found, key=lambda finding: finding.grade is Grade.ADVICE))
