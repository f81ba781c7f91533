"""What became of the rows of a sheet, in words that say how to mend one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kaiku.reason import WORDS, Reason
from kaiku.wire import Answer, Outcome
from server.kaikukanta.uses.correct import Corrected, Standing
from server.problems import Problem

STANDS = "What was entered before stands."
TAKEN_BACK = "it was taken back, and stays so"


class RowOutcome(StrEnum):
    """What became of a row; nothing was kept of one that is ``invalid``."""

    RECORDED = "recorded"
    AMENDED = "amended"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    INVALID = "invalid"


NOT_ENTERED = frozenset({RowOutcome.REFUSED, RowOutcome.INVALID})
"""The outcomes of rows that somebody has to look at."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a row.

    ``elsewhere`` is how many uses of the card at the offering on that day the register has from
    anywhere but this sheet: they may be of the same visit. It is told of a row that counts, each
    time the sheet is sent, until one of the two is taken back.
    """

    row: int
    id: UUID | None
    outcome: RowOutcome
    reason: Reason | None = None
    conflict: Reason | None = None
    detail: str | None = None
    elsewhere: int = 0


def recorded(line: int, answer: Answer, elsewhere: int) -> Entered:
    """Return what became of a row that was not entered before."""
    if answer.outcome is Outcome.REFUSED:
        detail = _why(answer.reason)
        return Entered(line, answer.id, RowOutcome.REFUSED, answer.reason, detail=detail)
    conflict = answer.conflict
    return Entered(line, answer.id, RowOutcome.RECORDED, conflict=conflict, elsewhere=elsewhere)


def corrected(line: int, now: Corrected, elsewhere: int) -> Entered:
    """Return what became of a row that was entered before."""
    answer, outcome = now.answer, RowOutcome(now.correction.value)
    detail = _why(answer.reason)
    match now.stands:
        case Standing.TAKEN_BACK:
            detail = TAKEN_BACK
        case Standing.ACCEPTED if outcome is RowOutcome.REFUSED:
            detail = f"{detail} {STANDS}"
    counts = now.stands is Standing.ACCEPTED
    return Entered(
        line,
        answer.id,
        outcome,
        answer.reason,
        answer.conflict,
        detail,
        elsewhere if counts else 0,
    )


def invalid(line: int, why: Problem | str, id_: UUID | None = None) -> Entered:
    """Return what is wrong with a row of which nothing was kept."""
    detail = _words(why) if isinstance(why, Problem) else why
    return Entered(line, id_, RowOutcome.INVALID, detail=detail)


def totals(rows: Sequence[Entered]) -> dict[str, int]:
    """Return how many rows there were, and what became of them."""
    outcomes = Counter(row.outcome for row in rows)
    return {
        "rows": len(rows),
        **{outcome.value: outcomes[outcome] for outcome in RowOutcome},
        "conflicts": sum(row.conflict is not None for row in rows),
        "elsewhere": sum(row.elsewhere > 0 for row in rows),
    }


def _why(reason: Reason | None) -> str | None:
    if reason is None:
        return None
    words = WORDS[reason]
    return f"{words.title.en}. {words.mend.en}"


def _words(problem: Problem) -> str:
    """Return what is wrong, and when to send the sheet again where that helps."""
    wait = problem.headers.get("Retry-After")
    if wait is not None:
        return f"too many wrong cards: send the file again in {wait} seconds"
    return "; ".join(mistake.detail for mistake in problem.errors) or problem.detail or problem.code
