"""What the calls about uses answer, as an API description needs it."""

from uuid import UUID

from pydantic import BaseModel

from kaiku.reason import Reason
from kaiku.wire import Outcome, Result
from server.kaikukanta.uses.report import RowOutcome


class Admitted(BaseModel):
    """Who comes in free."""

    adults: int
    children: int
    helpers: int
    supporters: int


class DecisionBody(BaseModel):
    """What was decided.

    ``remaining`` is the tightest count left, where something is limited: of a fee the cents, else
    the card's visits, else the seats.
    """

    outcome: Outcome
    reason: Reason | None
    admitted: Admitted
    remaining: int | None


class MissingBody(BaseModel):
    """A member of a group who cannot come in: the place in the order of ``members``, and why."""

    place: int
    reason: Reason


class CheckedBody(DecisionBody):
    """What would be decided; ``missing`` is there where members of a group cannot come in."""

    missing: list[MissingBody] = []


class AnswerBody(CheckedBody):
    """What was decided on a use.

    ``conflict`` is there where a use that was entered afterwards is kept against a limit of the
    venue.
    """

    id: UUID
    conflict: Reason | None = None


class StateBody(AnswerBody):
    """A use as it now stands."""

    voided: bool


class KeptBody(BaseModel):
    """What became of one item of a batch."""

    id: UUID | None
    result: Result
    reason: Reason | None = None
    detail: str | None = None


class BatchAnswer(BaseModel):
    """What became of each item, in the order in which they were sent."""

    results: list[KeptBody]


class EnteredBody(BaseModel):
    """What became of a row of a file; ``row`` is its line, the header's being 1.

    One that was entered before is ``amended`` or ``unchanged``. Of an ``invalid`` one nothing was
    kept: ``detail`` says how to mend it. ``elsewhere`` is how many uses of the card at the offering
    on that day are not of this sheet: they may be the same visit.
    """

    row: int
    id: UUID | None
    outcome: RowOutcome
    reason: Reason | None
    conflict: Reason | None
    detail: str | None
    elsewhere: int


class TotalsBody(BaseModel):
    """How many rows a file has, and what became of them.

    ``conflicts`` counts those that stand against a limit, ``elsewhere`` those that may have been
    recorded elsewhere as well.
    """

    rows: int
    recorded: int
    amended: int
    unchanged: int
    refused: int
    invalid: int
    conflicts: int
    elsewhere: int


class ReportBody(BaseModel):
    """What became of a file, row by row."""

    rows: list[EnteredBody]
    totals: TotalsBody
