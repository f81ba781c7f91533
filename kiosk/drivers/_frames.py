"""Cuts a stream of bytes into codes at their ends, whatever pieces it arrives in."""

import re

from kiosk.ports import LONGEST_SCAN


class Frames:
    """Collects codes from a stream.

    ``ends`` are the bytes that end a code. Ends in a row belong together as long as none of them
    repeats, so that CR LF ends one code; an end by itself is an empty code. Of a code above
    ``LONGEST_SCAN`` bytes only the first part is kept.
    """

    def __init__(self, ends: bytes) -> None:
        self._ends = re.compile(b"([" + re.escape(ends) + b"])")
        self._code = bytearray()
        self._row: set[bytes] = set()
        self._late = False

    @property
    def pending(self) -> bool:
        """Tell whether a code has begun and not ended."""
        return bool(self._code)

    def feed(self, data: bytes) -> list[bytes]:
        """Take what has arrived and return the codes that it ended, in their order."""
        first, *rest = self._ends.split(data)
        self._collect(first)
        codes = []
        for end, following in zip(rest[::2], rest[1::2], strict=True):
            code = self._end(end)
            if code is not None:
                codes.append(code)
            self._collect(following)
        return codes

    def flush(self) -> bytes:
        """Return the pending code as it is; an end that comes late is still its own."""
        code = self._take()
        self._row = set()
        self._late = True
        return code

    def _collect(self, data: bytes) -> None:
        self._code += data[: LONGEST_SCAN - len(self._code)]

    def _end(self, end: bytes) -> bytes | None:
        belongs = not self._code and (self._late or (bool(self._row) and end not in self._row))
        self._late = False
        if belongs:
            self._row.add(end)
            return None
        self._row = {end}
        return self._take()

    def _take(self) -> bytes:
        code = bytes(self._code)
        self._code.clear()
        return code
