"""A register that is put back from a backup, and kiosks that saw what was lost with it."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from kaiku.card import Status
from kaiku.offering import Seats, Visits
from kiosk.registry import RegistryClient, RegistryError
from kiosk.store import Store
from kiosk.sync import fetch
from server.database import snapshot, transaction
from server.kaikukanta.app import create_app
from server.kaikukanta.bookings.tables import BookingRecord
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.feed.tables import Tombstone
from server.kaikukanta.kiosks import changes
from server.kaikukanta.kiosks.tables import KioskOffering, Lease
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.settings import Settings
from server.kaikukanta.uses.tables import Recorder, Tally
from tests.databases import Databases
from tests.e2e.house import KioskProcess, Register, SerialScanner
from tests.server.kaikukanta.kiosks.feed import kiosk_id
from tests.server.kaikukanta.town import NOON, Town, found, migrated

SEEDS, STEPS = 3, 40
NEW_YEAR = date(2026, 1, 1)
SERVED = "(SELECT id FROM offering)"
TABLES = (
    "card",
    "offering",
    "lease",
    f"tally WHERE offering IN {SERVED}",
    f"booking WHERE offering IN {SERVED}",
)


@dataclass
class House:
    """A register, backups of it, and what happens to both at random."""

    rng: random.Random
    databases: Databases
    stack: ExitStack
    url: str
    key: Path
    town: Town
    kiosks: list[UUID] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        """The register's database."""
        return self.town.context.engine

    def happen(self) -> None:
        """Let something happen: a change most often."""
        match self.rng.random():
            case chance if chance < 0.1:
                self.backups.append(self._copy(self.url))
            case chance if chance < 0.15 and self.backups:
                self.put_back()
            case _:
                self.change()

    def put_back(self) -> None:
        """Serve what a backup holds from now on; a request under way still reads what was lost."""
        self.stack.callback(self.engine.dispose)
        self.url = self._copy(self.rng.choice(self.backups))
        settings = self.town.context.settings.model_copy(update={"database_url": self.url})
        self.town = replace(self.town, app=create_app(settings, self.town.clock))

    def _copy(self, url: str) -> str:
        self.engine.dispose()
        return self.stack.enter_context(self.databases.copied(url))

    def change(self) -> None:
        """Let something happen that kiosks follow."""
        with transaction(self.engine) as session:
            cards = session.exec(select(CardRecord)).all()
            act = self.rng.choice([_end, _erase, _use, _use, _book, _book, _lease, _serve, _rename])
            if cards and self.rng.random() < 0.75:
                offering = self.rng.choice(session.exec(select(OfferingRecord)).all())
                kiosk = self.rng.choice(self.kiosks)
                act(session, self.rng.choice(cards), offering, kiosk)
                return
        self.town.card()


def _end(session: Session, card: CardRecord, _offering: OfferingRecord, _kiosk: UUID) -> None:
    card.status = Status.ACTIVE if card.status is Status.ENDED else Status.ENDED
    card.changed = next_seq(session)


def _erase(session: Session, card: CardRecord, _offering: OfferingRecord, _kiosk: UUID) -> None:
    for table in (Tally, BookingRecord):
        session.execute(delete(table).where(col(table.card_id) == card.id))
    session.delete(card)
    session.add(Tombstone(digest=card.digest, changed=next_seq(session)))


def _use(session: Session, card: CardRecord, offering: OfferingRecord, _kiosk: UUID) -> None:
    tally = session.get(Tally, (card.id, offering.id, "", NEW_YEAR))
    if tally is None:
        tally = Tally(card_id=card.id, offering_id=offering.id, since=NEW_YEAR)
        session.add(tally)
    tally.uses, tally.visits = tally.uses + 1, tally.visits + 2
    tally.changed = next_seq(session)


def _book(session: Session, card: CardRecord, offering: OfferingRecord, _kiosk: UUID) -> None:
    query = select(BookingRecord).where(BookingRecord.card_id == card.id)
    booking = session.exec(query).first()
    if booking is None:
        booking = BookingRecord(
            id=uuid4(), card_id=card.id, offering_id=offering.id, offering_version=1,
            recorder=Recorder.VENUE, recorder_id=uuid4(), booked_at=NOON, day=NOON.date(),
            children=0, helpers=0, supporters=0, seats=1,
        )  # fmt: skip
        session.add(booking)
    else:
        booking.cancelled_at = None if booking.cancelled_at else NOON
    booking.changed = next_seq(session)


def _lease(session: Session, _card: CardRecord, offering: OfferingRecord, kiosk: UUID) -> None:
    lease = session.exec(select(Lease).where(Lease.kiosk_id == kiosk)).first()
    if lease is None or lease.recalled_at is not None:
        lease = Lease(
            kiosk_id=kiosk, offering_id=offering.id, day=NOON.date(), journal=uuid4(),
            granted=2, granted_at=NOON,
        )  # fmt: skip
        session.add(lease)
    else:
        lease.recalled_at = NOON
    lease.changed = next_seq(session)


