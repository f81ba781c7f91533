"""A card is shown: decide, or ask the register first; record, tell, open."""

from dataclasses import replace
from uuid import UUID

from kaiku.card import Kind, State
from kaiku.decide import Decision, refused
from kaiku.offering import Offering
from kaiku.party import ALONE, NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome, Use
from kiosk.desk import scenes
from kiosk.desk.amend import amend, hear_amended
from kiosk.desk.common import (
    Said,
    as_decision,
    certain,
    decide_alone,
    decide_group_alone,
    leasing,
    needs_register,
    shown,
    untyped,
)
from kiosk.desk.state import (
    Ask,
    AskAmended,
    Current,
    Desk,
    Known,
    Log,
    Moment,
    Open,
    Passage,
    Presented,
    Record,
    Standing,
    Step,
    Tell,
    Verdict,
)


def present(desk: Desk, event: Presented, known: Known, now: Moment) -> Step:
    """Decide on a card that was shown, or ask the register first where it must be."""
    again = None if event.digest is None else repeated(desk, event.digest, known, now)
    if again is not None:
        return _repeat(_brought_back(desk, again, now), known, now)
    desk = question_closed(desk, now)
    if event.digest is None:
        decision = refused(Reason.UNREADABLE)
        after, effects = conclude(desk, event, desk.typed, decision, known, now)
        # The same visitor will show the card again.
        kept = replace(after, digits=desk.digits, helpers=desk.helpers)
        return replace(kept, supporters=desk.supporters), effects
    if is_too_early(known, now):
        return conclude(desk, event, desk.typed, _too_early(desk, known, now), known, now)
    alone = decide_alone(known, desk.typed, now)
    if known.ask and needs_register(known, alone):
        assert known.offering is not None
        return ask(desk, event, event.digest, known.offering, now)
    return conclude(desk, event, desk.typed, alone, known, now)


def is_too_early(known: Known, now: Moment) -> bool:
    """Tell whether the performance that comes next is not on yet.

    A ticket for it may be had already (OM-57), so the rules alone let the card in.
    """
    offering = known.offering
    if offering is None or offering.window is None:
        return False
    return not offering.is_on(now.at) and now.at < offering.window.ends


def _too_early(desk: Desk, known: Known, now: Moment) -> Decision:
    """Refuse a card that comes too early, for what else stands against it where that is known."""
    found = decide_alone(known, desk.typed, now).reasons
    others = [reason for reason in found if reason is not Reason.CANNOT_CHECK_NOW]
    return refused(*dict.fromkeys((*others, Reason.TOO_EARLY)))


def question_closed(desk: Desk, now: Moment) -> Desk:
    """Return the desk after another card was shown: keys are no longer the last visitor's."""
    current = desk.current
    if current is None:
        return desk
    until = min(current.children_until, now.clock)
    return replace(desk, current=replace(current, children_until=until))


def ask(
    desk: Desk,
    event: Presented,
    digest: bytes,
    offering: Offering,
    now: Moment,
    members: tuple[bytes, ...] | None = None,
) -> Step:
    """Ask the register; until the answer is told, what is on record is that nothing happened."""
    intent = Use(
        id=event.use,
        offering=offering.id,
        at=now.at,
        digest=digest,
        party=desk.typed,
        outcome=Outcome.REFUSED,
        reason=Reason.CANNOT_CHECK_NOW,
        offering_version=offering.version,
        clock_suspect=now.suspect,
        members=members,
    )
    party, guessed = desk.typed, now.guessed
    asked = Ask(event.use, digest, offering.id, party, now.at, members=members, guessed=guessed)
    record = Record(intent, NOBODY, Said.ALONE.source, Standing.ASKED)
    return replace(desk, asked=asked), (record, asked)


def conclude(
    desk: Desk,
    event: Presented,
    party: Party,
    decision: Decision,
    known: Known,
    now: Moment,
    said: Said = Said.ALONE,
    members: tuple[bytes, ...] | None = None,
) -> Step:
    """Record what was decided on a card or a group, tell it, and open the gate."""
    decision = certain(decision, said, now)
    known = known if members is None else known.of_group
    log = Log(_verdict(event.use, party, decision, said, members))
    if known.offering is None:
        assert decision.reason is not None
        tell = Tell(scenes.refused(decision.reason), aloud=True)
        return shown(untyped(desk), now), (tell, log)
    use = Use(
        id=event.use,
        offering=known.offering.id,
        at=now.at,
        digest=event.digest,
        party=party,
        outcome=Outcome.ACCEPTED if decision.accepted else Outcome.REFUSED,
        reason=decision.reason,
        revision=said.revision,
        offering_version=known.offering.version,
        clock_suspect=now.suspect,
        members=members,
    )
    if decision.accepted and said is not Said.BY_REGISTER:
        use = leasing(use, decision.admitted, known)
    record = Record(use, decision.admitted, said.source, said.standing, known.facts.booked)
    if decision.reason is not None:
        scene = scenes.refused(decision.reason, decision.missing, decision.visits_left)
        tell = Tell(scene, aloud=True)
        return shown(untyped(desk), now), (record, tell, log)
    after, told = _let_in(desk, use, decision, known, now)
    return after, (record, *told, log)


