"""The calls about offerings: what there is, setting and changing it, and its public text."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from sqlmodel import Session, col, select

from kaiku.audit import Finding, Grade, audit, breaches
from kaiku.offering import Offering
from kaiku.text import Language
from kaiku.wire import Json, WireError, read_offering
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
)
from server.kaikukanta.offerings.published import as_html, as_text
from server.kaikukanta.offerings.service import change_offering, create_offering, to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.offerings.venue import against
from server.problems import Mistake, Problem, ProblemError, responses

router = APIRouter(prefix="/api/v1/offerings", tags=["offerings"])
NOT_FOUND = Problem(404, "not_found", "You have no such offering.")


class Format(StrEnum):
    """In which form a public text is wanted."""

    TEXT = "text"
    HTML = "html"


@router.get("", summary="Your offerings", response_model=OfferingsAnswer)
def get_offerings(caller: ATicketSystem, context: InContext) -> Json:
    """Return a venue's offerings, or those that venues have granted an agent (OM-51)."""
    with read(context.engine) as session:
        found = session.exec(select(OfferingRecord).where(_own(caller)).order_by("name_fi", "id"))
        offerings = [to_offering(record) for record in found]
    return {"offerings": [answer_of(offering, _advice(offering)) for offering in offerings]}


@router.post(
    "",
    status_code=201,
    summary="Set up an offering",
    response_model=OfferingAnswer,
)
def post_offering(body: OfferingBody, caller: AVenue, context: InContext) -> Json:
    """Set up an offering; settings that break the model are refused, all at once (OM-52)."""
    offering = _judged(body, uuid4(), 1)
    with transaction(context.engine) as session:
        create_offering(session, caller.venue_id, offering)
        _stay_in(session, caller, offering, context.clock())
    return answer_of(offering, _advice(offering))


@router.put(
    "/{offering_id}",
    summary="Change an offering",
    response_model=OfferingAnswer,
    responses=responses(404),
)
def put_offering(offering_id: UUID, body: OfferingBody, caller: AVenue, context: InContext) -> Json:
    """Set an offering anew, under its next version."""
    offering = _judged(body, offering_id, 1)
    with transaction(context.engine) as session:
        record = session.get(OfferingRecord, offering_id)
        if record is None or not serves(caller, record):
            raise ProblemError(NOT_FOUND)
        change_offering(session, record, offering, context.clock())
        _stay_in(session, caller, offering, context.clock())
        changed = to_offering(record)
    return answer_of(changed, _advice(changed))


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


def _judged(body: OfferingBody, offering_id: UUID, version: int) -> Offering:
    """Return the offering of a body; end the request with all that is wrong with it."""
    settings = body.model_dump(mode="json")
    try:
        offering = read_offering({**settings, "id": str(offering_id), "version": version})
    except (WireError, OverflowError) as error:
        mistake = Mistake(str(error), pointer="#/window")
        raise ProblemError(
            Problem(422, "invalid", "The request does not fit.", (mistake,))
        ) from None
    _refuse(breaches(audit(offering)))
    return offering


def _stay_in(session: Session, caller: VenueCaller, offering: Offering, now: datetime) -> None:
    """End the request, and undo it, where too much of what the venue offers is left out (OM-62)."""
    venue = session.get_one(Venue, caller.venue_id)
    _refuse(against(session, venue, offering, now))


def _refuse(found: tuple[Finding, ...]) -> None:
    if not found:
        return
    raise ProblemError(
        Problem(
            422,
            "breaks_the_model",
            "These settings break the operating model; mend each of them.",
            tuple(_mistake(finding) for finding in found),
        )
    )


def _mistake(finding: Finding) -> Mistake:
    told = finding_of(finding)
    more = {name: told[name] for name in ("rule", "floor", "words")}
    return Mistake(finding.words.en, pointer=f"#/{finding.setting}", more=more)


def _advice(offering: Offering) -> tuple[Finding, ...]:
    return tuple(finding for finding in audit(offering) if finding.grade is Grade.ADVICE)
