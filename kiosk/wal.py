"""Reads SQLite's write-ahead log without SQLite, which passes over all that follows a broken frame.

That is right for a log that a power cut has torn off, and wrong for one that was damaged later:
then uses that were told as accepted would vanish without a word. The format is
https://www.sqlite.org/fileformat2.html#the_write_ahead_log.
"""

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

PAGE = 4096
"""Bytes of a page: what SQLite takes by itself, and the kiosk has never chosen another size."""

TAKEN_IN = b"Taken in whole by the database.\n"
"""Stands in place of a log's head once the file has all of it: what follows says nothing more."""

_HEAD, _FRAME_HEAD = 32, 24
_FRAME = _FRAME_HEAD + PAGE
_LITTLE, _BIG = 0x377F0682, 0x377F0683
_ORDER = {_LITTLE: "<", _BIG: ">"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A page as a transaction left it; ``ends`` says that the transaction ends with it."""

    page: int
    ends: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class Log:
    """The frames that are whole, oldest first, and how many are not.

    ``severed`` says that transactions which were on the disk follow a broken frame, where SQLite
    does not look for them.
    """

    frames: tuple[Frame, ...]
    broken: int
    severed: bool


NO_LOG = Log((), 0, severed=False)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A frame as it was found: of this log, or left of an earlier one; fitting what precedes it."""

    frame: Frame
    ours: bool
    fits: bool
    whole: bool


def read_log(path: Path) -> Log:
    """Read a log; one that is not there, or cannot be read at all, has no frames."""
    try:
        data = path.read_bytes()
    except OSError:
        return NO_LOG
    if len(data) < _HEAD + _FRAME or data.startswith(TAKEN_IN):
        return NO_LOG
    head_is_whole = _is_whole_head(data[:_HEAD])
    seen = _ours(_look(data, head_is_whole=head_is_whole))
    ends = [place for place, each in enumerate(seen) if each.whole and each.frame.ends]
    upto = ends[-1] + 1 if ends else 0
    frames = tuple(each.frame for each in seen[:upto] if each.whole)
    return Log(
        frames, upto - len(frames), severed=_is_severed(seen, ends, head_is_whole=head_is_whole)
    )


def _is_severed(seen: Sequence[_Seen], ends: Sequence[int], *, head_is_whole: bool) -> bool:
    """Tell whether SQLite would pass over a transaction that was on the disk as a whole.

    It takes none beyond the first frame that does not fit. A power cut tears the last transaction
    alone, which SQLite writes in the order of its pages, its last frame alone being an end.
    """
    if not head_is_whole:
        return bool(ends)
    fitting = next((place for place, each in enumerate(seen) if not each.fits), len(seen))
    beyond = [end for end in ends if end >= fitting]
    taken = max((end + 1 for end in ends if end < fitting), default=0)
    rest = [each.frame for each in seen[taken:] if each.ours]
    pages = [frame.page for frame in rest]
    is_one = pages == sorted(set(pages)) and not any(frame.ends for frame in rest[:-1])
    return bool(beyond) and not (beyond == [len(seen) - 1] and is_one)


def _look(data: bytes, *, head_is_whole: bool) -> list[_Seen]:
    """Look at each frame: it is whole where it fits the sum of the one before it.

    Where the one before is broken its sum is, too, perhaps; then the salt must do.
    """
    order = _ORDER.get(struct.unpack_from(">I", data)[0], "<")
    starts = range(_HEAD, len(data) - _FRAME + 1, _FRAME)
    salts = [data[start + 8 : start + 16] for start in starts]
    salt = data[16:24] if head_is_whole else Counter(salts).most_common(1)[0][0]
    before, before_fits = data[24:32], head_is_whole
    seen = []
    for start, own in zip(starts, salts, strict=True):
        head = data[start : start + _FRAME_HEAD]
        content = data[start + _FRAME_HEAD : start + _FRAME]
        page, size = struct.unpack_from(">II", head)
        ours = own == salt
        fits = ours and _sum(order, before, head[:8] + content) == head[16:]
        frame = Frame(page, size > 0, content)
        seen.append(_Seen(frame, ours, fits, ours and (fits or not before_fits)))
        before, before_fits = head[16:], fits
    return seen


def _ours(seen: Sequence[_Seen]) -> Sequence[_Seen]:
    """Leave out what an earlier log has left behind this one's last frame."""
    last = max((place for place, each in enumerate(seen) if each.ours), default=-1)
    return seen[: last + 1]


def _is_whole_head(head: bytes) -> bool:
    order = _ORDER.get(struct.unpack_from(">I", head)[0])
    return order is not None and _sum(order, bytes(8), head[:24]) == head[24:]


def _sum(order: str, before: bytes, data: bytes) -> bytes:
    """Return SQLite's sum of some words, given that of what precedes them."""
    first, second = struct.unpack(">II", before)
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, two in zip(islice(words, 0, None, 2), islice(words, 1, None, 2), strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return struct.pack(">II", first, second)
