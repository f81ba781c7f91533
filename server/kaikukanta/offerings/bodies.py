"""What the calls about offerings take and give."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StringConstraints

from kaiku.audit import Finding
from kaiku.offering import (
    Category,
    Exclusion,
    Offering,
    OfferingKind,
    Per,
    Period,
    Service,
    Window,
    Year,
)
from kaiku.wire import read_offering, write_offering, write_text
from server.kaikukanta.fields import Body, Instant, OnlyNumber

LARGEST = 1_000_000

_YEARS = range(1970, 9000)


def _within_reason(value: datetime) -> datetime:
    if value.year not in _YEARS:
        raise ValueError("is not a time at which an event can take place")
    return value.astimezone(UTC)


EventTime = Annotated[Instant, AfterValidator(_within_reason)]
Count = Annotated[int, Field(ge=0, le=LARGEST), OnlyNumber]
Tickets = Annotated[int, Field(ge=1, le=LARGEST), OnlyNumber]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=r"^[^\x00]*$"),
]


class TextBody(Body):
    """The same words in three languages."""

    fi: Words
    sv: Words
    en: Words


class WindowBody(Body):
    """When a performance takes place, when entry opens, from when tickets can be had."""

    starts: EventTime
    ends: EventTime
    opens: EventTime | None = None
    acquirable: EventTime | None = None


class SeatsBody(Body):
    """A cap on seats, shared by all card holders (OM-54, OM-55)."""

    type: Literal["seats"]
    cap: Count
    per: Per = Per.EVENT


class OnceBody(Body):
    """Once to the same performance (OM-58)."""

    type: Literal["once"]


class VisitsBody(Body):
    """Visits a year on a serial ticket (OM-60)."""

    type: Literal["visits"]
    cap: Count
    year: Year = Year.CALENDAR


class OpenBookingsBody(Body):
    """Bookings that a card may have open (OM-61)."""

    type: Literal["open_bookings"]
    cap: Count


LimitBody = Annotated[
    SeatsBody | OnceBody | VisitsBody | OpenBookingsBody, Field(discriminator="type")
]


class TariffBody(Body):
    """A library's service whose fees are covered, in cents (OM-59)."""

    service: Service
    unit: Count | None = None
    cap: Count | None = None
    period: Period = Period.YEAR


class OfferingBody(Body):
    """An offering as its venue sets it. A limit exists only where one is set (OM-43)."""

    name: TextBody
    category: Category
    kind: OfferingKind
    window: WindowBody | None = None
    limits: Annotated[list[LimitBody], Field(max_length=10, default_factory=list)]
    children_welcome: StrictBool = True
    supporters_free: StrictBool = True
    exclusion: Exclusion | None = None
    tickets: Tickets | None = None
    tariffs: Annotated[list[TariffBody], Field(max_length=10, default_factory=list)]
    wristband: Count | None = None
    terms: TextBody | None = None


class FindingBody(BaseModel):
    """What goes against the model's advice: by which rule, where, and why."""

    rule: str
    setting: str
    floor: int | str | None
    words: TextBody


class OfferingAnswer(OfferingBody):
    """An offering as it is kept, with the advice that goes against it."""

    id: UUID
    version: int
    advice: Annotated[list[FindingBody], Field(default_factory=list)]


class OfferingsAnswer(BaseModel):
    """The offerings that the caller may record uses of."""

    offerings: list[OfferingAnswer]


def offering_of(body: OfferingBody, offering_id: UUID) -> Offering:
    """Return a body as the rules see it, its window put in order."""
    settings = body.model_dump(mode="json", exclude={"window"})
    offering = read_offering({**settings, "id": str(offering_id), "version": 1})
    window = body.window
    if window is None:
        return offering
    nearest = Window.nearest(window.starts, window.ends, window.opens, window.acquirable)
    return replace(offering, window=nearest)


def is_in_order(body: OfferingBody) -> bool:
    """Tell whether an event ends after it starts."""
    return body.window is None or body.window.starts < body.window.ends


def answer_of(offering: Offering, advice: tuple[Finding, ...] = ()) -> dict[str, Any]:
    """Return an offering as the API gives it."""
    return {**write_offering(offering), "advice": [finding_of(finding) for finding in advice]}


def finding_of(finding: Finding) -> dict[str, Any]:
    """Return a finding as the API gives it."""
    return {
        "rule": finding.rule,
        "setting": finding.setting,
        "floor": finding.floor,
        "words": write_text(finding.words),
    }
