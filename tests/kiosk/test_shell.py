"""The shell carries out what the desk decides, and what it cannot record it does not accept."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from kaiku.card import Kind
from kaiku.days import day_of
from kaiku.digest import digest
from kaiku.fee import Fee
from kaiku.offering import Offering, Seats, Service, Tariff, Visits
from kaiku.party import NOBODY
from kaiku.reason import Reason
from kaiku.wire import Answer, CardRow, LeaseRow, OfferingRow, Outcome, Use, write_answer
from kiosk import desk, ports
from kiosk.disk import DiskError
from kiosk.link import Contact, Link
from kiosk.reading import Reading
from kiosk.registry import RegistryClient
from kiosk.shell import OfferingsTold, Outputs, Shell
from kiosk.store import Store, Stores
from kiosk.sync import Sync
from tests.kaiku.made import ENTRY, SHOW, card, entry, show

pytestmark = pytest.mark.anyio

KEY = bytes(32)
NUMBER = "CARD0001"
OTHER = "CARD0002"
ENTRANCE = entry()
LIBRARY = replace(ENTRANCE, tariffs=(Tariff(Service.COPYING, unit=30, cap=600),))
EVERYDAY = desk.Manners()
WORKER = "CARD0003"


class Recorder:
    """A display, a buzzer and a gate that remember what they were told, in order."""

    watches = False

    def __init__(self) -> None:
        self.told: list[object] = []

    async def show(self, scene: ports.Scene) -> None:
        """Remember a scene's signal."""
        self.told.append(scene.signal)

    async def sound(self, signal: ports.Signal) -> None:
        """Remember a sound."""
        self.told.append(f"sound {signal}")

    async def run(self, emit: ports.Emit) -> None:
        """See nobody."""

    async def open(self, persons: int) -> None:
        """Remember for how many the gate was opened."""
        self.told.append(persons)

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def running(
    store: Store,
    told: Recorder,
    link: Link,
    transport: httpx.AsyncBaseTransport | None = None,
    served: Offering = ENTRANCE,
    manners: desk.Manners = EVERYDAY,
    recalled: asyncio.Event | None = None,
) -> AsyncIterator[Shell]:
    """Run a shell on a store that knows two holders and a worker, at an entry or elsewhere."""
    if recalled is None:
        recalled = asyncio.Event()
        recalled.set()
    rows = [CardRow(digest(number, KEY), card(0)) for number in (NUMBER, OTHER)]
    rows.append(CardRow(digest(WORKER, KEY), card(0, kind=Kind.COMMUNITY)))
    await store.call(lambda stores: stores.cache.apply([*rows, OfferingRow(served)]))
    await store.call(lambda stores: stores.cache.turn_page("1", last=True))

    async def nothing() -> None:
        return None

    async def condition() -> dict[str, Any]:
        return {}

    async with RegistryClient("http://register", "t", transport) as registry:
        sync = Sync(registry, store, link, nothing, nothing, condition)
        outputs = Outputs([told], told, told)
        shell = Shell(
            manners, store, registry, sync, link, Reading(KEY), outputs, recalled, budget=0.3
        )
        task = asyncio.create_task(shell.run())
        try:
            yield shell
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def scan(shell: Shell, number: str) -> None:
    """Scan a number and wait until it is dealt with."""
    shell.emit(ports.Scanned(number.encode(), time.monotonic()))
    await shell.join()


async def press(shell: Shell, keys: str | list[ports.Key]) -> None:
    """Press keys and wait until they are dealt with."""
    for key in keys:
        shell.emit(ports.Pressed(ports.Key(key), time.monotonic()))
    await shell.join()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty store."""
    store = await Store.open(tmp_path)
    yield store
    await store.close()


def logged(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    """Return the lines of an event in the log since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == event]


