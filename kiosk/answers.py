"""Whatever bytes an answer has: read within limits, and its text made safe, here and once.

At the register's address may be a guest network's page, another service, or nothing that ends.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx

LARGEST = 1 << 20
"""Bytes of a whole answer; the largest is about a batch of uses, some ten thousands."""

LONGEST_LINE = 1 << 18
"""Bytes of a line of a stream; an offering has a few thousands."""

LONGEST_WORDS = 300
"""Characters that are kept of what the register says for people to read."""

_UNSAFE = re.compile("[\0\ud800-\udfff]")  # what neither SQLite nor UTF-8 takes


class NoAnswerError(Exception):
    """The bytes are no answer; the message says why and repeats none of them."""


async def read_body(reply: httpx.Response) -> bytes:
    """Return an answer that is as short as those of the register are."""
    _check_coding(reply)
    body = bytearray()
    async for piece in reply.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise NoAnswerError("it is too long")
    return bytes(body)


async def lines(reply: httpx.Response, patience: float) -> AsyncIterator[bytes]:
    """Yield each whole line; one that holds something must come within ``patience`` seconds.

    The time that is spent between two lines is not counted.
    """
    _check_coding(reply)
    loop = asyncio.get_running_loop()
    pieces = reply.aiter_bytes()
    rest = bytearray()
    due = loop.time() + patience
    while True:
        try:
            async with asyncio.timeout_at(due):
                piece = await anext(pieces)
        except StopAsyncIteration:
            break
        rest += piece
        whole: list[bytearray] = []
        if b"\n" in piece:
            *whole, rest = rest.split(b"\n")
        for line in whole:
            _check_length(line)
            yield bytes(line).removesuffix(b"\r")
        _check_length(rest)
        if any(whole):
            due = loop.time() + patience
    if rest:
        yield bytes(rest)


def read_json(content: bytes) -> Any:
    """Return what the bytes say, its text safe for a file and a log."""
    try:
        text = content.decode()
        value = json.loads(text)
        return _safe(value) if "\\u" in text else value  # bytes that are UTF-8 hold none as such
    except (ValueError, RecursionError):
        raise NoAnswerError("it is not JSON") from None


def safe_words(value: object) -> str:
    """Return a printable beginning of what should be words for people; "" where they are none."""
    if not isinstance(value, str):
        return ""
    return "".join(
        character if character.isprintable() else " " for character in value[:LONGEST_WORDS]
    )


def _safe(value: Any) -> Any:
    match value:
        case str():
            return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", value)
        case list():
            return [_safe(each) for each in value]
        case dict():
            return {_safe(key): _safe(each) for key, each in value.items()}
        case _:
            return value


def _check_coding(reply: httpx.Response) -> None:
    """Pass no coding within a coding: a few bytes of it can unfold without end."""
    if reply.headers.get("content-encoding", "identity").lower() not in ("gzip", "identity"):
        raise NoAnswerError("its coding was not asked for")


def _check_length(line: bytearray) -> None:
    if len(line) > LONGEST_LINE:
        raise NoAnswerError("a line is too long")
