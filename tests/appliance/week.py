"""A row of a week without a network: kiosk and register live through it, apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import Line, eventually
from tests.e2e.house import Register

_FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


@row(
    "a week without a network, with a term of a week",
    "accepted every day; then the cards are forgotten; nothing is lost",
    long=True,
)
def week(house: House) -> Seen:
    """Switch the machine off and on as of later days, without its cable, until the term is over.

    The register is started as of then, too, and the cable is plugged in.
    """
    station, machine = house.station, house.station.machine
    station.configure(house.url, station="forget_after = 7")
    station.restart()
    assert station.visit(house.card())["outcome"] == "accepted"
    assert eventually(lambda: station.status().get("clock_suspect") is False)
    machine.pull_network()
    verdicts = _first_day(house)
    for days in (2, 4, 6):
        _switch_on_after(house, timedelta(days=days))
        station.wait_for("ready")
        verdicts.append(station.visit(house.card(), outcome="accepted"))
    assert station.status()["clock_suspect"] is False
    unsent = station.staff_read("^uses waiting to be sent: [1-9]")
    _switch_on_after(house, timedelta(days=8))
    station.wait_for("forgotten", days=7)
    waits = station.staff_read("^key of the card digests: .*register")
    held = {line["use"] for line in verdicts}
    assert held.isdisjoint(house.uses())
    with _later(house.register, days=8):
        machine.plug_network()
        ready = station.wait_for("ready")
        assert ready["cards"] > 0
        arrived = eventually(lambda: not house.missing())
        days_on_record = {house.day(use) for use in held}
        assert station.visit(house.card())["outcome"] == "accepted"
        assert eventually(lambda: not house.missing())
    station.configure(house.url)
    _switch_on_after(house, timedelta(0))
    machine.plug_network()
    station.wait_for("ready")
    assert eventually(lambda: station.status().get("clock_suspect") is False)
    assert arrived
    assert len(days_on_record) == 4
    return Seen(
        f"{len(verdicts)} accepted, on the day and 2, 4 and 6 days later, with the power off in "
        "between; after the seventh day no card is read until the register is back",
        f"“{unsent}”; with the term over “{waits}”",
        "all of them, of their days, one with a child and one taken back; sent afterwards",
    )


def _switch_on_after(house: House, time: timedelta) -> None:
    """Cut the power, and switch it on as of so much later than now, without the network.

    A day is long enough for the kernel to write what it still holds.
    """
    station = house.station
    station.machine.tell("sync")
    station.machine.cut()
    station.lines(0.0)
    then = datetime.now(UTC) + time
    station.machine.start(clock=f"{then:%Y-%m-%dT%H:%M:%S}", online=False)
    station.rewind()


def _first_day(house: House) -> list[Line]:
    """Let somebody in with a child, and somebody who then goes away again."""
    station = house.station
    with_child = station.visit(house.card(children=1), outcome="accepted")
    station.press("1")
    station.wait_for("verdict", amends=True)
    goes = station.visit(house.card(), outcome="accepted")
    station.press("-")
    station.wait_for("annulled", use=goes["use"])
    return [with_child, goes]


@contextmanager
def _later(register: Register, days: int) -> Iterator[None]:
    """Serve as of so many days later."""
    register.kill()
    later = {
        "LD_PRELOAD": _FAKETIME, "FAKETIME": f"+{days}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    before = register.environment
    register.environment = {**before, **later}
    register.start()
    try:
        yield
    finally:
        register.kill()
        register.environment = before
        register.start()
