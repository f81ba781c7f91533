"""A register that says exactly what a test wants over a socket: whole, broken off or never."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Register:
    """A listener that answers every request with the same pieces of bytes.

    Between two pieces it waits a moment, so that they come apart. ``silent`` never answers, and
    ``endless`` says the last piece again and again, after a pause of so many seconds each.
    """

    pieces: Sequence[bytes] = ()
    silent: bool = False
    endless: float | None = None
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    answering: set[asyncio.Task[Any]] = field(default_factory=set)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        task = asyncio.current_task()
        assert task is not None
        self.answering.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(Asked(method, path, headers, json.loads(body) if body else None))
            if self.silent:
                await self.over.wait()
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
            while self.endless is not None and not self.over.is_set():
                writer.write(self.pieces[-1])
                await writer.drain()
                await asyncio.sleep(self.endless)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def register(
    *pieces: bytes, silent: bool = False, endless: float | None = None
) -> AsyncIterator[Register]:
    """Listen on a free port of the loopback."""
    kanta = Register(pieces, silent, endless)
    server = await asyncio.start_server(kanta.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    kanta.url = f"http://127.0.0.1:{port}"
    try:
        yield kanta
    finally:
        kanta.over.set()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*kanta.answering)


def reply(body: object, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """Return a whole reply; a body that is not bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + content


def problem(status: str, **members: object) -> bytes:
    """Return a refusal as RFC 9457 writes it."""
    return reply({"title": "No", **members}, status, "application/problem+json")


def chunked(*parts: bytes, whole: bool = True, headers: bytes = b"") -> list[bytes]:
    """Return a streamed reply; one that is not whole breaks off."""
    head = b"HTTP/1.1 200 OK\r\n" + headers + b"Transfer-Encoding: chunked\r\n\r\n"
    pieces = [head, *(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)]
    return [*pieces, b"0\r\n\r\n"] if whole else pieces
