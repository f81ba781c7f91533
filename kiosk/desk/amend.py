"""Keys: who comes along, before the card or after it, and taking the last use back."""

from dataclasses import replace

from kaiku.decide import Decision, Facts, refused
from kaiku.lease import needed
from kaiku.party import LARGEST, NOBODY, Party
from kaiku.reason import Reason
from kaiku.wire import Answer, Outcome, Use
from kiosk.desk import scenes
from kiosk.desk.common import (
    Said,
    as_decision,
    decide_alone,
    leasing,
    needs_register,
    shown,
    untyped,
)
from kiosk.desk.state import (
    Annulled,
    AskAmended,
    Current,
    Desk,
    Effect,
    Known,
    Log,
    Moment,
    Open,
    Passage,
    Record,
    Standing,
    Step,
    Tell,
    Verdict,
)
from kiosk.ports import Key

ONE_NUMBER = 2.0
"""Seconds within which two digits are one number of children; later the second is a correction."""


def press(desk: Desk, key: Key, known: Known, now: Moment) -> Step:
    """Take a key: for the use whose question is open, else for the next card."""
    current = desk.current
    if key is Key.TAKE_BACK:
        return untype_or_take_back(desk, now)
    if current is not None and _asks(current, known, now):
        return _type_to_current(desk, current, key, known, now)
    match key:
        case Key.HELPER:
            desk = replace(desk, helpers=min(desk.helpers + 1, LARGEST))
        case Key.SUPPORTER:
            desk = replace(desk, supporters=min(desk.supporters + 1, LARGEST))
        case Key.CLEAR:
            desk = untyped(desk)
        case Key.ENTER:
            return desk, ()
        case _:
            desk = replace(desk, digits=(desk.digits + key.value)[-2:])
    desk = replace(desk, typed_until=now.clock + desk.manners.typing, shown_until=None)
    return desk, (Tell(scenes.idle(desk)),)


def _asks(current: Current, known: Known, now: Moment) -> bool:
    """Tell whether the question for children is open, and still about what is served now."""
    return (
        now.clock < current.children_until
        and current.use.members is None
        and known.offering is not None
        and known.offering.id == current.use.offering
    )


def _type_to_current(desk: Desk, current: Current, key: Key, known: Known, now: Moment) -> Step:
    """Amend the use whose question for children is still open."""
    party = current.use.party
    digits = current.digits
    match key:
        case Key.ENTER:
            closed = replace(current, children_until=now.clock)
            desk = replace(desk, current=closed, shown_until=None)
            return desk, (Tell(scenes.idle(desk)),)
        case Key.HELPER:
            party = replace(party, helpers=min(party.helpers + 1, LARGEST))
        case Key.SUPPORTER:
            party = replace(party, supporters=min(party.supporters + 1, LARGEST))
        case Key.CLEAR:
            digits = ""
            party = replace(party, children=0)
        case _:
            since_key = now.clock - (current.children_until - desk.manners.children)
            digits = (digits + key.value if since_key <= ONE_NUMBER else key.value)[-2:]
            party = replace(party, children=int(digits))
    current = replace(current, digits=digits, children_until=now.clock + desk.manners.children)
    return amend(replace(desk, current=current), party, known, now)


def amend(desk: Desk, party: Party, known: Known, now: Moment) -> Step:
    """Decide the party of the current use anew, as if the use had not been.

    The moment that counts is the use's own, as it is for the register (promise P5).
    """
    current = desk.current
    assert current is not None
    before = _as_if_not_been(current, party, known)
    alone = decide_alone(before, party, replace(now, at=current.use.at))
    if known.ask and needs_register(before, alone):
        # If the power goes now, the party that was told before is the one that holds.
        stands = replace(current.use, revision=current.use.revision + 1)
        source, booked = Said.ALONE.source, current.booked
        record = Record(stands, current.admitted, source, Standing.ASKED, booked)
        ask = AskAmended(stands.id, party, after=current.use.revision)
        return replace(_restated(desk, stands), asked=ask), (record, ask)
    return _conclude_amended(desk, party, alone, before, now)


def _as_if_not_been(current: Current, party: Party, known: Known) -> Known:
    """Return what would be known without the current use: what it has counted is given back.

    Its seats of a lease it may keep, whatever has become of that lease. A use is of one lease only:
    where its own does not do for the party, it is moved to the one at hand.
    """
    facts = Facts(
        seats_taken=known.facts.seats_taken,
        uses=max(0, known.facts.uses - 1),
        visits=max(0, known.facts.visits - current.admitted.visits),
        booked=current.booked,
        leased=known.facts.leased,
    )
    own, lease = current.use.leased, known.lease
    if current.use.lease == known.lease:
        facts = replace(facts, leased=facts.leased + own)
    elif known.offering is not None and needed(known.offering.free(party), facts.booked) <= own:
        lease, facts = current.use.lease, replace(facts, leased=own)
    return replace(known, facts=facts, lease=lease)


