"""The register as the kiosk calls it: each answer, each refusal and each failure, over HTTP."""

import asyncio
import gzip
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import certifi
import httpx
import pytest

from kaiku.party import ALONE, Party
from kaiku.reason import Reason
from kaiku.wire import (
    Answer,
    CardRow,
    CursorRow,
    OfferingRow,
    Outcome,
    Result,
    Row,
    Use,
    write_answer,
    write_row,
    write_use,
)
from kiosk.desk import Ask
from kiosk.identity import Identity
from kiosk.registry import (
    FailedError,
    RegistryClient,
    RegistryError,
    RejectedError,
    RevokedError,
    Sent,
    TokenRefusedError,
    UnreachableError,
    UntrustedError,
)
from tests.appliance.relay import relay
from tests.appliance.tls import Authority, Certificate
from tests.e2e.house import free_port
from tests.kaiku.made import ENTRY, NOON, card, entry
from tests.kiosk.replies import chunked, problem, register, reply
from tests.left_out import leave_out

USE, OTHER = UUID(int=1), UUID(int=2)
DIGEST = bytes(range(16))
TOKEN = "token-abc"
ACCEPTED = Answer(USE, Outcome.ACCEPTED, None, Party(children=1), 3)
RECORDED = {"results": [{"id": str(USE), "result": "recorded"}]}

Call = Callable[[RegistryClient], Awaitable[Any]]


def decide(client: RegistryClient, budget: float = 5.0) -> Awaitable[Answer]:
    """Ask about a use."""
    return client.decide(Ask(USE, DIGEST, ENTRY, Party(children=1), NOON), budget)


async def all_changes(client: RegistryClient) -> list[Row]:
    """Fetch a page of the change feed."""
    return [row async for row in client.changes("c0")]


async def all_events(client: RegistryClient) -> list[str]:
    """Listen to the events until they end."""
    return [told.name async for told in client.events()]


CALLS: dict[str, Call] = {
    "enrol": lambda client: client.enrol("CODE", "Gate"),
    "decide": decide,
    "amend": lambda client: client.amend(USE, ALONE, 1, 5.0),
    "send": lambda client: client.send([Use(USE, ENTRY, NOON, DIGEST)]),
    "heartbeat": lambda client: client.heartbeat({}),
    "changes": all_changes,
    "events": all_events,
}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Call:
    """Give each call in turn."""
    return CALLS[request.param]


async def said(call: Call, *pieces: bytes) -> RegistryError:
    """Return what a call makes of an answer that it cannot use."""
    async with register(*pieces) as kanta, RegistryClient(kanta.url, TOKEN) as client:
        with pytest.raises(RegistryError) as caught:
            await call(client)
    return caught.value


