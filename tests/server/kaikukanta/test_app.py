"""The register as a whole: who gets in, how errors look, what the description says."""

from typing import Any

import pytest
from fastapi import APIRouter
from sqlalchemy.exc import OperationalError

from tests.server.kaikukanta.town import Town

METHODS = ("get", "post", "put", "patch", "delete")


async def _description(town: Town) -> dict[str, Any]:
    answer = await town.nobody().send("GET", "/openapi.json")
    assert answer.status_code == 200
    description: dict[str, Any] = answer.json()
    return description


async def test_health_is_for_anyone(town: Town) -> None:
    """It says that the register serves."""
    answer = await town.nobody().client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_nothing_but_enrolment_is_open(town: Town) -> None:
    """Every call of the description wants a token before it looks at anything else."""
    calls = [
        (method.upper(), path)
        for path, item in (await _description(town))["paths"].items()
        for method in item
        if path not in {"/health", "/api/v1/kiosks/enrol"}
    ]
    assert len(calls) > 7
    nobody = town.nobody()
    for method, path in [*calls, ("GET", "/api/v1"), ("DELETE", "/api/v1/nothing")]:
        for content in (b"", b"{", b'{"uses": []}', b"\xff" * 2_000_000):
            answer = await nobody.client.request(method, path, content=content)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["code"] == "unauthenticated"


async def test_each_call_is_described_with_its_token_and_its_problems(town: Town) -> None:
    """The description names the scheme, and the shape of problems."""
    description = await _description(town)
    assert description["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    post = description["paths"]["/api/v1/uses"]["post"]
    assert post["security"] == [{"HTTPBearer": []}]
    assert {"200", "400", "401", "409", "413", "415", "422", "429"} <= set(post["responses"])
    assert post["responses"]["422"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert "Problem" in description["components"]["schemas"]


async def test_no_page_of_documentation_loads_from_elsewhere(town: Town) -> None:
    """There is none."""
    for path in ("/docs", "/redoc"):
        assert (await town.nobody().client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{", "application/json", 422, "invalid"),
        (b"\xff", "application/json", 400, "bad_request"),
        (b"[" * 100_000, "application/json", 400, "bad_request"),
        (b"{}", "text/plain", 415, "not_json"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "not_json"),
        (b" " * (1024 * 1024 + 1), "application/json", 413, "too_large"),
        (b"", "application/json", 422, "invalid"),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_problem(
    town: Town, content: bytes, media_type: str, status: int, code: str
) -> None:
    """Each in the shape of RFC 9457."""
    headers = {"Content-Type": media_type}
    answer = await town.venue().send("POST", "/uses", content=content, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == "about:blank"
    assert problem["title"]


async def test_a_body_without_its_length_is_limited_too(town: Town) -> None:
    """Chunks are counted as they come."""

    async def chunks() -> Any:
        for _ in range(100):
            yield b" " * 20_000

    headers = {"Content-Type": "application/json"}
    answer = await town.venue().send("POST", "/uses", content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_what_is_not_there_is_a_problem(town: Town) -> None:
    """An unknown path, and a method that a path does not have."""
    venue = town.venue()
    missing, wrong = await venue.send("GET", "/nothing"), await venue.send("DELETE", "/uses")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


async def test_a_failure_says_nothing_of_itself(town: Town) -> None:
    """A broken call is a 500 without detail, a database that is away a 503 to try again."""
    router = APIRouter()

    def broken() -> None:
        raise RuntimeError("SECRET12")

    def away() -> None:
        raise OperationalError("SELECT 'SECRET12'", {}, Exception("gone"))

    router.add_api_route("/broken", broken)
    router.add_api_route("/away", away)
    town.app.include_router(router)
    answer = await town.nobody().client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "detail" not in answer.json()
    answer = await town.nobody().client.get("/away")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["retry-after"] == "5"
    assert "SECRET12" not in answer.text