def hear_amended(
    desk: Desk, asked: AskAmended, answer: Answer | None, known: Known, now: Moment
) -> Step:
    """Conclude a change of party that the register was asked about."""
    if answer is not None:
        decision = as_decision(answer, known.offering)
        said = Said.BY_REGISTER
    else:
        decision, said = refused(Reason.CANNOT_CHECK_NOW), Said.UNANSWERED
    after, effects = _conclude_amended(desk, asked.party, decision, known, now, said)
    if decision.accepted:
        return after, effects
    # What stands is stated anew: the register may have taken the change and lost the reply.
    current = after.current
    assert current is not None
    use = replace(current.use, revision=current.use.revision + 1)
    after = _restated(after, use)
    record = Record(use, current.admitted, said.source, booked=current.booked)
    return after, (record, *effects)


def _restated(desk: Desk, use: Use) -> Desk:
    """Return the desk with the current use stated anew, wherever it is held."""
    assert desk.current is not None
    passages = tuple(
        replace(passage, use=use) if passage.use.id == use.id else passage
        for passage in desk.passages
    )
    return replace(desk, current=replace(desk.current, use=use), passages=passages)


def _conclude_amended(
    desk: Desk,
    party: Party,
    decision: Decision,
    known: Known,
    now: Moment,
    said: Said = Said.ALONE,
) -> Step:
    """Record a party that was decided anew, tell it, and open for who came on top of it."""
    assert desk.current is not None
    if decision.reason is not None:
        return _not_amended(desk, desk.current, party, decision.reason, now, said)
    use, standing = _amended(desk.current.use, party, decision, known, said)
    admitted, opened = decision.admitted, desk.current.opened
    current = replace(
        desk.current,
        use=use,
        admitted=admitted,
        remaining=decision.visits_left,
        opened=max(admitted.persons, opened),
    )
    verdict = Verdict(Outcome.ACCEPTED, None, use.id, admitted, said.source, amends=True)
    more = admitted.persons - opened
    effects: tuple[Effect, ...] = (
        Record(use, admitted, said.source, standing, current.booked),
        Tell(scenes.accepted(current, asks=False), aloud=True),
        *((Open(more),) if more > 0 else ()),
        Log(verdict),
    )
    passages = _awaiting(desk, use, admitted.persons, opened, now)
    return shown(replace(desk, current=current, passages=passages), now), effects


def _not_amended(
    desk: Desk, current: Current, party: Party, reason: Reason, now: Moment, said: Said
) -> Step:
    """Refuse a change; what stood before stands, and the next digit begins a new number."""
    verdict = Verdict(Outcome.REFUSED, reason, current.use.id, party, said.source, amends=True)
    tell = Tell(scenes.not_amended(reason, current), aloud=True)
    desk = replace(desk, current=replace(current, digits=""))
    return shown(desk, now), (tell, Log(verdict))


def _amended(
    before: Use, party: Party, decision: Decision, known: Known, said: Said
) -> tuple[Use, Standing]:
    """Return the next revision of a use, and how it stands with the register."""
    use = replace(before, party=party, revision=before.revision + 1)
    if known.offering is not None:
        use = replace(use, offering_version=known.offering.version)
    if said is not Said.BY_REGISTER:
        return leasing(use, decision.admitted, known), said.standing
    # What it took of a lease it keeps; the register may have missed that, and is told again.
    return use, Standing.UNSENT if use.leased else said.standing


def _awaiting(desk: Desk, use: Use, persons: int, opened: int, now: Moment) -> tuple[Passage, ...]:
    """Return the passages with an amended use in place of what it was.

    Where all of the ``opened`` first are through, those who come later are waited for, so that they
    are not taken for the next party; but they no longer decide over the use.
    """
    if desk.manners.passage is None:
        return ()
    until = now.clock + desk.manners.passage
    if all(passage.use.id != use.id for passage in desk.passages):
        late = (Passage(use, persons, until, seen=opened),) if persons > opened else ()
        return (*desk.passages, *late)
    return tuple(
        Passage(use, persons, until, passage.seen) if passage.use.id == use.id else passage
        for passage in desk.passages
        if passage.use.id != use.id or passage.seen < persons
    )


def untype_or_take_back(desk: Desk, now: Moment) -> Step:
    """Drop what is typed for the next card; where nothing is, take the last use back.

    Else a key that was meant for this visitor would undo what the one before was told.
    """
    if not desk.is_typing:
        return _take_back(desk, now)
    desk = replace(untyped(desk), shown_until=None)
    return desk, (Tell(scenes.idle(desk)),)


def _take_back(desk: Desk, now: Moment) -> Step:
    """Take the last use back within its time, where the station is attended."""
    current = desk.current
    if (
        current is None
        or not desk.manners.attended
        or now.clock > current.since + desk.manners.take_back
    ):
        return shown(desk, now), (Tell(scenes.nothing_to_take_back(desk), aloud=True),)
    desk, effects = void(desk, current.use, "taken_back")
    return shown(desk, now), (*effects, Tell(scenes.taken_back(current)))


def void(desk: Desk, use: Use, why: str) -> Step:
    """Take a use back: the row stays, and says so."""
    void = replace(use, voided=True, revision=use.revision + 1, lease=None, leased=0)
    passages = tuple(passage for passage in desk.passages if passage.use.id != use.id)
    current = desk.current
    if current is not None and current.use.id == use.id:
        current = None
    earlier = tuple(other for other in desk.earlier if other.use.id != use.id)
    return (
        replace(desk, current=current, earlier=earlier, passages=passages),
        (Record(void, NOBODY, Said.ALONE.source), Annulled(use.id, why)),
    )
