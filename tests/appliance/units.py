"""Rows of the register: installed by its page's own commands, served by its units, and broken.

It lies in the machine beside the kiosk, which goes on with the register of this machine.
"""

import json
import re
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from deb.build import ROOT
from tests.appliance.image import home
from tests.appliance.machine import Machine
from tests.appliance.rows import House, row
from tests.appliance.station import eventually
from tests.test_units import EXPOSURE

_PAGE = ROOT / "docs" / "register-install.md"
_SOURCE = (
    "pyproject.toml", "README.md", "LICENSE", "kaiku", "kiosk", "server", "requirements", "systemd",
)  # fmt: skip
_HERE = "/root/register"
"""Where the project's source lies in the machine, and its libraries beside it."""

_DESK = "/root/desk.json"
"""The token, the card and the offering that uses are recorded with."""

_ASKED = (
    "curl --silent --max-time 5 --retry 300 --retry-delay 1 --retry-all-errors"
    " http://127.0.0.1:8000/health"
)
_ENDED = "kaikukanta.service: Main process exited, code=exited, status=78/CONFIG"
_WELL = '{"status":"ok"}'
_UNITS = ("kaikukanta.service", "kaikukanta-backup.service", "kaikukanta-retention.service")
_TIMERS = ("kaikukanta-backup.timer", "kaikukanta-retention.timer")
_KEY = "/etc/kaikukanta/digest.key"
_OF_SQLITE = """runuser -u kaikukanta -- python3 - <<'END'
import sqlite3
for row in sqlite3.connect("/var/lib/kaikukanta/kanta.sqlite").execute('SELECT id FROM "use"'):
    print(*row)
END"""
_OF_POSTGRESQL = """cd / && runuser -u postgres -- psql -tA kaikukanta -c 'SELECT id FROM "use"'"""
_BESIDE = {
    "venue": "kaikukanta admin distributor create --municipality 091 Museo > /root/distributor",
    "offering": "kaikukanta admin card register --distributor $(cat /root/distributor)"
    " --birth-year 1980 --postcode 00100 --children 0 > /root/card",
}
"""What the page does not need, and a visit does: done at the same time, for each takes a while."""

_TWO_WORKERS = """[Service]
ExecStart=
ExecStart=/opt/kaikukanta/bin/kaikukanta serve --host 127.0.0.1 --port 8000 --workers 2"""


@row(
    "the register is installed as its page says",
    "it serves; only root reads its key, and nobody else its database",
    long=True,
)
def install(house: House) -> str:
    """Carry the page's commands out, let a kiosk join, and record a use."""
    machine = house.station.machine
    _bring(house)
    source = f"cd {_HERE} && export PIP_NO_INDEX=1 PIP_FIND_LINKS={_HERE}/wheels"
    [program] = commands("The program")
    account, sqlite, _, start = commands("The account, the folders, the key and the service")
    said = [
        machine.tell(f"set -e\n{source}\n{part}", timeout=900)
        for part in (program, account, sqlite, start)
    ]
    assert _WELL in said[-1]
    code = _administer(machine)
    card = machine.tell("cat /root/card")
    welcome = _post(machine, "kiosks/enrol", {"code": code, "name": "Museo"})
    desk = {"token": welcome["token"], "card": card, "offering": welcome["offerings"][0]}
    machine.put(json.dumps(desk), _DESK)
    assert _use(machine) in _uses(machine, _OF_SQLITE)
    timers = machine.tell("systemctl list-timers --no-legend")
    assert all(name in timers for name in _TIMERS)
    log = machine.tell("journalctl --no-pager -o cat -u 'kaikukanta*'")
    secrets = {card, code, welcome["token"], welcome["digest_key"]}
    assert not [secret for secret in secrets if secret in log]
    readers = _readers(machine)
    assert readers == {"the credential": "kaikukanta", "the database": "kaikukanta"}
    exposed = {unit: _exposed(machine, unit) for unit in _UNITS}
    assert all(exposed[unit] <= EXPOSURE[unit] for unit in _UNITS)
    return (
        "a use is recorded, both timers wait, and the log tells no card, code, token or key; "
        f"exposed {', '.join(f'{value}' for value in exposed.values())} of 10, as systemd counts"
    )


