"""The calls about a venue itself: what it has told of itself, and what goes against the model."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlmodel import Session

from kaiku.venue import VenueKind
from kaiku.wire import Json
from server.database import read, transaction
from server.kaikukanta.context import InContext
from server.kaikukanta.fields import Body
from server.kaikukanta.network.callers import AVenue
from server.kaikukanta.network.tables import Venue, WebShop
from server.kaikukanta.offerings.bodies import FindingBody, TextBody, finding_of
from server.kaikukanta.offerings.venue import findings

router = APIRouter(prefix="/api/v1/venue", tags=["offerings"])

Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$", max_length=500)]


class VenueBody(Body):
    """What a venue tells of itself.

    ``web_shop`` is null where it has none; ``accessibility`` the address of its accessibility
    information.
    """

    web_shop: WebShop | None = None
    accessibility: Address | None = None


class VenueAnswer(VenueBody):
    """A venue, and what of its settings as a whole goes against the model (OM-50, 62, 70)."""

    id: UUID
    kind: VenueKind
    name: TextBody
    findings: Annotated[list[FindingBody], Field(default_factory=list)]


@router.get("", summary="Your venue", response_model=VenueAnswer)
def get_venue(caller: AVenue, context: InContext) -> Json:
    """Return what the venue has told of itself, with the advice that goes against it."""
    with read(context.engine) as session:
        return _answer(session, session.get_one(Venue, caller.venue_id), context)


@router.put("", summary="Tell of your venue", response_model=VenueAnswer)
def put_venue(body: VenueBody, caller: AVenue, context: InContext) -> Json:
    """Set what the venue tells of itself."""
    with transaction(context.engine) as session:
        venue = session.get_one(Venue, caller.venue_id)
        venue.web_shop, venue.accessibility = body.web_shop, body.accessibility
        return _answer(session, venue, context)


def _answer(session: Session, venue: Venue, context: InContext) -> Json:
    return {
        "id": venue.id,
        "kind": venue.kind,
        "name": {"fi": venue.name_fi, "sv": venue.name_sv, "en": venue.name_en},
        "web_shop": venue.web_shop,
        "accessibility": venue.accessibility,
        "findings": [finding_of(each) for each in findings(session, venue, context.clock())],
    }
