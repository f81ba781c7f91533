"""What the desk is wired to: devices, the store, the register, the log, and systemd.

One event loop and one group of tasks. A lost device or network is expected, shown and tried again;
anything unexpected ends the process, and systemd starts it anew.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, cast

from kaiku.text import Text
from kiosk import desk, metrics, ports, systemd
from kiosk.backoff import Backoff
from kiosk.clock import is_synchronised
from kiosk.condition import Condition, Devices
from kiosk.config import Config, Device, Role
from kiosk.disk import DiskError
from kiosk.files import StoreError
from kiosk.flood import Flood
from kiosk.identity import Identity
from kiosk.keying import Keying
from kiosk.link import Contact, Link
from kiosk.log import log, tell_held_back
from kiosk.notices import report, troubles
from kiosk.ports import DeviceError
from kiosk.registry import RegistryClient
from kiosk.shell import NoticeChanged, OfferingsTold, Outputs, Shell
from kiosk.status import status_folder, write_status
from kiosk.store import Store, Stores
from kiosk.sync import Sync
from kiosk.wiping import forget_cards, out_of_touch, wipe

STATUS_EVERY = 15.0
"""Seconds between two writings of the status file."""

RUBBISH = "sends without end what is no card; unplug it and plug it in again"
"""What staff are told of a scanner that has broken."""

PRUNE_EVERY = 6 * 3600.0
"""Seconds between two prunings of the journal."""


class App:
    """A running kiosk."""

    def __init__(self, config: Config, identity: Identity) -> None:
        """Take the configuration and who the kiosk is; :meth:`run` does the rest."""
        self._config = config
        self._link = Link()
        self._keying = Keying(identity, config.station)
        self._reading = self._keying.begin()
        self._token = identity.token
        self._readers = (*config.of(Role.SCANNER), *config.of(Role.KEYPAD))
        self._devices = Devices(
            tuple(device.name for device in config.devices),
            tuple(device.name for device in self._readers),
        )
        self._floods = {
            device.name: Flood() for device in self._readers if not device.settings.ends()
        }
        self._displays: dict[str, ports.Display] = {}
        self._stop = asyncio.Event()
        self._scanners_left = len(config.of(Role.SCANNER))
        self._notice: Text | None = None
        self._parked = 0
        self._is_whole: bool | None = None
        self._recalled = asyncio.Event()
        self._was_spoiled = False
        self._without_figures: str | None = None
        self._doubt_noted = False
        self._status_due = asyncio.Event()
        self._status_asked = asyncio.Event()

    async def run(self) -> None:
        """Serve until told to stop, or until the input has ended and the register has everything.

        Raises :class:`kiosk.ports.DeviceError` or :class:`kiosk.files.StoreError` for what a person
        must mend first.
        """
        config = self._config
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        async with AsyncExitStack() as stack:
            self._store = await Store.begin(config.station.state)
            stack.push_async_callback(self._store.close)
            self._registry = await stack.enter_async_context(
                RegistryClient(config.registry.url, self._token)
            )
            self._gauges = Condition(config, self._store, self._link, self._keying, self._devices)
            self._show_figures = self._figures(stack)
            with contextlib.suppress(DiskError):
                await self._recall()
            self._sync = Sync(
                self._registry,
                self._store,
                self._link,
                self._take_in,
                self._forget,
                self._condition,
            )
            outputs = await self._outputs(stack)
            self._shell = Shell(
                self._manners(outputs.gate),
                self._store,
                self._registry,
                self._sync,
                self._link,
                self._reading,
                outputs,
                self._recalled,
                config.registry.budget,
            )
            self._store.disk.changed = self._take_stock
            self._take_stock()
            readers = [cast("ports.Reader", self._connect(device)) for device in self._readers]
            try:
                await self._serve(readers, outputs)
            except ExceptionGroup as group:
                raise _to_be_mended(group) or group from None

    async def _serve(self, readers: list[ports.Reader], outputs: Outputs) -> None:
        reading = [asyncio.Event() for _ in readers]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    self._keying.learn(self._registry, self._reading, self._store.disk)
                ),
                group.create_task(self._serve_visitors(outputs.displays)),
                group.create_task(self._keep_in_touch()),
                group.create_task(outputs.gate.run(self._emit)),
                *(
                    group.create_task(self._read(reader, self._heard(device.name, begun)))
                    for device, reader, begun in zip(self._readers, readers, reading, strict=True)
                ),
                group.create_task(self._say_ready(reading)),
                group.create_task(self._feed_watchdog()),
                group.create_task(self._write_status()),
                group.create_task(self._tell_status()),
                group.create_task(self._prune()),
                group.create_task(self._forget_in_time()),
                group.create_task(self._try_the_disk()),
                group.create_task(tell_held_back()),
            ]
            await self._stop.wait()
            log("stopping")
            systemd.notify("STOPPING=1")
            for task in tasks:
                task.cancel()

    async def _keep_in_touch(self) -> None:
        """Speak with the register once the last run's knowledge is there."""
        if not self._recalled.is_set():
            systemd.notify("STATUS=the disk gives or takes nothing: each card gets a fault")
        await self._recalled.wait()
        await self._sync.run()

    async def _serve_visitors(self, displays: Sequence[ports.Display]) -> None:
        """Run the desk once cards can be read."""
        await self._keying.show_waiting(displays)
        await self._shell.run()

    async def _read(self, reader: ports.Reader, emit: ports.Emit) -> None:
        """Read once cards can be read: a scan that nothing comes of would mislead."""
        await self._keying.known.wait()
        await reader.run(emit)

    def _figures(self, stack: AsyncExitStack) -> metrics.Show:
        """Serve the figures; a kiosk that cannot is told so to staff, and reads cards without."""
        try:
            return stack.enter_context(metrics.serving(self._config.metrics.port))
        except metrics.MetricsError as error:
            self._without_figures = str(error)
            log("no_figures", why=self._without_figures)
            return stack.enter_context(metrics.serving(None))

    def _connect(self, device: Device) -> object:
        station = self._config.station
        surroundings = ports.Surroundings(station.name, station.languages)
        return device.module.connect(device.settings, surroundings)

    async def _outputs(self, stack: AsyncExitStack) -> Outputs:
        for device in self._config.of(Role.DISPLAY):
            display = cast("ports.Display", self._connect(device))
            stack.push_async_callback(display.close)
            self._displays[device.name] = display
        (gate_device,), (buzzer_device,) = self._config.of(Role.GATE), self._config.of(Role.BUZZER)
        buzzer = cast("ports.Buzzer", self._connect(buzzer_device))
        stack.push_async_callback(buzzer.close)
        gate = cast("ports.Gate", self._connect(gate_device))
        stack.push_async_callback(gate.close)
        return Outputs([*self._displays.values()], buzzer, gate)

    def _manners(self, gate: ports.Gate) -> desk.Manners:
        station = self._config.station
        return desk.Manners(
            profile=station.profile,
            attended=station.attended,
            shown=station.shown,
            children=station.children,
            repeat=station.repeat,
            group=station.group,
            passage=station.passage if gate.watches else None,
        )

    # --- what devices tell ---

    def _heard(self, name: str, begun: asyncio.Event) -> ports.Emit:
        """Return where a reader's events go; the first sets ``begun``."""

        def emit(event: ports.Event) -> None:
            begun.set()
            match event:
                case ports.DeviceChanged(device, present, why):
                    self._note_device(name, device, present=present, why=why)
                case ports.Scanned(data, at) if self._is_flooded(name, data, at):
                    pass
                case _:
                    self._emit(event)

        return emit

    def _is_flooded(self, name: str, data: bytes, at: float) -> bool:
        """Tell whether a scan is one of those that a broken scanner sends without end."""
        flood = self._floods.get(name)
        if flood is None or self._reading.digest(data) is not None or flood.passes(at):
            return False
        if not self._devices.is_faulty(name):
            self._note_device(name, name, present=False, why=RUBBISH)
        return True

    def _emit(self, event: ports.Event) -> None:
        match event:
            case ports.StatusAsked():
                self._status_asked.set()
            case ports.InputEnded():
                self._scanners_left -= 1
                if self._scanners_left == 0:
                    self._shell.emit(event)
                    self._finishing = asyncio.create_task(self._finish())
            case _:
                self._shell.emit(event)

    def _note_device(self, name: str, device: str, *, present: bool, why: str) -> None:
        log("device", device=device, present=present, **({"why": why} if why else {}))
        self._devices.note(name, device, present=present, why=why)
        self._take_stock()

    def _look_at_devices(self) -> None:
        """Take note of displays that do not show what they are given, and of what is well again."""
        for name, flood in self._floods.items():
            if self._devices.is_faulty(name) and not flood.is_on(time.monotonic()):
                self._note_device(name, name, present=True, why="")
        for name, display in self._displays.items():
            trouble = display.trouble if isinstance(display, ports.Troubled) else None
            if (trouble is None) is self._devices.is_faulty(name):
                self._note_device(name, name, present=trouble is None, why=trouble or "")

    async def _finish(self) -> None:
        """Stop once all that was read is decided and the register has it."""
        await self._shell.join()
        await self._sync.drained()
        self._stop.set()

    # --- what the register tells ---

    async def _recall(self) -> None:
        """Take up what the last run knew; it is there before the first card is decided."""

        def look(stores: Stores) -> tuple[str | None, datetime | None, bool, bool]:
            last, cache = stores.journal.last_instant(), stores.cache
            return _earlier_numbers(stores), last, cache.clock_doubted, cache.whole

        earlier, last, doubted, self._is_whole = await self._store.call(look)
        self._doubt_noted = doubted
        if doubted or (last is not None and datetime.now(UTC) < last):
            self._link.clock_doubted = True  # what was seen before a late opening stays
        if last is not None:
            self._link.on_by_record = last - timedelta(seconds=time.monotonic())
        self._reading.accept(earlier)
        await self._mind_the_clock()
        with contextlib.suppress(DiskError):
            # A register that is newer now may take what it could not.
            await self._store.call(lambda stores: stores.journal.unpark())
        self._recalled.set()

    async def _take_in(self) -> None:
        """Take up what the register has told, and show staff how things stand with it."""
        self._reading.accept(await self._store.call(_earlier_numbers))
        self._is_whole = await self._store.call(lambda stores: stores.cache.whole)
        await self._tell_offerings()
        await self._mind_the_clock()
        self._take_stock()

    async def _tell_offerings(self) -> None:
        offerings = await self._store.call(lambda stores: stores.cache.offerings())
        self._shell.emit(OfferingsTold(offerings))

    async def _mind_the_clock(self) -> None:
        """Trust a clock that a time service keeps; remember over a restart one that is suspect.

        Without this a clock that is wrong again would be believed, once uses are on record that
        were marked with it (promise P7).
        """
        link = self._link
        link.watch(datetime.now(UTC), time.monotonic())
        link.clock_doubted = link.clock_doubted and not is_synchronised()
        suspect = link.clock_suspect
        if suspect != self._doubt_noted:
            with contextlib.suppress(DiskError):
                await self._store.call(lambda stores: stores.cache.doubt_clock(doubted=suspect))
                self._doubt_noted = suspect

    async def _forget(self) -> None:
        """Wipe the cards and the identity; the unsent journal stays (promise P6)."""
        self._reading.forget()
        await wipe(self._store, self._config.station.state)
        log("revoked")
        await self._tell_offerings()
        self._take_stock()

    async def _forget_in_time(self) -> None:
        """Forget the cards and their key once the register was not heard for too long, and end.

        Without such a limit it is only noted when it was heard. The next run
        waits for the register, which tells them anew.
        """
        days = self._config.station.forget_after
        limit = None if days is None else timedelta(days=days)
        await out_of_touch(self._store, self._link, limit)
        self._keying.known.clear()
        self._reading.forget()
        await forget_cards(self._store, self._config.station.state)
        log("forgotten", days=days)
        self._stop.set()

    def _take_stock(self) -> None:
        """Work out what staff should see, after contact, cards, clock or devices have changed."""
        self._status_due.set()
        self._give_notice()

    def _give_notice(self) -> None:
        notice = next(self._troubles(self._missing()), None)
        if notice != self._notice:
            self._notice = notice
            self._keying.noticed(notice)
            self._shell.emit(NoticeChanged(notice))

    def _missing(self) -> list[Text]:
        """Return the devices that do not work, as staff at the desk call them."""
        devices = self._config.devices
        return [device.in_words for device in devices if self._devices.lacks(device.name)]

    def _troubles(self, missing: Collection[Text]) -> Iterator[Text]:
        return troubles(
            self._link,
            missing,
            self._parked,
            disk_fails=bool(self._store.disk.troubles),
            key_foreign=self._has_foreign_key(),
            cards_awaited=self._is_whole is False,
            was_spoiled=self._was_spoiled,
        )

    def _has_foreign_key(self) -> bool:
        """Tell whether the register has another key: under this one no card is known."""
        check = self._link.key_check
        if check is None or self._link.contact is Contact.REVOKED:
            return False
        return self._keying.known.is_set() and not self._reading.has_key(check)

    # --- being looked after ---

    async def _say_ready(self, reading: Sequence[asyncio.Event]) -> None:
        """Say that scans are read; a kiosk that has never had the cards gets them first."""
        await self._sync.synced.wait()
        for begun in reading:
            await begun.wait()
        cards = await self._store.call(lambda stores: stores.cache.cards)
        log("ready", cards=cards, version=version("kaikuportti"))
        systemd.notify("READY=1", f"STATUS={cards} cards")

    async def _feed_watchdog(self) -> None:
        """Say that the loop is alive: for the watchdog, and before it is ready for more time."""
        interval = systemd.watchdog_interval()
        while interval is not None:
            systemd.notify("WATCHDOG=1", systemd.more_time(2 * interval))
            await asyncio.sleep(interval)

    async def _write_status(self) -> None:
        folder = status_folder(self._config.station.state)
        while True:
            try:
                await self._mind_the_clock()
                condition = await self._condition_at_any_rate()
                self._show_figures(condition)
                state = str(self._config.station.state)
                apart = {
                    "contact_why": self._link.why,
                    "key_foreign": self._has_foreign_key(),
                    "no_figures": self._without_figures,
                }
                told = {**condition, **apart, "state": state}
                await asyncio.to_thread(write_status, folder, told)
                self._store.disk.works("status")
            except OSError as error:
                self._store.disk.fails("status", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STATUS_EVERY):
                    await self._status_due.wait()
            self._status_due.clear()

    async def _tell_status(self) -> None:
        """Tell staff on the displays how the kiosk does, whenever they ask; on a full disk too."""
        while True:
            await self._status_asked.wait()
            self._status_asked.clear()
            unsent = None
            with contextlib.suppress(DiskError):
                backlog = await self._store.call(lambda stores: stores.journal.backlog())
                unsent, self._parked = backlog.unsent, backlog.parked
            there = [device for device in self._config.devices if not device.is_none]
            missing = self._missing()
            told = report(
                self._link,
                self._troubles(missing),
                len(there),
                len(missing),
                unsent,
                version("kaikuportti"),
                disk_fails=bool(self._store.disk.troubles),
                key_foreign=self._has_foreign_key(),
                cards_awaited=self._is_whole is False,
            )
            self._shell.emit(desk.StatusTold(told))

    async def _prune(self) -> None:
        """Forget now and then what the register has had for long."""
        backoff = Backoff()
        while True:
            try:
                await self._store.call(Stores.prune, datetime.now(UTC))
            except DiskError:
                await backoff.wait()
                continue
            backoff.reset()
            await asyncio.sleep(PRUNE_EVERY)

    async def _try_the_disk(self) -> None:
        """See whether the store can be written again, for as long as it cannot."""
        backoff = Backoff(most=15.0)
        while True:
            await self._store.disk.failed()
            await backoff.wait()
            if "store" not in self._store.disk.troubles:
                continue  # what else fails is tried by whoever writes it
            with contextlib.suppress(DiskError):
                await self._store.try_again()
                if not self._recalled.is_set():
                    await self._recall()
                    await self._tell_offerings()
                await self._store.call(Stores.try_to_write)
                self._store.disk.works("store")
                backoff.reset()

    async def _condition_at_any_rate(self) -> dict[str, Any]:
        """Return how the kiosk does, though the disk gives nothing."""
        try:
            return await self._condition()
        except DiskError:
            return self._gauges.without_store()

    async def _condition(self) -> dict[str, Any]:
        """Return how the kiosk does, and tell staff what it has found."""
        self._look_at_devices()
        condition = await self._gauges.look()
        self._parked, self._is_whole = condition["parked"], condition["cards_whole"]
        self._was_spoiled = bool(condition["spoiled"])
        self._give_notice()
        return condition


def _to_be_mended(group: ExceptionGroup) -> DeviceError | StoreError | None:
    """Return what a person must mend, where that alone has ended the kiosk."""
    mendable, others = group.split((DeviceError, StoreError))
    if mendable is None or others is not None:
        return None
    error: Exception = mendable
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, DeviceError | StoreError) else None


def _earlier_numbers(stores: Stores) -> str | None:
    station = stores.cache.station
    return None if station is None else station.earlier_numbers