@row(
    "the register's copy is put back as its page says",
    "it serves, as of the copy; what is due is forgotten",
    long=True,
)
def backup(house: House) -> str:
    """Start what the timers start; record a use, and put the copy from before it back."""
    machine = house.station.machine
    before = _uses(machine, _OF_SQLITE)
    machine.tell("systemctl start kaikukanta-backup kaikukanta-retention")
    forgotten = machine.tell("journalctl --no-pager -o cat -u kaikukanta-retention -t kaikukanta")
    assert "enrolment codes" in forgotten
    copy = machine.tell("ls -t /var/backups/kaikukanta | head -n 1")
    assert machine.tell(f"stat -c '%U %a' /var/backups/kaikukanta/{copy}") == "kaikukanta 600"
    assert before < {_use(machine)} | before == _uses(machine, _OF_SQLITE)
    [back] = blocks(ROOT / "docs" / "register.md", "A backup and its way back")
    machine.tell(f"set -e\n{back.replace('COPY', copy)}", timeout=300)
    _wait_until_served(machine)
    assert _uses(machine, _OF_SQLITE) == before
    assert _use(machine) in _uses(machine, _OF_SQLITE)
    return (
        f"{copy} has the use from before it and not the one after; the retention tells its counts"
    )


@row(
    "the register is killed, hangs, and its power is cut",
    "it serves again by itself; every use is kept",
    long=True,
)
def kill(house: House) -> str:
    """Kill it after a use, stop it after the next, and cut the power after one more."""
    machine = house.station.machine
    machine.tell("sync")  # the installation is not of this minute
    told = {_use(machine)}
    machine.tell("systemctl kill --signal=KILL kaikukanta")
    _wait_until_served(machine)
    assert _shown(machine, "NRestarts") == "1"
    told.add(_use(machine))
    began = time.monotonic()
    machine.tell("systemctl kill --kill-whom=main --signal=STOP kaikukanta")
    _wait_until_served(machine)
    hung = time.monotonic() - began
    assert _shown(machine, "NRestarts") == "2"
    told.add(_use(machine))
    machine.cut()
    house.station.lines(0.0)
    machine.start()
    house.station.rewind()
    _wait_until_served(machine)
    assert told <= _uses(machine, _OF_SQLITE)
    assert _use(machine) in _uses(machine, _OF_SQLITE)
    return (
        f"each time it served again by itself, with all uses; {hung:.0f} s after it began to hang"
    )


@row(
    "PostgreSQL goes away while the register starts",
    "once it is back, the register serves by itself, from two processes",
    long=True,
)
def postgresql(house: House) -> str:
    """Move to PostgreSQL by the page's commands, with two workers, and stop it too early."""
    machine = house.station.machine
    machine.tell("systemctl disable --now kaikukanta kaikukanta-backup.timer")
    machine.tell("systemctl enable --now postgresql", timeout=300)
    _, _, moving, _ = commands("The account, the folders, the key and the service")
    typed = "printf 'secret\\nsecret\\n' | runuser"
    moving = re.sub("^runuser(?=.*--pwprompt)", lambda _: typed, moving, flags=re.MULTILINE)
    machine.tell(f"set -e\n{moving.replace('PASSWORD', 'secret')}", timeout=300)
    machine.tell("mkdir -p /etc/systemd/system/kaikukanta.service.d")
    machine.put(_TWO_WORKERS, "/etc/systemd/system/kaikukanta.service.d/workers.conf")
    machine.tell("kaikukanta seed --cards 10 --out /root/seed.json", timeout=300)
    seed = json.loads(machine.tell("cat /root/seed.json"))
    card = next(card["number"] for card in seed["cards"] if card["state"] == "valid")
    desk = {"token": seed["vars"]["token"], "card": card, "offering": seed["vars"]["offering"]}
    machine.put(json.dumps(desk), _DESK)
    machine.tell("systemctl daemon-reload && systemctl enable kaikukanta")
    machine.tell("systemctl start --no-block kaikukanta")
    assert eventually(lambda: _shown(machine, "MainPID") != "0", 300)
    machine.tell("systemctl stop postgresql", timeout=300)
    assert eventually(lambda: _ENDED in machine.tell("journalctl -b -o cat -u kaikukanta"))
    machine.tell("systemctl start postgresql", timeout=300)
    _wait_until_served(machine)
    workers = machine.tell(f"pgrep -c -P {_shown(machine, 'MainPID')} -f spawn_main")
    assert workers == "2"
    assert _use(machine) in _uses(machine, _OF_POSTGRESQL)
    machine.tell("systemctl disable --now kaikukanta kaikukanta-retention.timer postgresql")
    return f"it ended with 78, and serves with {workers} workers; a use is recorded"


