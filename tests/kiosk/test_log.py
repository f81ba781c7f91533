"""The log: JSON lines on standard error."""

import asyncio
import contextlib
import errno
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kiosk import log as kiosk_log
from kiosk.log import listen, log, quieted, take_over_warnings, tell_held_back
from kiosk.quieting import MINUTE, MOST


def lines(text: str) -> list[dict[str, Any]]:
    """Return the events in what was written."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Put the libraries' logging back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level


def test_an_event_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With its name, its instant in UTC and its fields."""
    log("sent", uses=["a", "b"])
    log("device", device="Lukija 1, Pääovi", present=False)
    first, second = lines(capsys.readouterr().err)
    assert (first["event"], first["uses"]) == ("sent", ["a", "b"])
    assert second["device"] == "Lukija 1, Pääovi"
    assert abs(datetime.fromisoformat(first["at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert first["at"].endswith("Z")


def test_a_line_end_in_a_value_does_not_end_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody can write a line of their own into the log."""
    log("unanswered", why='no\n{"event": "verdict"}')
    (event,) = lines(capsys.readouterr().err)
    assert event["why"] == 'no\n{"event": "verdict"}'


def test_libraries_warn_in_the_same_form(
    logging_as_before: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """What they only inform of is not said: it could hold an address or a number."""
    take_over_warnings()
    logging.getLogger("httpx").info("POST /api/v1/uses")
    logging.getLogger("gpiozero").warning("no %s", "pins")
    logging.getLogger("asyncio").error("lost")
    warning, error = lines(capsys.readouterr().err)
    assert (warning["event"], warning["logger"], warning["message"]) == (
        "warning",
        "gpiozero",
        "no pins",
    )
    assert error["event"] == "error"


def test_it_writes_what_a_terminal_cannot_show() -> None:
    """Whatever the locale, a line never ends the kiosk."""
    script = "from kiosk.log import log; log('device', device='Pääovi \\ud800')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C", "PYTHONPATH": ":".join(sys.path)},
    )
    assert json.loads(done.stderr)["event"] == "device"


class TestQuieted:
    """A kiosk that runs holds back what repeats itself."""

    def test_listeners_hear_what_is_held_back(self, capsys: pytest.CaptureFixture[str]) -> None:
        """So that figures count it; and the end of the log tells how much it was."""
        heard = []
        with quieted(), listen(lambda event, _fields: heard.append(event)):
            for number in range(MOST + 10):
                log("device", device="scanner", present=number % 2 == 0)
            assert len(lines(capsys.readouterr().err)) == MOST
        assert len(heard) == MOST + 10
        (last,) = lines(capsys.readouterr().err)
        assert (last["more"], last["present"], last["event"]) == (9, False, "device")

    def test_without_it_every_event_is_written(self, capsys: pytest.CaptureFixture[str]) -> None:
        """As for a command that ends at once."""
        for _ in range(MOST + 10):
            log("device", device="scanner", present=True)
        assert len(lines(capsys.readouterr().err)) == MOST + 10

    @pytest.mark.anyio
    async def test_what_is_due_is_told_without_another_event(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """How things stand is not left untold because nothing more happens."""
        now = 0.0
        monkeypatch.setattr(kiosk_log, "LOOK_EVERY", 0.01)
        monkeypatch.setattr(kiosk_log, "monotonic", lambda: now)
        with quieted():
            for number in range(MOST + 5):
                log("contact", state=str(number))
            capsys.readouterr()
            now = MINUTE
            task = asyncio.create_task(tell_held_back())
            told: list[dict[str, Any]] = []
            async with asyncio.timeout(10):
                while not told:
                    await asyncio.sleep(0)
                    told = lines(capsys.readouterr().err)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert [(line["state"], line["more"]) for line in told] == [(str(MOST + 4), 4)]


class FullStream(io.StringIO):
    """A stream on a disk that is full at first."""

    is_full = True

    def flush(self) -> None:
        """Fail as the disk does."""
        if self.is_full:
            self.truncate(0)
            self.seek(0)
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_loses_lines_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Listeners hear them all the same; once it is written again, what is missing is told."""
    stream, heard = FullStream(), list[str]()
    monkeypatch.setattr(sys, "stderr", stream)
    with listen(lambda event, _fields: heard.append(event)):
        log("verdict", outcome="accepted")
        log("sent", uses=["a"])
        stream.is_full = False
        log("sent", uses=["b"])
        log("sent", uses=["c"])
    assert heard == ["verdict", "sent", "sent", "sent"]
    lost, *told = lines(stream.getvalue().lstrip())
    assert (lost["event"], lost["lines"]) == ("log_lost", 2)
    assert [line["uses"] for line in told] == [["b"], ["c"]]