def verdicts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the verdicts in the log."""
    return logged(capsys, "verdict")


async def recorded(store: Store) -> list[Use]:
    """Return what the journal has for the register."""
    return await store.call(lambda stores: stores.journal.unsent(100))


async def test_a_valid_card_is_told_aloud_and_opens_the_gate(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sound, picture and gate follow the record, and the log says what was decided."""
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await scan(shell, NUMBER)
    assert told.told == ["idle", "sound accepted", "accepted", 1]
    (verdict,) = verdicts(capsys)
    assert (verdict["outcome"], verdict["adults"], verdict["children"]) == ("accepted", 1, 0)
    assert NUMBER not in json.dumps(verdict)


async def test_a_full_disk_lets_nobody_in_without_a_record(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """A use that cannot be recorded is not accepted: staff see a fault, the gate stays shut."""
    told = Recorder()
    pages = await store.call(
        lambda stores: stores.journal._db.execute("PRAGMA page_count").fetchone()[0]
    )
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await store.call(
            lambda stores: stores.journal._db.execute(f"PRAGMA max_page_count = {pages}")
        )
        outcomes = []
        for turn in range(60):
            await scan(shell, f"UNKNOWN{turn:02}")
            outcomes += verdicts(capsys)
        told.told.clear()
        await scan(shell, NUMBER)
        (full,) = verdicts(capsys)
        assert (full["outcome"], full["reason"]) == ("refused", "cannot_check_now")
        assert told.told == ["sound fault", "fault"]
        await store.call(lambda stores: stores.journal._db.execute("PRAGMA max_page_count = 9999"))
        await scan(shell, NUMBER)
        (free,) = verdicts(capsys)
        assert (free["outcome"], told.told[-1]) == ("accepted", 1)


async def test_no_card_is_decided_before_it_is_known_what_the_last_run_knew(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that opens late may be open already; its word on the clock must be heard (P7)."""
    told, link, recalled = Recorder(), Link(Contact.DOWN), asyncio.Event()
    async with running(store, told, link, recalled=recalled) as shell:
        await scan(shell, NUMBER)
        assert told.told[-1] == "fault"
        assert await store.call(lambda stores: stores.journal.unsent(10)) == []
        link.clock_doubted = True
        recalled.set()
        await scan(shell, NUMBER)
        assert verdicts(capsys)[-1]["outcome"] == "accepted"
        (use,) = await store.call(lambda stores: stores.journal.unsent(10))
        assert use.clock_suspect


async def writable(store: Store, *, yes: bool) -> None:
    """Let the journal be written, or not, as on a file system that went read-only."""
    pragma = f"PRAGMA query_only = {not yes}"
    await store.call(lambda stores: stores.journal._db.execute(pragma))


async def test_a_question_whose_answer_cannot_be_recorded_is_sent_as_it_stands(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """The visitor was let in by nobody, so the register's yes is overruled at once (P1)."""

    async def accept(request: httpx.Request) -> httpx.Response:
        await writable(store, yes=False)
        use = json.loads(request.content)["id"]
        admitted = {"adults": 1, "children": 0, "helpers": 0, "supporters": 0}
        body = {"id": use, "outcome": "accepted", "reason": None, "admitted": admitted}
        return httpx.Response(200, json={**body, "remaining": None})

    told = Recorder()
    async with running(store, told, Link(Contact.UP), httpx.MockTransport(accept)) as shell:
        await scan(shell, "UNKNOWN1")
        (verdict,) = verdicts(capsys)
        assert (verdict["outcome"], verdict["reason"]) == ("refused", "cannot_check_now")
        assert told.told[-1] == "fault"
        (use,) = await store.call(lambda stores: stores.journal.unsent(10))
        assert (str(use.id), use.outcome, use.revision) == (verdict["use"], "refused", 1)


async def test_a_use_that_cannot_be_taken_back_was_not_refused(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stands, staff see a fault, and once there is room it is taken back."""
    told = Recorder()
    manners = desk.Manners(attended=True)
    async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
        await scan(shell, NUMBER)
        (accepted,) = verdicts(capsys)
        await writable(store, yes=False)
        await press(shell, ports.Key.TAKE_BACK)
        assert told.told[-2:] == ["sound fault", "fault"]
        assert verdicts(capsys) == []
        await writable(store, yes=True)
        await press(shell, ports.Key.TAKE_BACK)
    last = await store.call(lambda stores: stores.journal.last_accepted())
    assert last is not None
    assert (str(last.use.id), last.use.voided) == (accepted["use"], True)


async def test_a_use_that_nobody_passed_for_is_annulled_once_there_is_room(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is disturbed meanwhile: what is shown is what waits for a card."""
    told = Recorder()
    manners = desk.Manners(shown=0.1, passage=0.1)
    async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
        await scan(shell, NUMBER)
        await writable(store, yes=False)
        await asyncio.sleep(0.4)
        assert told.told == ["idle", "sound accepted", "accepted", 1, "idle"]
        await writable(store, yes=True)
        await asyncio.sleep(0.3)
    assert "annulled" in capsys.readouterr().err
    last = await store.call(lambda stores: stores.journal.last_accepted())
    assert last is not None
    assert last.use.voided


async def test_a_power_cut_between_the_record_and_the_gate_locks_nobody_out(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shown again when the kiosk is back, the card opens the gate, and is counted once (P1)."""

    class DarkGate(Recorder):
        async def open(self, persons: int) -> None:
            reached.set()
            await asyncio.sleep(60 * persons)  # the power is gone: it never opens

    reached = asyncio.Event()
    async with running(store, DarkGate(), Link(Contact.DOWN)) as shell:
        shell.emit(ports.Scanned(NUMBER.encode(), time.monotonic()))
        await reached.wait()
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await scan(shell, NUMBER)
        await scan(shell, NUMBER)
    assert told.told == ["idle", "sound accepted", "accepted", 1, "sound accepted", "accepted"]
    assert [verdict["repeat"] for verdict in verdicts(capsys)] == [True, True]
    assert len(await store.call(lambda stores: stores.journal.unsent(10))) == 1


async def test_a_register_that_does_not_answer_delays_one_visitor_and_not_the_next(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown card waits for the budget, told so meanwhile; then the register is left alone."""

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    told = Recorder()
    link = Link(Contact.UP)
    async with running(store, told, link, httpx.MockTransport(never)) as shell:
        await scan(shell, "UNKNOWN1")
        assert told.told == ["idle", "wait", "sound refused", "refused"]
        await scan(shell, "UNKNOWN2")
    slow, quick = verdicts(capsys)
    assert [v["reason"] for v in (slow, quick)] == ["unknown_card", "unknown_card"]
    assert slow["ms"] >= 300 > quick["ms"]


async def test_a_library_desk_covers_a_fee_and_remembers_it(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """By what the store knows is spent; the gate stays shut, and the log tells no sum (OM-59)."""
    told = Recorder()
    manners = desk.Manners(profile=desk.Profile.LIBRARY)
    async with running(store, told, Link(Contact.DOWN), served=LIBRARY, manners=manners) as shell:
        await scan(shell, NUMBER)
        assert told.told == ["idle", "sound ask", "ask"]
        assert verdicts(capsys) == []
        told.told.clear()
        for keys, number in (("115", NUMBER), ("16", NUMBER), ("16", OTHER)):
            await press(shell, keys)
            await scan(shell, number)
    assert told.told == [
        *["ask"] * 3, "sound accepted", "accepted",
        *["ask"] * 2, "sound refused", "refused",
        *["ask"] * 2, "sound accepted", "accepted",
    ]  # fmt: skip
    found = verdicts(capsys)
    assert [verdict["reason"] for verdict in found] == [None, "fees_used_up", None]
    assert all((verdict["adults"], verdict["children"]) == (1, 0) for verdict in found)
    told_by_chance = {"at", "use", "ms"}  # an instant or an id may have any digits
    for key, value in ((key, value) for verdict in found for key, value in verdict.items()):
        assert key in told_by_chance or str(value) not in {"450", "180", "4.5", "1.8", "copying"}
    assert NUMBER not in json.dumps(found)
    unsent = await store.call(lambda stores: stores.journal.unsent(10))
    assert [use.fee for use in unsent] == [Fee(Service.COPYING, cents) for cents in (450, 180, 180)]


async def test_a_library_desk_asks_the_register_about_a_card_it_lacks(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the fee, and under the id that is recorded (OM-59, promise P1)."""
    bodies: list[dict[str, Any]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        admitted = {"adults": 1, "children": 0, "helpers": 0, "supporters": 0}
        return httpx.Response(
            200,
            json={
                "id": bodies[0]["id"],
                "outcome": "accepted",
                "reason": None,
                "admitted": admitted,
                "remaining": 450,
                "missing": [],
            },
        )

    manners = desk.Manners(profile=desk.Profile.LIBRARY)
    link, transport = Link(Contact.UP), httpx.MockTransport(answer)
    async with running(store, Recorder(), link, transport, LIBRARY, manners) as shell:
        await press(shell, "15")
        await scan(shell, "UNKNOWN1")
    (verdict,) = verdicts(capsys)
    (body,) = bodies
    assert body["fee"] == {"service": "copying", "cents": 150}
    assert (verdict["outcome"], verdict["source"], verdict["use"]) == (
        "accepted",
        "register",
        body["id"],
    )
    assert await store.call(lambda stores: stores.journal.unsent(10)) == []


async def test_a_library_desk_shows_the_services_that_the_register_tells(store: Store) -> None:
    """At once, unless a verdict is on show; what has not changed is not shown anew."""
    told = Recorder()
    manners = desk.Manners(profile=desk.Profile.LIBRARY)
    async with running(store, told, Link(Contact.DOWN), served=LIBRARY, manners=manners) as shell:
        shell.emit(OfferingsTold((LIBRARY,)))
        shell.emit(OfferingsTold(()))
        await shell.join()
    assert told.told == ["idle", "idle"]


async def test_a_burst_of_scans_is_answered_one_by_one(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thousand scans at once are a thousand verdicts, in order."""
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        for turn in range(1000):
            shell.emit(ports.Scanned(b"" if turn % 2 else OTHER.encode(), time.monotonic()))
        await shell.join()
    outcomes = [verdict["outcome"] for verdict in verdicts(capsys)]
    assert outcomes == ["accepted", "refused"] * 500


class TestGroups:
    """A group on the real store: looked up at each scan, and again at the decision."""

    async def test_a_group_is_one_use_and_one_opening(
        self, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the members in their order; the log says who asks and who comes in (OM-38)."""
        told = Recorder()
        async with running(store, told, Link(Contact.DOWN)) as shell:
            for number in (WORKER, NUMBER, OTHER):
                await scan(shell, number)
            await press(shell, [ports.Key.DIGIT_1, ports.Key.ENTER])
        assert told.told == [
            "idle",
            *["sound ask", "ask"] * 3,
            "ask",
            "sound accepted",
            "accepted",
            4,
        ]
        *asked, accepted = verdicts(capsys)
        assert [verdict["outcome"] for verdict in asked] == ["ask"] * 3
        assert (accepted["outcome"], accepted["adults"], accepted["children"]) == ("accepted", 3, 1)
        assert {verdict["use"] for verdict in asked} == {accepted["use"]}
        (use,) = await recorded(store)
        assert use.members == (digest(NUMBER, KEY), digest(OTHER, KEY))
        assert (use.digest, str(use.id)) == (digest(WORKER, KEY), accepted["use"])

    async def test_the_members_visits_are_spent_at_once(
        self, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before the register has heard of the group (OM-60)."""
        pool, manners = entry(Visits(1)), desk.Manners(repeat=0)
        down = Link(Contact.DOWN)
        async with running(store, Recorder(), down, manners=manners, served=pool) as shell:
            for number in (WORKER, NUMBER, WORKER, WORKER, NUMBER, OTHER):
                await scan(shell, number)
        reasons = [(verdict["outcome"], verdict["reason"]) for verdict in verdicts(capsys)]
        assert reasons[2:] == [
            ("accepted", None),
            ("ask", None),
            ("refused", "visits_used_up"),
            ("ask", None),
        ]

    async def test_the_register_is_asked_about_all_at_once(
        self, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Where seats are shared; what it says of them is told (OM-54)."""
        bodies: list[dict[str, Any]] = []

        async def register(request: httpx.Request) -> httpx.Response:
            bodies.append(json.loads(request.content))
            use = UUID(bodies[-1]["id"])
            answer = Answer(use, Outcome.REFUSED, Reason.SEATS_FULL, NOBODY, 0)
            return httpx.Response(200, json=write_answer(answer))

        told = Recorder()
        transport = httpx.MockTransport(register)
        capped = entry(Seats(4))
        async with running(store, told, Link(Contact.UP), transport, served=capped) as shell:
            for number in (WORKER, NUMBER, OTHER):
                await scan(shell, number)
            await press(shell, [ports.Key.ENTER])
        (body,) = bodies
        assert body["digest"] == digest(WORKER, KEY).hex()
        members = [{"digest": digest(number, KEY).hex()} for number in (NUMBER, OTHER)]
        assert (body["group"], body["offering"]) == ({"members": members}, str(ENTRY))
        assert verdicts(capsys)[-1]["reason"] == "seats_full"
        assert told.told[-1] == "refused"

    @pytest.mark.parametrize(
        ("member", "reason"),
        [(None, Reason.COMMUNITY_CARD_ALONE), (NUMBER, Reason.GROUP_CARD_MISSING)],
    )
    @pytest.mark.parametrize("ending", ["time", "input"])
    async def test_a_group_that_is_not_completed_is_recorded_and_lets_nobody_in(
        self, store: Store, member: str | None, reason: Reason, ending: str
    ) -> None:
        """By itself after a while, and when the input ends (OM-39)."""
        told = Recorder()
        manners = desk.Manners(group=0.2 if ending == "time" else 60.0)
        async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
            await scan(shell, WORKER)
            if member is not None:
                await scan(shell, member)
            if ending == "time":
                await asyncio.sleep(0.5)
            else:
                shell.emit(ports.InputEnded())
                await shell.join()
        assert told.told[-2:] == ["sound refused", "refused"]
        assert not [each for each in told.told if isinstance(each, int)]
        (use,) = await recorded(store)
        assert (use.outcome, use.reason) == (Outcome.REFUSED, reason)

    async def test_power_that_goes_while_a_group_is_open_undoes_it(self, store: Store) -> None:
        """Nothing has happened, and the kiosk waits for a card."""
        async with running(store, Recorder(), Link(Contact.DOWN)) as shell:
            await scan(shell, WORKER)
            await scan(shell, NUMBER)
        assert await recorded(store) == []
        told = Recorder()
        async with running(store, told, Link(Contact.DOWN)) as shell:
            await scan(shell, OTHER)
        assert told.told == ["idle", "sound accepted", "accepted", 1]

    async def test_a_group_whose_end_cannot_be_recorded_waits_for_the_disk(
        self, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It is tried again after a while, not without a pause."""
        told = Recorder()
        manners = desk.Manners(group=0.1)
        async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
            await store.call(lambda stores: stores.journal._db.execute("PRAGMA query_only = 1"))
            await scan(shell, WORKER)
            await asyncio.sleep(0.4)
            assert [line["outcome"] for line in logged(capsys, "verdict")] == ["ask"]
            await store.call(lambda stores: stores.journal._db.execute("PRAGMA query_only = 0"))
            shell.emit(ports.InputEnded())
            await shell.join()
        assert told.told[-1] == "refused"
        assert len(await recorded(store)) == 1


class LeasedStore(Store):
    """A store in which the register takes the lease back right after each look."""

    recalls = 0

    async def call(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """Do the work; after a look at a card, a recall is taken in and answered."""
        done = await super().call(work, *args, **kwargs)
        if isinstance(done, desk.Known) and done.lease is not None:
            self.recalls += 1
            await super().call(recall, done.lease)
        return done


def recall(stores: Stores, lease: UUID) -> None:
    """Take in that the lease is recalled, and give it back."""
    (row,) = stores.cache.leases()
    stores.cache.apply([replace(row, recalled=True)])
    assert [each.lease for each in stores.leases.give_back(datetime.now(UTC))] == [lease]


async def test_a_lease_given_back_between_look_and_record_is_not_spent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is let in on it, nothing is recorded of it, and the desk goes on (promise P2)."""
    store = await LeasedStore.open(tmp_path)
    now = datetime.now(UTC)
    play = show(Seats(40), starts=now, ends=now + timedelta(hours=1))
    journal = await store.call(lambda stores: stores.journal.id)
    row = LeaseRow(UUID(int=7), SHOW, day_of(now), 5, journal)
    told = Recorder()
    async with running(store, told, Link(Contact.DOWN)) as shell:
        await store.call(lambda stores: stores.cache.apply([OfferingRow(play), row]))
        await scan(shell, NUMBER)
        await scan(shell, OTHER)
        leased = await store.call(lambda stores: stores.journal.leased(row.id))
        backlog = await store.call(lambda stores: stores.journal.backlog())
    await store.close()
    assert (store.recalls, leased, backlog.unsent) == (1, 0, 2)
    assert [verdict["reason"] for verdict in verdicts(capsys)] == ["cannot_check_now"] * 2


async def test_what_was_leased_while_the_register_was_asked_is_spent(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an answer the store is looked at anew: a lease may have come, or gone."""
    now = datetime.now(UTC)
    play = show(Seats(40), starts=now, ends=now + timedelta(hours=1))
    journal = await store.call(lambda stores: stores.journal.id)
    row = LeaseRow(UUID(int=7), SHOW, day_of(now), 5, journal)

    async def silent(request: httpx.Request) -> httpx.Response:
        await store.call(lambda stores: stores.cache.apply([row]))
        return httpx.Response(503)

    told = Recorder()
    async with running(store, told, Link(Contact.UP), httpx.MockTransport(silent)) as shell:
        await store.call(lambda stores: stores.cache.apply([OfferingRow(play)]))
        await scan(shell, NUMBER)
        leased = await store.call(lambda stores: stores.journal.leased(row.id))
    assert leased == 1
    (verdict,) = verdicts(capsys)
    assert (verdict["outcome"], verdict["source"]) == ("accepted", "local")


async def test_a_group_that_has_ended_on_the_record_is_not_decided_once_more(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though what came next could not be recorded: an accept under its id would never go up."""
    told = Recorder()
    manners = desk.Manners(group=0.2, shown=0.3)
    async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
        await scan(shell, WORKER)
        call: Any = store.call

        async def once(work: Any, *args: Any) -> Any:
            """Take the group's end, and nothing after it."""
            if args and isinstance(args[0], desk.Record) and args[0].use.outcome == "accepted":
                raise DiskError("full")
            return await call(work, *args)

        with monkeypatch.context() as patch:
            patch.setattr(store, "call", once)
            time.sleep(0.3)  # noqa: ASYNC251  a loop that is late: the card comes first
            await scan(shell, NUMBER)
        (ended,) = await recorded(store)
        assert ended.reason is Reason.COMMUNITY_CARD_ALONE
        verdicts(capsys)
        await press(shell, [ports.Key.DIGIT_1, ports.Key.ENTER])
        assert verdicts(capsys) == []


async def test_a_group_that_nobody_ended_was_not_decided_for_as_long_as_it_waited(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its milliseconds count from when its time was over, not from the last scan."""
    manners = desk.Manners(group=0.4)
    async with running(store, Recorder(), Link(Contact.DOWN), manners=manners) as shell:
        await scan(shell, WORKER)
        verdicts(capsys)
        await asyncio.sleep(0.8)
    (ended,) = verdicts(capsys)
    assert ended["reason"] == "community_card_alone"
    assert ended["ms"] < 300


@pytest.mark.parametrize("year", [1970, 2099])
async def test_a_wrong_clock_keeps_nobody_out_once_the_register_has_told_the_time(
    store: Store, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    """The use is of when it was, though the register is away by then; it is marked (promise P7)."""

    class Wrong:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime(year, 1, 1, tzinfo=zone) + timedelta(seconds=time.monotonic())

    link = Link(contact=Contact.DOWN)
    monkeypatch.setattr("kiosk.shell.datetime", Wrong)
    link.hear_time(datetime.now(UTC), Wrong.now(UTC), time.monotonic())
    async with running(store, Recorder(), link) as shell:
        await scan(shell, NUMBER)
    (use,) = await recorded(store)
    assert (use.outcome, use.clock_suspect) == (Outcome.ACCEPTED, True)
    assert abs(datetime.now(UTC) - use.at) < timedelta(seconds=10)


@pytest.mark.parametrize("year", [1970, 2099])
async def test_a_wrong_clock_gives_no_false_reason_before_the_register_is_heard(
    store: Store, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    """The card cannot be checked now, which is true (promise P7)."""

    class Wrong:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime(year, 1, 1, tzinfo=zone)

    link = Link(contact=Contact.DOWN, clock_doubted=True)
    monkeypatch.setattr("kiosk.shell.datetime", Wrong)
    async with running(store, Recorder(), link) as shell:
        await scan(shell, NUMBER)
        link.on_by_record = datetime.now(UTC) - timedelta(seconds=time.monotonic())
        await scan(shell, OTHER)
    uses = await recorded(store)
    assert uses[0].reason is Reason.CANNOT_CHECK_NOW
    assert uses[1].reason is (None if year == 1970 else Reason.CANNOT_CHECK_NOW)
    assert all(use.clock_suspect for use in uses)


async def test_a_use_after_the_clock_has_jumped_is_marked_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a quarter of a minute later; nobody is kept out for it (promise P7)."""

    class Tomorrow:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + timedelta(days=1)

    link = Link(contact=Contact.DOWN)
    async with running(store, Recorder(), link) as shell:
        await scan(shell, NUMBER)
        monkeypatch.setattr("kiosk.shell.datetime", Tomorrow)
        await scan(shell, OTHER)
    uses = await recorded(store)
    assert [(use.outcome, use.clock_suspect) for use in uses] == [
        (Outcome.ACCEPTED, False),
        (Outcome.ACCEPTED, True),
    ]


@contextmanager
def unreadable_at_will(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Give what makes the disk give nothing of a card, and what lets it again."""
    real, broken = Stores.known, False

    def known(stores: Stores, *args: Any, **options: Any) -> desk.Known:
        if broken:
            raise DiskError("disk I/O error")
        return real(stores, *args, **options)

    def breaks(now: bool) -> None:
        nonlocal broken
        broken = now

    monkeypatch.setattr(Stores, "known", known)
    yield breaks


async def test_a_question_is_dropped_where_the_disk_gives_nothing_at_its_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor saw a fault, so the register's yes is overruled at once (P1)."""
    with unreadable_at_will(monkeypatch) as breaks:

        def accept(request: httpx.Request) -> httpx.Response:
            breaks(True)
            admitted = {"adults": 1, "children": 0, "helpers": 0, "supporters": 0}
            body = {"id": json.loads(request.content)["id"], "outcome": "accepted"}
            return httpx.Response(
                200, json={**body, "reason": None, "admitted": admitted, "remaining": None}
            )

        told = Recorder()
        async with running(store, told, Link(Contact.UP), httpx.MockTransport(accept)) as shell:
            await scan(shell, "UNKNOWN1")
            assert told.told[-1] == "fault"
            (use,) = await recorded(store)
            assert use.outcome is Outcome.REFUSED


async def test_a_group_outlasts_a_disk_that_gives_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time comes meanwhile; it is ended once it can be, and the kiosk goes on."""
    manners = desk.Manners(group=0.3, shown=0.2)
    told = Recorder()
    with unreadable_at_will(monkeypatch) as breaks:
        async with running(store, told, Link(Contact.DOWN), manners=manners) as shell:
            await scan(shell, WORKER)
            await scan(shell, NUMBER)
            breaks(True)
            await asyncio.sleep(0.8)
            breaks(False)
            async with asyncio.timeout(5):
                while not await recorded(store):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                await scan(shell, OTHER)
    assert [verdict["outcome"] for verdict in verdicts(capsys)][-2:] == ["refused", "accepted"]