def _bring(house: House) -> None:
    """Put the source of this project into the machine, and the libraries that it pins."""
    packed = house.folder / "register.tar"
    with tarfile.open(packed, "w") as tar:
        for name in _SOURCE:
            tar.add(ROOT / name, name, filter=_of_the_source)
        tar.add(_wheels(house.station.machine), "wheels")
    inside = house.station.machine.share(packed)
    house.station.machine.tell(f"mkdir {_HERE} && tar -xf {inside} -C {_HERE}")


def _of_the_source(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(member.name).name == "__pycache__" else member


def _wheels(machine: Machine) -> Path:
    """Return a folder with the wheels of the register's pins, for the machine's Python."""
    folder = home() / "wheels"
    glibcs = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "--only-binary=:all:", "--python-version=3.11"),
            *(f"--platform={glibc}_{machine.architecture.machine}" for glibc in glibcs),
            *("--requirement", ROOT / "requirements" / "server.txt", "--dest", folder),
        ],
        check=True,
    )
    return folder


def blocks(page: Path, heading: str) -> list[str]:
    """Return what stands between fences in a section of a page."""
    [section] = re.findall(
        rf"^## {heading}\n(.*?)(?=^## |\Z)", page.read_text(), re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def commands(heading: str) -> list[str]:
    """Return a section's commands; what they install by apt is in the image already."""
    found = blocks(_PAGE, heading)
    return [re.sub(r"^apt install .*\n", "", block, flags=re.MULTILINE) for block in found]


def _administer(machine: Machine) -> str:
    """Carry out what the page says of the command; return the code for a kiosk."""
    [block] = commands("The command")
    wrapper, *lines = re.split(r"^(?=kaikukanta admin)", block, flags=re.MULTILINE)
    machine.tell(wrapper)
    told: dict[str, str] = {}
    for line in map(str.strip, lines):
        command = re.sub(r"--(venue|offering) ID", lambda found: _named(found, told), line)
        kind = command.split()[2]
        beside = _BESIDE.get(kind, "true")
        run = f"({beside}) & {command}; status=$?; wait $! && exit $status"
        told[kind] = machine.tell(run, timeout=300)
    return told["enrolment"]


def _named(found: re.Match[str], told: dict[str, str]) -> str:
    return f"{found[0].removesuffix('ID')}{told[found[1]]}"


def _post(machine: Machine, call: str, body: dict[str, Any], bearer: str = "") -> Any:
    """Return what the register answers; raise where it answers with an error."""
    answer = machine.tell(
        f"curl --silent --show-error --fail-with-body -H 'Authorization: Bearer {bearer}'"
        f" --json '{json.dumps(body)}' http://127.0.0.1:8000/api/v1/{call}"
    )
    return json.loads(answer)


def _use(machine: Machine) -> UUID:
    """Record a use of the card that the desk in the machine has, and return its id."""
    desk = json.loads(machine.tell(f"cat {_DESK}"))
    use = uuid4()
    body = {"id": str(use), "card": desk["card"], "offering": desk["offering"]}
    answer = _post(machine, "uses", body, desk["token"])
    assert answer["outcome"] == "accepted", answer["reason"]
    return use


def _uses(machine: Machine, query: str) -> set[UUID]:
    """Return what the database has, read as its owner does."""
    return {UUID(line) for line in machine.tell(query).split()}


def _wait_until_served(machine: Machine) -> None:
    assert machine.tell(_ASKED, timeout=300) == _WELL


def _shown(machine: Machine, what: str) -> str:
    """Return a property of the service, as systemd shows it."""
    return machine.tell(f"systemctl show --value -p {what} kaikukanta")


def _readers(machine: Machine) -> dict[str, str]:
    """Return who can read what of the register's, of those who are not root."""
    files = {
        "the key": _KEY,
        "the settings": "/etc/kaikukanta/kaikukanta.env",
        "the credential": "/run/credentials/kaikukanta.service/digest.key",
        "the database": "/var/lib/kaikukanta/kanta.sqlite",
    }
    return {
        what: who
        for what, file in files.items()
        for who in ("nobody", "kaikukanta")
        if machine.run(f"runuser -u {who} -- head -c 1 {file}").status == 0
    }


def _exposed(machine: Machine, unit: str) -> float:
    """Return how much a unit is exposed, of 10, as systemd counts where it runs."""
    told = machine.tell(f"systemd-analyze security --no-pager {unit} | tail -n 1")
    return float(told.split(":")[1].split()[0])
