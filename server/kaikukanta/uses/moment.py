"""When a use counts as happening, and as of when its card is judged (OM-30, OM-47, promise P7)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from kaiku.days import HELSINKI, day_of
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
    """When a use counts as happening, and of when its card's status is."""

    at: datetime
    judged_at: datetime
    clock_suspect: bool = False


def moment_of(
    session: Session,
    caller: Caller,
    ask: Ask,
    row: OfferingRecord,
    now: datetime,
    tolerance: timedelta,
) -> Moment | Problem:
    """Return when a use counts as happening; a problem for one that has not happened yet.

    What is entered afterwards is judged as of its day. A kiosk asks of this very moment: where its
    clock says another, the register's time counts and the use is marked.
    """
    at = (ask.at or now) if ask.day is None else _on(session, row, ask.day, now)
    if isinstance(at, Problem):
        return at
    if abs(now - at) <= tolerance:
        return Moment(at, judged_at=now)
    if isinstance(caller, KioskCaller):
        return Moment(now, judged_at=now, clock_suspect=True)
    return Moment(at, judged_at=at) if at < now else IN_THE_FUTURE


def _on(session: Session, row: OfferingRecord, day: date, now: datetime) -> datetime | Problem:
    """Return when a use of a day happened: at the performance's start, else at noon in Finland.

    On a later day of an event that takes several it is noon too. Nothing has happened later than
    now.
    """
    if day > day_of(now):
        return NOT_YET
    noon = datetime.combine(day, time(12), HELSINKI).astimezone(UTC)
    window = settings_at(session, row, noon).window
    if window is None:
        return min(noon, now)
    if not day_of(window.starts) <= day <= day_of(window.ends):
        return ANOTHER_DAY
    first = day == day_of(window.starts)
    at = window.starts if first else min(noon, window.ends - timedelta(seconds=1))
    return min(at, now)
