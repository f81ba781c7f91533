"""Rows of the disk that holds journal and cache: full, read-only, spoiled."""

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import eventually

STATE = "/var/lib/kaikuportti"


@row("the disk is full", "nobody is let in without a record; room again: it goes on by itself")
def disk_full(house: House) -> Seen:
    """Fill the disk of the state, show a card, and free it."""
    station, machine = house.station, house.station.machine
    station.restart()
    fill = f"{STATE}/fill"
    machine.run(f"dd if=/dev/zero of={fill} bs=1M; dd if=/dev/zero of={fill}2 bs=512; sync")
    visitor, staff = _shown_to_a_failing_disk(house)
    machine.tell(f"rm {fill} {fill}2")
    station.wait_for("disk_works", what="store")
    assert station.visit(house.card())["outcome"] == "accepted"
    return Seen(visitor, staff, "nothing then; with room again the next use")


@row(
    "the file system turns read-only",
    "nobody is let in; after its mend the kiosk goes on",
    long=True,
)
def read_only(house: House) -> Seen:
    """Have the kernel give the file system up, as with a failing card; mend it."""
    station, machine = house.station, house.station.machine
    machine.run(f"mount -o remount,abort {STATE}")
    visitor, staff = _shown_to_a_failing_disk(house)
    machine.tell("systemctl stop kaikuportti.path kaikuportti")
    machine.tell(f"umount {STATE}")
    machine.run("e2fsck -fy /dev/vdb")
    machine.tell(f"mount {STATE}")
    machine.tell("systemctl start kaikuportti.path")
    station.restart()
    assert station.visit(house.card())["outcome"] == "accepted"
    return Seen(visitor, staff, "nothing then; once mended the next use")


@row("the card store is spoiled", "it is made anew from the register", long=True)
def cache_spoiled(house: House) -> Seen:
    """Write noise over the cache."""
    station, machine = house.station, house.station.machine
    machine.tell("systemctl stop kaikuportti")
    machine.tell(f"dd if=/dev/urandom of={STATE}/cache.sqlite bs=4096 count=8 conv=notrunc")
    station.skip()
    machine.tell("systemctl start --no-block kaikuportti")
    ready = station.wait_for("ready")
    assert ready["cards"] > 0
    assert station.visit(house.card())["outcome"] == "accepted"
    return Seen(
        "a card is accepted once the cards are there again",
        f"`ready` with {ready['cards']} cards",
        "the journal is as it was",
    )


@row("the journal is spoiled", "it is set aside and rescued; unsent uses are sent", long=True)
def journal_spoiled(house: House) -> Seen:
    """Write noise over the journal's head, with uses in it that were not sent."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    station.visit(house.card(children=1), outcome="accepted")
    station.press("1")
    station.wait_for("verdict", amends=True)
    goes = station.visit(house.card(), outcome="accepted")
    station.press("-")
    station.wait_for("annulled", use=goes["use"])
    station.visit(house.card(), outcome="accepted")
    machine.tell("systemctl stop kaikuportti")
    machine.tell(f"dd if=/dev/urandom of={STATE}/journal.sqlite bs=100 count=1 conv=notrunc")
    station.skip()
    machine.tell("systemctl start --no-block kaikuportti")
    station.wait_for("spoiled", file="journal.sqlite")
    rescued = station.wait_for("rescued")
    station.wait_for("ready")
    aside = machine.tell(f"ls -d {STATE}/spoiled-*")
    machine.plug_network()
    assert eventually(lambda: not house.missing())
    assert station.visit(house.card())["outcome"] == "accepted"
    assert rescued["unsent"] == 3
    machine.tell(f"rm -r {aside}")
    return Seen(
        "nothing while it starts, then a card is accepted",
        f"the log has `spoiled`, and `rescued` with {rescued['rescued']} uses, "
        f"{rescued['unsent']} of them unsent",
        "all 3 that were unsent, one with a child and one taken back; the spoiled file lies aside",
    )


def _shown_to_a_failing_disk(house: House) -> tuple[str, str]:
    """Show a card to a kiosk whose disk takes nothing; return what visitor and staff are told."""
    station = house.station
    before = station.at_rest()
    verdict = station.visit(house.card())
    station.wait_for("journal_failed")
    assert verdict["outcome"] == "refused"
    assert station.stays_shut(before)
    return f"{verdict['reason']}, the gate stays shut", f"“{station.staff_read('^disk: ')}”"
