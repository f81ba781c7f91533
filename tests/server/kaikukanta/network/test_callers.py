"""Who calls: told apart by the token, before anything else."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from server.database import transaction
from server.kaikukanta.kiosks.tables import Kiosk
from server.kaikukanta.network import callers
from server.kaikukanta.network.service import revoke_credential
from server.kaikukanta.network.tables import Attempts, Credential
from tests.server.kaikukanta.town import Town

REVOKED = 'Bearer realm="kaikukanta", error="invalid_token"'


@pytest.mark.parametrize(
    "header", ["Bearer kkv_wrong", "Bearer", "Basic YTpi", "bearer  ", "Bearer \udcff", "x" * 5000]
)
async def test_a_token_that_is_nobodys_is_a_401(town: Town, header: str) -> None:
    """Unknown, missing, of another scheme: the same answer (OM-31)."""
    headers = {b"Authorization": header.encode("utf-8", "surrogateescape")}
    answer = await town.nobody().client.post("/api/v1/uses", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_the_scheme_may_be_written_in_any_case(town: Town) -> None:
    """As RFC 9110 has it."""
    venue = town.venue()
    header = venue.client.headers["Authorization"].replace("Bearer", "bEARER")
    answer = await venue.client.post("/api/v1/uses", headers={"Authorization": header})
    assert answer.status_code == 422


async def test_a_revoked_kiosk_is_told_so(town: Town) -> None:
    """The code tells it to wipe its cards (promise P6)."""
    kiosk = town.kiosk()
    with transaction(town.context.engine) as session:
        session.exec(select(Kiosk)).one().revoked_at = town.clock()
    answer = await kiosk.send("GET", "/kiosk/changes")
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked")
    assert answer.headers["www-authenticate"] == REVOKED


async def test_a_revoked_credential_is_told_so(town: Town) -> None:
    """Its token was once good."""
    venue = town.venue()
    with transaction(town.context.engine) as session:
        revoke_credential(session, session.exec(select(Credential)).one(), town.clock())
    answer = await venue.send("POST", "/cards/check")
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked")


async def test_tokens_are_kept_as_hashes_only(town: Town) -> None:
    """The database alone lets nobody in."""
    venue = town.venue()
    token = venue.client.headers["Authorization"].removeprefix("Bearer ")
    with transaction(town.context.engine) as session:
        kept = session.exec(select(Credential)).one()
    assert token.encode() not in kept.token_hash
    assert token not in repr(kept)


async def test_a_database_that_is_away_is_no_wrong_token(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can be told apart then: a 503, to try again."""

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(callers, "identify", away)
    answer = await town.venue().send("POST", "/cards/check")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


async def test_wrong_tokens_from_one_address_must_wait(town: Town) -> None:
    """After a hundred in ten minutes; good tokens from there still work, and write nothing."""
    nobody, venue = town.bearer("kkv_wrong"), town.venue()
    for _ in range(town.context.settings.failed_tokens):
        assert (await nobody.send("GET", "/x")).status_code == 401
    answer = await nobody.send("GET", "/x")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 1 <= int(answer.headers["retry-after"]) <= 600
    assert (await venue.send("GET", "/x")).status_code == 404
    town.clock.pass_(seconds=int(answer.headers["retry-after"]))
    assert (await nobody.send("GET", "/x")).status_code == 401
    with transaction(town.context.engine) as session:
        (attempts,) = session.exec(select(Attempts)).all()
    assert attempts.count == 1
