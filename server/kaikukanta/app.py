"""The register as a web application: what is wired to what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from server import problems
from server.kaikukanta.bodies import BodyGuard
from server.kaikukanta.context import Clock, open_context, utc_now
from server.kaikukanta.network.callers import Authentication
from server.kaikukanta.settings import Settings
from server.kaikukanta.tables import METADATA


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Return the register for a migrated database; its lifespan closes what is opened here."""
    assert METADATA.tables
    context = open_context(settings, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        context.engine.dispose()

    app = FastAPI(
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
    app.add_api_route("/health", health, summary="Whether it serves", tags=["service"])
    return app


def health() -> dict[str, str]:
    """Say that the register serves."""
    return {"status": "ok"}
