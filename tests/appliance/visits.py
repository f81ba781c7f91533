"""Rows of an ordinary day: installing, enrolling, and visitors at every device."""

import time

from tests.appliance.latency import distribution, latencies, shares
from tests.appliance.rows import House, row
from tests.appliance.station import eventually

_SCANS = 60
_FIGURES = 9101
_ASK = f"""python3 - <<'END'
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:{_FIGURES}/metrics").read().decode())
END"""


@row("a machine without the kiosk", "one package installs it; it waits for its configuration")
def install(house: House) -> str:
    """Install the package, without a network."""
    machine = house.station.machine
    inside = machine.share(house.package)
    machine.tell(f"dpkg -i {inside}", timeout=600)
    assert machine.tell("systemctl is-enabled kaikuportti.service") == "enabled"
    assert machine.run("systemctl is-active kaikuportti.service").out.strip() == "inactive"
    assert "kaikuportti" in machine.tell("id kaikuportti")
    owner = machine.tell("stat -c '%U %a' /var/lib/kaikuportti")
    assert owner == "kaikuportti 700"
    assert machine.tell("dpkg --verify kaikuportti") == ""
    return "installed, enabled, waiting; every file as packed"


@row("configuration written, then enrolled", "the kiosk starts by itself and is ready")
def enrol(house: House) -> str:
    """Write the configuration and enrol; nobody starts the service."""
    station = house.station
    station.configure(house.url)
    code = house.register.seed["vars"]["enrolment"]
    said = station.machine.tell(f"kaikuportti enrol {code}", timeout=600)
    ready = station.wait_for("ready")
    assert ready["cards"] > 0
    assert station.machine.tell("stat -c %U /var/lib/kaikuportti/identity.json") == "kaikuportti"
    assert eventually(lambda: _state(house) == "active")
    return f"ready with {ready['cards']} cards; enrol said: {said.splitlines()[0]}"


@row("a card at the USB scanner", "accepted, the gate opens, the register has it")
def scan_usb(house: House) -> str:
    """Scan with the keyboard scanner; the kernel tells of the gate."""
    station = house.station
    before = station.edges()
    verdict = station.visit_usb(house.card())
    assert verdict["outcome"] == "accepted"
    assert station.opened(before)
    station.wait_for("sent")
    assert verdict["use"] in house.uses()
    return f"accepted in {verdict['ms']:.0f} ms; gate opened; sent"


@row("a card at the serial scanner", "accepted, the gate opens, the register has it")
def scan_serial(house: House) -> str:
    """Scan with the serial scanner."""
    station = house.station
    before = station.edges()
    verdict = station.visit(house.card(), outcome="accepted")
    assert station.opened(before)
    assert eventually(lambda: verdict["use"] in house.uses())
    return f"accepted in {verdict['ms']:.0f} ms; gate opened; sent"


@row("two children typed after the card", "the same use is amended; the gate opens for them")
def amend(house: House) -> str:
    """Type a digit while the question for children is open."""
    station = house.station
    verdict = station.visit(house.card(children=2), outcome="accepted")
    station.press("2")
    amended = station.wait_for("verdict", amends=True)
    assert (amended["use"], amended["children"]) == (verdict["use"], 2)
    assert eventually(lambda: house.uses()[verdict["use"]].children == 2)
    return "2 children on the same use at the kiosk and in the register"


@row(
    "one card after another at the USB scanner",
    "the time from the last key to the gate's line",
    long=True,
)
def quickness(house: House) -> str:
    """Measure in the kernel's own time; the kiosk's share is what it says of each verdict."""
    station = house.station
    begin = len(station.machine.trace.seen)
    own = []
    for _ in range(_SCANS):
        time.sleep(1.0)  # the gate has closed again
        own.append(station.visit_usb(house.card())["ms"])

    def whole() -> list[float]:
        return latencies(station.machine.trace.seen[begin:])

    assert eventually(lambda: len(whole()) == len(own))
    share = distribution(shares(whole(), own), "%")
    return (
        f"USB key to GPIO edge: {distribution(whole())}; "
        f"the kiosk's own time: {distribution(own)}; its share of each: {share}, and of all "
        f"together {100 * sum(own) / sum(whole()):.0f} %"
    )


@row("an ended card, and an unknown one", "refused with the reason; the gate stays shut")
def refuse(house: House) -> str:
    """Show cards that let nobody in."""
    station = house.station
    before = station.at_rest()
    ended = station.visit(house.card(state="ended"))
    unknown = station.visit("UNKNOWN1")
    assert (ended["reason"], unknown["outcome"]) == ("ended", "refused")
    assert station.stays_shut(before)
    return f"{ended['reason']}, {unknown['reason']}; shut"


def _state(house: House) -> str:
    return house.station.machine.run("systemctl is-active kaikuportti").out.strip()


@row(
    "a monitor asks for figures",
    "those of the day, on the machine itself and nowhere else",
    long=True,
)
def figures(house: House) -> str:
    """Serve figures for Prometheus, as an installed kiosk does, and ask for them."""
    station, machine = house.station, house.station.machine
    station.configure(house.url, more=f"[metrics]\nport = {_FIGURES}")
    station.restart()
    verdict = station.visit(house.card(), outcome="accepted")
    lines = machine.tell(_ASK).splitlines()
    listens = machine.tell(f"ss -Hltn sport = :{_FIGURES}").split()[3]
    station.configure(house.url)
    station.restart()
    [counted] = [line for line in lines if line.startswith("kaikuportti_verdicts_total{")]
    assert 'outcome="accepted"' in counted
    assert counted.endswith(" 1.0")
    assert listens == f"127.0.0.1:{_FIGURES}"
    assert verdict["use"] not in "\n".join(lines)
    return f"`{counted}`; it listens at {listens}"
