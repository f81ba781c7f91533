"""What ``kaikuportti status`` says of a kiosk that runs."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.house import (
    BIN,
    KioskProcess,
    Register,
    SerialScanner,
    enrol,
    wait_until,
    write_config,
)


def status(config: Path) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and the condition as programs read it."""
    command = [str(BIN / "kaikuportti"), "status", "--json", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_each_configured_device_is_told_as_it_is(
    tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """Of two scanners one is not plugged in: it is named, and there is something to mend."""
    second = '[[scanner]]\ndriver = "serial"\nport = "/dev/tty-none"'
    serial = {"driver": "serial", "port": scanner.port}
    config = write_config(tmp_path, register.url, serial, second)
    enrol(config, register.seed["vars"]["enrolment"])
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    try:
        wait_until(lambda: status(config)[1].get("contact") == "up", "the status is not written")
        code, told = status(config)
    finally:
        kiosk.kill()
    assert code == 1
    assert told["devices"] == {
        "scanner/serial 1": "/dev/tty-none: not plugged in",
        "scanner/serial 2": "ok",
        "gate/none": "ok",
        "buzzer/none": "ok",
    }
