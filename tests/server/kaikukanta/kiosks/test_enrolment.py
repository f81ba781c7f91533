"""How a kiosk comes in: by a code that works once."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from kaiku.digest import check_value
from kaiku.wire import write_instant
from server.database import read, transaction
from server.kaikukanta.kiosks.codes import typed
from server.kaikukanta.kiosks.enrolment import NotTheVenuesError, open_enrolment
from server.kaikukanta.kiosks.service import is_revoked, revoke
from server.kaikukanta.kiosks.tables import Enrolment, Kiosk
from tests.server.kaikukanta.kiosks.feed import kiosk_id
from tests.server.kaikukanta.town import Town


def code_for(town: Town, lasts: timedelta = timedelta(hours=24)) -> str:
    """Return a new code for a kiosk at a new offering of the pool."""
    offering = town.offering()
    with transaction(town.context.engine) as session:
        return open_enrolment(session, town.pool, [offering], town.clock(), lasts)


async def test_a_code_makes_a_kiosk(town: Town) -> None:
    """The answer holds what a kiosk needs, and its token works."""
    answer = await town.nobody().send(
        "POST", "/kiosks/enrol", json={"code": code_for(town), "name": " Gate 1 "}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {
        "kiosk", "token", "digest_key", "venue", "offerings", "earlier_numbers",
    }  # fmt: skip
    assert told["digest_key"] == "5a" * 32
    assert told["venue"] == {"fi": "Uimahalli", "sv": "Uimahalli", "en": "Uimahalli"}
    assert len(told["offerings"]) == 1
    changes = await town.bearer(told["token"]).send("GET", "/kiosk/changes")
    assert changes.status_code == 200
    with read(town.context.engine) as session:
        assert session.exec(select(Kiosk.name)).one() == "Gate 1"


async def test_a_code_is_read_as_people_type_it(town: Town) -> None:
    """Small letters, spaces for hyphens, and letters that look like digits are understood."""
    code = code_for(town)
    sloppy = code.lower().replace("-", "  ").replace("0", "o").replace("1", "i")
    answer = await town.nobody().send("POST", "/kiosks/enrol", json={"code": sloppy, "name": "x"})
    assert answer.status_code == 200


async def test_wrong_used_and_expired_codes_look_the_same(town: Town) -> None:
    """All are 403 with one code and the same words, so that nothing is learnt by trying."""
    used, old = code_for(town), code_for(town)
    nobody = town.nobody()
    assert (
        await nobody.send("POST", "/kiosks/enrol", json={"code": used, "name": "x"})
    ).status_code == 200
    town.clock.pass_(hours=24)
    fresh = code_for(town)
    answers = [
        await nobody.send("POST", "/kiosks/enrol", json={"code": code, "name": "x"})
        for code in (used, old, "AAAA-AAAA-AAAA-AAAA", "short", "")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["code"] for answer in answers} == {"code_not_good"}
    assert len({answer.text for answer in answers}) == 1
    good = await nobody.send("POST", "/kiosks/enrol", json={"code": fresh, "name": "x"})
    assert good.status_code == 200


async def test_of_two_that_come_at_once_one_gets_in(town: Town) -> None:
    """A code works once, however many use it in the same moment."""
    code = code_for(town)
    answers = await asyncio.gather(
        *(
            town.nobody().send("POST", "/kiosks/enrol", json={"code": code, "name": f"Gate {n}"})
            for n in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7
    with read(town.context.engine) as session:
        assert len(session.exec(select(Kiosk)).all()) == 1


async def test_codes_cannot_be_guessed(town: Town) -> None:
    """An address that has failed often waits, with a good code too, until the window is over."""
    most, nobody, code = town.context.settings.failed_codes, town.nobody(), code_for(town)
    wrong = [
        await nobody.send("POST", "/kiosks/enrol", json={"code": "no", "name": "x"})
        for _ in range(most + 1)
    ]
    assert [answer.status_code for answer in wrong] == [403] * most + [429]
    late = await nobody.send("POST", "/kiosks/enrol", json={"code": code, "name": "x"})
    assert late.status_code == 429
    town.clock.pass_(seconds=int(late.headers["retry-after"]))
    again = await nobody.send("POST", "/kiosks/enrol", json={"code": code, "name": "x"})
    assert again.status_code == 200


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", None, 3])
async def test_a_kiosk_needs_a_name(town: Town, name: object) -> None:
    """Without one the code is not used up."""
    code = code_for(town)
    answer = await town.nobody().send("POST", "/kiosks/enrol", json={"code": code, "name": name})
    assert answer.status_code == 422
    assert code not in answer.text
    good = await town.nobody().send("POST", "/kiosks/enrol", json={"code": code, "name": "x"})
    assert good.status_code == 200


async def test_a_code_is_only_for_the_venues_own_offerings(town: Town) -> None:
    """Another venue's offering, or none, makes no code."""
    foreign = town.offering(venue=town.theatre)
    for offerings in ([], [foreign]):
        with (
            pytest.raises(NotTheVenuesError),
            transaction(town.context.engine) as session,
        ):
            open_enrolment(session, town.pool, offerings, town.clock())


