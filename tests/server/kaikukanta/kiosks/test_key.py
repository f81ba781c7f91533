"""The digest key is told to a kiosk that keeps it in its memory only, and to nobody else (P6)."""

import logging

import pytest

from server.database import transaction
from server.kaikukanta.kiosks.service import revoke
from tests.server.kaikukanta.kiosks.feed import kiosk_id
from tests.server.kaikukanta.town import Town


async def test_a_kiosk_is_told_the_key(town: Town) -> None:
    """As often as it starts; no cache on the way may keep the answer."""
    kiosk = town.kiosk(town.offering())
    for _ in range(2):
        answer = await kiosk.send("GET", "/kiosk/key")
        assert answer.status_code == 200
        assert answer.json() == {"digest_key": "5a" * 32}
        assert answer.headers["cache-control"] == "no-store"


async def test_nobody_else_is_told(town: Town) -> None:
    """A venue and an agent get 403, a stranger 401; none of the answers holds the key."""
    offering = town.offering()
    for caller, status in ((town.venue(), 403), (town.agent(offering), 403), (town.nobody(), 401)):
        answer = await caller.send("GET", "/kiosk/key")
        assert answer.status_code == status
        assert "5a" * 32 not in answer.text


async def test_a_revoked_kiosk_is_not_told_any_more(town: Town) -> None:
    """Its token is good for nothing from then on: 401 with code `revoked`."""
    token = town.kiosk_token(town.offering())
    with transaction(town.context.engine) as session:
        assert revoke(session, kiosk_id(town, token), town.clock())
    answer = await town.bearer(token).send("GET", "/kiosk/key")
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked")
    assert "5a" * 32 not in answer.text


async def test_the_log_says_who_was_told_and_not_what(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """The kiosk's id stands there, the key and the token do not."""
    token = town.kiosk_token(town.offering())
    with caplog.at_level(logging.INFO, "server.kaikukanta.kiosks.api"):
        await town.bearer(token).send("GET", "/kiosk/key")
    (line,) = [r.getMessage() for r in caplog.records if r.name == "server.kaikukanta.kiosks.api"]
    assert str(kiosk_id(town, token)) in line
    assert "5a" * 32 not in line
    assert token not in line
