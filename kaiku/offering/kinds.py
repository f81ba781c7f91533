"""What kind of thing is offered, and for which reason it may be left out."""

from enum import StrEnum


class Category(StrEnum):
    """How the network's statistics divide what is offered."""

    CULTURE = "culture"
    EDUCATION = "education"
    SCIENCE = "science"
    SPORTS = "sports"


class OfferingKind(StrEnum):
    """What is offered; it decides which limits may be set, and how low."""

    ENTRY = "entry"
    POOL = "pool"
    LIBRARY = "library"
    COURSE = "course"
    OWN_PRODUCTION = "own_production"
    GUEST_PRODUCTION = "guest_production"
    GALA = "gala"
    PREMIERE = "premiere"
    SCREENING = "screening"
    MASS_EVENT = "mass_event"


PERFORMING_ARTS = frozenset(
    {
        OfferingKind.OWN_PRODUCTION,
        OfferingKind.GUEST_PRODUCTION,
        OfferingKind.GALA,
        OfferingKind.PREMIERE,
    }
)
"""The kinds that performing-arts venues offer (OM-61, OM-62)."""


class Exclusion(StrEnum):
    """Why an offering is left out; there is no other reason (OM-62 to OM-64)."""

    GUEST_PRODUCTION = "guest_production"
    GALA = "gala"
    PREMIERE = "premiere"
    WEEKEND = "weekend"
    BILLING = "billing"
    FEW_PARTICIPANTS = "few_participants"
    COST = "cost"
