"""Problems as RFC 9457 has them: every error of an API, in one shape.

``code`` is stable and for programs, ``detail`` is for people. No problem repeats what was sent.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a request: in its body (a JSON pointer) or in a parameter.

    ``more`` are further members that an API gives its mistakes.
    """

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was not answered; ``status`` is the HTTP status."""

    status: int
    code: str
    detail: str | None = None
    errors: tuple[Mistake, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem (RFC 9457); `code` is stable.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "examples": ["unauthenticated", "revoked", "too_late"]},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "examples": ["#/party/children"]},
                    "parameter": {"type": "string"},
                },
            },
        },
    },
}
"""The JSON schema of a problem, for an API's description."""


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


BUSY = Problem(503, "busy", "The database does not answer now.", headers={"Retry-After": "5"})
AWAY = (OperationalError, PoolTimeoutError)
"""What a database raises that does not answer now."""

_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def unauthenticated(code: str = "unauthenticated", *, presented: bool = False) -> Problem:
    """Return a 401 with its challenge (RFC 6750); ``presented`` says that there was a token."""
    challenge = 'Bearer realm="kaikukanta"' + (', error="invalid_token"' if presented else "")
    detail = "A valid bearer token is needed."
    return Problem(401, code, detail, headers={"WWW-Authenticate": challenge})


def forbidden(detail: str) -> Problem:
    """Return a 403 for a caller of another role."""
    return Problem(403, "forbidden", detail)


def too_many(seconds: int) -> Problem:
    """Return a 429 that may be tried again after some seconds."""
    headers = {"Retry-After": str(max(1, seconds))}
    return Problem(429, "too_many_attempts", "Too many failed attempts.", headers=headers)


def respond(problem: Problem) -> Response:
    """Return the response of a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
    }
    if problem.detail is not None:
        body["detail"] = problem.detail
    if problem.errors:
        body["errors"] = [_mistake_object(mistake) for mistake in problem.errors]
    return Response(
        json.dumps(body),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(problem.headers),
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that a route may answer with, for its description."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Answer every error of an app with a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    for away in AWAY:
        app.add_exception_handler(away, _on_busy)
    app.add_exception_handler(Exception, _on_failure)


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return respond(error.problem)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods(request))) or headers.get("Allow", "")
    return respond(Problem(error.status_code, code, headers=headers))


def _methods(request: Request) -> set[str]:
    """Return the methods that the description has for a path (RFC 9110, section 15.5.6)."""
    methods: set[str] = set()
    for path, calls in request.app.openapi()["paths"].items():
        if compile_path(path)[0].match(request.url.path):
            methods |= {method.upper() for method in calls}
    return methods


async def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    mistakes = tuple(_mistake(found, error.body) for found in error.errors())
    return respond(Problem(422, "invalid", "The request does not fit.", mistakes))


async def _on_busy(_request: Request, _error: Exception) -> Response:
    return respond(BUSY)


async def _on_failure(_request: Request, _error: Exception) -> Response:
    return respond(Problem(500, "internal_error"))


def _mistake(found: Mapping[str, Any], body: object) -> Mistake:
    """Return a mistake of a pydantic error, without the parts of its text that repeat the input."""
    detail = str(found["msg"])
    if found["type"].endswith("_parsing"):
        detail = detail.partition(",")[0]
    detail = detail.removeprefix("Value error, ")
    if found["type"] == "union_tag_not_found":
        tag = str(found["ctx"]["discriminator"]).strip("'")
        detail = f"It needs a {tag}, which says what it is"
    place, *path = found["loc"]
    if place == "body":
        pointer = "#" + "".join(f"/{_segment(part)}" for part in _there(path, body))
        return Mistake(detail, pointer=pointer)
    return Mistake(detail, parameter=str(path[0]) if path else str(place))


def _there(path: Sequence[Any], body: Any) -> Iterator[object]:
    """Yield the parts of a place that a body has, and the last, which may be missing from it.

    Pydantic puts in between which of several shapes it has tried, such as that of a limit.
    """
    for part in path[:-1]:
        if isinstance(body, Mapping) and part not in body:
            continue
        yield part
        if isinstance(body, Mapping) or (isinstance(body, list) and isinstance(part, int)):
            body = body[part]
    yield from path[-1:]


def _segment(part: object) -> str:
    """Return a part of a JSON pointer in a URI fragment (RFC 6901, section 6)."""
    return quote(str(part).replace("~", "~0").replace("/", "~1"), safe="~", errors="replace")


def _mistake_object(mistake: Mistake) -> dict[str, Any]:
    places = {"pointer": mistake.pointer, "parameter": mistake.parameter}
    found = {name: place for name, place in places.items() if place}
    return {**found, "detail": mistake.detail, **mistake.more}
