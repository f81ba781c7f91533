"""The calls about uses: recording them, one or many, changing, taking back and checking."""

from dataclasses import asdict
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import WithJsonSchema

from kaiku.wire import Json, Outcome, write_answer, write_missing, write_party
from server.kaikukanta.context import InContext
from server.kaikukanta.network.callers import AKiosk, AnyCaller, ATicketSystem
from server.kaikukanta.uses import batch, service
from server.kaikukanta.uses.answers import (
    AnswerBody,
    BatchAnswer,
    CheckedBody,
    ReportBody,
    StateBody,
)
from server.kaikukanta.uses.batch_bodies import BatchBody
from server.kaikukanta.uses.bodies import AmendBody, CheckBody, UseBody
from server.kaikukanta.uses.bulk import Desk, enter
from server.kaikukanta.uses.check import check
from server.kaikukanta.uses.presented import ask_of, question_of
from server.kaikukanta.uses.report import totals
from server.kaikukanta.uses.sheet import SheetError, read_sheet
from server.problems import Problem, ProblemError, responses

T = TypeVar("T")

A_TABLE = {
    "type": "string",
    "description": "CSV in UTF-8; the first row names the columns, in Finnish, Swedish or English.",
    "examples": ["kortti;päivä;lapset\n7K2M9QX4TB0E;20.11.2026;1\n"],
}
A_NAME = "the sheet's own name, the same each time that it is sent"
MOST_ROWS = 500
TOO_LONG = Problem(
    413, "too_large", f"A file may have {MOST_ROWS} rows: split it, and send each part."
)

router = APIRouter(prefix="/api/v1", tags=["uses"])


@router.post(
    "/uses",
    summary="Decide on a use and record it",
    response_model=AnswerBody,
    response_model_exclude_defaults=True,
    responses=responses(409),
)
def post_use(body: UseBody, caller: AnyCaller, context: InContext) -> Json:
    """Decide and record in one transaction. The same id again gives the same answer."""
    ask = _done(ask_of(context, caller, body))
    return write_answer(_done(service.record(context, caller, ask)))


@router.post(
    "/uses/batch",
    summary="Keep a part of a kiosk's journal",
    response_model=BatchAnswer,
    response_model_exclude_unset=True,
)
def post_batch(body: BatchBody, caller: AKiosk, context: InContext) -> Json:
    """Keep what was decided at the kiosk, each item on its own; what does not fit is `invalid`."""
    return {"results": [_kept(batch.keep(context, caller, item)) for item in body.uses]}


@router.post(
    "/uses/csv",
    summary="Enter past uses from a table",
    response_model=ReportBody,
)
def post_csv(
    caller: ATicketSystem,
    context: InContext,
    content: Annotated[bytes, Body(media_type="text/csv"), WithJsonSchema(A_TABLE)],
    sheet: Annotated[str, Query(min_length=1, max_length=200, description=A_NAME)],
    offering: Annotated[UUID | None, Query(description="of rows that name none")] = None,
) -> Json:
    """Enter the rows of a CSV file one by one; one that does not fit never stops the next.

    A sheet is mended and sent again under its name: each row is then what it says now, once.
    """
    try:
        rows = read_sheet(content)
    except SheetError as error:
        raise ProblemError(Problem(422, "invalid", str(error))) from None
    if len(rows) > MOST_ROWS:
        raise ProblemError(TOO_LONG)
    entered = list(enter(Desk(context, caller, sheet, offering), rows))
    return {"rows": [asdict(row) for row in entered], "totals": totals(entered)}


@router.put(
    "/uses/{use_id}/party",
    summary="Change the party of a use",
    response_model=AnswerBody,
    response_model_exclude_defaults=True,
    responses=responses(404, 409),
)
def put_party(use_id: UUID, body: AmendBody, caller: AnyCaller, context: InContext) -> Json:
    """Decide anew on the party as it now is.

    A refusal changes nothing; `admitted` is then who stays admitted.
    """
    return write_answer(_done(service.amend(context, caller, use_id, body.party(), body.revision)))


@router.post(
    "/uses/{use_id}/void",
    summary="Take a use back",
    response_model=StateBody,
    response_model_exclude_defaults=True,
    responses=responses(404, 409),
)
def post_void(use_id: UUID, caller: AnyCaller, context: InContext) -> Json:
    """Take back an accepted use; the row stays, and what it took of limits is given back."""
    state = _done(service.void(context, caller, use_id))
    return {**write_answer(state.answer), "voided": state.voided}


@router.post(
    "/cards/check",
    summary="Decide without recording",
    tags=["cards"],
    response_model=CheckedBody,
    response_model_exclude_defaults=True,
)
def post_check(body: CheckBody, caller: ATicketSystem, context: InContext) -> Json:
    """Decide as if the party, the group or the fee came now.

    A ticket to an event to come is asked for by booking it (`POST /api/v1/bookings`): of a booking
    that is refused nothing is kept, and one that is not wanted after all is cancelled.
    """
    question = _done(question_of(context, caller, body))
    decision = _done(check(context, caller, question))
    admitted = decision.admitted
    return {
        "outcome": Outcome.ACCEPTED if decision.accepted else Outcome.REFUSED,
        "reason": decision.reason,
        "admitted": {"adults": admitted.adults, **write_party(admitted)},
        "remaining": decision.remaining,
        "missing": [write_missing(missing) for missing in decision.missing],
    }


def _done(result: T | Problem) -> T:
    if isinstance(result, Problem):
        raise ProblemError(result)
    return result


def _kept(kept: batch.Kept) -> dict[str, Any]:
    return {
        "id": kept.id,
        "result": kept.result,
        **({} if kept.reason is None else {"reason": kept.reason}),
        **({} if kept.detail is None else {"detail": kept.detail}),
    }