async def test_the_database_holds_no_code_and_no_token(town: Town) -> None:
    """Both are kept as hashes."""
    code = code_for(town)
    answer = await town.nobody().send("POST", "/kiosks/enrol", json={"code": code, "name": "x"})
    secrets = (answer.json()["token"].encode(), code.encode(), code.replace("-", "").encode())
    with read(town.context.engine) as session:
        kept = [
            session.exec(select(Kiosk.token_hash)).one(),
            session.exec(select(Enrolment.code_hash)).one(),
        ]
    assert not any(secret in row for secret in secrets for row in kept)


def test_what_is_no_code_is_none() -> None:
    """Wrong lengths and characters are told from codes."""
    assert typed("abcd-efgh 1234_5678") == "ABCDEFGH12345678"
    assert typed("ABCD-EFGH-1234-567") is None
    assert typed("ABCD-EFGH-1234-567Ä") is None


async def test_a_kiosk_that_was_taken_out_is_refused(town: Town) -> None:
    """Its token gets 401 with code `revoked` from then on; taking it out again is harmless."""
    token = town.kiosk_token(town.offering())
    id_ = kiosk_id(town, token)
    for _ in range(2):
        with transaction(town.context.engine) as session:
            assert revoke(session, id_, town.clock())
    answer = await town.bearer(token).send("GET", "/kiosk/changes")
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked")
    with transaction(town.context.engine) as session:
        assert is_revoked(session, id_)
        assert not revoke(session, town.pool, town.clock())


async def test_a_heartbeat_is_kept_and_answered_with_the_time(town: Town) -> None:
    """The kiosk learns the register's clock; the register what the kiosk says of itself."""
    token = town.kiosk_token(town.offering())
    said = {
        "version": "0.1.0", "unsent": 3, "cache_age": 12.5, "clock": "2026-11-24T09:00:00Z",
        "devices": {"gate": "ok", "scanner": "not there"},
    }  # fmt: skip
    answer = await town.bearer(token).send("POST", "/kiosk/heartbeat", json=said)
    assert answer.status_code == 200
    assert answer.json()["now"] == write_instant(town.clock())
    assert answer.json()["key_check"] == check_value(town.context.digest_key)
    with read(town.context.engine) as session:
        kiosk = session.exec(select(Kiosk)).one()
    assert kiosk.seen_at == town.clock()
    assert kiosk.heartbeat == {**said, "parked": 0, "leased": None, "journal": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"unsent": -1}, {"clock": "2026-11-24T09:00:00"}, {"cache_age": -1}, {"devices": []},
        {"version": ""}, {"devices": {str(n): "ok" for n in range(51)}}, {"unsent": 2**31},
    ],
)  # fmt: skip
async def test_a_heartbeat_that_does_not_fit_is_a_422(town: Town, wrong: dict[str, object]) -> None:
    """Nothing is kept of it."""
    said = {"version": "1", "unsent": 0, "clock": "2026-11-24T09:00:00Z", **wrong}
    answer = await town.kiosk().send("POST", "/kiosk/heartbeat", json=said)
    assert answer.status_code == 422
