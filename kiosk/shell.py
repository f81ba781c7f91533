"""The shell around the desk.

Devices' events in, one at a time; the desk's effects out, in order.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from kaiku.offering import Offering
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import Answer, Outcome
from kiosk import desk, ports, words
from kiosk.desk import scenes
from kiosk.disk import DiskError
from kiosk.files import SpoiledError
from kiosk.leases import LeaseGoneError
from kiosk.link import Link
from kiosk.log import log
from kiosk.reading import Reading
from kiosk.registry import RegistryClient, RegistryError, UnreachableError
from kiosk.store import Store, Stores
from kiosk.sync import Sync

WAIT_SHOWN_AFTER = 0.15
"""Seconds until a visitor who waits for the register is told so."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The devices that tell and let through."""

    displays: Sequence[ports.Display]
    buzzer: ports.Buzzer
    gate: ports.Gate


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    """What staff should see on the idle screen has changed."""

    notice: Text | None


@dataclass(frozen=True, slots=True)
class OfferingsTold:
    """The register has told what is offered here."""

    offerings: tuple[Offering, ...]


Event = ports.Event | NoticeChanged | OfferingsTold | desk.StatusTold
_NO_RECORD = (DiskError, sqlite3.Error)


class _UnrecordedError(Exception):
    """A use could not be committed, so nothing that follows it is done."""

    def __init__(self, record: desk.Record, why: str) -> None:
        super().__init__(why)
        self.record = record


