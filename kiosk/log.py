"""The kiosk's log: JSON lines on standard error, one event each, never a card number."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from kiosk.quieting import Quieting, Told

Listener = Callable[[str, Mapping[str, Any]], None]

LOOK_EVERY = 5.0
"""Seconds between two looks for what was held back and is due."""

_listeners: list[Listener] = []
_quieting: Quieting | None = None
_lost = 0


def log(event: str, **fields: Any) -> None:
    """Write one event, or hold it back while :func:`quieted` and it repeats itself.

    The values are plain JSON; a card, a digest or a token is never among them. Listeners hear it in
    any case.
    """
    for listener in _listeners:
        listener(event, fields)
    instant = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    dated = {"at": instant, **fields}
    if _quieting is None:
        _write([(event, dated)])
    else:
        _write(_quieting.take(event, dated, monotonic()))


def _write(told: Iterable[Told]) -> None:
    """Write lines; what a full disk or a reader that is gone does not take is lost, and counted.

    A visitor is not kept out for a log.
    """
    global _lost
    for event, fields in told:
        try:
            if _lost:
                sys.stderr.write("\n")  # the last line may have been written in part
                _put("log_lost", {"at": fields.get("at"), "lines": _lost})
                _lost = 0
            _put(event, fields)
        except OSError:
            _lost += 1


def _put(event: str, fields: Mapping[str, Any]) -> None:
    line = json.dumps({"event": event, **fields}, ensure_ascii=False)
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


@contextmanager
def quieted() -> Iterator[None]:
    """Hold back what repeats itself; at the end write what was held back."""
    global _quieting
    before, _quieting = _quieting, Quieting()
    try:
        yield
    finally:
        _write(_quieting.rest())
        _quieting = before


async def tell_held_back() -> None:
    """Write what was held back for long enough, for as long as the kiosk runs."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if _quieting is not None:
            _write(_quieting.due(monotonic()))


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Hand each event to a listener too, before it is written: its name and its fields."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


class _Lines(logging.Handler):
    """What libraries warn of, as lines of the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        log(
            "warning" if record.levelno < logging.ERROR else "error",
            logger=record.name,
            message=record.getMessage(),
        )


def take_over_warnings() -> None:
    """Send the libraries' warnings and errors to the same log."""
    logging.basicConfig(handlers=[_Lines()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
