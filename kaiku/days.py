"""Finnish days.

An instant is UTC, but a card, a cap and a year live on the days of Europe/Helsinki.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")


def day_of(instant: datetime) -> date:
    """Return the Finnish day of an aware instant; raise ``ValueError`` for a naive one."""
    return aware(instant).astimezone(HELSINKI).date()


def aware(instant: datetime) -> datetime:
    """Return the instant in UTC; raise ``ValueError`` where it does not say its offset."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC, such as 2026-11-24T12:00:00Z")
    return instant.astimezone(UTC)


def years_later(day: date, years: int) -> date:
    """Return the same day so many years later.

    29 February becomes 1 March where the year has none.
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
