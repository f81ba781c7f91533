"""A small town for the register's tests: two venues, a distributor, and whoever calls the API."""

import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlmodel import Session, col, select

from kaiku.card import Kind, Status
from kaiku.digest import digest
from kaiku.offering import Category, Limit, Offering, Window
from kaiku.text import Text
from kaiku.venue import VenueKind
from server.database import read, transaction
from server.kaikukanta.app import create_app
from server.kaikukanta.cards.service import Registration, register_card
from server.kaikukanta.cards.tables import CardRecord
from server.kaikukanta.context import Context
from server.kaikukanta.kiosks.tables import Kiosk, KioskOffering
from server.kaikukanta.migrations import migrate
from server.kaikukanta.network.service import (
    create_agent_credential,
    create_distributor,
    create_venue,
    create_venue_credential,
)
from server.kaikukanta.network.tables import Municipality
from server.kaikukanta.offerings.service import create_offering
from server.kaikukanta.settings import Settings
from server.kaikukanta.uses.tables import SeatCount, Tally, UseRecord
from server.security import hash_token

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""Noon in Finland on the day of these tests."""

Json = dict[str, Any]


@dataclass
class Clock:
    """The register's clock, moved by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the instant that it is."""
        return self.now

    def pass_(self, **amount: float) -> None:
        """Let time pass."""
        self.now += timedelta(**amount)


@dataclass(frozen=True)
class Somebody:
    """Who calls the register over HTTP, with a token or none."""

    client: httpx.AsyncClient

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Return the answer to a request under ``/api/v1``."""
        return await self.client.request(method, f"/api/v1{path}", **options)

    async def use(self, **fields: Any) -> httpx.Response:
        """Return the answer to a use; its id is new unless given."""
        return await self.send("POST", "/uses", json=use_body(**fields))

    async def amend(self, use: UUID, **party: int) -> httpx.Response:
        """Return the answer to another party of a use."""
        return await self.send("PUT", f"/uses/{use}/party", json=party)

    async def void(self, use: UUID) -> httpx.Response:
        """Return the answer to taking a use back."""
        return await self.send("POST", f"/uses/{use}/void")

    async def upload(self, *items: object) -> list[Json]:
        """Return what became of a journal's items."""
        headers, content = {"Content-Type": "application/json"}, json.dumps({"uses": items})
        answer = await self.send("POST", "/uses/batch", headers=headers, content=content)
        assert answer.status_code == 200, answer.text
        results: list[Json] = answer.json()["results"]
        return results

    async def check(self, **fields: Any) -> httpx.Response:
        """Return the answer to a check."""
        return await self.send("POST", "/cards/check", json=_plain(fields))

    async def book(self, **fields: Any) -> httpx.Response:
        """Return the answer to a booking; its id is new unless given."""
        return await self.send("POST", "/bookings", json=use_body(**fields))

    async def rebook(self, booking: UUID, **party: int) -> httpx.Response:
        """Return the answer to another party of a booking."""
        return await self.send("PUT", f"/bookings/{booking}/party", json=party)

    async def cancel(self, booking: UUID) -> httpx.Response:
        """Return the answer to cancelling a booking."""
        return await self.send("POST", f"/bookings/{booking}/cancel")

    async def hand_over(self, booking: UUID, card: str) -> httpx.Response:
        """Return the answer to handing a booked ticket over."""
        return await self.send("POST", f"/bookings/{booking}/hand-over", json={"card": card})

    async def bookings(self, offering: UUID, **asked: str) -> list[Json]:
        """Return a page of an offering's bookings."""
        answer = await self.send("GET", "/bookings", params={"offering": str(offering), **asked})
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["bookings"]
        return found


def use_body(**fields: Any) -> Json:
    """Return the body of a use, its values as JSON has them."""
    return _plain({"id": uuid4(), **fields})


