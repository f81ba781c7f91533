"""A group on one card: its members show theirs, and one decision is for all (OM-36 to OM-39).

What is wrong with a card is said when it is shown, and who cannot come in is not taken in: so a
group that is complete is seldom refused. It ends with Enter or with the first card again, decided
as one; or with nobody let in, when nothing has happened for a while.
"""

from collections.abc import Iterable
from dataclasses import replace

from kaiku.card import Kind
from kaiku.decide import refused
from kaiku.grounds import vain
from kaiku.group import GroupSize, Member, against
from kaiku.party import ALONE, LARGEST
from kaiku.reason import Reason
from kiosk.desk import scenes
from kiosk.desk.common import certainly, decide_group_alone, needs_register, shown, untyped
from kiosk.desk.present import ask, conclude, is_too_early, question_closed, repeated
from kiosk.desk.state import (
    Desk,
    Effect,
    Group,
    Known,
    Log,
    Moment,
    Presented,
    Step,
    Tell,
    Undecided,
    Verdict,
)
from kiosk.ports import Key, Scene


def leads(desk: Desk, event: Presented, known: Known, now: Moment) -> bool:
    """Tell whether a card that is shown is one that leads a group (OM-36).

    Right after its group came in it is the same visit.
    """
    digest, card = event.digest, known.card
    if digest is None or card is None or known.offering is None:
        return False
    return card.kind is Kind.COMMUNITY and repeated(desk, digest, known, now) is None


def begin(desk: Desk, event: Presented, known: Known, now: Moment) -> Step:
    """Open a group for the card that leads it, unless that card is no good itself."""
    assert event.digest is not None
    assert known.card is not None
    assert known.offering is not None
    desk = question_closed(desk, now)
    reasons = [*vain(known.card, known.offering, now.at)]
    if is_too_early(known, now):
        reasons.append(Reason.TOO_EARLY)
    if reasons:
        return conclude(desk, event, desk.typed, refused(*reasons), known, now)
    group = Group(event.digest, event.use, 0.0)
    desk = _going_on(desk, group, now)
    reason = _against_younger(desk, group, known)
    if reason is not None:
        return _said(*_without_younger(desk, reason, known.size, now))
    return _said(desk, scenes.idle(desk))


def join(desk: Desk, group: Group, event: Presented, known: Known, now: Moment) -> Step:
    """Take a card into the open group; the first card again ends it, once others have come."""
    desk = _going_on(desk, group, now)
    if event.digest == group.leader:
        if group.members:
            return decide(desk, group, known, now)
        return _said(desk, scenes.idle(desk), repeat=True)
    if event.digest in group.members:
        return _said(desk, scenes.joined_already(desk), repeat=True)
    reason = _against(desk, group, event, known, now)
    if reason is not None:
        return _turn_away(desk, event, reason, known, now)
    assert event.digest is not None
    desk = _going_on(desk, replace(group, members=(*group.members, event.digest)), now)
    return _said(desk, scenes.idle(desk))


def press(desk: Desk, group: Group, key: Key, known: Known, now: Moment) -> Step:
    """Take a key: who comes along without a card, the last card out, or the end."""
    desk = _going_on(desk, group, now)
    match key:
        case Key.ENTER if _company(desk, group):
            return decide(desk, group, known, now)
        case Key.ENTER:
            return desk, (Tell(scenes.idle(desk), aloud=True),)
        case Key.CLEAR if desk.typed != ALONE:
            desk = untyped(desk)
        case Key.CLEAR | Key.TAKE_BACK if group.members:
            desk = _going_on(desk, replace(group, members=group.members[:-1]), now)
        case Key.TAKE_BACK if desk.typed != ALONE:
            desk = untyped(desk)
        case Key.CLEAR | Key.TAKE_BACK:
            return end(desk, known, now)
        case Key.HELPER:
            desk = replace(desk, helpers=min(desk.helpers + 1, LARGEST))
        case Key.SUPPORTER:
            desk = replace(desk, supporters=min(desk.supporters + 1, LARGEST))
        case _:
            desk = replace(desk, digits=(desk.digits + key.value)[-2:])
            reason = _against_younger(desk, group, known)
            if reason is not None:
                desk, scene = _without_younger(desk, reason, known.size, now)
                return desk, (Tell(scene, aloud=True),)
    return desk, (Tell(scenes.idle(desk)),)


