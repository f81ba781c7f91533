"""What went wrong on the way to the register is told in words, and without the address."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from kiosk.registry import RegistryClient, UnreachableError
from kiosk.transport import in_words
from tests.e2e.house import free_port
from tests.kiosk.replies import register, reply

pytestmark = pytest.mark.anyio

CLOSED = "the connection was closed by the other side"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def after(error: BaseException, cause: BaseException) -> BaseException:
    """Return an error that another one has caused."""
    error.__cause__ = cause
    return error


def plain_ssl_error() -> ssl.SSLError:
    """Return what is raised where the other side speaks no TLS."""
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectTimeout("x"), "timed out while connecting"),
        (httpx.ReadTimeout("x"), "timed out while reading the answer"),
        (httpx.WriteTimeout("x"), "timed out while sending"),
        (TimeoutError(), "timed out: no whole answer came in time"),
        (
            after(httpx.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "x")),
            "its name was not found",
        ),
        (
            after(httpx.ConnectError("x"), socket.gaierror(socket.EAI_AGAIN, "x")),
            "its name cannot be looked up: no name server answers",
        ),
        (
            after(
                httpx.ConnectError("x"),
                ExceptionGroup("x", [OSError(errno.ENETUNREACH, "to 10.0.0.1"), OSError("x")]),
            ),
            "there is no way to it: no network, or another one",
        ),
        (after(httpx.ReadError(""), ConnectionResetError(errno.ECONNRESET, "x")), CLOSED),
        (after(httpx.ConnectError("x"), OSError(errno.EMFILE, "x")), "Too many open files"),
        (
            after(httpx.ConnectError("x"), plain_ssl_error()),
            "no secure connection can be made: wrong version number",
        ),
        (httpx.ReadError(""), "the connection broke off while the answer was read"),
        (httpx.ConnectError(""), "the connection could not be made"),
    ],
    ids=lambda each: each.replace(" ", "-") if isinstance(each, str) else "",
)
def test_each_error_is_told_by_its_cause(error: BaseException, words: str) -> None:
    """As an operator would say it."""
    assert in_words(error) == words


@asynccontextmanager
async def listener(talk: Talk, tls: bool = False) -> AsyncIterator[str]:
    """Listen on a free port and do something with each connection; give the address."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http{'s' if tls else ''}://127.0.0.1:{port}"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the question, and close without an answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the question, and break the connection off."""
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def another(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as another service does, whatever comes."""
    await reader.read(4096)
    writer.write(b"220 mail\r\n\r\n")
    await writer.drain()
    writer.close()


async def said(url: str) -> str:
    """Return what is told of a register at an address."""
    async with RegistryClient(url, "token") as client:
        with pytest.raises(UnreachableError) as caught:
            await client.heartbeat({})
    return str(caught.value)


async def test_a_port_at_which_nothing_listens() -> None:
    """The register's program does not run."""
    told = await said(f"http://127.0.0.1:{free_port()}")
    assert told == "the connection was refused: nothing listens there"


async def test_a_name_that_there_is_not() -> None:
    """Where there is no name server either, it says that."""
    told = await said("http://no-such-register.invalid")
    assert told in (
        "its name was not found",
        "its name cannot be looked up: no name server answers",
    )


async def test_a_register_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call and is silent."""
    monkeypatch.setattr("kiosk.registry.LONGEST_CALL", 0.1)
    async with register(silent=True) as kanta:
        assert await said(kanta.url) == "timed out: no whole answer came in time"


@pytest.mark.parametrize("talk", [hang_up, reset])
async def test_a_register_that_closes_the_connection(talk: Talk) -> None:
    """As one that is being restarted."""
    async with listener(talk) as url:
        assert await said(url) in (CLOSED, "the connection broke off while the answer was read")


async def test_an_answer_that_breaks_off() -> None:
    """Half of it is none."""
    async with register(reply({"now": "2026"})[:-3]) as kanta:
        assert await said(kanta.url) == CLOSED


@pytest.mark.parametrize(
    ("tls", "words"),
    [(False, "what answers there does not speak HTTP"), (True, "no secure connection can be made")],
)
async def test_another_service(tls: bool, words: str) -> None:
    """At the register's address is what is no register."""
    async with listener(another, tls) as url:
        assert (await said(url)).startswith(words)
