"""Which use a row of a sheet is: by the sheet's name and what the row is about (OM-47).

A row is about a card at an offering on a day and, of a fee, about a service. The first such row of
a sheet is one use and the second another, so that two visits on a day are two. Who came along and
what was paid are no part of it, and may be corrected.
"""

from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet
from uuid import UUID, uuid5

from server.kaikukanta.network.callers import AgentCaller, VenueCaller
from server.kaikukanta.uses.entry import Entry


class Identities:
    """The ids of a sheet's rows; one that brings its own keeps it."""

    def __init__(self, caller: VenueCaller | AgentCaller, sheet: str) -> None:
        self._namespace = uuid5(_whose(caller), sheet)
        self._made: Counter[str] = Counter()
        self._seen: defaultdict[str, set[UUID]] = defaultdict(set)

    def next(self, entry: Entry, digest: bytes | None) -> tuple[UUID, AbstractSet[UUID]]:
        """Return the id of the next row, and those of all rows about the same.

        The latter has the rows to come as well, once they have been given their ids.
        """
        about = _about(entry, digest)
        id_ = entry.id
        if id_ is None:
            self._made[about] += 1
            id_ = uuid5(self._namespace, f"{about} {self._made[about]}")
        alike = self._seen[about]
        alike.add(id_)
        return id_, alike


def _about(entry: Entry, digest: bytes | None) -> str:
    card = entry.card if digest is None else digest.hex()
    service = "" if entry.fee is None else entry.fee.service
    return " ".join(map(str, (card, entry.offering, entry.day, service)))


def _whose(caller: VenueCaller | AgentCaller) -> UUID:
    match caller:
        case VenueCaller(venue_id=id_) | AgentCaller(credential_id=id_):
            return id_
