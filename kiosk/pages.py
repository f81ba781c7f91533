"""Reads what is left of a spoiled SQLite file, each page for itself and without SQLite.

SQLite comes to a page through others and stops at the first that is broken; here a row is found
wherever its own page is whole. The format is https://www.sqlite.org/fileformat2.html.
"""

import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.wal import PAGE, read_log

Value = None | int | float | str | bytes

_FILE_HEAD = 100
_TABLE_LEAF = 13
_NO_ROWS = (0, 2, 5, 10)
"""How a page of an index begins, one that leads to others, and one that is free or goes on."""

_MOST_LOCAL, _LEAST_LOCAL = PAGE - 35, (PAGE - 12) * 32 // 255 - 23
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_FIRST_BLOB = 12


class _BrokenError(Exception):
    """This is no page, or no row, that SQLite has written."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of some table, at the place in it that SQLite numbers."""

    place: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Remains:
    """The rows that were found, older states of one before newer ones; and pages that are broken.

    A row that was deleted may be among them.
    """

    rows: tuple[Row, ...]
    broken: int


def read_remains(path: Path) -> Remains:
    """Read a database file and its log; what is not there, or cannot be read, is empty."""
    log = read_log(path.with_name(f"{path.name}-wal"))
    in_file = _in_file(path)
    now = {**in_file, **{frame.page: frame.content for frame in log.frames}}
    rows: list[Row] = []
    broken = log.broken
    for number, page in in_file.items():
        found, is_whole = _rows_of(number, page, now)
        rows += found
        broken += not is_whole and now[number] is page
    for frame in log.frames:
        rows += _rows_of(frame.page, frame.content, now)[0]
    return Remains(tuple(rows), broken)


def _in_file(path: Path) -> dict[int, bytes]:
    """Return the pages of a file by number; one that the disk does not give is broken."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return {}
    try:
        size = os.fstat(file).st_size
        return {
            number + 1: _piece(file, number * PAGE).ljust(PAGE, b"\xff")
            for number in range(-(-size // PAGE))
        }
    finally:
        os.close(file)


def _piece(file: int, start: int) -> bytes:
    try:
        return os.pread(file, PAGE, start)
    except OSError:
        return b""


def _rows_of(number: int, page: bytes, pages: Mapping[int, bytes]) -> tuple[list[Row], bool]:
    """Return the rows of a page, and whether all of it could be read."""
    head = _FILE_HEAD if number == 1 else 0
    if page[head] in _NO_ROWS:
        return [], True
    count = struct.unpack_from(">H", page, head + 3)[0]
    begin = head + 8
    if page[head] != _TABLE_LEAF or begin + 2 * count > PAGE:
        return [], False
    rows = []
    for start in struct.unpack_from(f">{count}H", page, begin):
        try:
            rows.append(_row(page, start, pages))
        except (_BrokenError, IndexError, struct.error, UnicodeDecodeError):
            continue
    return rows, len(rows) == count


def _row(page: bytes, start: int, pages: Mapping[int, bytes]) -> Row:
    length, start = _number(page, start)
    place, start = _number(page, start)
    return Row(place, tuple(_values(_payload(page, start, length, pages))))


def _payload(page: bytes, start: int, length: int, pages: Mapping[int, bytes]) -> bytes:
    """Return a row's bytes; a long one goes on in pages of its own."""
    if length <= _MOST_LOCAL:
        return _exactly(page[start : start + length], length)
    if length > PAGE * len(pages):
        raise _BrokenError
    local = _LEAST_LOCAL + (length - _LEAST_LOCAL) % (PAGE - 4)
    local = local if local <= _MOST_LOCAL else _LEAST_LOCAL
    found = bytearray(page[start : start + local])
    (following,) = struct.unpack_from(">I", page, start + local)
    while len(found) < length:
        if following not in pages:
            raise _BrokenError
        more = pages[following]
        found += more[4 : 4 + length - len(found)]
        (following,) = struct.unpack_from(">I", more)
    return bytes(found)


def _values(payload: bytes) -> Iterator[Value]:
    size, start = _number(payload, 0)
    end = size
    while start < size:
        sort, start = _number(payload, start)
        value, end = _value(payload, sort, end)
        yield value
    if end != len(payload) or start != size:
        raise _BrokenError


def _value(payload: bytes, sort: int, start: int) -> tuple[Value, int]:
    """Return a value of some sort and where the next one begins."""
    match sort:
        case 0:
            return None, start
        case 8 | 9:
            return sort - 8, start
        case 7:
            return struct.unpack_from(">d", payload, start)[0], start + 8
        case _ if sort in _INTEGERS:
            size = _INTEGERS[sort]
            found = _exactly(payload[start : start + size], size)
            return int.from_bytes(found, "big", signed=True), start + size
        case _ if sort >= _FIRST_BLOB:
            size = (sort - _FIRST_BLOB) // 2
            found = _exactly(payload[start : start + size], size)
            return (found.decode() if sort % 2 else found), start + size
        case _:
            raise _BrokenError


def _number(data: bytes, start: int) -> tuple[int, int]:
    """Return a number of one to nine bytes and where the next one begins."""
    number = 0
    for place in range(start, start + 8):
        number = number << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return number, place + 1
    return number << 8 | data[start + 8], start + 9


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise _BrokenError
    return data
