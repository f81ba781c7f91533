"""The figures for Prometheus: what is counted, and that nobody else can read them."""

import socket
import sys
import urllib.request
from typing import Any

import pytest

from kiosk.link import Contact
from kiosk.log import log
from kiosk.metrics import MetricsError, serving
from tests.e2e.house import free_port

CONDITION: dict[str, Any] = {
    "version": "1.2.3",
    "unsent": 4,
    "parked": 1,
    "leased": None,
    "cache_age": 2.5,
    "devices": {"scanner/serial": "ok", "keypad/hid": "missing", "gate/none": "ok"},
    "contact": "up",
    "cards": 20,
    "clock_suspect": False,
    "disk": None,
}


def figures(port: int) -> dict[str, float]:
    """Return the figures as Prometheus reads them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    }


def test_verdicts_are_counted_from_the_log_and_the_condition_is_shown() -> None:
    """Each outcome, reason and source stands for itself; a failed record is counted too."""
    port = free_port()
    verdict = {"outcome": "refused", "reason": "expired", "source": "local", "ms": 7.0}
    log("verdict", **verdict)
    with serving(port) as show:
        log("verdict", **verdict)
        log("verdict", **verdict)
        log("verdict", **{**verdict, "outcome": "accepted", "reason": None, "source": "register"})
        log("journal_failed", why="disk")
        show(CONDITION)
        read = figures(port)
    name = "kaikuportti_verdicts_total"
    assert read[f'{name}{{outcome="refused",reason="expired",source="local"}}'] == 2
    assert read[f'{name}{{outcome="accepted",reason="",source="register"}}'] == 1
    seconds = "kaikuportti_verdict_seconds"
    assert read[f'{seconds}_bucket{{le="0.005",source="local"}}'] == 0
    assert read[f'{seconds}_bucket{{le="0.01",source="local"}}'] == 2
    assert read["kaikuportti_journal_failures_total"] == 1
    assert (read["kaikuportti_unsent"], read["kaikuportti_parked"]) == (4, 1)
    assert (read["kaikuportti_leased"], read["kaikuportti_silence_seconds"]) == (0, 2.5)
    assert (read["kaikuportti_connected"], read["kaikuportti_disk_failing"]) == (1, 0)
    assert read['kaikuportti_device_up{device="keypad/hid"}'] == 0
    assert read['kaikuportti_device_up{device="scanner/serial"}'] == 1
    assert 'kaikuportti_device_up{device="gate/none"}' not in read
    with pytest.raises(OSError, match="refused"):
        figures(port)


@pytest.mark.parametrize("contact", list(Contact))
def test_how_it_stands_with_the_register_is_a_set_of_states(contact: Contact) -> None:
    """One of them is 1, and the last no more: an alert can tell a revocation from no network."""
    port = free_port()
    with serving(port) as show:
        show({**CONDITION, "contact": "up"})
        show({**CONDITION, "contact": contact.value})
        read = figures(port)
    states = {name: value for name, value in read.items() if name.startswith("kaikuportti_contact")}
    assert states == {
        f'kaikuportti_contact{{state="{state}"}}': float(state is contact) for state in Contact
    }
    assert read["kaikuportti_connected"] == float(contact is Contact.UP)


def test_a_port_that_is_taken_is_said() -> None:
    """Two kiosks on one machine need two ports; the message names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MetricsError, match=rf"metrics\.port {port}"), serving(port):
            pass


def test_without_a_port_nothing_is_served() -> None:
    """The figures are opt-in."""
    with serving(None) as show:
        show(CONDITION)


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for figures without the library is told what to install."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MetricsError, match="prometheus-client"), serving(free_port()):
        pass
