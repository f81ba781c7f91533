"""What ``kaikuportti status`` says of a kiosk that runs."""

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from kiosk.config import load
from tests.e2e.house import (
    BIN,
    KioskProcess,
    Register,
    SerialScanner,
    enrol,
    free_port,
    wait_until,
    write_config,
)
from tests.kiosk.test_metrics import figures


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


def test_a_display_that_shows_nothing_is_told(
    tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """Its picture cannot be written any more: staff read so in ``status``, once it is so."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    display = f'[[display]]\ndriver = "png"\npath = "{folder / "screen.png"}"'
    config = write_config(
        tmp_path, register.url, {"driver": "serial", "port": scanner.port}, display
    )
    enrol(config, register.seed["vars"]["enrolment"])
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    try:
        wait_until(lambda: status(config)[0] == 0, "it was not well to begin with")
        shutil.rmtree(folder)
        scanner.scan(register.seed["codes"][0])
        lost = kiosk.wait_for("device", present=False)
        wait_until(lambda: status(config)[0] == 1, "the display is still said to be well")
        told = status(config)[1]
    finally:
        kiosk.kill()
    assert lost["device"] == "display/png"
    assert "the picture cannot be written" in told["devices"]["display/png"]
    assert told["mend"] == [f"display/png: {told['devices']['display/png']}"]


def test_a_token_that_the_register_does_not_take_is_to_be_mended(
    tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """The kiosk goes on by itself, but it will not come back by itself."""
    serial = {"driver": "serial", "port": scanner.port}
    config = write_config(tmp_path, register.url, serial)
    enrol(config, register.seed["vars"]["enrolment"])
    identity = load(config).station.state / "identity.json"
    body = json.loads(identity.read_text())
    identity.write_text(json.dumps({**body, "token": f"{body['token']}x"}))
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    try:
        wait_until(lambda: status(config)[1].get("contact") == "refused", "it is not told")
        scanner.scan(register.seed["codes"][0])
        verdict = kiosk.wait_for("verdict")
        code, told = status(config)
    finally:
        kiosk.kill()
    assert verdict["outcome"] == "accepted"
    assert code == 1
    [line] = told["mend"]
    assert "kaikuportti enrol --again" in line


def test_prometheus_reads_the_figures_where_a_port_is_set(
    tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """A verdict is counted as soon as it is told; the port is the loopback's."""
    port = free_port()
    serial = {"driver": "serial", "port": scanner.port}
    config = write_config(tmp_path, register.url, serial, f"[metrics]\nport = {port}")
    enrol(config, register.seed["vars"]["enrolment"])
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    try:
        scanner.scan(register.seed["codes"][0])
        kiosk.wait_for("verdict")
        read = figures(port)
    finally:
        kiosk.kill()
    assert sum(n for name, n in read.items() if name.startswith("kaikuportti_verdicts_total")) == 1
    assert read["kaikuportti_cards"] > 0


def test_a_port_of_the_figures_that_is_taken_keeps_nobody_out(
    tmp_path: Path, register: Register, scanner: SerialScanner
) -> None:
    """Cards are decided without figures, and staff are told what to do."""
    serial = {"driver": "serial", "port": scanner.port}
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config = write_config(tmp_path, register.url, serial, f"[metrics]\nport = {port}")
        enrol(config, register.seed["vars"]["enrolment"])
        kiosk = KioskProcess(config)
        try:
            assert f"metrics.port {port}" in kiosk.wait_for("no_figures")["why"]
            kiosk.wait_for("ready")
            scanner.scan(register.seed["codes"][0])
            kiosk.wait_for("verdict")
            wait_until(lambda: status(config)[0] == 1, "staff are not told")
            (mend,) = status(config)[1]["mend"]
        finally:
            kiosk.kill()
    assert mend.startswith(f"figures: metrics.port {port}")
    assert mend.endswith("choose another port, or end what has it")
