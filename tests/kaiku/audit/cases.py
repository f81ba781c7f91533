"""Offerings to be judged, each of a venue that may have its kind."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kaiku.audit import Finding, audit, breaches
from kaiku.offering import Category, Limit, Offering, OfferingKind, Service, Tariff, Window
from kaiku.text import Language, Text
from kaiku.venue import VenueKind

STARTS = datetime(2026, 11, 28, 17, tzinfo=UTC)
"""A Saturday evening in Helsinki."""

WINDOW = Window(STARTS, STARTS + timedelta(hours=2))
PERFORMING = {
    OfferingKind.OWN_PRODUCTION,
    OfferingKind.GUEST_PRODUCTION,
    OfferingKind.GALA,
    OfferingKind.PREMIERE,
}
STAGE = PERFORMING | {OfferingKind.SCREENING, OfferingKind.MASS_EVENT}
HOME = {OfferingKind.SCREENING: VenueKind.CINEMA, OfferingKind.COURSE: VenueKind.COLLEGE}
"""Whose a kind of offering is; any other is a theatre's here."""


def offering(kind: OfferingKind, *limits: Limit, **settings: Any) -> Offering:
    """Return an offering of a kind, with 1,000 tickets, a window and a tariff where it has them."""
    window = WINDOW if kind in STAGE | {OfferingKind.COURSE} else None
    tariffs = (Tariff(Service.OVERDUE),) if kind is OfferingKind.LIBRARY else ()
    usual = {"window": window, "tickets": 1000, "tariffs": tariffs}
    return Offering(
        UUID(int=1),
        Text.same("Show"),
        Category.CULTURE,
        limits=limits,
        kind=kind,
        **{**usual, **settings},
    )


def found(offering: Offering, venue: VenueKind | None = None) -> tuple[Finding, ...]:
    """Return all that is found of an offering, of its usual venue unless said otherwise."""
    return audit(offering, venue or HOME.get(offering.kind, VenueKind.PERFORMING_ARTS))


def broken(offering: Offering, venue: VenueKind | None = None) -> list[str]:
    """Return the rules that an offering breaks."""
    return [finding.rule for finding in breaches(found(offering, venue))]


def is_told(finding: Finding, language: Language) -> bool:
    """Tell whether a finding has whole sentences in a language, with nothing left to fill in."""
    words = finding.words.in_(language)
    return words.endswith(".") and "{" not in words
