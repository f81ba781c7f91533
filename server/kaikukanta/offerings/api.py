"""The calls about offerings: what there is, setting and changing it, and its public text."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from sqlmodel import Session, col, select

from kaiku.audit import Finding, audit, breaches, words
from kaiku.offering import Offering
from kaiku.text import Language
from kaiku.wire import Json, write_text
from server.database import read, transaction
from server.kaikukanta.context import InContext
from server.kaikukanta.network.callers import (
    AgentCaller,
    ATicketSystem,
    AVenue,
    VenueCaller,
    serves,
)
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.bodies import (
    OfferingAnswer,
    OfferingBody,
    OfferingsAnswer,
    answer_of,
    finding_of,
    is_in_order,
    offering_of,
)
from server.kaikukanta.offerings.judge import advice_of, judge
from server.kaikukanta.offerings.published import as_html, as_text
from server.kaikukanta.offerings.service import change_offering, create_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.problems import Mistake, Problem, ProblemError, responses

router = APIRouter(prefix="/api/v1/offerings", tags=["offerings"])
NOT_FOUND = Problem(404, "not_found", "You have no such offering.")
BREAKS = "These settings break the operating model; mend each of them."
NOT_IN_ORDER = Mistake(
    words.NOT_IN_ORDER.en, pointer="#/window", more={"words": write_text(words.NOT_IN_ORDER)}
)


class Format(StrEnum):
    """In which form a public text is wanted."""

    TEXT = "text"
    HTML = "html"


@router.get("", summary="Your offerings", response_model=OfferingsAnswer)
def get_offerings(caller: ATicketSystem, context: InContext) -> Json:
    """Return a venue's offerings, or those that venues have granted an agent (OM-51)."""
    with read(context.engine) as session:
        found = session.exec(
            select(OfferingRecord, col(Venue.kind))
            .join(Venue, col(Venue.id) == col(OfferingRecord.venue_id))
            .where(_own(caller))
            .order_by(col(OfferingRecord.name_fi), col(OfferingRecord.id))
        )
        offerings = [(to_offering(record), kind) for record, kind in found]
    return {
        "offerings": [answer_of(each, advice_of(audit(each, kind))) for each, kind in offerings]
    }


@router.post(
    "",
    status_code=201,
    summary="Set up an offering",
    response_model=OfferingAnswer,
)
def post_offering(body: OfferingBody, caller: AVenue, context: InContext) -> Json:
    """Set up an offering; settings that break the model are refused, all at once (OM-52)."""
    offering = offering_of(body, uuid4())
    with transaction(context.engine) as session:
        found = _judged(session, caller, body, offering, context.clock())
        create_offering(session, caller.venue_id, offering)
    return answer_of(offering, advice_of(found))


@router.put(
    "/{offering_id}",
    summary="Change an offering",
    response_model=OfferingAnswer,
    responses=responses(404),
)
def put_offering(offering_id: UUID, body: OfferingBody, caller: AVenue, context: InContext) -> Json:
    """Set an offering anew, under its next version."""
    offering, now = offering_of(body, offering_id), context.clock()
    with transaction(context.engine) as session:
        record = session.get(OfferingRecord, offering_id)
        if record is None or not serves(caller, record):
            raise ProblemError(NOT_FOUND)
        found = _judged(session, caller, body, offering, now)
        change_offering(session, record, offering, now)
        changed = to_offering(record)
    return answer_of(changed, advice_of(found))


@router.get(
    "/{offering_id}/text",
    summary="The public text of an offering's limits",
    response_class=Response,
    responses={
        200: {
            "content": {"text/plain": {}, "text/html": {}},
            "description": "The limits in plain language, for the venue's site and leaflets.",
        },
        **responses(404),
    },
)
def get_text(
    offering_id: UUID,
    caller: ATicketSystem,
    context: InContext,
    language: Annotated[Language, Query()] = Language.FI,
    form: Annotated[Format, Query(alias="format")] = Format.TEXT,
) -> Response:
    """Return what an offering's venue must publish of its limits (OM-53)."""
    with read(context.engine) as session:
        record = session.get(OfferingRecord, offering_id)
        if record is None or not serves(caller, record):
            raise ProblemError(NOT_FOUND)
        offering = to_offering(record)
    match form:
        case Format.TEXT:
            return Response(as_text(offering, language), media_type="text/plain; charset=utf-8")
        case Format.HTML:
            return Response(as_html(offering, language), media_type="text/html; charset=utf-8")


def _own(caller: VenueCaller | AgentCaller) -> Any:
    match caller:
        case VenueCaller(venue_id=venue):
            return col(OfferingRecord.venue_id) == venue
        case AgentCaller(offerings=granted):
            return col(OfferingRecord.id).in_(granted)


def _judged(
    session: Session, caller: VenueCaller, body: OfferingBody, offering: Offering, now: datetime
) -> tuple[Finding, ...]:
    """Return what is said of an offering; end the request with all that is wrong with it."""
    found = judge(session, caller.venue_id, offering, now)
    broken = tuple(_mistake(finding) for finding in breaches(found))
    if not is_in_order(body):
        mistakes = (NOT_IN_ORDER, *broken)
        raise ProblemError(Problem(422, "invalid", "The request does not fit.", mistakes))
    if broken:
        raise ProblemError(Problem(422, "breaks_the_model", BREAKS, broken))
    return found


def _mistake(finding: Finding) -> Mistake:
    told = finding_of(finding)
    more = {name: told[name] for name in ("rule", "floor", "words")}
    return Mistake(finding.words.en, pointer=f"#/{finding.setting}", more=more)
