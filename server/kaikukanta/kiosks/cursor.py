"""The cursor of the change feed: opaque to a kiosk, and all that the register must know to go on.

A kiosk that has everything up to a place in the feed holds that place. One that was cut off inside
a page holds, besides, what it is catching up with and the last row that it was given.
"""

import re
from dataclasses import dataclass

START = -1
"""Before every place in the feed: the feed begins at 0."""

_PLACE = r"-1|0|[1-9][0-9]{0,17}"
_WHOLE = re.compile(
    rf"(?P<after>{_PLACE})(?::(?P<bound>{_PLACE}):(?P<source>[0-9a-f]{{1,40}})"
    rf":(?P<last>[0-9a-f]{{1,40}}(?:,[0-9a-f]{{1,40}}){{0,4}}))?;(?P<station>[0-9a-f]{{8}})"
)


class CursorError(ValueError):
    """This is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page ended: catching up to ``bound``, in a source of rows, after the ``last`` one."""

    bound: int
    source: str
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a kiosk has: all changes up to ``after``, and of the next ones those before the cut.

    ``station`` is the checksum of the station's row that it was last told.
    """

    after: int = START
    station: str = ""
    cut: Cut | None = None

    def __str__(self) -> str:
        """Return the text that a kiosk keeps."""
        cut = self.cut
        inside = "" if cut is None else f":{cut.bound}:{cut.source}:{','.join(cut.last)}"
        return f"{self.after}{inside};{self.station}"


BEGINNING = Cursor()


def read_cursor(text: str) -> Cursor:
    """Return the cursor in a text that :class:`Cursor` gave; raise :class:`CursorError`."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise CursorError("this is no cursor that the register gave")
    cut = None
    if found["bound"] is not None:
        cut = Cut(int(found["bound"]), found["source"], tuple(found["last"].split(",")))
    return Cursor(int(found["after"]), found["station"], cut)
