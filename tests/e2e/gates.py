"""A kiosk at a wire that can be cut, made of its real parts: the desk, its store, and its files.

What the shell and the synchronisation do is done here one call after another, so that a test
decides what happens between any two of them.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from kaiku.wire import Answer, CursorRow, Outcome, Result, Row, read_row, write_use
from kiosk import desk
from kiosk.leases import LeaseGoneError
from kiosk.ports import Key
from kiosk.store import Stores
from server.database import snapshot, transaction
from server.kaikukanta.context import Context
from server.kaikukanta.kiosks.changes import open_page, read_page
from server.kaikukanta.kiosks.cursor import BEGINNING, read_cursor
from server.kaikukanta.kiosks.service import beat
from server.kaikukanta.leases.service import give_back, grant
from server.kaikukanta.network.callers import KioskCaller
from server.kaikukanta.uses import batch, service
from server.kaikukanta.uses.ask import Ask
from server.problems import Problem
from tests.server.kaikukanta.town import Clock

T = TypeVar("T")


class CutError(Exception):
    """No answer came."""


@dataclass
class Wire:
    """What lies between a kiosk and the register.

    A request is lost, or its reply, or it is held up and comes ``late``, in the share ``trouble``.
    """

    rng: random.Random
    cut: bool = False
    trouble: float = 0.0
    late: list[Callable[[], object]] = field(default_factory=list)

    def call(self, act: Callable[[], T]) -> T:
        """Return what the register answers; raise :class:`CutError` where nothing comes back."""
        if self.cut:
            raise CutError
        if self.rng.random() >= self.trouble:
            return act()
        match self.rng.choice(["request", "reply", "late"]):
            case "reply":
                act()
            case "late":
                self.late.append(act)
        raise CutError

    def deliver(self) -> None:
        """Let something arrive that was held up, whenever it was sent."""
        if self.late:
            self.late.pop(self.rng.randrange(len(self.late)))()


@dataclass
class Gate:
    """A kiosk, and all that its visitors were told."""

    context: Context
    clock: Clock
    caller: KioskCaller
    folder: Path
    wire: Wire
    suspect: bool = False
    told: dict[UUID, desk.Record] = field(default_factory=dict)
    lost: set[UUID] = field(default_factory=set)
    uncapped: set[UUID] = field(default_factory=set)
    """Uses that were decided here while this kiosk knew of no cap."""
    contact: datetime | None = None
    """When it has heard all that the register knew."""
    heard: dict[UUID, datetime | None] = field(default_factory=dict)
    """When that was last, as each use was decided."""
    between: Callable[[], None] = lambda: None
    """What happens between the look at the store and the record."""

    def __post_init__(self) -> None:
        """Switch it on."""
        self.numbers = 0
        self.looked: datetime | None = None
        self.lost_journal = self.rescued = False
        self.start()

    # --- the machine ---

    def start(self) -> None:
        """Take up what the files hold."""
        self.stores = Stores(self.folder)
        self.desk = desk.Desk(desk.Manners(attended=True))
        last = self.stores.journal.last_accepted()
        if last is not None:
            now = self.now
            self.desk = desk.resume(self.desk.manners, last.use, last.admitted, now, last.booked)

    def die(self) -> None:
        """Break for good, with all that was not sent."""
        self.lost |= {use.id for use in self.stores.journal.unsent(10_000)}
        self.stores.close()

    def restart(self) -> None:
        """Switch it off and on again."""
        self.stores.close()
        self.start()

    def lose_journal(self, *, with_cache: bool) -> None:
        """Lose a file, or both, as by a memory card; what was not sent is then lost for good."""
        self.lost_journal = True
        self.lost |= {use.id for use in self.stores.journal.unsent(10_000)}
        self.stores.close()
        for name in ("journal", "cache") if with_cache else ("journal",):
            for path in self.folder.glob(f"{name}.sqlite*"):
                path.unlink()
        self.wire.late.clear()
        self.start()

    def spoil_journal(self) -> None:
        """Damage the head of the journal's file; each use can still be read."""
        self.rescued = True
        self.stores.close()
        with (self.folder / "journal.sqlite").open("r+b") as file:
            file.write(bytes(100))
        self.start()
        assert self.stores.set_aside()

    @property
    def now(self) -> desk.Moment:
        """The moment."""
        at = self.clock()
        return desk.Moment(at, at.timestamp(), self.suspect)

    # --- what the shell does ---

    def scan(self, digest: bytes) -> None:
        """Show a card."""
        self.numbers += 1
        use = UUID(int=(self.caller.kiosk_id.int & ~0xFFFF) + self.numbers)
        self._step(desk.Presented(digest, use), self._known(digest))

    def press(self, key: Key) -> None:
        """Press a key."""
        current, group = self.desk.current, self.desk.group
        digest = None if current is None else current.use.digest
        digest = digest if group is None else group.leader
        self._step(desk.Typed(key), self._known(digest))

    def gather(self, leader: bytes, *members: bytes) -> None:
        """Show the cards of a group and press Enter; nobody is left to be waited for."""
        for digest in (leader, *members):
            self.scan(digest)
        if self.desk.group is not None:
            self.press(Key.ENTER)
        while self.desk.group is not None:
            self.press(Key.TAKE_BACK)

    def _known(self, digest: bytes | None) -> desk.Known:
        ask, self.looked = not self.wire.cut, self.contact
        current = self.desk.current
        counted = current.use.at if current and current.use.digest == digest else None
        members = self._members
        return self.stores.known(digest, self.now.at, ask=ask, counted=counted, members=members)

    @property
    def _members(self) -> tuple[bytes, ...]:
        """Who is in the group that is open, or that was asked about."""
        asked, group = self.desk.asked, self.desk.group
        if isinstance(asked, desk.Ask):
            return asked.members or ()
        return () if group is None else group.members

    def _step(self, event: desk.Event, known: desk.Known) -> None:
        self.between()
        following: desk.Event | None = event
        while following is not None:
            before = self.desk
            self.desk, effects = desk.step(before, following, known, self.now)
            try:
                following = self._carry_out(effects)
            except LeaseGoneError:
                self.desk, known = before, known.unleased
                continue
            if following is not None:
                known = self._known_after()

    def _known_after(self) -> desk.Known:
        match self.desk.asked:
            case desk.Ask(digest=digest):
                return self._known(digest)
            case _:
                assert self.desk.current is not None
                return self._known(self.desk.current.use.digest)

    def _carry_out(self, effects: tuple[desk.Effect, ...]) -> desk.Event | None:
        for effect in effects:
            match effect:
                case desk.Record():
                    self._record(effect)
                case desk.Ask() | desk.AskAmended():
                    try:
                        return desk.Answered(self.wire.call(partial(self._ask, effect)))
                    except CutError:
                        return desk.Answered(None)
                case _:
                    pass
        return None

    def _record(self, record: desk.Record) -> None:
        before = self.told.get(record.use.id)
        self.stores.record(record)
        if self.suspect and (before is None or before.use.lease == record.use.lease):
            assert record.use.leased <= (0 if before is None else before.use.leased)
        if before is not None or record.standing is not desk.Standing.ASKED:
            self._tell(record)

    def _tell(self, record: desk.Record) -> None:
        id_ = record.use.id
        self.told[id_] = record
        self.heard.setdefault(id_, self.looked)
        offering = self.stores.cache.offering(record.use.offering)
        if record.source == "local" and offering is not None and offering.seats is None:
            self.uncapped.add(id_)
        elif record.use.leased or record.source != "local":
            self.uncapped.discard(id_)

    def _ask(self, asked: desk.Ask | desk.AskAmended) -> Answer | None:
        answer: Answer | Problem
        if isinstance(asked, desk.Ask):
            ask = Ask(
                asked.use,
                asked.digest,
                asked.offering,
                asked.party,
                asked.at,
                by_number=False,
                members=asked.members,
            )
            answer = service.record(self.context, self.caller, ask)
        else:
            answer = service.amend(self.context, self.caller, asked.use, asked.party, asked.after)
        return None if isinstance(answer, Problem) else answer

    # --- what the synchronisation does ---

    def fetch(self) -> None:
        """Take in the changes, as :func:`kiosk.sync.fetch` does."""
        counts = self.stores.journal.sent_counts()
        more = True
        while more:
            *rows, cursor = self.wire.call(self._page)
            assert isinstance(cursor, CursorRow)
            self.stores.cache.apply(rows)
            self.stores.cache.turn_page(cursor.cursor, last=not cursor.more)
            more = cursor.more
        after: bytes | None = b""
        while after is not None:
            after = self.stores.cache.sweep(after)
        self.stores.journal.settle(counts)
        self.contact = self.clock()

    def _page(self) -> list[Row]:
        after = self.stores.cache.cursor
        cursor = BEGINNING if after is None else read_cursor(after)
        with snapshot(self.context.engine) as session:
            settings = self.context.settings.model_copy(update={"page_rows": 50})
            page = open_page(session, self.caller.kiosk_id, cursor, settings)
        lines = b"".join(read_page(self.context.engine, page)).splitlines()
        rows = [read_row(json.loads(line)) for line in lines]
        return [row for row in rows if row is not None]

    def send(self) -> None:
        """Send what is unsent."""
        while uses := self.stores.journal.unsent(3):
            items = [json.loads(json.dumps(write_use(use))) for use in uses]
            kept = self.wire.call(partial(self._keep, items))
            assert all(each.result is not Result.INVALID for each in kept)
            flagged = {
                each.id: str(each.reason)
                for each in kept
                if each.result is Result.CONFLICT and each.id is not None
            }
            self.stores.journal.mark(uses, flagged)

    def _keep(self, items: list[object]) -> list[batch.Kept]:
        return [batch.keep(self.context, self.caller, item) for item in items]

    def return_leases(self) -> None:
        """Give back what was recalled."""
        for returning in self.stores.leases.give_back(self.now.at):
            lease, unsent = returning.lease, returning.unsent
            assert self.wire.call(partial(give_back, self.context, self.caller, lease, unsent))
            self.stores.journal.returned(returning)

    def beat(self) -> None:
        """Say how it does, and be granted its leases."""
        leased = None if self.suspect else self.stores.leases.seats_left()
        journal = self.stores.journal.id

        def act() -> None:
            with transaction(self.context.engine) as session:
                beat(session, self.caller.kiosk_id, {}, self.context.clock())
            if leased is not None:
                grant(self.context, self.caller, journal)

        self.wire.call(act)

    def heed(self) -> None:
        """Do what a wakened kiosk does, as far as the wire lets it."""
        try:
            self.fetch()
            self.return_leases()
        except CutError:
            pass

    # --- what it has told ---

    @property
    def inside(self) -> list[desk.Record]:
        """The uses whose visitors were let in, and not taken back."""
        return [
            record
            for record in self.told.values()
            if record.use.outcome is Outcome.ACCEPTED and not record.use.voided
        ]
