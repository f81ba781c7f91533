"""Rows of what lies between the kiosk and the register, and of the register itself."""

from tests.appliance.machine import HOST
from tests.appliance.outage import Manner, answering
from tests.appliance.relay import relay
from tests.appliance.rows import House, Seen, row
from tests.appliance.station import Line, eventually
from tests.appliance.tls import Authority, Certificate
from tests.e2e.house import free_port

_STATE = "/var/lib/kaikuportti"
_WRONG = {
    Certificate.EXPIRED: "expired",
    Certificate.UNTRUSTED: "issuer",
    Certificate.ANOTHERS: "mismatch",
}
_TRUSTED = "/usr/lib/kaikuportti/certifi/cacert.pem"


@row("no network", "accepted from its own store; sent when the network is back")
def network_gone(house: House) -> Seen:
    """Pull the cable, let three in, and plug it in."""
    station = house.station
    station.machine.pull_network()
    verdicts = [station.visit(house.card()) for _ in range(3)]
    told = station.staff_read("^uses waiting to be sent: 3")
    unsent = [line["use"] for line in verdicts if line["use"] not in house.uses()]
    station.machine.plug_network()
    arrived = eventually(lambda: not house.missing())
    assert all(line["outcome"] == "accepted" for line in verdicts)
    assert (len(unsent), arrived) == (3, True)
    slowest = max(line["ms"] for line in verdicts)
    return Seen(
        f"3 accepted, the slowest in {slowest:.0f} ms", f"“{told}”", "all 3, sent afterwards"
    )


@row("the register is down", "accepted from its own store; sent when it is back", long=True)
def register_down(house: House) -> Seen:
    """Kill the register, let somebody in, and start it."""
    house.register.kill()
    verdict = house.station.visit(house.card())
    told = house.station.staff_read("^register: no connection")
    house.register.start()
    return _accepted_and_sent(house, verdict, told)


@row("the register answers garbage", "accepted from its own store; sent when it is well", long=True)
def register_garbage(house: House) -> Seen:
    """Put something else at its address that answers every call with noise."""
    house.register.kill()
    with answering(house.register.port, Manner.GARBAGE):
        verdict = house.station.visit(house.card())
        told = house.station.staff_read("^register: no connection.*no answer of the register")
    house.register.start()
    return _accepted_and_sent(house, verdict, told)


@row(
    "the register takes calls and never answers",
    "accepted in time; sent when it is well",
    long=True,
)
def register_silent(house: House) -> Seen:
    """Put something at its address that takes every call and keeps silent."""
    house.register.kill()
    with answering(house.register.port, Manner.SILENCE):
        verdict = house.station.visit(house.card())
        told = house.station.staff_read("^register: no connection")
    house.register.start()
    return _accepted_and_sent(house, verdict, told)


@row(
    "the register is slow",
    "nobody waits longer than the budget; all is sent all the same",
    long=True,
)
def register_slow(house: House) -> Seen:
    """Have each answer come four seconds late, and show a card that the register is asked about."""
    station, register = house.station, house.register
    register.kill()
    address, register.port = register.port, free_port()
    register.start()
    try:
        with relay(register.port, address) as door:
            door.delay = 4.0
            station.wait_for("contact", state="up")
            unknown = station.visit("UNKNOWN2")
            verdict = station.visit(house.card())
            sent = eventually(lambda: not house.missing())
    finally:
        register.kill()
        register.port = address
        register.start()
    assert (unknown["outcome"], verdict["outcome"], sent) == ("refused", "accepted", True)
    assert unknown["ms"] < 2000, unknown
    return Seen(
        f"{unknown['reason']} after {unknown['ms']:.0f} ms, the next accepted in "
        f"{verdict['ms']:.0f} ms",
        "the log has `unanswered`",
        "both, sent while it was slow",
    )


@row(
    "the register's certificate is not valid",
    "accepted from its own store; staff are told why; sent later",
    long=True,
)
def tls_wrong(house: House) -> Seen:
    """Show one that has expired, one of an unknown authority, and another address's."""
    station, machine = house.station, house.station.machine
    authority = Authority(house.folder / "tls", HOST)
    roots = machine.share(authority.root)
    machine.tell(f"cp {roots} /run/roots.pem && chmod 644 /run/roots.pem")
    machine.tell(f"mount --bind /run/roots.pem {_TRUSTED}")
    told, verdicts = [], []
    try:
        with relay(house.register.port) as door:
            door.receive(authority.receive(Certificate.VALID))
            station.configure(f"https://{HOST}:{door.port}")
            station.restart()
            station.staff_read("^register: connected")
            for wrong, why in _WRONG.items():
                door.receive(authority.receive(wrong))
                told.append(station.staff_read(f"^register: its certificate is not valid.*{why}"))
                verdicts.append(station.visit(house.card()))
                assert "MEND" in station.staff_read("certificate is not valid", "doctor")
            unsent = [line["use"] for line in verdicts if line["use"] not in house.uses()]
            door.receive(authority.receive(Certificate.VALID))
            arrived = eventually(lambda: not house.missing())
    finally:
        machine.run(f"umount {_TRUSTED}")
        station.configure(house.url)
        station.restart()
    assert all(line["outcome"] == "accepted" for line in verdicts)
    assert (len(unsent), arrived) == (3, True)
    said = "; ".join(line.split("not valid: ")[1].split(")")[0].strip(".") for line in told)
    return Seen(
        "accepted each time", f"`status` and `doctor` say why: {said}", "all, sent once valid"
    )


@row(
    "the register revokes the kiosk",
    "cards and identity are wiped; the journal is kept (P6)",
    long=True,
)
def revoked(house: House) -> Seen:
    """Revoke the kiosk with a use unsent, then enrol it again."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    unsent = station.visit(house.card(), outcome="accepted")
    [kiosk] = [
        line.split("\t")[0]
        for line in house.register.command("admin", "kiosk", "list").splitlines()
        if "Virtual gate" in line
    ]
    house.register.command("admin", "kiosk", "revoke", kiosk)
    station.skip()
    machine.plug_network()
    station.wait_for("revoked")
    before = station.at_rest()
    refused = station.visit(house.card())
    assert refused["outcome"] == "refused"
    assert station.stays_shut(before)
    told = station.staff_read("^register: this kiosk was revoked")
    assert machine.run(f"test -e {_STATE}/identity.json").status == 1
    held = machine.tell(f"cat {_STATE}/journal.sqlite* | grep -ac {unsent['use']}")
    assert int(held) > 0
    machine.tell("systemctl stop kaikuportti")
    machine.tell(f"kaikuportti enrol {house.code()}", timeout=600)
    station.wait_for("ready")
    arrived = eventually(lambda: not house.missing())
    assert arrived, house.missing()
    return Seen(
        f"{refused['reason']}, the gate stays shut",
        f"“{told}”",
        "cards and identity are wiped; enrolled anew, it sends what was unsent",
    )


def _accepted_and_sent(house: House, verdict: Line, told: str) -> Seen:
    arrived = eventually(lambda: verdict["use"] in house.uses())
    assert (verdict["outcome"], arrived) == ("accepted", True)
    words = f"accepted in {verdict['ms']:.0f} ms by {verdict['source']}"
    return Seen(words, f"“{told}”", "the use, sent afterwards")
