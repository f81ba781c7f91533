"""The call by which a kiosk gives a lease back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from server.kaikukanta.context import InContext
from server.kaikukanta.fields import OnlyNumber
from server.kaikukanta.leases.service import give_back
from server.kaikukanta.network.callers import AKiosk
from server.problems import Problem, ProblemError, responses

router = APIRouter(prefix="/api/v1", tags=["kiosks"])

NOT_FOUND = Problem(404, "not_found", "You have no such lease.")


class Return(BaseModel):
    """What a kiosk still keeps of a lease: the seats of ``unsent`` uses."""

    unsent: Annotated[int, Field(ge=0, lt=2**31), OnlyNumber]


class Returned(BaseModel):
    """The lease that is no longer the kiosk's."""

    id: UUID


@router.post(
    "/kiosk/leases/{lease_id}/return", summary="Give a lease back", responses=responses(404)
)
def post_return(lease_id: UUID, body: Return, kiosk: AKiosk, context: InContext) -> Returned:
    """Free the seats of a lease for everybody, but for those of uses that are still to be sent.

    It may be told again, as uses are sent; what is freed is never taken again.
    """
    if not give_back(context, kiosk, lease_id, body.unsent):
        raise ProblemError(NOT_FOUND)
    return Returned(id=lease_id)
