"""The desk's steps: a card shown, a key pressed, an answer, a passage, the time."""

from dataclasses import replace

from kaiku.party import Party
from kaiku.text import Text
from kaiku.wire import Outcome, Use
from kiosk.desk import group, library, report, scenes
from kiosk.desk.amend import press, void
from kiosk.desk.common import unless_stale, untyped
from kiosk.desk.present import hear, present
from kiosk.desk.state import (
    Answered,
    Current,
    Desk,
    Effect,
    Event,
    InputEnded,
    Known,
    Manners,
    Moment,
    Noticed,
    Presented,
    Profile,
    Served,
    StatusTold,
    Step,
    Tell,
    TimePassed,
    Typed,
    WentThrough,
)

STATUS_SHOWN = 15.0
"""Seconds for which staff read how the kiosk does, unless a card or a key comes first."""

REMEMBERED = 120.0
"""Seconds for which a use is remembered over a restart: a small machine boots in half a minute."""


def step(desk: Desk, event: Event, known: Known, now: Moment) -> Step:
    """Return the desk after the event, and what to do, in order.

    ``known`` is about the card that the event is about: the one presented, or the current one for
    keys and answers. While a group is open it is about its members too, and for keys and the time
    about the card that leads it. The events of one desk come one at a time; after an :class:`Ask`
    or an :class:`AskAmended` the next is its :class:`Answered`. While the clock is suspect no lease
    is spent, for its day cannot be known (promise P7).
    """
    if now.suspect:
        known = known.unleased
    at_library = desk.manners.profile is Profile.LIBRARY
    match event:
        case Typed() if desk.group is None and desk.is_typing and desk.typed_until <= now.clock:
            desk, passed = _pass_time(desk, now)  # a key came before the time was looked at
            desk, effects = step(desk, event, known, now)
            return desk, (*passed, *effects)
        case Presented() if at_library:
            return library.present(unless_stale(desk, now), event, known, now)
        case Answered(answer) if at_library:
            return library.hear(desk, answer, known, now)
        case Typed(key) if at_library:
            return library.press(desk, key, now)
        case Served(offerings):
            return library.serve(desk, offerings) if at_library else (desk, ())
        case Presented() | Typed() | TimePassed() if group.is_over(desk, now):
            desk, ended = group.end(desk, known, now)
            desk, effects = step(desk, event, known, now)
            return desk, (*ended, *effects)
        case Presented():
            return _present(desk, event, known, now)
        case Answered(answer):
            return hear(desk, answer, known, now)
        case Typed(key) if desk.group is not None:
            return group.press(desk, desk.group, key, known, now)
        case Typed(key):
            return press(desk, key, known, now)
        case WentThrough():
            return _pass(desk, now), ()
        case TimePassed():
            return _pass_time(desk, now)
        case InputEnded():
            return group.end(desk, known, now)
        case Noticed(notice):
            return _notice(desk, notice)
        case StatusTold(told):
            return _tell_status(desk, told, now)


def _present(desk: Desk, event: Presented, known: Known, now: Moment) -> Step:
    if desk.group is not None:
        return group.join(desk, desk.group, event, known, now)
    desk = unless_stale(desk, now)
    if group.leads(desk, event, known, now):
        return group.begin(desk, event, known, now)
    return present(desk, event, known, now)


def deadline(desk: Desk) -> float | None:
    """Return the monotonic instant at which :class:`TimePassed` has something to do, if any."""
    times = [passage.until for passage in desk.passages]
    if desk.shown_until is not None:
        times.append(desk.shown_until)
    if desk.is_typing:
        times.append(desk.typed_until)
    if desk.group is not None:
        times.append(desk.group.until)
    return min(times, default=None)


def resume(
    manners: Manners, use: Use | None, admitted: Party, now: Moment, booked: int = 0
) -> Desk:
    """Return the desk after a restart, remembering the use that was accepted last.

    Whether the gate opened for it before the power went is not known. A card shown again soon after
    the restart is the same visit: it opens the gate once more and is not counted again, for one
    opening too many is a lesser evil than a holder locked out by a use that let nobody in. Of a use
    whose card is not shown again nothing is annulled: its people may have passed before.

    A clock that the power cut has set back does not tell the use's age, nor does a guessed instant
    (promise P7): it is then taken as the oldest that is remembered.
    """
    if use is None or use.voided or use.outcome is not Outcome.ACCEPTED:
        return Desk(manners)
    if (use.fee is not None) is not (manners.profile is Profile.LIBRARY):
        return Desk(manners)
    age = (now.at - use.at).total_seconds()
    if age > REMEMBERED:
        return Desk(manners)
    since = now.clock - (REMEMBERED if age < 0 or now.guessed else age)
    current = Current(use, admitted, since, since, opened=0, resumed=now.clock, booked=booked)
    return Desk(manners, current=current)


def _pass(desk: Desk, now: Moment) -> Desk:
    """Count a person through: of the party that has waited longest."""
    if not desk.passages or desk.manners.passage is None:
        return desk
    first, *others = desk.passages
    first = replace(first, seen=first.seen + 1, until=now.clock + desk.manners.passage)
    through = first.seen >= first.persons
    return replace(desk, passages=(*others,) if through else (first, *others))


def _pass_time(desk: Desk, now: Moment) -> Step:
    effects: list[Effect] = []
    for passage in desk.passages:
        if passage.until <= now.clock and passage.seen == 0:
            desk, annulled = void(desk, passage.use, "nobody_passed")
            effects.extend(annulled)
    desk = replace(desk, passages=tuple(p for p in desk.passages if p.until > now.clock))
    if desk.is_typing and desk.typed_until <= now.clock:
        desk = untyped(desk)
        if desk.shown_until is None:
            effects.append(Tell(scenes.idle(desk)))
    if desk.shown_until is not None and desk.shown_until <= now.clock:
        desk = replace(desk, shown_until=None)
        effects.append(Tell(scenes.idle(desk)))
    return desk, tuple(effects)


def _notice(desk: Desk, notice: Text | None) -> Step:
    desk = replace(desk, notice=notice)
    return desk, () if desk.shown_until is not None else (Tell(scenes.idle(desk)),)


def _tell_status(desk: Desk, told: report.Report, now: Moment) -> Step:
    """Show staff how the kiosk does, unless a visitor is reading what was decided."""
    if desk.shown_until is not None and now.clock < desk.shown_until:
        return desk, ()
    desk = replace(desk, shown_until=now.clock + STATUS_SHOWN)
    return desk, (Tell(report.scene(told)),)
