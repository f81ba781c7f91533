"""A row of a week without a network: kiosk and register live through it, apart."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.appliance.rows import House, Seen, row
from tests.appliance.station import Line, eventually
from tests.e2e.house import Register

_DAY = 86400
_FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


@row(
    "a week without a network, and a term of a week",
    "accepted every day; then the cards are forgotten; nothing is lost",
    long=True,
)
def week(house: House) -> Seen:
    """Pull the cable and let a week pass, for the register too; set a term, and plug it in."""
    station, machine = house.station, house.station.machine
    machine.pull_network()
    verdicts = _first_day(house)
    for _ in range(7):
        machine.tell(f"date -s @$(($(date +%s) + {_DAY}))")
        verdicts.append(station.visit(house.card(), outcome="accepted"))
    station.restart()
    verdicts.append(station.visit(house.card(), outcome="accepted"))
    assert station.status()["clock_suspect"] is False
    unsent = station.staff_read("^uses waiting to be sent: [1-9]")
    station.configure(house.url, station="forget_after = 7")
    station.begin_anew()
    station.wait_for("forgotten", days=7)
    waits = station.staff_read("^key of the card digests: ")
    held = {line["use"] for line in verdicts}
    assert held.isdisjoint(house.uses())
    with _a_week_later(house.register):
        machine.plug_network()
        ready = station.wait_for("ready")
        assert ready["cards"] > 0
        arrived = eventually(lambda: not house.missing())
        days = {house.day(use) for use in held}
        assert station.visit(house.card())["outcome"] == "accepted"
        assert eventually(lambda: not house.missing())
    machine.tell(f"date -s @$(($(date +%s) - {7 * _DAY}))")
    station.configure(house.url)
    station.restart()
    assert eventually(lambda: station.status().get("clock_suspect") is False)
    assert arrived
    assert len(days) == 8
    return Seen(
        f"{len(verdicts)} accepted on 8 days, after a restart too; once the term is over "
        "no card is read until the register is back",
        f"“{unsent}”; with the term over “{waits}”",
        "all of them, of their days, one with a child and one taken back; sent afterwards",
    )


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
def _a_week_later(register: Register) -> Iterator[None]:
    """Serve as of a week later."""
    register.kill()
    later = {
        "LD_PRELOAD": _FAKETIME, "FAKETIME": "+7d", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
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
