"""The calls of kiosks: enrol, fetch changes, listen for events, say how they are."""

import logging
import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from kaiku.digest import check_value
from server.database import read, snapshot, transaction
from server.kaikukanta.context import Context, InContext
from server.kaikukanta.feed.service import newest
from server.kaikukanta.kiosks.bodies import Beat, Enrol, Heartbeat, KeyTold, VenueName, Welcome
from server.kaikukanta.kiosks.changes import compressed, open_page, read_page
from server.kaikukanta.kiosks.cursor import BEGINNING, CursorError, read_cursor
from server.kaikukanta.kiosks.enrolment import Enrolled, enrol
from server.kaikukanta.kiosks.events import MEDIA_TYPE, events
from server.kaikukanta.kiosks.service import beat
from server.kaikukanta.leases.service import grant
from server.kaikukanta.network.attempts import Limit, fail, spent
from server.kaikukanta.network.callers import AKiosk
from server.problems import Mistake, Problem, ProblemError, too_many

NDJSON = "application/x-ndjson"
_NEVER = re.compile(r"q=0(\.0*)?")

router = APIRouter(prefix="/api/v1", tags=["kiosks"])

_log = logging.getLogger(__name__)

_NOT_GOOD = Problem(
    403,
    "code_not_good",
    "The code is mistyped, used already or too old. Type it again, or ask for a new one.",
)


@router.post("/kiosks/enrol", summary="Become a kiosk by a one-time code")
def enrol_kiosk(body: Enrol, request: Request, context: InContext) -> Welcome:
    """Make a kiosk; the code then works no more. An address that fails often must wait."""
    address = request.client.host if request.client else "unknown"
    limit = Limit(f"code:{address}", context.settings.failed_codes)
    now = context.clock()
    with transaction(context.engine) as session:
        seconds = spent(session, limit, context.settings, now)
        if seconds is not None:
            raise ProblemError(too_many(seconds))
        enrolled = enrol(session, body.code, body.name, now)
        if enrolled is None:
            fail(session, limit, context.settings, now)
    if enrolled is None:
        raise ProblemError(_NOT_GOOD)
    return _welcome(enrolled, context)


@router.get("/kiosk/key", summary="The key of the card digests")
def digest_key(kiosk: AKiosk, response: Response, context: InContext) -> KeyTold:
    """Tell a kiosk that keeps the digest key in its memory only; the log says who was told (P6)."""
    response.headers["Cache-Control"] = "no-store"
    _log.info("The digest key was told to kiosk %s", kiosk.kiosk_id)
    return KeyTold(digest_key=context.digest_key.hex())


@router.get("/kiosk/changes", summary="What changed", response_class=StreamingResponse)
def changes(
    kiosk: AKiosk,
    context: InContext,
    after: Annotated[str | None, Query(max_length=400)] = None,
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """Send what changed since a cursor, or all, as lines of JSON; the last line is the cursor."""
    try:
        cursor = BEGINNING if after is None else read_cursor(after)
        with snapshot(context.engine) as session:
            page = open_page(session, kiosk.kiosk_id, cursor, context.settings)
    except CursorError as error:
        mistakes = (Mistake(str(error), parameter="after"),)
        raise ProblemError(Problem(422, "invalid", "The cursor does not fit.", mistakes)) from None
    lines = read_page(context.engine, page)
    if _accepts_gzip(accept_encoding):
        return _streamed(compressed(lines), {"Content-Encoding": "gzip"})
    return _streamed(lines, {})


@router.get("/kiosk/events", summary="When something changes", response_class=StreamingResponse)
async def kiosk_events(kiosk: AKiosk, request: Request) -> Response:
    """Send server-sent events for as long as the kiosk listens."""
    stream = events(request.app.state.watch, kiosk.kiosk_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type=MEDIA_TYPE, headers=headers)


@router.post("/kiosk/heartbeat", summary="How a kiosk is")
def heartbeat(body: Heartbeat, kiosk: AKiosk, context: InContext) -> Beat:
    """Keep what the kiosk says of itself, lease it its share of seats, and tell it the time."""
    now = context.clock()
    with transaction(context.engine) as session:
        beat(session, kiosk.kiosk_id, body.model_dump(mode="json"), now)
    if body.leased is not None and body.journal is not None:
        grant(context, kiosk, body.journal)
    with read(context.engine) as session:
        check = check_value(context.digest_key)
        return Beat(now=now, cursor=str(newest(session).seq), key_check=check)


def _accepts_gzip(accept_encoding: str) -> bool:
    for coding in accept_encoding.lower().replace(" ", "").split(","):
        name, _, weight = coding.partition(";")
        if name == "gzip":
            return _NEVER.fullmatch(weight) is None
    return False


def _streamed(pieces: Iterator[bytes], headers: dict[str, str]) -> Response:
    return StreamingResponse(
        pieces,
        media_type=NDJSON,
        headers={"Cache-Control": "no-store", "Vary": "Accept-Encoding", **headers},
    )


def _welcome(enrolled: Enrolled, context: Context) -> Welcome:
    venue = enrolled.venue
    return Welcome(
        kiosk=enrolled.kiosk.id,
        token=enrolled.token,
        digest_key=context.digest_key.hex(),
        venue=VenueName(fi=venue.name_fi, sv=venue.name_sv, en=venue.name_en),
        offerings=list(enrolled.offerings),
        earlier_numbers=context.settings.earlier_numbers.pattern,
    )