def decide(desk: Desk, group: Group, known: Known, now: Moment) -> Step:
    """Decide on the whole group at once, or ask the register first where it must be (OM-38)."""
    event, members = Presented(group.leader, group.use), group.members
    desk = replace(desk, group=None)
    if is_too_early(known, now):
        too_early = refused(Reason.TOO_EARLY)
        return conclude(desk, event, desk.typed, too_early, known, now, members=members)
    alone = decide_group_alone(known, desk.typed, now)
    if known.ask and needs_register(known, alone):
        assert known.offering is not None
        return ask(desk, event, group.leader, known.offering, now, members)
    return conclude(desk, event, desk.typed, alone, known, now, members=members)


def is_over(desk: Desk, now: Moment) -> bool:
    """Tell whether an open group has waited for too long."""
    return desk.group is not None and desk.group.until <= now.clock


def end(desk: Desk, known: Known, now: Moment) -> Step:
    """End a group that was not completed: nobody is let in, and the record says so (OM-39)."""
    group = desk.group
    if group is None:
        return desk, ()
    alone = _company(desk, group) == 0
    reason = Reason.COMMUNITY_CARD_ALONE if alone else Reason.GROUP_CARD_MISSING
    event, members = Presented(group.leader, group.use), group.members
    desk = replace(desk, group=None)
    desk, effects = conclude(desk, event, desk.typed, refused(reason), known, now, members=members)
    return desk, _showing(scenes.not_completed(), effects)


def _against(
    desk: Desk, group: Group, event: Presented, known: Known, now: Moment
) -> Reason | None:
    """Return why a card cannot come in with the group, as far as it can be known now.

    What the register must say is left to the decision at the end, where it can be asked.
    """
    if event.digest is None:
        return Reason.UNREADABLE
    if known.offering is None:
        return Reason.CANNOT_CHECK_NOW
    if known.card is not None:
        for reason in against(Member(known.card, known.facts), known.offering, now.at):
            return certainly(reason, now)
    enough = known.card is not None and (known.whole or not known.offering.counts_cards)
    if not enough and not known.ask:
        return Reason.UNKNOWN_CARD if known.whole else Reason.CANNOT_CHECK_NOW
    return None if known.size.holds(_company(desk, group) + 1) else Reason.GROUP_TOO_LARGE


def _against_younger(desk: Desk, group: Group, known: Known) -> Reason | None:
    """Return why so many younger clients cannot come along (OM-37, OM-45)."""
    if known.offering is not None and not known.offering.welcomes(desk.typed.children):
        return Reason.CHILDREN_NOT_IN_GROUPS
    return None if known.size.holds(_company(desk, group)) else Reason.GROUP_TOO_LARGE


def _without_younger(
    desk: Desk, reason: Reason, size: GroupSize, now: Moment
) -> tuple[Desk, Scene]:
    """Forget a number of younger clients who cannot come along, and say why."""
    return shown(replace(desk, digits=""), now), scenes.not_joined(reason, size)


def _turn_away(desk: Desk, event: Presented, reason: Reason, known: Known, now: Moment) -> Step:
    """Refuse a card, which is recorded like any refused card; the group goes on without it."""
    after, effects = conclude(desk, event, ALONE, refused(reason), known, now)
    kept = replace(after, digits=desk.digits, helpers=desk.helpers, supporters=desk.supporters)
    return kept, _showing(scenes.not_joined(reason, known.size), effects)


def _showing(scene: Scene, effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Return the effects with a scene in place of the one that they tell."""
    return tuple(
        replace(effect, scene=scene) if isinstance(effect, Tell) else effect for effect in effects
    )


def _said(desk: Desk, scene: Scene, *, repeat: bool = False) -> Step:
    """Say aloud how far the group has come, after a card was shown."""
    group = desk.group
    assert group is not None
    party = replace(desk.typed, adults=1 + len(group.members))
    verdict = Verdict(Undecided.ASK, None, group.use, party, "local", repeat=repeat)
    return desk, (Tell(scene, aloud=True), Log(verdict))


def _going_on(desk: Desk, group: Group, now: Moment) -> Desk:
    """Return the desk with a group that waits anew for what comes next."""
    until = now.clock + desk.manners.group
    group = replace(group, until=until)
    return replace(desk, group=group, typed_until=until, shown_until=None)


def _company(desk: Desk, group: Group) -> int:
    """Return how many clients there are so far: those with a card and the younger ones."""
    return len(group.members) + desk.typed.children
