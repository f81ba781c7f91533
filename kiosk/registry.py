"""The register as the kiosk calls it: over HTTP, with the kiosk's token.

Errors, all :class:`RegistryError`:

- :class:`UnreachableError`: no answer, or none that makes sense; try again later;
- :class:`RejectedError`: the register understood and said no, with its problem's words;
- :class:`RevokedError`: the register no longer takes this kiosk for its own.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import httpx

from kaiku.digest import KEY_SIZE
from kaiku.party import Party
from kaiku.wire import (
    Answer,
    Result,
    Row,
    Use,
    WireError,
    read_answer,
    read_row,
    write_fee,
    write_instant,
    write_party,
    write_use,
)
from kiosk.answers import NoAnswerError, lines, read_body, read_json, safe_words
from kiosk.desk import Ask
from kiosk.identity import Identity
from kiosk.transport import causes, in_words

LONGEST_CALL = 15.0
"""Seconds that a call may take where it has no budget of its own."""

LONGEST_BATCH = 30.0
"""Seconds that a batch of uses may take."""

LONGEST_SILENCE = 40.0
"""Seconds: the register sends something on the stream of events at least every 15."""

LONGEST_ROW = 30.0
"""Seconds that a row of the change feed may take."""

MOST_ROWS = 5_000_000
"""Rows of a page: the register ends one after fifty thousand, unless it was told otherwise."""

SENSELESS = "answers what is no answer of the register"
"""What is told of whatever else is at the address: a guest network's page, another service."""


class RegistryError(Exception):
    """The register could not be used; the message says how, without card numbers or tokens."""


class UnreachableError(RegistryError):
    """The register gave no answer, or none that makes sense."""


class TokenRefusedError(UnreachableError):
    """The register does not take the kiosk's token; people mend that."""


class UntrustedError(UnreachableError):
    """The register's certificate is not valid; people mend that."""


class FailedError(UnreachableError):
    """The register failed at what was asked of it; it may be at this alone."""


class RejectedError(RegistryError):
    """The register said no; ``status`` is HTTP's."""

    def __init__(self, status: int, words: str) -> None:
        """Keep the status beside the words."""
        super().__init__(words)
        self.status = status


class RevokedError(RegistryError):
    """The register has revoked this kiosk."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one use of a batch."""

    id: UUID
    result: Result
    detail: str


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the register's; ``rows`` are cards that changed, so urgent that it names them."""

    name: str
    rows: tuple[Row, ...] = ()


