"""A library's desk: choose the service, type the count or the sum, show the card (OM-59).

A fee opens no gate: whoever pays it is inside already.
"""

from dataclasses import replace

from kaiku.decide import Decision, refused
from kaiku.fee import Fee, decide_fee
from kaiku.offering import Offering
from kaiku.party import ALONE, NOBODY
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome, Use
from kiosk.desk import fee_scenes
from kiosk.desk.amend import untype_or_take_back
from kiosk.desk.common import Said, certain, shown, untyped
from kiosk.desk.slip import Choice, Slip, choices_of
from kiosk.desk.state import (
    Ask,
    Current,
    Desk,
    Known,
    Log,
    Moment,
    Presented,
    Record,
    Standing,
    Step,
    Tell,
    Verdict,
)
from kiosk.ports import Key


def serve(desk: Desk, offerings: tuple[Offering, ...]) -> Step:
    """Take up what is offered here now; what is typed for a service that has changed is dropped."""
    choices = choices_of(offerings)
    if choices == desk.choices:
        return desk, ()
    kept = desk.slip if desk.slip is not None and desk.slip.choice in choices else None
    desk = replace(desk, choices=choices, slip=kept)
    return desk, () if desk.shown_until is not None else (Tell(fee_scenes.idle(desk)),)


def press(desk: Desk, key: Key, now: Moment) -> Step:
    """Take a key: the first digit chooses the service, the others are its count or its sum."""
    slip = desk.slip
    match key:
        case Key.TAKE_BACK:
            return untype_or_take_back(desk, now)
        case Key.ENTER | Key.HELPER | Key.SUPPORTER:
            return desk, ()
        case Key.CLEAR:
            return _typed(desk, None if slip is None else slip.cleared(), now)
        case _ if slip is None:
            return _choose(desk, int(key.value), now)
        case _:
            longer = slip.typed(key.value)
            if longer is not None:
                return _typed(desk, longer, now)
            desk, _ = _typed(desk, slip, now)
            return shown(desk, now), (Tell(fee_scenes.sum_too_large(), aloud=True),)


def _choose(desk: Desk, number: int, now: Moment) -> Step:
    if not 1 <= number <= len(desk.choices):
        return desk, ()
    return _typed(desk, Slip(desk.choices[number - 1]), now)


def _typed(desk: Desk, slip: Slip | None, now: Moment) -> Step:
    until = now.clock + desk.manners.typing
    desk = replace(desk, slip=slip, typed_until=until, shown_until=None)
    return desk, (Tell(fee_scenes.idle(desk)),)


def present(desk: Desk, event: Presented, known: Known, now: Moment) -> Step:
    """Decide whether a card covers what was typed, or ask the register first where it must be."""
    slip = desk.slip
    if slip is None and _is_done_already(desk, event.digest, now):
        return _repeat(desk, now)
    fee = None if slip is None else slip.fee
    if slip is None or fee is None:
        return shown(desk, now), (Tell(fee_scenes.type_first(desk), aloud=True),)
    if event.digest is None:
        after, effects = _conclude(desk, event, slip, fee, refused(Reason.UNREADABLE), now)
        return replace(after, slip=slip), effects  # the same visitor will show the card again
    if known.ask and not (known.card is not None and _is_enough(known, slip.choice)):
        return _ask(desk, event, event.digest, fee, slip.choice.offering, now)
    return _conclude(desk, event, slip, fee, _decide_alone(known, slip.choice, fee, now), now)


def _is_enough(known: Known, choice: Choice) -> bool:
    """Tell whether the store has what it takes to decide.

    Until it has once been whole it lacks cards, and what they were covered for.
    """
    return known.whole or (known.card is not None and choice.tariff.cap is None)


def _decide_alone(known: Known, choice: Choice, fee: Fee, now: Moment) -> Decision:
    if not _is_enough(known, choice):
        return refused(Reason.CANNOT_CHECK_NOW)
    return decide_fee(known.card, fee, choice.offering, known.spent, now.at)