def _verdict(
    use: UUID,
    party: Party,
    decision: Decision,
    said: Said,
    members: tuple[bytes, ...] | None,
) -> Verdict:
    """Return the verdict: who is admitted, or who asked, where it is a refusal."""
    if decision.accepted:
        return Verdict(Outcome.ACCEPTED, None, use, decision.admitted, said.source)
    asked = party if members is None else replace(party, adults=1 + len(members))
    return Verdict(Outcome.REFUSED, decision.reason, use, asked, said.source)


def _let_in(desk: Desk, use: Use, decision: Decision, known: Known, now: Moment) -> Step:
    """Welcome who was accepted and open for them, while the use can still be amended."""
    asks = _asks_for_children(known, use.party)
    persons = decision.admitted.persons
    current = Current(
        use,
        decision.admitted,
        now.clock,
        children_until=now.clock + (desk.manners.children if asks else 0.0),
        opened=persons,
        remaining=decision.visits_left if use.members is None else None,
        wristband=None if known.offering is None else known.offering.wristband,
        booked=known.facts.booked,
    )
    after = replace(
        untyped(desk),
        current=current,
        earlier=_still_repeatable(desk, now),
        passages=_awaiting(desk, use, persons, now),
    )
    return shown(after, now), (Tell(scenes.accepted(current, asks=asks), aloud=True), Open(persons))


def _asks_for_children(known: Known, party: Party) -> bool:
    """Tell whether children may still come along on a card whose holder typed none."""
    return (
        party.children == 0
        and known.card is not None
        and known.card.kind is Kind.PERSONAL
        and known.card.children > 0
        and known.offering is not None
        and known.offering.children_welcome
    )


def _awaiting(desk: Desk, use: Use, persons: int, now: Moment) -> tuple[Passage, ...]:
    if desk.manners.passage is None:
        return ()
    return (*desk.passages, Passage(use, persons, now.clock + desk.manners.passage))


def repeated(desk: Desk, digest: bytes, known: Known, now: Moment) -> Current | None:
    """Return the use that this card was just accepted for, at this reader or the other.

    A group's is that of its leader and of its members.
    A card that has ended since then is not let in again on the strength of it (promise P4).
    """
    offering, card = known.offering, known.card
    if offering is None or (
        card is not None and card.state(offering.validity_day(now.at)) != State.VALID
    ):
        return None
    for use in (desk.current, *desk.earlier):
        if use is None or use.use.offering != offering.id:
            continue
        if digest == use.use.digest or digest in (use.use.members or ()):
            return use if now.clock <= _repeatable_until(desk, use) else None
    return None


def _repeatable_until(desk: Desk, use: Current) -> float:
    since = use.since if use.resumed is None else use.resumed
    return max(since + desk.manners.repeat, use.children_until)


def _still_repeatable(desk: Desk, now: Moment) -> tuple[Current, ...]:
    uses = (desk.current, *desk.earlier)
    return tuple(
        use for use in uses if use is not None and now.clock <= _repeatable_until(desk, use)
    )


def _brought_back(desk: Desk, again: Current, now: Moment) -> Desk:
    """Return the desk with an earlier use as the current one."""
    if again == desk.current:
        return desk
    desk = question_closed(desk, now)
    uses = (desk.current, *desk.earlier)
    others = tuple(use for use in uses if use is not None and use != again)
    return replace(desk, current=again, earlier=others)


def _repeat(desk: Desk, known: Known, now: Moment) -> Step:
    assert desk.current is not None
    current = desk.current
    if desk.typed != ALONE and current.use.members is None:
        return amend(untyped(desk), desk.typed, known, now)
    verdict = Verdict(
        Outcome.ACCEPTED, None, current.use.id, current.admitted, "local", repeat=True
    )
    if current.opened < current.admitted.persons:
        return _reopen(desk, current, verdict, known, now)
    tell = Tell(scenes.repeated(current), aloud=True)
    return shown(untyped(desk), now), (tell, Log(verdict))


def _reopen(desk: Desk, current: Current, verdict: Verdict, known: Known, now: Moment) -> Step:
    """Welcome a party that may have been let in before the power went, once, and open for it.

    Who shows the card stands before the gate, so a gate that watches awaits the party anew.
    """
    persons = current.admitted.persons
    asks = current.use.members is None and _asks_for_children(known, current.use.party)
    until = now.clock + desk.manners.children if asks else current.children_until
    current = replace(current, opened=persons, children_until=until)
    passages = _awaiting(desk, current.use, persons, now)
    desk = replace(desk, current=current, passages=passages)
    tell = Tell(scenes.accepted(current, asks=asks), aloud=True)
    return shown(desk, now), (tell, Open(persons), Log(verdict))


def hear(desk: Desk, answer: Answer | None, known: Known, now: Moment) -> Step:
    """Conclude what the register was asked about; without an answer, the store decides."""
    asked = desk.asked
    desk = replace(desk, asked=None)
    match asked:
        case Ask():
            event = Presented(asked.digest, asked.use)
            then = replace(now, at=asked.at, guessed=asked.guessed)
            members = asked.members
            if answer is not None:
                decision, said = as_decision(answer, known.offering), Said.BY_REGISTER
            elif members is None:
                decision, said = decide_alone(known, asked.party, then), Said.UNANSWERED
            else:
                decision, said = decide_group_alone(known, asked.party, then), Said.UNANSWERED
            return conclude(desk, event, asked.party, decision, known, then, said, members)
        case AskAmended():
            return hear_amended(desk, asked, answer, known, now)
        case None:
            return desk, ()
