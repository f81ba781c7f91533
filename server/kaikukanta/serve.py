"""The register as a running server: one process or several over one port, logging JSON lines."""

import json
import logging
import resource
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from server.kaikukanta.app import create_app
from server.kaikukanta.settings import Settings
from server.systemd import tell_serving

WORKER_PATIENCE = 60
"""Seconds of silence after which a process is replaced: a small machine takes many to start it."""

GRACE_SECONDS = 2
"""How long requests may still run after the signal to end."""


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object.

    Of an exception it keeps the types and the places in the code: its text may hold values.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = list(_errors(record.exc_info[1]))
        return json.dumps(told)


def _errors(error: BaseException | None) -> Any:
    while error is not None:
        frames = extract_tb(error.__traceback__)
        yield {
            "type": f"{type(error).__module__}.{type(error).__qualname__}",
            "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
        }
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": f"{__name__}.JsonLines"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}


def application() -> FastAPI:
    """Return the register as the environment sets it up; each worker process calls this."""
    return create_app(Settings())


def serve(host: str, port: int, workers: int) -> int:
    """Serve until a signal; return the exit status.

    The database must be migrated. Access is not logged: addresses of calls say who used what.
    """
    _allow_many_connections()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    config = uvicorn.Config(
        f"{__name__}:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=LOGGING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=WORKER_PATIENCE,
        callback_notify=tell_serving,  # from the loop, as soon as the port is open
        timeout_notify=0,
    )
    if workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
        return 0
    server = uvicorn.Server(config)
    try:
        server.run()
    except SystemExit as ended:
        return 1 if ended.code else 0
    return 0


def _end(_number: int, _frame: FrameType | None) -> None:
    """End well: the server raises the signal that ended it again, once it is done."""
    sys.exit(0)


def _allow_many_connections() -> None:
    """Raise the number of open files to what the system allows: each kiosk keeps one open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