def _is_done_already(desk: Desk, digest: bytes | None, now: Moment) -> bool:
    """Tell whether this card was covered just now, and nothing was typed since."""
    current = desk.current
    return (
        current is not None
        and current.use.digest == digest
        and now.clock <= current.since + desk.manners.repeat
    )


def _repeat(desk: Desk, now: Moment) -> Step:
    current = desk.current
    assert current is not None
    verdict = Verdict(
        Outcome.ACCEPTED, None, current.use.id, current.admitted, "local", repeat=True
    )
    return shown(desk, now), (Tell(fee_scenes.covered_already(current), aloud=True), Log(verdict))


def _ask(
    desk: Desk, event: Presented, digest: bytes, fee: Fee, offering: Offering, now: Moment
) -> Step:
    """Ask the register; until the answer is told, what is on record is that nothing was covered."""
    intent = Use(
        id=event.use,
        offering=offering.id,
        at=now.at,
        digest=digest,
        outcome=Outcome.REFUSED,
        reason=Reason.CANNOT_CHECK_NOW,
        offering_version=offering.version,
        clock_suspect=now.suspect,
        fee=fee,
    )
    record = Record(intent, NOBODY, Said.ALONE.source, Standing.ASKED)
    ask = Ask(event.use, digest, offering.id, ALONE, now.at, fee, guessed=now.guessed)
    return replace(desk, asked=ask), (record, ask)


def hear(desk: Desk, answer: Answer | None, known: Known, now: Moment) -> Step:
    """Conclude what the register was asked about; without an answer, the store decides."""
    asked, slip = desk.asked, desk.slip
    desk = replace(desk, asked=None)
    if not isinstance(asked, Ask) or asked.fee is None or slip is None:
        return desk, ()
    event = Presented(asked.digest, asked.use)
    then = replace(now, at=asked.at, guessed=asked.guessed)
    if answer is None:
        decision = _decide_alone(known, slip.choice, asked.fee, then)
        return _conclude(desk, event, slip, asked.fee, decision, then, Said.UNANSWERED)
    decision = _as_decision(answer, slip.choice)
    return _conclude(desk, event, slip, asked.fee, decision, then, Said.BY_REGISTER)


def _as_decision(answer: Answer, choice: Choice) -> Decision:
    left = None if choice.tariff.cap is None else answer.remaining
    if answer.outcome is Outcome.REFUSED:
        return Decision((answer.reason or Reason.CANNOT_CHECK_NOW,), NOBODY, cents_left=left)
    return Decision((), ALONE, cents_left=left)


def _conclude(
    desk: Desk,
    event: Presented,
    slip: Slip,
    fee: Fee,
    decision: Decision,
    now: Moment,
    said: Said = Said.ALONE,
) -> Step:
    """Record what was decided on a fee, and tell it."""
    decision = certain(decision, said, now)
    offering = slip.choice.offering
    use = Use(
        id=event.use,
        offering=offering.id,
        at=now.at,
        digest=event.digest,
        outcome=Outcome.ACCEPTED if decision.accepted else Outcome.REFUSED,
        reason=decision.reason,
        revision=said.revision,
        offering_version=offering.version,
        clock_suspect=now.suspect,
        fee=fee,
    )
    record = Record(use, decision.admitted, said.source, said.standing)
    log = Log(Verdict(use.outcome, use.reason, use.id, ALONE, said.source))
    after = shown(untyped(desk), now)
    if decision.reason is not None:
        scene = fee_scenes.refused(decision.reason, decision.cents_left)
        return after, (record, Tell(scene, aloud=True), log)
    current = Current(
        use,
        decision.admitted,
        now.clock,
        children_until=now.clock,
        opened=0,
        remaining=decision.cents_left,
    )
    tell = Tell(fee_scenes.covered(current), aloud=True)
    return replace(after, current=current), (record, tell, log)