class Shell:
    """Runs one desk."""

    def __init__(
        self,
        manners: desk.Manners,
        store: Store,
        registry: RegistryClient,
        sync: Sync,
        link: Link,
        reading: Reading,
        outputs: Outputs,
        recalled: asyncio.Event,
        budget: float,
    ) -> None:
        """Take what the desk works with.

        ``recalled`` is set once it is known what the last run knew, of the clock above all.
        ``budget`` is how long a scan may wait for the register.
        """
        self._manners, self._store, self._registry, self._sync = manners, store, registry, sync
        self._link, self._reading, self._outputs, self._budget = link, reading, outputs, budget
        self._recalled = recalled
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._desk = desk.Desk(manners)
        self._is_up = False
        self._scanned_at = 0.0

    def emit(self, event: Event) -> None:
        """Take an event of a device; events wait in line and none is dropped."""
        self._events.put_nowait(event)

    async def join(self) -> None:
        """Wait until every event so far has been dealt with."""
        await self._events.join()

    async def run(self) -> None:
        """Deal with events until cancelled; with a fault while the store cannot be read."""
        with contextlib.suppress(DiskError):
            await self._take_up()
        await self._show(desk.idle(self._desk))
        while True:
            try:
                async with asyncio.timeout_at(self._deadline()):
                    event = await self._events.get()
            except TimeoutError:
                await self._pass_time()
                continue
            try:
                if not isinstance(event, NoticeChanged | desk.StatusTold):
                    await self._take_up()
                await self._take(event)
            except DiskError as error:
                await self._fail(str(error))
            except SpoiledError as error:  # the kiosk ends; nobody is left without an answer
                await self._show_fault(error.fault)
                raise
            finally:
                self._events.task_done()

    async def _pass_time(self) -> None:
        """Let time pass; a group of which nothing can be read now is ended in a while, unseen."""
        self._scanned_at = time.monotonic()
        known, group = desk.Known(), self._desk.group
        try:
            known = await self._known_of_group()
        except DiskError:
            if group is not None:
                later = max(group.until, self._now().clock + self._manners.shown)
                self._desk = replace(self._desk, group=replace(group, until=later))
        try:
            await self._step(desk.TimePassed(), known)
        except DiskError as error:
            await self._fail(str(error))

    async def _take_up(self) -> None:
        """Go on where the last run ended, once."""
        if self._is_up:
            return
        if not self._recalled.is_set():
            raise DiskError("what the last run knew is still to be read")
        last, offerings = await self._store.call(
            lambda stores: (stores.journal.last_accepted(), stores.cache.offerings())
        )
        if last is not None:
            before = self._desk
            resumed = desk.resume(self._manners, last.use, last.admitted, self._now(), last.booked)
            self._desk = replace(resumed, notice=before.notice, shown_until=before.shown_until)
        served = desk.Served(offerings)
        self._desk, _ = desk.step(self._desk, served, desk.Known(), self._now())
        self._is_up = True

    def _deadline(self) -> float | None:
        due = desk.deadline(self._desk)
        return None if due is None else due + asyncio.get_running_loop().time() - time.monotonic()

    def _now(self) -> desk.Moment:
        at, clock = datetime.now(UTC), time.monotonic()
        self._link.watch(at, clock)
        link = self._link
        now = link.instant(at, clock)
        return desk.Moment(now, clock, link.clock_suspect, link.instant_guessed)

    async def _take(self, event: Event) -> None:
        match event:
            case ports.Scanned(data, at):
                self._scanned_at = at
                card = self._reading.digest(data)
                presented = desk.Presented(card, uuid4())
                await self._step(presented, await self._known(card))
            case ports.Pressed(key, at):
                self._scanned_at = at
                if self._desk.group is not None:
                    await self._step(desk.Typed(key), await self._known_of_group())
                    return
                current = self._desk.current
                known = await (
                    self._known(None)
                    if current is None
                    else self._known(current.use.digest, current.use.at)
                )
                await self._step(desk.Typed(key), known)
            case ports.Passed():
                log("passed")
                await self._step(desk.WentThrough(), desk.Known())
            case NoticeChanged(notice):
                await self._step(desk.Noticed(notice), desk.Known())
            case OfferingsTold(offerings):
                await self._step(desk.Served(offerings), desk.Known())
            case ports.InputEnded():
                self._scanned_at = time.monotonic()
                await self._step(desk.InputEnded(), await self._known_of_group())
            case desk.StatusTold():
                await self._step(event, desk.Known())
            case ports.DeviceChanged() | ports.StatusAsked():
                pass

    async def _known(
        self,
        card: bytes | None,
        counted: datetime | None = None,
        members: Sequence[bytes] | None = None,
    ) -> desk.Known:
        """Look up a card, and the members of the group that is open or was asked about.

        ``counted`` is the instant of a use of the card that is decided anew.
        """
        now, slip, group = self._now(), self._desk.slip, self._desk.group
        ask = self._link.may_ask(now.clock)
        if slip is not None:
            return await self._store.call(
                lambda stores: stores.known_for(card, slip.choice, now.at, ask=ask)
            )
        whose = members or (() if group is None else group.members)
        return await self._store.call(
            lambda stores: stores.known(card, now.at, ask=ask, counted=counted, members=whose)
        )

    async def _known_of_group(self) -> desk.Known:
        """Return what is known of the group that is open, and of its leader's card."""
        group = self._desk.group
        return desk.Known() if group is None else await self._known(group.leader)

    async def _step(self, event: desk.Event, known: desk.Known) -> None:
        """Take one step of the desk, and those that the register's answers lead to."""
        next_event: desk.Event | None = event
        while next_event is not None:
            before = self._desk
            self._desk, effects = desk.step(before, next_event, known, self._now())
            try:
                next_event = await self._carry_out(effects)
            except LeaseGoneError:
                # The register has just taken it back. Nothing was done yet: decide without it.
                self._desk, known = before, known.unleased
                continue
            except _UnrecordedError as failure:
                await self._give_up(before, failure.record)
                if not isinstance(next_event, desk.TimePassed):  # that is tried again, unseen
                    await self._refuse(before, failure)
                return
            if next_event is not None:
                known = await self._known_after(known)

    async def _known_after(self, known: desk.Known) -> desk.Known:
        """Look up anew what may have changed while the register was asked, a lease above all."""
        asked, current = self._desk.asked, self._desk.current
        match asked:
            case desk.Ask():
                anew = await self._known(asked.digest, asked.at, asked.members)
            case desk.AskAmended() if current is not None:
                anew = await self._known(current.use.digest, current.use.at)
            case _:
                return known
        if known.offering is None or anew.offering is None:
            return known.unleased
        return anew if anew.offering.id == known.offering.id else known.unleased

    async def _carry_out(self, effects: Sequence[desk.Effect]) -> desk.Event | None:
        """Carry effects out in order; return the answer to a question, if one was asked."""
        for effect in effects:
            match effect:
                case desk.Record():
                    try:
                        await self._store.call(Stores.record, effect)
                    except _NO_RECORD as error:
                        raise _UnrecordedError(effect, str(error)) from None
                    match effect.standing:
                        case desk.Standing.SENT:
                            log("sent", uses=[str(effect.use.id)])
                        case desk.Standing.UNSENT:
                            self._sync.wake()
                        case desk.Standing.ASKED:
                            pass
                case desk.Ask() | desk.AskAmended():
                    return desk.Answered(await self._ask(effect))
                case desk.Tell(scene, aloud):
                    if aloud:
                        await self._outputs.buzzer.sound(scene.signal)
                    await self._show(scene)
                case desk.Open(persons):
                    await self._outputs.gate.open(persons)
                case desk.Log(verdict):
                    self._log(verdict)
                case desk.Annulled(use_id, why):
                    log("annulled", use=str(use_id), why=why)
        return None

    async def _give_up(self, before: desk.Desk, record: desk.Record) -> None:
        """Refuse what cannot be recorded: an accept without a durable record is none.

        Where the register was asked, what stands on record is sent, for it overrules the answer. A
        use that could not be taken back stands, which is no refusal; it is tried again in a while.
        """
        now = self._now().clock
        later = now + self._manners.shown
        passages = tuple(replace(each, until=max(each.until, later)) for each in before.passages)
        group = before.group
        if group is not None and group.until <= now and group.use != record.use.id:
            group = None  # its end is on record already: nothing more comes of it
        elif group is not None:
            group = replace(group, until=max(group.until, later))
        self._desk = replace(before, asked=None, passages=passages, group=group)
        await self._store.call(lambda stores: stores.journal.give_up(record.use.id))
        self._sync.wake()

    async def _refuse(self, before: desk.Desk, failure: _UnrecordedError) -> None:
        """Say that nobody can be let in now; the visitor cannot mend it."""
        use, current = failure.record.use, before.current
        if not use.voided:
            amends = current is not None and current.use.id == use.id
            refusal = (Outcome.REFUSED, Reason.CANNOT_CHECK_NOW)
            self._log(desk.Verdict(*refusal, use.id, use.party, "local", amends=amends))
        await self._show_fault(str(failure))

    async def _fail(self, why: str) -> None:
        """Show a fault; what the register was asked about is sent as it stands on record (P1)."""
        asked = self._desk.asked
        if asked is not None:
            self._desk = replace(self._desk, asked=None)
            await self._store.call(lambda stores: stores.journal.give_up(asked.use))
            self._sync.wake()
        await self._show_fault(why)

    async def _show_fault(self, why: str) -> None:
        log("journal_failed", why=why)
        self._desk = replace(self._desk, shown_until=self._now().clock + self._manners.shown)
        scene = replace(scenes.refused(Reason.CANNOT_CHECK_NOW), signal=ports.Signal.FAULT)
        await self._outputs.buzzer.sound(scene.signal)
        await self._show(scene)

    async def _ask(self, question: desk.Ask | desk.AskAmended) -> Answer | None:
        """Ask the register within the budget; None where no answer came."""
        waiting = asyncio.create_task(self._say_wait())
        try:
            match question:
                case desk.Ask():
                    return await self._registry.decide(question, self._budget)
                case desk.AskAmended(use, party, after):
                    return await self._registry.amend(use, party, after, self._budget)
        except RegistryError as error:
            if isinstance(error, UnreachableError):
                self._link.waited_in_vain(time.monotonic())
            log("unanswered", why=str(error))
            return None
        finally:
            waiting.cancel()

    async def _say_wait(self) -> None:
        await asyncio.sleep(WAIT_SHOWN_AFTER)
        await self._show(ports.Scene(ports.Signal.WAIT, words.WAIT))

    async def _show(self, scene: ports.Scene) -> None:
        for display in self._outputs.displays:
            await display.show(scene)

    def _log(self, verdict: desk.Verdict) -> None:
        party = verdict.party
        log(
            "verdict",
            outcome=verdict.outcome.value,
            reason=None if verdict.reason is None else verdict.reason.value,
            use=str(verdict.use),
            adults=party.adults,
            children=party.children,
            helpers=party.helpers,
            supporters=party.supporters,
            source=verdict.source,
            ms=round((time.monotonic() - self._scanned_at) * 1000, 3),
            **({"repeat": True} if verdict.repeat else {}),
            **({"amends": True} if verdict.amends else {}),
        )
