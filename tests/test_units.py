"""The units in systemd/: systemd's own tools find nothing wrong with them, and little to attack."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.left_out import leave_out

SYSTEMD = Path(__file__).parent.parent / "systemd"
UNITS = sorted(path for path in SYSTEMD.iterdir() if path.suffix in {".service", ".path", ".timer"})
EXPOSURE = {
    "kaikuportti.service": 1.8,
    "kaikukanta.service": 1.3,
    "kaikukanta-backup.service": 1.3,
    "kaikukanta-retention.service": 1.3,
}
"""The most that each may be exposed, as ``systemd-analyze security`` counts: of 10."""


@pytest.fixture
def analyze() -> str:
    """Give systemd's own judge."""
    program = shutil.which("systemd-analyze")
    if program is None:
        leave_out("systemd-analyze", "apt-get install systemd")
    return str(program)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Give a copy of the units whose commands are there, as on a machine that they run on."""
    folder = tmp_path / "units"
    folder.mkdir()
    for unit in UNITS:
        text = re.sub(
            r"/(usr|opt/kaikukanta)/bin/(kaikuportti|kaikukanta)\b",
            sys.executable,
            unit.read_text(),
        )
        (folder / unit.name).write_text(text)
    return folder


def test_systemd_finds_nothing_wrong_with_a_unit(analyze: str, units: Path) -> None:
    """No unknown setting, no wrong value, no unit that is not there."""
    done = subprocess.run(
        [analyze, "verify", "--man=no", *sorted(units.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "kaiku" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", [unit.name for unit in UNITS if unit.suffix == ".service"])
def test_a_service_exposes_no_more_than_it_needs(analyze: str, name: str) -> None:
    """A thief who takes a service over gets little else; a new service is given its limit here."""
    limit = round(EXPOSURE[name] * 10)
    done = subprocess.run(
        [
            *(analyze, "security", "--offline=true", "--no-pager"),
            *(f"--threshold={limit}", SYSTEMD / name),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-200:]


def test_the_kiosk_is_started_again_for_ever() -> None:
    """There is no number of failures after which systemd leaves it; a wrong one waits for people.

    And their mend starts it: ``kaikuportti.path`` looks at what they change.
    """
    unit = (SYSTEMD / "kaikuportti.service").read_text()
    assert "\nStartLimitIntervalSec=0\n" in unit
    assert "\nRestart=always\n" in unit
    assert "\nRestartPreventExitStatus=78\n" in unit
    watched = re.findall(r"PathChanged=(.*)", (SYSTEMD / "kaikuportti.path").read_text())
    assert watched == ["/etc/kaikuportti/kiosk.toml", "/var/lib/kaikuportti/identity.json"]


def test_the_register_is_started_again_whatever_it_ended_with() -> None:
    """A database that is away as it starts ends it with 78, and may be back a moment later."""
    unit = (SYSTEMD / "kaikukanta.service").read_text()
    assert "\nStartLimitIntervalSec=0\n" in unit
    assert "\nRestart=always\n" in unit
    assert "RestartPreventExitStatus" not in unit


def test_the_kiosk_reaches_its_classes_of_devices_and_no_other() -> None:
    """The kernel knows each class that it may open by then, and no disk is among them."""
    unit = (SYSTEMD / "kaikuportti.service").read_text()
    assert "\nDevicePolicy=closed\n" in unit
    allowed = set(re.findall(r"DeviceAllow=(\S+) rw", unit))
    assert allowed == {
        f"char-{name}"
        for name in ("gpiochip", "i2c", "input", "spi", "ttyACM", "ttyAMA", "ttyS", "ttyUSB")
    }
    loaded = (SYSTEMD / "modules-load.d" / "kaikuportti.conf").read_text().split("\n")
    assert {"cdc_acm", "ftdi_sio", "i2c_dev", "spidev"} <= set(loaded)


def test_every_group_that_a_unit_is_in_is_made_or_is_debians() -> None:
    """On a Debian that is not Raspberry Pi OS there is no group gpio: the kiosk would not start."""
    unit = (SYSTEMD / "kaikuportti.service").read_text()
    [groups] = re.findall(r"SupplementaryGroups=(.*)", unit)
    accounts = (SYSTEMD / "sysusers.d" / "kaikuportti.conf").read_text()
    made = re.findall(r"^g (\S+)", accounts, re.MULTILINE)
    assert set(groups.split()) == {*made, "dialout", "input"}


def test_modem_manager_leaves_every_port_alone() -> None:
    """It would swallow the first scans of a serial scanner."""
    rules = (SYSTEMD / "udev" / "60-kaikuportti.rules").read_text()
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rules
    assert 'ENV{ID_MM_PORT_IGNORE}="1"' in rules


def test_a_backup_cannot_read_the_digest_key() -> None:
    """A copy of the database tells no card without the key, which lies apart (promise P6)."""
    unit = (SYSTEMD / "kaikukanta-backup.service").read_text()
    assert "LoadCredential" not in unit
    assert "LoadCredential=digest.key:" in (SYSTEMD / "kaikukanta.service").read_text()