class TestCalls:
    """Each call as it goes over the wire, and its answer."""

    async def test_enrolling_trades_a_code_for_an_identity(self) -> None:
        """Without a token, for there is none yet."""
        body = {"kiosk": "k1", "token": TOKEN, "digest_key": bytes(32).hex()}
        async with register(reply(body)) as kanta, RegistryClient(kanta.url, None) as client:
            assert await client.enrol("CODE", "Gate") == Identity("k1", TOKEN, bytes(32))
        (asked,) = kanta.asked
        assert (asked.method, asked.path) == ("POST", "/api/v1/kiosks/enrol")
        assert asked.body == {"code": "CODE", "name": "Gate"}
        assert "authorization" not in asked.headers

    async def test_the_key_is_asked_for_with_the_token(self) -> None:
        """A kiosk that keeps it in memory only does so at each start."""
        body = {"digest_key": bytes(32).hex()}
        async with register(reply(body)) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            assert await client.digest_key() == bytes(32)
        (asked,) = kanta.asked
        assert (asked.method, asked.path) == ("GET", "/api/v1/kiosk/key")
        assert asked.headers["authorization"] == f"bearer {TOKEN}".lower()

    async def test_a_use_is_decided_by_its_digest(self) -> None:
        """No number leaves the kiosk (promise P6); the token says who asks."""
        async with (
            register(reply(write_answer(ACCEPTED))) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            assert await decide(client) == ACCEPTED
        (asked,) = kanta.asked
        assert (asked.method, asked.path) == ("POST", "/api/v1/uses")
        assert asked.headers["authorization"] == f"bearer {TOKEN}"
        assert asked.body == {
            "id": str(USE),
            "digest": DIGEST.hex(),
            "offering": str(ENTRY),
            "party": {"children": 1, "helpers": 0, "supporters": 0},
            "at": "2026-11-24T10:00:00Z",
        }

    async def test_a_refusal_is_an_answer(self) -> None:
        """With its reason; no error."""
        refused = Answer(USE, Outcome.REFUSED, Reason.SEATS_FULL, Party(adults=0), 0)
        async with (
            register(reply(write_answer(refused))) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            assert await decide(client) == refused

    async def test_a_party_is_amended_under_its_use(self) -> None:
        """The party as it now is, so that repeating it is harmless."""
        async with (
            register(reply(write_answer(ACCEPTED))) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            assert await client.amend(USE, Party(2, 1, 0), 1, 5.0) == ACCEPTED
        (asked,) = kanta.asked
        assert (asked.method, asked.path) == ("PUT", f"/api/v1/uses/{USE}/party")
        assert asked.body == {"children": 2, "helpers": 1, "supporters": 0, "revision": 1}

    async def test_a_batch_tells_what_became_of_each_use(self) -> None:
        """Recorded, kept in conflict, or invalid, in the order in which they went."""
        uses = [Use(UUID(int=number), ENTRY, NOON, DIGEST) for number in range(3)]
        body = {
            "results": [
                {"id": str(uses[0].id), "result": "recorded"},
                {"id": str(uses[1].id), "result": "conflict", "reason": "already_used"},
                {"id": str(uses[2].id), "result": "invalid", "detail": "at is in the future"},
            ]
        }
        async with register(reply(body)) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            assert await client.send(uses) == [
                Sent(uses[0].id, Result.RECORDED, ""),
                Sent(uses[1].id, Result.CONFLICT, "already_used"),
                Sent(uses[2].id, Result.INVALID, "at is in the future"),
            ]
        assert kanta.asked[0].body == {"uses": [write_use(use) for use in uses]}

    async def test_a_heartbeat_tells_the_registers_time(self) -> None:
        """And anything else that it may say later (promise P7)."""
        async with (
            register(reply({"now": "2026-11-24T10:00:00Z", "new": 1})) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            answer = await client.heartbeat({"unsent": 3})
        assert answer["now"] == "2026-11-24T10:00:00Z"
        assert kanta.asked[0].body == {"unsent": 3}

    async def test_a_path_before_the_api_is_kept(self) -> None:
        """A register may live below one."""
        async with register(reply({})) as kanta:
            async with RegistryClient(f"{kanta.url}/kanta", TOKEN) as client:
                await client.heartbeat({})
            assert kanta.asked[0].path == "/kanta/api/v1/kiosk/heartbeat"

    async def test_no_proxy_of_the_environment_is_used(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A kiosk talks with its register and with nobody else."""
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        async with register(reply({})) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            assert await client.heartbeat({}) == {}


class TestChanges:
    """The change feed."""

    ROWS: tuple[Row, ...] = (
        CardRow(DIGEST, card()),
        OfferingRow(entry()),
        CursorRow("c1", more=True),
    )

    def lines(self, *rows: Row) -> bytes:
        """Return rows as the register writes them."""
        return b"".join(json.dumps(write_row(row)).encode() + b"\n" for row in rows)

    async def rows(self, *pieces: bytes) -> list[Row]:
        """Return the rows of a page."""
        async with register(*pieces) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            found = await all_changes(client)
        assert kanta.asked[0].path == "/api/v1/kiosk/changes?after=c0"
        return found

    async def test_rows_come_in_their_order_and_end_with_a_cursor(self) -> None:
        """As they are written, one a line."""
        assert await self.rows(*chunked(self.lines(*self.ROWS))) == list(self.ROWS)

    async def test_the_beginning_has_no_cursor(self) -> None:
        """The first fetch of all asks for everything."""
        async with (
            register(*chunked(self.lines(*self.ROWS))) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            assert len([row async for row in client.changes(None)]) == 3
        assert kanta.asked[0].path == "/api/v1/kiosk/changes"

    async def test_a_line_may_come_in_pieces(self) -> None:
        """Wherever the network cuts it."""
        text = self.lines(*self.ROWS)
        pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
        assert await self.rows(*chunked(*pieces)) == list(self.ROWS)

    async def test_it_may_be_compressed(self) -> None:
        """A million cards travel better so."""
        text = gzip.compress(self.lines(*self.ROWS))
        pieces = chunked(text, headers=b"Content-Encoding: gzip\r\n")
        assert await self.rows(*pieces) == list(self.ROWS)

    async def test_rows_of_an_unknown_type_and_empty_lines_are_passed_over(self) -> None:
        """A newer register may send both."""
        text = b'{"type": "later", "seats": 4}\n\n' + self.lines(*self.ROWS)
        assert await self.rows(*chunked(text)) == list(self.ROWS)

    @pytest.mark.parametrize("whole", [True, False], ids=["ended", "cut"])
    async def test_a_page_that_breaks_off_gives_what_came_and_says_so(self, whole: bool) -> None:
        """Without a cursor at its end it was not the whole page."""
        text = self.lines(*self.ROWS[:2])
        found: list[Row] = []
        async with (
            register(*chunked(text, whole=whole)) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            await self.collect(client, found)
        assert found == list(self.ROWS[:2])

    async def collect(self, client: RegistryClient, found: list[Row]) -> None:
        """Collect the rows of a page that fails."""
        changes = client.changes("c0")
        try:
            while True:
                found.append(await anext(changes))
        except UnreachableError:
            return

    async def test_a_page_that_is_cut_within_a_row_says_so(self) -> None:
        """Half a row is none."""
        text = self.lines(*self.ROWS[:2])
        await self.fails(chunked(text[:-20], whole=False))

    async def test_compressed_garbage_says_so(self) -> None:
        """As from a broken proxy."""
        await self.fails(chunked(b"not gzip", headers=b"Content-Encoding: gzip\r\n"))

    @pytest.mark.parametrize(
        "text",
        [
            b"<html>Sign in to the guest network</html>\n",
            b'{"type": "card"}\n',
            b'{"type": "card", "digest": "K7Q2M4XW9RTB"}\n',
            b'{"cursor": 7}\n',
            b"7\n",
            b"\xff\xfe\n",
        ],
    )
    async def test_garbage_says_so_without_repeating_it(self, text: bytes) -> None:
        """A guest network's page is no card (promise P6)."""
        error = await self.fails(chunked(text))
        assert "K7Q2" not in str(error)
        assert "Sign" not in str(error)

    async def fails(self, pieces: list[bytes]) -> RegistryError:
        """Return how a page fails."""
        error = await said(all_changes, *pieces)
        assert isinstance(error, UnreachableError)
        return error


class TestEvents:
    """Server-sent events: something changed, fetch now."""

    async def names(self, *parts: bytes) -> list[str]:
        """Return the names of the events, and "" for a sign of life."""
        async with (
            register(*chunked(*parts)) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            return await all_events(client)

    async def test_events_are_told_by_name(self) -> None:
        """One after the other, until the stream ends."""
        assert await self.names(
            b"event: changed\ndata: {}\n\n", b"event: revoked\ndata: {}\n\n"
        ) == ["changed", "revoked"]

    async def test_a_sign_of_life_is_no_event(self) -> None:
        """Or every quiet quarter of a minute would cost a fetch."""
        names = await self.names(b": still here\n\n", b"event: changed\ndata: 1\n\n", b":\n\n")
        assert [name for name in names if name] == ["changed"]
        assert names.count("") >= 2

    async def test_an_event_may_come_in_pieces(self) -> None:
        """Wherever the network cuts it."""
        assert await self.names(b"eve", b"nt: chan", b"ged\nda", b"ta: 1\n", b"\n") == ["changed"]


class TestFailures:
    """No answer, or none that makes sense: it is tried again later."""

    async def test_a_register_that_is_not_there(self, call: Call) -> None:
        """Nothing listens."""
        async with register() as kanta:
            url = kanta.url
        async with RegistryClient(url, TOKEN) as client:
            with pytest.raises(UnreachableError):
                await call(client)

    async def test_a_name_that_no_one_has(self, call: Call) -> None:
        """Or a network without a name service."""
        async with RegistryClient("http://kanta.invalid", TOKEN) as client:
            with pytest.raises(UnreachableError):
                await call(client)

    @pytest.mark.parametrize(
        "pieces",
        [
            [],
            [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b'{"id'],
            [b"SSH-2.0-OpenSSH_9.2\r\n"],
            [reply(b"<html>Sign in</html>", kind="text/html")],
            [reply(b"")],
            [reply([1, 2])],
            [reply("yes")],
            [reply({})],
            [reply(b"\xff\xfe")],
            [reply(b"\x00" * 50)],
            [b"HTTP/1.1 204 No Content\r\n\r\n"],
        ],
        ids=[
            "hangs up",
            "broken off",
            "another protocol",
            "a page",
            "nothing",
            "a list",
            "a word",
            "an empty object",
            "no text",
            "zeros",
            "no content",
        ],
    )
    @pytest.mark.parametrize("name", ["enrol", "decide", "amend", "send", "changes"])
    async def test_an_answer_that_makes_no_sense(self, name: str, pieces: list[bytes]) -> None:
        """A guest network, a wrong address, a proxy in between."""
        assert type(await said(CALLS[name], *pieces)) is UnreachableError

    @pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"[]", b"7", b"\xff"])
    async def test_a_heartbeat_is_answered_by_an_object(self, body: bytes) -> None:
        """Whatever is in it."""
        assert type(await said(CALLS["heartbeat"], reply(body))) is UnreachableError

    @pytest.mark.parametrize(
        "status", ["500 Internal Server Error", "502 Bad Gateway", "504 Gateway Timeout"]
    )
    async def test_a_register_that_fails_may_fail_at_this_alone(
        self, call: Call, status: str
    ) -> None:
        """It passes too, but another question may be answered."""
        error = await said(call, problem(status, detail="Not now"))
        assert type(error) is FailedError
        assert isinstance(error, UnreachableError)
        assert "Not now" in str(error)

    @pytest.mark.parametrize(
        "status",
        [
            "301 Moved Permanently",
            "302 Found",
            "408 Request Timeout",
            "429 Too Many Requests",
            "503 Service Unavailable",
        ],
    )
    async def test_a_status_that_passes(self, call: Call, status: str) -> None:
        """With the words of the problem, where there are any."""
        error = await said(call, problem(status, detail="Not now"))
        assert type(error) is UnreachableError
        assert str(error) == "Not now"
        error = await said(call, reply(b"<html>", status, "text/html"))
        assert type(error) is UnreachableError
        assert str(error) == f"HTTP {status[:3]}"

    async def test_a_page_of_a_proxy_is_no_refusal(self, call: Call) -> None:
        """A 403 or 404 that is no problem of the register's says nothing of the use (P1)."""
        for status in ("403 Forbidden", "404 Not Found"):
            error = await said(call, reply(b"<html>", status, "text/html"))
            assert type(error) is UnreachableError

    async def test_a_register_that_is_silent_is_not_waited_for_longer_than_the_budget(
        self,
    ) -> None:
        """A visitor is waiting."""
        loop = asyncio.get_running_loop()
        async with (
            register(silent=True) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            begun = loop.time()
            with pytest.raises(UnreachableError, match="timed out"):
                await decide(client, budget=0.1)
            assert loop.time() - begun < 1.0
            with pytest.raises(UnreachableError):
                await client.amend(USE, ALONE, 1, 0.1)

    async def test_a_register_that_dribbles_is_not_waited_for_either(self) -> None:
        """The budget is for the whole answer, not for each byte of it."""
        body = reply(write_answer(ACCEPTED))
        pieces = [body[start : start + 1] for start in range(len(body))]
        async with register(*pieces) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            with pytest.raises(UnreachableError, match="timed out"):
                await decide(client, budget=0.2)

    async def test_cancelling_is_no_failure(self) -> None:
        """The kiosk is stopping."""
        async with (
            register(silent=True) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            waiting = asyncio.create_task(client.heartbeat({}))
            while not kanta.asked:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting


def lower_errors() -> list[type[Exception]]:
    """Return every error that the HTTP library can raise."""
    found: list[type[Exception]] = []
    waiting: list[type[Exception]] = [httpx.HTTPError, httpx.StreamError, httpx.InvalidURL]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(set(found), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", lower_errors(), ids=lambda kind: str(kind.__name__))
async def test_every_error_of_the_library_is_translated(call: Call, kind: type[Exception]) -> None:
    """Nothing of it gets past; its words, which may hold an address, are not repeated."""

    def fail(request: httpx.Request) -> httpx.Response:
        error = kind.__new__(kind)
        Exception.__init__(error, f"of {TOKEN} at {request.url}")
        raise error

    async with RegistryClient(
        "http://kanta.example", TOKEN, transport=httpx.MockTransport(fail)
    ) as client:
        with pytest.raises(UnreachableError) as caught:
            await call(client)
    told = str(caught.value)
    assert " " in told
    assert not any(part in told for part in (kind.__name__, TOKEN, "kanta"))


class TestRefusals:
    """The register understood and said no."""

    @pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found"])
    async def test_a_problem_is_told_in_its_words(self, call: Call, status: str) -> None:
        """With HTTP's status beside them."""
        error = await said(call, problem(status, detail="The code has been used"))
        assert isinstance(error, RejectedError)
        assert (error.status, str(error)) == (int(status[:3]), "The code has been used")

    async def test_a_problem_without_detail_is_told_by_its_title(self) -> None:
        """Some word is better than none."""
        error = await said(CALLS["enrol"], problem("404 Not Found"))
        assert str(error) == "No"

    async def test_a_revoked_kiosk_is_told_so(self, call: Call) -> None:
        """By whatever call it learns it first (promise P6)."""
        error = await said(call, problem("401 Unauthorized", code="revoked", detail="Revoked"))
        assert type(error) is RevokedError

    @pytest.mark.parametrize("code", [None, "unknown_token", "", 7])
    async def test_a_token_that_is_merely_unknown_revokes_nothing(
        self, call: Call, code: object
    ) -> None:
        """A register put back from an old backup must not wipe its kiosks (promise P1)."""
        error = await said(call, problem("401 Unauthorized", code=code))
        assert type(error) is TokenRefusedError
        error = await said(call, reply(b"<html>", "401 Unauthorized", "text/html"))
        assert type(error) is UnreachableError  # a proxy's

    async def test_only_a_401_revokes(self, call: Call) -> None:
        """The word alone does not."""
        error = await said(call, problem("403 Forbidden", code="revoked"))
        assert not isinstance(error, RevokedError)


class TestAnswersThatDoNotFit:
    """A whole and valid answer, but not to what was asked."""

    @pytest.mark.parametrize("name", ["decide", "amend"])
    async def test_an_answer_about_another_use_is_none(self, name: str) -> None:
        """Nobody is let in on another's answer."""
        other = Answer(OTHER, Outcome.ACCEPTED, None, ALONE, None)
        error = await said(CALLS[name], reply(write_answer(other)))
        assert type(error) is UnreachableError

    @pytest.mark.parametrize(
        "results",
        [
            [],
            [{"id": str(OTHER), "result": "recorded"}],
            [{"id": str(USE), "result": "recorded"}] * 2,
            [{"id": str(USE), "result": "perhaps"}],
            [{"id": str(USE)}],
            [{"result": "recorded"}],
            ["recorded"],
            [None],
            None,
            "recorded",
        ],
    )
    async def test_a_batch_that_is_not_answered_use_by_use_is_sent_again(
        self, results: object
    ) -> None:
        """Nothing is marked as sent on a guess (promise P1)."""
        error = await said(CALLS["send"], reply({"results": results}))
        assert type(error) is UnreachableError

    @pytest.mark.parametrize(
        "change", [{"digest_key": "zz"}, {"digest_key": "00"}, {"digest_key": 7}, {"token": ...}]
    )
    async def test_half_an_identity_is_none(self, change: dict[str, object]) -> None:
        """It would be found spoiled at the next start."""
        body = {"kiosk": "k1", "token": TOKEN, "digest_key": bytes(32).hex(), **change}
        whole = {key: value for key, value in body.items() if value is not ...}
        error = await said(CALLS["enrol"], reply(whole))
        assert type(error) is UnreachableError
        assert TOKEN not in str(error)

    @pytest.mark.parametrize("key", ["zz", "00", 7, None])
    async def test_half_a_key_is_none(self, key: object) -> None:
        """Under it no card would be known."""
        error = await said(lambda client: client.digest_key(), reply({"digest_key": key}))
        assert type(error) is UnreachableError

    async def test_an_answer_that_leaves_something_out_is_none(self) -> None:
        """Whichever field."""
        whole = write_answer(ACCEPTED)
        for field in ("id", "outcome", "admitted"):
            body = {key: value for key, value in whole.items() if key != field}
            assert type(await said(decide, reply(body))) is UnreachableError


DEEP = {"lists": b"[" * 200_000, "objects": b'{"a":' * 40_000}
OPEN = b"HTTP/1.1 200 OK\r\n\r\n"


class TestWhateverBytes:
    """A guest network or another service: it ends no kiosk, and fills no memory."""

    @pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
    @pytest.mark.parametrize("name", [name for name in CALLS if name != "events"])
    async def test_what_nests_without_end_is_no_answer(self, name: str, body: bytes) -> None:
        """Whichever call it answers."""
        assert type(await said(CALLS[name], reply(body))) is UnreachableError

    @pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
    async def test_an_event_that_nests_without_end_is_told_without_its_rows(
        self, body: bytes
    ) -> None:
        """The fetch that it asks for brings them."""
        parts = (b"event: changed\ndata: ", body, b"\n\n")
        async with register(*chunked(*parts)) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            assert [(told.name, told.rows) async for told in client.events()] == [("changed", ())]

    async def test_text_is_made_safe_for_a_file_and_a_log(self) -> None:
        """Half a surrogate pair and a NUL go into neither; words to people are short and plain."""
        detail = "\ud800 \0\x1b[2J" + "x" * 10_000
        error = await said(decide, problem("400 Bad Request", detail=detail))
        words = str(error).encode().decode()
        assert words.isprintable()
        assert len(words) < 1000
        body = {"results": [{"id": str(USE), "result": "invalid", "detail": "\ud800\0 late"}]}
        async with register(reply(body)) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            (sent,) = await client.send([Use(USE, ENTRY, NOON, DIGEST)])
        assert sent.detail.encode().endswith(b" late")
        assert "\0" not in sent.detail
        pieces = chunked(b'{"cursor": "\\ud800\\u0000"}\n')
        async with register(*pieces) as kanta, RegistryClient(kanta.url, TOKEN) as client:
            (row,) = await all_changes(client)
        assert row == CursorRow("\N{REPLACEMENT CHARACTER}" * 2)

    @pytest.mark.parametrize("token", ["a\nb", "\xe4", 7])
    async def test_a_token_that_fits_no_header_is_none(self, token: object) -> None:
        """Nor would it come back from the disk."""
        body = {"kiosk": "k1", "token": token, "digest_key": bytes(32).hex()}
        assert type(await said(CALLS["enrol"], reply(body))) is UnreachableError

    async def test_an_answer_without_end_is_broken_off(self, call: Call) -> None:
        """Long before it fills the memory."""
        async with (
            register(OPEN, b"x" * 65_536, endless=0.0) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            with pytest.raises(UnreachableError, match=r"no answer of the register: .* too long"):
                await asyncio.wait_for(call(client), 10.0)

    async def test_a_page_without_end_is_broken_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rows that nobody knows would go on for ever."""
        monkeypatch.setattr("kiosk.registry.MOST_ROWS", 1000)
        async with (
            register(OPEN, b"{}\n" * 500, endless=0.0) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            with pytest.raises(UnreachableError, match="does not end"):
                await asyncio.wait_for(all_changes(client), 10.0)

    @pytest.mark.parametrize("head", [b"", OPEN], ids=["head", "body"])
    @pytest.mark.parametrize("name", ["enrol", "send", "heartbeat", "changes", "events"])
    async def test_an_answer_that_drips_is_not_waited_for(
        self, name: str, head: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each byte comes in time, and the whole never."""
        for limit in ("LONGEST_CALL", "LONGEST_BATCH", "LONGEST_ROW", "LONGEST_SILENCE"):
            monkeypatch.setattr(f"kiosk.registry.{limit}", 0.3)
        async with (
            register(head, b"H", endless=0.02) as kanta,
            RegistryClient(kanta.url, TOKEN) as client,
        ):
            with pytest.raises(UnreachableError):
                await asyncio.wait_for(CALLS[name](client), 5.0)

    async def test_a_coding_within_a_coding_is_not_unfolded(self, call: Call) -> None:
        """A few bytes could become any number of them."""
        twice = gzip.compress(gzip.compress(b"{}\n"))
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n"
        error = await said(call, head % len(twice) + twice)
        assert "coding" in str(error)


async def test_many_calls_share_a_few_connections() -> None:
    """A slow feed does not keep a scan from being answered."""

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        if request.url.path.endswith("changes"):
            await asyncio.sleep(1.0)
        return httpx.Response(200, json=write_answer(ACCEPTED))

    async with RegistryClient(
        "http://kanta.example", TOKEN, transport=httpx.MockTransport(answer)
    ) as client:
        feed = asyncio.create_task(all_changes(client))
        await asyncio.sleep(0)
        assert await asyncio.gather(*(decide(client) for _ in range(5))) == [ACCEPTED] * 5
        assert not feed.done()
        feed.cancel()
        await asyncio.gather(feed, return_exceptions=True)


async def test_an_authority_of_the_machine_certifies_a_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a town's own, beside those that came along: in OpenSSL's folder, wherever that is."""
    if shutil.which("openssl") is None:
        leave_out("openssl", "apt-get install openssl")
    authority = Authority(tmp_path, "127.0.0.1")
    indexing = await asyncio.create_subprocess_exec("openssl", "rehash", str(tmp_path))
    assert await indexing.wait() == 0
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with relay(free_port()) as door:
        door.receive(authority.receive(Certificate.VALID))
        async with RegistryClient(f"https://127.0.0.1:{door.port}", TOKEN) as client:
            with pytest.raises(UnreachableError) as caught:
                await client.find()
    assert type(caught.value) is UnreachableError  # nothing is behind the relay


@pytest.mark.parametrize("certificate", list(Certificate))
async def test_a_certificate_that_is_not_valid_is_told_as_that(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What staff are to mend then is the register's certificate, or the kiosk's clock."""
    if shutil.which("openssl") is None:
        leave_out("openssl", "apt-get install openssl")
    authority = Authority(tmp_path, "127.0.0.1")
    monkeypatch.setattr(certifi, "where", lambda: str(authority.root))
    why = {
        Certificate.VALID: "was closed by the other side|broke off",
        Certificate.EXPIRED: "certificate is not valid: certificate has expired",
        Certificate.UNTRUSTED: "certificate is not valid: unable to get local issuer",
        Certificate.ANOTHERS: "certificate is not valid: IP address mismatch",
    }
    with relay(free_port()) as door:
        door.receive(authority.receive(certificate))
        async with RegistryClient(f"https://127.0.0.1:{door.port}", TOKEN) as client:
            with pytest.raises(UnreachableError, match=why[certificate]) as caught:
                await client.find()
    is_valid = certificate is Certificate.VALID
    assert type(caught.value) is (UnreachableError if is_valid else UntrustedError)
