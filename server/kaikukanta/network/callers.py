"""Who calls the API: a kiosk, a venue's system or a ticket agent's, by its bearer token (OM-31).

Callers are told apart before anything of the request is read: whoever is nobody learns nothing.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from server.database import read
from server.kaikukanta.context import Context
from server.kaikukanta.kiosks.tables import Kiosk, KioskOffering
from server.kaikukanta.network.attempts import Limit, spend
from server.kaikukanta.network.tables import AgentOffering, Credential, Role
from server.kaikukanta.offerings.tables import OfferingRecord
from server.problems import (
    AWAY,
    BUSY,
    Problem,
    ProblemError,
    forbidden,
    respond,
    too_many,
    unauthenticated,
)
from server.security import hash_token, matches

PROTECTED = "/api/v1"
OPEN = frozenset({"/api/v1/openapi.json", "/api/v1/kiosks/enrol"})

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class KioskCaller:
    """A kiosk of a venue and the offerings that it serves."""

    kiosk_id: UUID
    venue_id: UUID
    offerings: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class VenueCaller:
    """A system of a venue; it sees all that the venue offers."""

    credential_id: UUID
    venue_id: UUID


@dataclass(frozen=True, slots=True)
class AgentCaller:
    """A ticket agent and the offerings that venues have granted it (OM-51)."""

    credential_id: UUID
    offerings: frozenset[UUID]


Caller = KioskCaller | VenueCaller | AgentCaller


def caller_id(caller: Caller) -> UUID:
    """Return the id under which a caller records uses and fails attempts."""
    match caller:
        case KioskCaller(kiosk_id=id_) | VenueCaller(credential_id=id_):
            return id_
        case AgentCaller(credential_id=id_):
            return id_


def serves(caller: Caller, offering: OfferingRecord) -> bool:
    """Tell whether an offering is one of the caller's own (OM-31, OM-51)."""
    match caller:
        case VenueCaller(venue_id=venue_id):
            return offering.venue_id == venue_id
        case KioskCaller(offerings=offerings) | AgentCaller(offerings=offerings):
            return offering.id in offerings


class Authentication:
    """Middleware that lets nobody unknown past :data:`PROTECTED`; the caller goes into the scope.

    It answers 401 with code ``unauthenticated``, or ``revoked`` for a token that was once good, and
    429 to an address that has failed too often.
    """

    def __init__(self, app: Asgi, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its caller, or answer it."""
        if scope["type"] == "http" and _protected(scope["path"]):
            token = _bearer(Headers(scope=scope))
            address = (scope.get("client") or ("unknown",))[0]
            match await run_in_threadpool(_identify, self._context, token, address):
                case Problem() as problem:
                    await respond(problem)(scope, receive, send)
                    return
                case caller:
                    scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


def _identify(context: Context, token: str | None, address: str) -> Caller | Problem:
    """Return what :func:`identify` does, or a 503 where the database does not answer."""
    try:
        return identify(context, token, address)
    except AWAY:
        return BUSY


def identify(context: Context, token: str | None, address: str) -> Caller | Problem:
    """Return whose token it is, or why it is nobody's."""
    if token is None:
        return unauthenticated()
    presented = hash_token(token)
    with read(context.engine) as session:
        found = _kiosk(session, presented) or _credential(session, presented)
    if found is not None:
        return found
    limit = Limit(f"token:{address}", context.settings.failed_tokens)
    seconds = spend(context, limit)
    return unauthenticated(presented=True) if seconds is None else too_many(seconds)


_SCHEME = HTTPBearer(auto_error=False, description="A token of a kiosk, a venue or a ticket agent.")


def any_caller(request: Request, _documented: Annotated[object, Depends(_SCHEME)]) -> Caller:
    """Return who calls."""
    caller: Caller = request.state.caller
    return caller


AnyCaller = Annotated[Caller, Depends(any_caller)]


def kiosk_caller(caller: AnyCaller) -> KioskCaller:
    """Return the kiosk that calls; anyone else gets a 403."""
    if not isinstance(caller, KioskCaller):
        raise ProblemError(forbidden("This call is for kiosks."))
    return caller


def ticket_caller(caller: AnyCaller) -> VenueCaller | AgentCaller:
    """Return the venue or agent that calls; a kiosk gets a 403 (OM-31)."""
    if isinstance(caller, KioskCaller):
        raise ProblemError(forbidden("This call is for venues and ticket agents."))
    return caller


def venue_caller(caller: AnyCaller) -> VenueCaller:
    """Return the venue that calls; anyone else gets a 403."""
    if not isinstance(caller, VenueCaller):
        raise ProblemError(forbidden("This call is for venues."))
    return caller


AKiosk = Annotated[KioskCaller, Depends(kiosk_caller)]
ATicketSystem = Annotated[VenueCaller | AgentCaller, Depends(ticket_caller)]
AVenue = Annotated[VenueCaller, Depends(venue_caller)]


def _protected(path: str) -> bool:
    return path not in OPEN and (path == PROTECTED or path.startswith(PROTECTED + "/"))


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _kiosk(session: Session, presented: bytes) -> KioskCaller | Problem | None:
    kiosk = session.exec(select(Kiosk).where(Kiosk.token_hash == presented)).first()
    if kiosk is None or not matches(presented, kiosk.token_hash):
        return None
    if kiosk.revoked_at is not None:
        return unauthenticated("revoked", presented=True)
    served = select(KioskOffering.offering_id).where(KioskOffering.kiosk_id == kiosk.id)
    return KioskCaller(kiosk.id, kiosk.venue_id, frozenset(session.exec(served)))


def _credential(session: Session, presented: bytes) -> Caller | Problem | None:
    found = session.exec(select(Credential).where(Credential.token_hash == presented)).first()
    if found is None or not matches(presented, found.token_hash):
        return None
    if found.revoked_at is not None:
        return unauthenticated("revoked", presented=True)
    match found.role:
        case Role.VENUE:
            assert found.venue_id is not None
            return VenueCaller(found.id, found.venue_id)
        case Role.AGENT:
            granted = select(AgentOffering.offering_id).where(
                AgentOffering.credential_id == found.id
            )
            return AgentCaller(found.id, frozenset(session.exec(granted)))
