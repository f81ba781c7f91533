"""When a performance takes place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kaiku.days import aware

_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """When a performance takes place.

    ``opens`` is when tickets are handed over and entry opens, where the venue has set that (OM-66);
    ``acquirable`` is from when a ticket can be acquired, where it has set that (OM-65).
    """

    starts: datetime
    ends: datetime
    opens: datetime | None = None
    acquirable: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for naive instants or a wrong order."""
        opens = self.starts if self.opens is None else self.opens
        if not aware(opens) <= aware(self.starts) < aware(self.ends):
            raise ValueError("a performance opens, then starts, then ends")
        if self.acquirable is not None and aware(self.acquirable) > aware(self.starts):
            raise ValueError("a ticket can be acquired before the performance starts")

    @classmethod
    def nearest(
        cls,
        starts: datetime,
        ends: datetime,
        opens: datetime | None = None,
        acquirable: datetime | None = None,
    ) -> "Window":
        """Return the window of a start that is nearest to instants in any order.

        All else that depends on the start can be judged by it, whatever is wrong with the rest.
        """
        return cls(
            starts,
            max(ends, starts + _SHORTEST),
            None if opens is None else min(opens, starts),
            None if acquirable is None else min(acquirable, starts),
        )
