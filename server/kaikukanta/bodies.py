"""Which request bodies are read at all: of the call's media type, and no larger than need be."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from server.kaikukanta.network.callers import Asgi, Receive, Scope, Send
from server.problems import Problem, respond

JSON = "application/json"
CSV = "text/csv"
_OTHERS = {"/api/v1/uses/csv": CSV}
"""The calls that take something else than JSON."""


class BodyGuard:
    """Middleware that answers 415 to a body of another media type than the call's.

    And 413 to one above ``limit`` bytes.
    """

    def __init__(self, app: Asgi, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        problem = None
        if scope["type"] == "http":
            problem = self._problem(Headers(scope=scope), _OTHERS.get(scope["path"], JSON))
        if problem is not None:
            await respond(problem)(scope, receive, send)
        else:
            await self._app(scope, self._counted(receive), send)

    def _problem(self, headers: Headers, wanted: str) -> Problem | None:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._limit:
            return Problem(413, "too_large", f"A body may have {self._limit} bytes.")
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        has_body = length != "0" or "transfer-encoding" in headers
        if has_body and media_type != wanted:
            code = "not_csv" if wanted == CSV else "not_json"
            return Problem(415, code, f"A body must be {wanted}.")
        return None

    def _counted(self, receive: Receive) -> Receive:
        """Return a ``receive`` for bodies that do not say their length."""
        read = 0

        async def counted() -> dict[str, object]:
            nonlocal read
            message = dict(await receive())
            read += len(message.get("body", b""))
            if read > self._limit:
                raise HTTPException(413)
            return message

        return counted
