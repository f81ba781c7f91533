"""What went wrong on the way to the register, in words for people.

The words are ours: those of the libraries may hold an address.
"""

import errno
import os
import socket
import ssl
from collections.abc import Iterator

import httpx

_CLOSED = "the connection was closed by the other side"
_NO_WAY = "there is no way to it: no network, or another one"

_OF_THE_SYSTEM = {
    errno.ECONNREFUSED: "the connection was refused: nothing listens there",
    errno.ECONNRESET: _CLOSED,
    errno.ECONNABORTED: _CLOSED,
    errno.EPIPE: _CLOSED,
    errno.ETIMEDOUT: "timed out while connecting",
    errno.ENETUNREACH: _NO_WAY,
    errno.EHOSTUNREACH: _NO_WAY,
    errno.ENETDOWN: _NO_WAY,
}


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came of, the outermost first."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from causes(each)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from causes(cause)


def in_words(error: BaseException) -> str:
    """Return what went wrong, as somebody at the kiosk can look into it."""
    match error:
        case httpx.ConnectTimeout():
            return "timed out while connecting"
        case httpx.ReadTimeout():
            return "timed out while reading the answer"
        case httpx.WriteTimeout():
            return "timed out while sending"
        case httpx.PoolTimeout():
            return "timed out while other calls were waited for"
        case httpx.TimeoutException() | TimeoutError():
            return "timed out: no whole answer came in time"
        case httpx.RemoteProtocolError():
            text = str(error)  # of the library's own; it has no other sign
            is_closed = "disconnected" in text or "closed connection" in text
            return _CLOSED if is_closed else "what answers there does not speak HTTP"
        case httpx.DecodingError():
            return "the answer cannot be unpacked"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "the address is none that can be called"
        case httpx.LocalProtocolError():
            return "the question could not be put as HTTP"
    told = (_of_the_system(cause) for cause in causes(error))
    return next((words for words in told if words), _OTHERWISE.get(type(error), "the call failed"))


_OTHERWISE: dict[type[BaseException], str] = {
    httpx.ConnectError: "the connection could not be made",
    httpx.ReadError: "the connection broke off while the answer was read",
    httpx.WriteError: "the connection broke off while sending",
    httpx.CloseError: "the connection broke off",
}


def _of_the_system(error: BaseException) -> str | None:
    match error:
        case socket.gaierror(errno=number):
            if number == socket.EAI_AGAIN:
                return "its name cannot be looked up: no name server answers"
            return "its name was not found"
        case ssl.SSLEOFError():
            return _CLOSED
        case ssl.SSLError(reason=reason):
            what = f": {reason.replace('_', ' ').lower()}" if reason else ""
            return f"no secure connection can be made{what}"
        case OSError(errno=int(number)):
            return _OF_THE_SYSTEM.get(number) or os.strerror(number)
    return None
