"""Tells the uses among the rows that are left of a spoiled journal, each as it was last."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from kiosk.entries import USE, read_use
from kiosk.integrity import JOURNAL
from kiosk.pages import Row, Value, read_remains

_COLUMNS = JOURNAL["entry"]
_FIRST_VERSION = 26
"""How many of them a row of the journal's first version holds; it gets the others' defaults."""

_DEFAULTS: tuple[Value, ...] = (None, None, None, None, 0, 0)
_TEXTS = ("id", "offering", "at", "outcome", "source")
_PERHAPS: Mapping[str, type] = {
    **dict.fromkeys(("reason", "parked", "flagged", "fee_service", "members", "lease"), str),
    **dict.fromkeys(("offering_version", "fee_cents"), int),
    "digest": bytes,
}
_MOST = 2**31

Entry = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Remnants:
    """What is left of a journal: its entries in their order, and the leases that it knew.

    ``unreadable`` are the pages and the entries that are broken.
    """

    entries: tuple[Entry, ...]
    leases: frozenset[str]
    unreadable: int

    @property
    def unsent(self) -> int:
        """How many of the uses the register does not have yet."""
        return sum(_number(entry, "sent_revision") < _number(entry, "revision") for entry in self)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries."""
        return iter(self.entries)


def read_remnants(path: Path) -> Remnants:
    """Read what is left of a journal and its log."""
    remains = read_remains(path)
    found = [entry for row in remains.rows if (entry := _entry(row)) is not None]
    whole = [entry for entry in found if _is_use(entry)]
    newest = _newest(whole)
    leases = {lease for row in remains.rows if (lease := _lease_given_back(row)) is not None}
    leases |= {str(entry["lease"]) for entry in newest if entry["lease"] is not None}
    known = {entry["id"] for entry in newest}
    broken = {entry["seq"] for entry in found if not _is_use(entry) and entry["id"] not in known}
    return Remnants(tuple(newest), frozenset(leases), remains.broken + len(broken))


def _newest(entries: Iterable[Entry]) -> list[Entry]:
    """Return each use once, as it was last: states come in their order but from several pages."""
    newest: dict[Value, Entry] = {}
    for entry in entries:
        known = newest.get(entry["id"])
        if known is None or _state(entry) >= _state(known):
            newest[entry["id"]] = entry
    return sorted(newest.values(), key=lambda entry: _number(entry, "seq"))


def _state(entry: Entry) -> tuple[int, int]:
    return _number(entry, "revision"), _number(entry, "sent_revision")


def _entry(row: Row) -> Entry | None:
    """Return a row by the names of an entry's columns, where it has as many."""
    have = len(row.values)
    if not _FIRST_VERSION <= have <= len(_COLUMNS):
        return None
    values = (row.place, *row.values[1:], *_DEFAULTS[have - _FIRST_VERSION :])
    return dict(zip(_COLUMNS, values, strict=True))


def _is_use(entry: Entry) -> bool:
    try:
        if not all(_fits(name, value) for name, value in entry.items()):
            return False
        read_use([entry[name] for name in USE])
    except (ValueError, OverflowError):
        return False
    return True


def _fits(name: str, value: Value) -> bool:
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _PERHAPS:
        return value is None or isinstance(value, _PERHAPS[name])
    return isinstance(value, int) and 0 <= value < _MOST


def _number(entry: Entry, name: str) -> int:
    value = entry[name]
    assert isinstance(value, int)
    return value


def _lease_given_back(row: Row) -> str | None:
    match row.values:
        case (str(lease), None | int()):
            try:
                return str(UUID(lease))
            except ValueError:
                return None
        case _:
            return None