@dataclass(frozen=True)
class Town:
    """The register of a town, empty of uses, and what the tests put into it."""

    app: FastAPI
    clock: Clock
    pool: UUID
    theatre: UUID
    distributor: UUID
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def context(self) -> Context:
        """Return the register's context."""
        context: Context = self.app.state.context
        return context

    def offering(
        self,
        *limits: Limit,
        venue: UUID | None = None,
        window: Window | None = None,
        **settings: Any,
    ) -> UUID:
        """Add an offering, of the pool unless said otherwise."""
        offering = Offering(
            uuid4(), Text.same("Entry"), Category.SPORTS, window, limits, **settings
        )
        with transaction(self.context.engine) as session:
            create_offering(session, venue or self.pool, offering)
        return offering.id

    def card(
        self,
        children: int = 0,
        kind: Kind = Kind.PERSONAL,
        valid_from: date | None = None,
        valid_until: date | None = None,
        status: Status = Status.ACTIVE,
    ) -> str:
        """Register a card; return its number."""
        asked = {"children": children, "birth_year": 1980, "postcode": "20100"}
        registration = Registration(
            distributor_id=self.distributor,
            kind=kind,
            **(asked if kind is Kind.PERSONAL else {}),  # type: ignore[arg-type]
        )
        with transaction(self.context.engine) as session:
            key = self.context.digest_key
            card = register_card(session, registration, key, self.clock() - timedelta(days=30))
            assert isinstance(card, CardRecord)
            card.valid_from = valid_from or card.valid_from
            card.valid_until = valid_until or card.valid_until
            card.status = status
            return card.number

    def digest(self, number: str) -> str:
        """Return a card's digest as it is sent."""
        return digest(number, self.context.digest_key).hex()

    def nobody(self) -> Somebody:
        """Return a caller without a token."""
        return self._somebody({})

    def bearer(self, token: str) -> Somebody:
        """Return a caller with a token."""
        return self._somebody({"Authorization": f"Bearer {token}"})

    def venue(self, venue: UUID | None = None) -> Somebody:
        """Return a venue's own system, the pool's unless said otherwise."""
        with transaction(self.context.engine) as session:
            _, token = create_venue_credential(session, venue or self.pool, "till", self.clock())
        return self.bearer(token)

    def agent(self, *offerings: UUID) -> Somebody:
        """Return a ticket agent for some offerings."""
        with transaction(self.context.engine) as session:
            _, token = create_agent_credential(session, "tickets", offerings, self.clock())
        return self.bearer(token)

    def kiosk(self, *offerings: UUID, venue: UUID | None = None) -> Somebody:
        """Return a kiosk that serves some offerings, the pool's unless said otherwise."""
        return self.bearer(self.kiosk_token(*offerings, venue=venue))

    def kiosk_token(self, *offerings: UUID, venue: UUID | None = None) -> str:
        """Return the token of a new kiosk."""
        token = f"kki_{secrets.token_urlsafe(32)}"
        kiosk = Kiosk(
            venue_id=venue or self.pool,
            name="Gate",
            token_hash=hash_token(token),
            enrolled_at=self.clock(),
        )
        with transaction(self.context.engine) as session:
            session.add(kiosk)
            session.flush()
            session.add_all(KioskOffering(kiosk_id=kiosk.id, offering_id=id_) for id_ in offerings)
        return token

    def uses(self) -> list[UseRecord]:
        """Return every use as it is kept."""
        with read(self.context.engine) as session:
            return list(session.exec(select(UseRecord).order_by(col(UseRecord.received_at))))

    def seats_taken(self, offering: UUID) -> int:
        """Return the seats that are counted of an offering, over all its days."""
        with read(self.context.engine) as session:
            query = select(SeatCount.taken).where(SeatCount.offering_id == offering)
            return sum(session.exec(query))

    def tally(self, offering: UUID) -> tuple[int, int]:
        """Return the uses and visits that are counted of an offering, over all cards."""
        with read(self.context.engine) as session:
            tallies = session.exec(select(Tally).where(Tally.offering_id == offering)).all()
        return sum(tally.uses for tally in tallies), sum(tally.visits for tally in tallies)

    async def close(self) -> None:
        """Close what is open."""
        for client in self._clients:
            await client.aclose()
        self.context.engine.dispose()

    def twin(self) -> "Town":
        """Return the same town served by another register: other connections, one database."""
        app = create_app(self.context.settings, self.clock)
        return replace(self, app=app, _clients=[])

    def _somebody(self, headers: dict[str, str]) -> Somebody:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://kanta", headers=headers)
        self._clients.append(client)
        return Somebody(client)


def found(settings: Settings) -> Town:
    """Return a town over a database that has been migrated."""
    clock = Clock()
    app = create_app(settings, clock)
    with transaction(app.state.context.engine) as session:
        session.add(Municipality(code="853", name_fi="Turku", name_sv="Åbo"))
        session.flush()
        distributor = create_distributor(session, "Sosiaalitoimisto", "853")
        pool = create_venue(session, VenueKind.POOL, Text.same("Uimahalli"), "853")
        theatre = create_venue(session, VenueKind.PERFORMING_ARTS, Text.same("Teatteri"), "853")
        return Town(app, clock, pool.id, theatre.id, distributor.id)


def migrated(url: str) -> None:
    """Prepare a database for a town."""
    with TemporaryDirectory() as directory:
        migrate(Settings(database_url=url, digest_key_file=Path(directory) / "key"))


def card_row(session: Session, number: str) -> CardRecord:
    """Return a card's row by its number, to change it."""
    return session.exec(select(CardRecord).where(CardRecord.number == number)).one()


def _plain(fields: Json) -> Json:
    return {name: _plain_value(value) for name, value in fields.items()}


def _plain_value(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case _:
            return value
