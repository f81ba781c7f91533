"""The API as it describes itself: whatever is sent, it answers as described and never breaks."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import Databases
from tests.server.kaikukanta.process import PATIENCE, Served, made, seeded, serving

EXAMPLES = 15
MANY = "1000000"
UNLIMITED = {
    f"KAIKUKANTA_{limit}": MANY for limit in ("WRONG_CARDS", "FAILED_TOKENS", "FAILED_CODES")
}
"""Limits on guessing are tested elsewhere; here they would only cut the run short."""

OPEN = {"/health", "/api/v1/kiosks/enrol"}
DESCRIPTION = "/api/v1/openapi.json"

# A description cannot say all that rules refuse, so refusing what fits it is no failure. A batch
# answers item by item, and a use that was refused a record is not there to be changed.
CONFIGURATION = """
[checks]
positive_data_acceptance.enabled = false
ensure_resource_availability.enabled = false

[[operations]]
include-path = "/api/v1/uses/batch"
checks.negative_data_rejection.enabled = false

[[operations]]
include-path = "/api/v1/kiosk/events"
enabled = false
"""


@pytest.fixture(scope="module")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a register in a process of its own."""
    directory = tmp_path_factory.mktemp("served")
    with databases.prepared(seeded) as url, serving(url, directory, UNLIMITED) as served:
        yield served


def token(served: Served, role: str) -> str:
    """Return a token of a role, at the seed's venue."""
    given = made()["vars"]
    match role:
        case "kiosk":
            found: str = served.enrol(given["enrolment_pool"])["token"]
        case "agent":
            found = served.admin("token", "agent", "--name", "x", "--offering", given["pool"])
        case _:
            found = given["token"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", ["venue", "agent", "kiosk"])
def test_nothing_that_is_sent_breaks_the_register(
    served: Served, tmp_path: Path, role: str
) -> None:
    """No server error, no undocumented answer, nothing accepted that does not fit."""
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            program, "run", f"{served.url}{DESCRIPTION}",
            "--header", f"Authorization: Bearer {token(served, role)}",
            "--max-examples", str(EXAMPLES), "--seed", "1", "--phases", "examples,coverage,fuzzing",
            "--no-color", "--warnings", "off",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"error": [' not in served.log.read_text()


def operations(served: Served) -> Iterator[tuple[str, str]]:
    """Yield the method and the path of every call that the register describes."""
    description: dict[str, Any] = httpx.get(f"{served.url}{DESCRIPTION}", timeout=PATIENCE).json()
    for path, methods in description["paths"].items():
        for method in methods:
            yield method.upper(), re.sub(r"\{\w+\}", "e3e70682-c209-4cac-a29f-6fbed82c07cd", path)


def test_nobody_gets_anything_but_a_401(served: Served) -> None:
    """Without a token, or with one that is nobody's, every call but enrolment is refused."""
    tried = 0
    for method, path in operations(served):
        if path in OPEN:
            continue
        for headers in ({}, {"Authorization": "Bearer nobodys"}, {"Authorization": "Basic eDp4"}):
            answer = httpx.request(
                method, f"{served.url}{path}", headers=headers, json={}, timeout=PATIENCE
            )
            assert answer.status_code == 401, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            tried += 1
    assert tried >= 3 * 8