class RegistryClient:
    """The calls of one kiosk. Use as an asynchronous context manager."""

    def __init__(
        self, url: str, token: str | None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Take the register's address and the kiosk's token; ``transport`` is for tests."""
        headers = {"User-Agent": "kaikuportti", "Accept-Encoding": "gzip"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.AsyncClient(
            base_url=url,
            headers=headers,
            timeout=httpx.Timeout(30.0, connect=5.0),
            limits=httpx.Limits(max_connections=6, keepalive_expiry=60.0),
            transport=transport,
            verify=_trusted(),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Open the connections' pool."""
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def enrol(self, code: str, name: str) -> Identity:
        """Trade a one-time code for an identity."""
        body = await self._call("POST", "/api/v1/kiosks/enrol", {"code": code, "name": name})
        try:
            return Identity(_word(body["kiosk"]), _word(body["token"]), _key(body))
        except KeyError:
            raise UnreachableError(SENSELESS) from None

    async def digest_key(self) -> bytes:
        """Return the key of the card digests."""
        return _key(await self._call("GET", "/api/v1/kiosk/key"))

    async def decide(self, ask: Ask, budget: float) -> Answer:
        """Have the register decide and record a use, within ``budget`` seconds."""
        body = {
            "id": str(ask.use),
            "digest": ask.digest.hex(),
            "offering": str(ask.offering),
            "party": write_party(ask.party),
            "at": write_instant(ask.at),
        }
        if ask.fee is not None:
            body["fee"] = write_fee(ask.fee)
        if ask.members is not None:
            body["group"] = {"members": [{"digest": member.hex()} for member in ask.members]}
        return _answer(ask.use, await self._call("POST", "/api/v1/uses", body, budget))

    async def amend(self, use: UUID, party: Party, after: int, budget: float) -> Answer:
        """Have the register decide the party of a use anew, within ``budget`` seconds.

        ``after`` is the journal's revision of what stood before the question.
        """
        path = f"/api/v1/uses/{use}/party"
        body = {**write_party(party), "revision": after}
        return _answer(use, await self._call("PUT", path, body, budget))

    async def send(self, uses: Sequence[Use]) -> list[Sent]:
        """Hand over what was decided here; return what became of each, in order."""
        body = await self._call(
            "POST", "/api/v1/uses/batch", {"uses": [write_use(use) for use in uses]}, LONGEST_BATCH
        )
        try:
            sent = [
                Sent(
                    UUID(item["id"]),
                    Result(item["result"]),
                    safe_words(item.get("detail")) or safe_words(item.get("reason")),
                )
                for item in body["results"]
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UnreachableError(SENSELESS) from None
        if [item.id for item in sent] != [use.id for use in uses]:
            raise UnreachableError("the register answered about other uses than were sent")
        return sent

    async def changes(self, after: str | None) -> AsyncIterator[Row]:
        """Yield the rows of the change feed since a cursor; the last is a cursor row.

        A page that breaks off is :class:`UnreachableError`, after the rows that came.
        """
        query = {} if after is None else {"after": after}
        ended = False
        count = 0
        async with self._stream("/api/v1/kiosk/changes", query) as reply:
            async for line in lines(reply, LONGEST_ROW):
                if not line:
                    continue
                count += 1
                if count > MOST_ROWS:
                    raise UnreachableError("a page of the change feed does not end")
                data = _object(line)
                try:
                    row = read_row(data)
                except WireError:
                    raise UnreachableError("a row of the change feed makes no sense") from None
                ended = "cursor" in data
                if row is not None:
                    yield row
        if not ended:
            raise UnreachableError("the change feed broke off")

    async def events(self) -> AsyncIterator[Told]:
        """Yield each server-sent event, and a nameless one for a sign of life; end when it ends."""
        async with self._stream("/api/v1/kiosk/events", {}) as reply:
            name, text = b"", b""
            async for line in lines(reply, LONGEST_SILENCE):
                if line.startswith(b"event:"):
                    name = line.removeprefix(b"event:").strip()
                elif line.startswith(b"data:"):
                    text = line.removeprefix(b"data:")
                elif not line:
                    yield Told(name.decode(errors="replace"), _rows(text))
                    name, text = b"", b""

    async def find(self) -> None:
        """Return once something at the address has answered as a register does."""
        await self._call("GET", "/health")

    async def heartbeat(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Tell the register how the kiosk does; return its answer, which holds its instant."""
        return await self._call("POST", "/api/v1/kiosk/heartbeat", body)

    async def return_lease(self, lease: UUID, unsent: int) -> None:
        """Give a lease back, but for the seats of uses that are still to be sent."""
        await self._call("POST", f"/api/v1/kiosk/leases/{lease}/return", {"unsent": unsent})

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        budget: float | None = None,
    ) -> Mapping[str, Any]:
        with _translated():
            async with (
                asyncio.timeout(budget or LONGEST_CALL),
                self._http.stream(method, path, json=body) as reply,
            ):
                content = await read_body(reply)
        _check(reply.status_code, content)
        return _object(content)

    @asynccontextmanager
    async def _stream(self, path: str, query: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """Give an answer that goes on; it has begun, or said no, in the time of a call."""
        with _translated():
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(LONGEST_CALL):
                    streaming = self._http.stream("GET", path, params=query, timeout=_PATIENT)
                    reply = await stack.enter_async_context(streaming)
                    refused = reply.status_code != httpx.codes.OK
                    content = await read_body(reply) if refused else b""
                if refused:
                    _check(reply.status_code, content)
                    raise UnreachableError(SENSELESS)
                yield reply


_PATIENT = httpx.Timeout(LONGEST_SILENCE + LONGEST_CALL, connect=5.0)
"""For an answer whose time is kept line by line."""


def _trusted() -> ssl.SSLContext:
    """Return what certifies a register: the authorities that came along, and the machine's own.

    Those are looked up in OpenSSL's folder as they are needed; its file would take time to read.
    """
    context = httpx.create_ssl_context(trust_env=False)
    folder = ssl.get_default_verify_paths().capath
    if folder is not None:
        context.load_verify_locations(capath=folder)
    return context


class _translated:  # noqa: N801  reads as a with-clause
    """Turns every error of the HTTP library into ours."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise :class:`UnreachableError` in place of what the library raised."""
        if isinstance(error, httpx.HTTPError | httpx.StreamError | httpx.InvalidURL | TimeoutError):
            raise _unreachable(error) from None
        if isinstance(error, NoAnswerError):
            raise UnreachableError(f"{SENSELESS}: {error}") from None


def _unreachable(error: BaseException) -> UnreachableError:
    """Return what went wrong: of a certificate why it is not taken, for that people can mend."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message
            return UntrustedError(f"the register's certificate is not valid: {why}")
    return UnreachableError(in_words(error))


def _check(status: int, content: bytes) -> None:
    """Raise what a reply's status means, unless it is a success."""
    if httpx.codes.is_success(status):
        return
    try:
        problem = _object(content)
    except UnreachableError:
        problem = {}
    told = safe_words(problem.get("detail")) or safe_words(problem.get("title"))
    words = told or f"HTTP {status}"
    if status == httpx.codes.UNAUTHORIZED and problem.get("code") == "revoked":
        raise RevokedError(words)
    if status == httpx.codes.UNAUTHORIZED and problem:  # put back from an old backup, perhaps
        raise TokenRefusedError(words)
    if httpx.codes.is_client_error(status) and problem and status not in _PASSING:
        raise RejectedError(status, words)
    if httpx.codes.is_server_error(status) and status != httpx.codes.SERVICE_UNAVAILABLE:
        raise FailedError(words)
    raise UnreachableError(words)


_PASSING = {
    httpx.codes.REQUEST_TIMEOUT,
    httpx.codes.TOO_MANY_REQUESTS,
}


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        body = read_json(content)
    except NoAnswerError:
        body = None
    if not isinstance(body, dict):
        raise UnreachableError(SENSELESS)
    return body


def _word(value: object) -> str:
    """Return what is fit for a header and a file."""
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise UnreachableError(SENSELESS)
    return value


def _key(body: Mapping[str, Any]) -> bytes:
    try:
        key = bytes.fromhex(body["digest_key"])
    except (KeyError, TypeError, ValueError):
        raise UnreachableError(SENSELESS) from None
    if len(key) != KEY_SIZE:
        raise UnreachableError("the register's digest key is of another size than ours")
    return key


def _rows(text: bytes) -> tuple[Row, ...]:
    """Read the rows in an event; what makes no sense comes again with the next fetch."""
    try:
        found = [read_row(row) for row in read_json(text)["rows"]]
    except (WireError, NoAnswerError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(row for row in found if row is not None)


def _answer(use: UUID, body: Mapping[str, Any]) -> Answer:
    try:
        answer = read_answer(body)
    except WireError:
        raise UnreachableError(SENSELESS) from None
    if answer.id != use:
        raise UnreachableError("the register answered about another use than was asked")
    return answer
