"""When a use counts as happening, and as of when its card is judged (OM-30, OM-47, promise P7)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from kaiku.days import HELSINKI, day_of
from kaiku.offering import Offering
from server.kaikukanta.network.callers import Caller, KioskCaller
from server.kaikukanta.offerings.former import settings_at
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.ask import Ask, misfit
from server.problems import Problem

IN_THE_FUTURE = misfit("the use has not happened yet", "#/at")
NOT_YET = misfit("the day has not come yet", "#/day")
ANOTHER_DAY = misfit("it did not take place on this day", "#/day")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a use counts as happening, and of when its card's status is.

    ``late`` says that it is entered after it happened.
    """

    at: datetime
    judged_at: datetime
    clock_suspect: bool = False
    late: bool = False


def moment_of(
    session: Session,
    caller: Caller,
    ask: Ask,
    row: OfferingRecord,
    now: datetime,
    tolerance: timedelta,
) -> Moment | Problem:
    """Return when a use counts as happening; a problem for one that has not happened yet.

    A kiosk asks of this very moment: where its clock says another, the register's time counts and
    the use is marked. Anybody else may say when it was. An instant that has passed makes a late use
    only once nobody can come in any more: while others share a cap, it is kept (promise P2).
    """
    if ask.day is not None:
        return _on(session, row, ask.day, now)
    at = ask.at or now
    if abs(now - at) <= tolerance:
        return Moment(at, judged_at=now)
    if isinstance(caller, KioskCaller):
        return Moment(now, judged_at=now, clock_suspect=True)
    if at > now:
        return IN_THE_FUTURE
    return Moment(at, judged_at=at, late=is_over(settings_at(session, row, at), at, now))


def is_over(offering: Offering, at: datetime, now: datetime) -> bool:
    """Tell whether nobody comes in any more to what a use of an instant was of."""
    window = offering.window
    return day_of(at) < day_of(now) if window is None else window.ends < now


def _on(session: Session, row: OfferingRecord, day: date, now: datetime) -> Moment | Problem:
    """Return when a use of a day happened: at the performance's start, else at noon in Finland.

    On a later day of an event that takes several it is noon too. Nothing has happened later than
    now: a performance that nobody is let in to yet has seen nobody, and is decided as any use is.
    """
    if day > day_of(now):
        return NOT_YET
    noon = datetime.combine(day, time(12), HELSINKI).astimezone(UTC)
    window = settings_at(session, row, noon).window
    if window is None:
        return _then(min(noon, now))
    if not day_of(window.starts) <= day <= day_of(window.ends):
        return ANOTHER_DAY
    if now < (window.opens or window.starts):
        return Moment(now, judged_at=now)
    first = day == day_of(window.starts)
    at = window.starts if first else min(noon, window.ends - timedelta(seconds=1))
    return _then(min(at, now))


def _then(at: datetime) -> Moment:
    return Moment(at, judged_at=at, late=True)
