"""The register as a web application: what is wired to what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from server import problems
from server.kaikukanta.bodies import BodyGuard
from server.kaikukanta.bookings.api import router as bookings
from server.kaikukanta.context import Clock, open_context, utc_now
from server.kaikukanta.kiosks.api import router as kiosks
from server.kaikukanta.kiosks.watch import watching
from server.kaikukanta.leases.api import router as leases
from server.kaikukanta.network.callers import Authentication
from server.kaikukanta.offerings.api import router as offerings
from server.kaikukanta.offerings.venue_api import router as venue
from server.kaikukanta.settings import Settings
from server.kaikukanta.tables import METADATA
from server.kaikukanta.uses.api import router as uses


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Return the register for a migrated database; its lifespan closes what is opened here."""
    assert METADATA.tables
    context = open_context(settings, clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with watching(settings.database_url) as app.state.watch:
            yield
        context.engine.dispose()

    app = _Described(
        title="Kaikukanta",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.context = context
    problems.install(app)
    app.add_middleware(BodyGuard, limit=settings.body_limit)
    app.add_middleware(Authentication, context=context)
    described = problems.responses(400, 401, 403, 413, 415, 422, 429, 500, 503)
    app.include_router(kiosks, responses=described)
    app.include_router(leases, responses=described)
    app.include_router(uses, responses=described)
    app.include_router(offerings, responses=described)
    app.include_router(venue, responses=described)
    app.include_router(bookings, responses=described)
    app.add_api_route("/health", health, summary="Whether it serves", tags=["service"])
    return app


class _Described(FastAPI):
    """An application whose description knows what a problem looks like."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description."""
        description = super().openapi()
        description["components"]["schemas"]["Problem"] = problems.SCHEMA
        return description


def health() -> dict[str, str]:
    """Say that the register serves."""
    return {"status": "ok"}
