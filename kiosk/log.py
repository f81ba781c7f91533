"""The kiosk's log: JSON lines on standard error, one event each, never a card number."""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

Listener = Callable[[str, Mapping[str, Any]], None]

_listeners: list[Listener] = []


def log(event: str, **fields: Any) -> None:
    """Write one event.

    The values are plain JSON; a card, a digest or a token is never among them.
    """
    instant = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"event": event, "at": instant, **fields}, ensure_ascii=False)
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
    for listener in _listeners:
        listener(event, fields)


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Hand each event to a listener too, as it is written: its name and its fields."""
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