def _serve(session: Session, _card: CardRecord, offering: OfferingRecord, kiosk: UUID) -> None:
    served = session.get(KioskOffering, (kiosk, offering.id))
    if served is None:
        served = KioskOffering(kiosk_id=kiosk, offering_id=offering.id)
        session.add(served)
        served.changed = next_seq(session)
    else:
        session.delete(served)
        gone = Tombstone(offering_id=offering.id, kiosk_id=kiosk, changed=next_seq(session))
        session.add(gone)


def _rename(session: Session, _card: CardRecord, offering: OfferingRecord, _kiosk: UUID) -> None:
    offering.version += 1
    offering.changed = next_seq(session)


class Wire(httpx.AsyncBaseTransport):
    """What lies between a kiosk and the register that is there; it breaks pages off anywhere."""

    def __init__(self, house: House, trouble: float) -> None:
        self._house, self._trouble = house, trouble

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return what comes through."""
        del request.headers["Accept-Encoding"]
        answer = await httpx.ASGITransport(self._house.town.app).handle_async_request(request)
        content = await answer.aread()
        if self._house.rng.random() < self._trouble:
            content = content[: self._house.rng.randrange(len(content))]
        return httpx.Response(answer.status_code, content=content)


@dataclass(frozen=True)
class Kiosk:
    """A kiosk that is switched on only while it fetches."""

    house: House
    folder: Path
    token: str

    async def fetch(self, trouble: float = 0.0) -> None:
        """Fetch what changed; raise what a kiosk tries again after."""
        wire = Wire(self.house, trouble)
        store = await Store.open(self.folder)
        try:
            async with RegistryClient("http://kanta", self.token, wire) as client:
                await fetch(client, store, lambda _rows: None)
        finally:
            await store.close()

    def known(self) -> dict[str, set[tuple[Any, ...]]]:
        """Return all that it knows, but for counts of what it does not serve any more."""
        with closing(sqlite3.connect(self.folder / "cache.sqlite")) as cache:
            notes = "SELECT * FROM note WHERE key IN ('cards', 'station', 'sweep', 'whole')"
            found = {"note": set(cache.execute(notes))}
            for table in TABLES:
                rows = cache.execute(f"SELECT * FROM {table}")  # noqa: S608  ours
                columns = [column for column, *_ in rows.description]
                assert columns[-1] == "told"
                found[table] = {row[:-1] for row in rows}
        return found


@contextmanager
def house(databases: Databases, folder: Path, seed: int) -> Iterator[House]:
    """Give a register with small pages, read a few rows at a time."""
    key, rng = folder / "key", random.Random(seed)
    key.write_text("5a" * 32)
    with ExitStack() as stack:
        url = stack.enter_context(databases.prepared(migrated))
        rows = rng.choice([3, 10, 50])
        town = found(Settings(database_url=url, digest_key_file=key, page_rows=rows))
        yield House(rng, databases, stack, url, key, town)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_kiosk_knows_what_the_register_knows_whatever_was_put_back(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """After one fetch, from any cursor: what was lost is forgotten, what came since is there."""
    with house(databases, tmp_path, seed) as there:
        offerings = [there.town.offering(Visits(30)), there.town.offering(Seats(9))]
        tokens = [there.town.kiosk_token(*offerings) for _ in range(2)]
        there.kiosks = [kiosk_id(there.town, token) for token in tokens]
        kiosks = [Kiosk(there, tmp_path / token, token) for token in tokens]

        @contextmanager
        def unquiet(engine: Engine) -> Iterator[Session]:
            if there.rng.random() < 0.3:
                there.happen()
            with snapshot(engine) as session:
                yield session

        monkeypatch.setattr(changes, "snapshot", unquiet)
        monkeypatch.setattr(changes, "CHUNK", 2)
        for _ in range(STEPS):
            there.happen()
            if there.rng.random() < 0.4:
                with suppress(RegistryError):
                    await there.rng.choice(kiosks).fetch(trouble=0.3)
        monkeypatch.undo()
        for kiosk in kiosks:
            await kiosk.fetch()
            fresh = Kiosk(there, kiosk.folder / "fresh", kiosk.token)
            await fresh.fetch()
            assert kiosk.known() == fresh.known()
        there.engine.dispose()


def test_a_card_that_ended_after_the_backup_came_back_is_refused(
    register: Register, config: Path, scanner: SerialScanner
) -> None:
    """Though as many changes were lost as came since, and the kiosk was off meanwhile (P4, P5)."""
    lost, ended, *_ = register.seed["codes"]
    copy = register.folder / "copy"
    register.command("backup", str(copy))
    register.command("admin", "card", "end", "-", stdin=lost)
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    kiosk.wait_in_touch()
    scanner.scan(lost)
    assert kiosk.wait_for("verdict")["reason"] == "ended"
    kiosk.stop()
    register.stop()
    for part in register.folder.glob("kanta.sqlite*"):
        part.unlink()
    copy.rename(register.database)
    register.command("admin", "card", "end", "-", stdin=ended)
    register.start()
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    kiosk.wait_in_touch()
    scanner.scan(ended)
    verdict = kiosk.wait_for("verdict")
    assert (verdict["reason"], verdict["source"]) == ("ended", "local")
    scanner.scan(lost)
    verdict = kiosk.wait_for("verdict")
    assert (verdict["outcome"], verdict["source"]) == ("accepted", "local")
    assert kiosk.stop() == 0
