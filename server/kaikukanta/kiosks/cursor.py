"""The cursor of the change feed: opaque to a kiosk, and all that the register must know to go on.

A kiosk that has everything up to a place in the feed holds that place. One that was cut off inside
a page holds, besides, what it is catching up with and the last row that it was given. And it holds
what it has seen: the place at which the register was when that was read.
"""

import re
from dataclasses import dataclass

from server.kaikukanta.feed.service import Place

START = -1
"""Before every place in the feed: the feed begins at 0."""

_PLACE = r"-1|0|[1-9][0-9]{0,17}"
_WHOLE = re.compile(
    rf"(?P<after>{_PLACE})(?::(?P<bound>{_PLACE}):(?P<source>[0-9a-f]{{1,40}})"
    rf":(?P<last>[0-9a-f]{{1,40}}(?:,[0-9a-f]{{1,40}}){{0,4}}))?;(?P<station>[0-9a-f]{{8}})"
    rf"(?:;(?P<seen>{_PLACE})\.(?P<drawn>[0-9a-f]{{8}}))?"
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

    ``station`` is the checksum of the station's row that it was last told. ``seen`` is where the
    register was when the kiosk was told the last of it, beyond ``after`` if anything changed
    meanwhile. An earlier register's cursor does not say.
    """

    after: int = START
    station: str = ""
    cut: Cut | None = None
    seen: Place | None = None

    @property
    def bound(self) -> int:
        """The last change that the kiosk may have been told of."""
        return self.after if self.cut is None else self.cut.bound

    def __str__(self) -> str:
        """Return the text that a kiosk keeps."""
        cut = self.cut
        inside = "" if cut is None else f":{cut.bound}:{cut.source}:{','.join(cut.last)}"
        seen = "" if self.seen is None else f";{self.seen.seq}.{self.seen.drawn:08x}"
        return f"{self.after}{inside};{self.station}{seen}"


BEGINNING = Cursor()


def read_cursor(text: str) -> Cursor:
    """Return the cursor in a text that :class:`Cursor` gave; raise :class:`CursorError`."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise CursorError("this is no cursor that the register gave")
    cut = None
    if found["bound"] is not None:
        cut = Cut(int(found["bound"]), found["source"], tuple(found["last"].split(",")))
    seen = None
    if found["seen"] is not None:
        seen = Place(int(found["seen"]), int(found["drawn"], 16))
    return Cursor(int(found["after"]), found["station"], cut, seen)
