"""Rows of the package's later life: an upgrade, a way back, removal, and purge."""

import subprocess
from pathlib import Path

from deb.build import pack
from tests.appliance.rows import House, row
from tests.appliance.station import eventually

STATE = "/var/lib/kaikuportti"


@row(
    "an upgrade while it serves", "configuration and journal are kept; it is ready again", long=True
)
def upgrade(house: House) -> str:
    """Install the same program as a newer version."""
    station, machine = house.station, house.station.machine
    held = machine.tell("cat /etc/kaikuportti/kiosk.toml | sha256sum")
    verdict = station.visit(house.card(), outcome="accepted")
    station.skip()
    machine.tell(f"dpkg -i {machine.share(_as_version(house, '9.0.0'))}", timeout=900)
    station.wait_for("ready")
    assert machine.tell("cat /etc/kaikuportti/kiosk.toml | sha256sum") == held
    assert eventually(lambda: verdict["use"] in house.uses())
    assert station.visit(house.card())["outcome"] == "accepted"
    return "9.0.0 is ready; configuration and uses as before"


@row(
    "an older version over a newer one", "refused with a clear word; the kiosk serves on", long=True
)
def downgrade(house: House) -> str:
    """Install the older package again."""
    station, machine = house.station, house.station.machine
    done = machine.run(f"dpkg -i {machine.share(house.package)}", timeout=900)
    assert done.status != 0
    assert "is older than 9.0.0" in done.err
    assert machine.tell("dpkg-query -W -f '${Version}' kaikuportti") == "9.0.0"
    assert station.visit(house.card())["outcome"] == "accepted"
    said = next(line for line in done.err.splitlines() if "is older" in line)
    return f"“{said}”; a card is accepted"


@row(
    "a journal of a newer format",
    "the package refuses, even where going back is asked for",
    long=True,
)
def newer_journal(house: House) -> str:
    """Mark the journal as a later version's, and install."""
    station, machine = house.station, house.station.machine
    machine.tell("systemctl stop kaikuportti")
    mark = "printf '\\000\\000\\003\\347' | dd of={0} bs=1 seek=60 conv=notrunc status=none"
    journal = f"{STATE}/journal.sqlite"
    before = machine.tell(f"od -An -tx1 -j60 -N4 {journal}").split()
    machine.tell(mark.format(journal))
    inside = machine.share(house.package)
    done = machine.run(f"KAIKUPORTTI_DOWNGRADE=yes dpkg -i {inside}", timeout=900)
    back = "".join(f"\\{int(byte, 16):03o}" for byte in before)
    machine.tell(f"systemctl stop kaikuportti; printf '{back}' | "
                 f"dd of={journal} bs=1 seek=60 conv=notrunc status=none")  # fmt: skip
    station.restart()
    assert done.status != 0
    assert "written by a newer version (format 999)" in done.err
    return "refused; the journal is as it was"


@row("the package is removed and installed again", "unsent uses are kept, and sent", long=True)
def remove(house: House) -> str:
    """Remove it with a use unsent, and install it again."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    verdict = station.visit(house.card(), outcome="accepted")
    done = machine.run("dpkg -r kaikuportti", timeout=300)
    assert done.status == 0, done.err
    assert machine.run("test -e /usr/lib/kaikuportti").status == 1
    assert "with 1 uses that the register does not have" in done.out
    machine.plug_network()
    station.skip()
    machine.tell(f"dpkg -i {machine.share(house.package)}", timeout=900)
    station.wait_for("ready")
    assert eventually(lambda: verdict["use"] in house.uses())
    return "said what it kept; after the next installation the use is in the register"


@row("the package is purged with a use unsent", "says what goes; the use is kept aside", long=True)
def purge(house: House) -> str:
    """Purge it with a use unsent: nothing else of it stays."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    verdict = station.visit(house.card(), outcome="accepted")
    done = machine.run("dpkg -P kaikuportti", timeout=300)
    machine.plug_network()
    del station.told[verdict["use"]]
    assert done.status == 0, done.err
    assert "deletes /var/lib/kaikuportti" in done.out
    assert "1 uses were never sent" in done.out
    aside = machine.tell("ls -d /var/lib/kaikuportti-unsent-*")
    assert int(machine.tell(f"grep -ac {verdict['use']} {aside}/journal.sqlite")) > 0
    left = machine.tell(f"ls -A {STATE} 2>/dev/null | grep -v lost+found | wc -l")
    assert (left, machine.run("test -e /etc/kaikuportti").status) == ("0", 1)
    assert eventually(lambda: not house.missing())
    return "the unsent journal lies aside; configuration, identity and cards are gone"


def _as_version(house: House, version: str) -> Path:
    """Return the package as another version would be."""
    tree = house.folder / "other"
    subprocess.run(["dpkg-deb", "-R", house.package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    lines = [
        f"Version: {version}" if line.startswith("Version: ") else line
        for line in control.read_text().splitlines()
    ]
    control.write_text("\n".join(lines) + "\n")
    package = house.folder / f"kaikuportti_{version}_all.deb"
    pack(tree, package, "-Znone")
    return package
