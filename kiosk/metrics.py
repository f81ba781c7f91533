"""The kiosk's figures for Prometheus, on this machine only and only where they are asked for.

The verdicts are counted from the log's own lines, so that figures and log cannot disagree; the rest
is the condition that ``status`` tells. No figure tells one card or one visit from another.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kiosk.link import Contact
from kiosk.log import listen

LOOPBACK = "127.0.0.1"

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds from a scan to its verdict: a kiosk alone takes milliseconds, the register longer."""

Show = Callable[[Mapping[str, Any]], None]
"""Takes the kiosk's condition as ``status`` tells it."""


class MetricsError(Exception):
    """The figures cannot be served; the message says what to do about it."""


@contextmanager
def serving(port: int | None) -> Iterator[Show]:
    """Serve the figures at ``/metrics`` on a port of the loopback; with None serve nothing.

    Raises :class:`MetricsError` where the library is not installed or the port is taken.
    """
    if port is None:
        yield lambda _condition: None
        return
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError:
        raise MetricsError("[metrics] needs prometheus-client: install the extra 'kiosk'") from None
    registry = CollectorRegistry()
    count, show = _verdicts(registry), _condition(registry)
    try:
        server, thread = start_http_server(port, LOOPBACK, registry)
    except OSError as error:
        mend = "choose another port, or end what has it"
        raise MetricsError(f"metrics.port {port} of {LOOPBACK}: {error.strerror}; {mend}") from None
    try:
        with listen(count):
            yield show
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _verdicts(registry: Any) -> Callable[[str, Mapping[str, Any]], None]:
    """Return what counts the verdicts that the log tells."""
    from prometheus_client import Counter, Histogram

    verdicts = Counter(
        "kaikuportti_verdicts",
        "What visitors were told.",
        ("outcome", "reason", "source"),
        registry=registry,
    )
    seconds = Histogram(
        "kaikuportti_verdict_seconds",
        "From a scan's last byte to its verdict.",
        ("source",),
        buckets=BUCKETS,
        registry=registry,
    )
    failures = Counter(
        "kaikuportti_journal_failures",
        "Visits that could not be recorded, and so were refused.",
        registry=registry,
    )

    def count(event: str, fields: Mapping[str, Any]) -> None:
        match event:
            case "verdict":
                source = fields["source"]
                verdicts.labels(fields["outcome"], fields["reason"] or "", source).inc()
                seconds.labels(source).observe(fields["ms"] / 1000)
            case "journal_failed":
                failures.inc()

    return count


_NOT_KNOWN = float("nan")
"""What a figure is where the store cannot be read: no alert takes it for nought."""

_FIGURES = {
    "unsent": "Uses that the register does not have yet.",
    "parked": "Uses that the register could not take.",
    "cards": "Cards that the kiosk knows.",
    "leased": "Seats that may be given away without the register.",
}


def _condition(registry: Any) -> Show:
    """Return what shows the condition as figures."""
    from prometheus_client import Gauge

    figures = {
        name: Gauge(f"kaikuportti_{name}", words, registry=registry)
        for name, words in _FIGURES.items()
    }
    silence = Gauge(
        "kaikuportti_silence_seconds", "Since the register was heard last.", registry=registry
    )
    connected = Gauge("kaikuportti_connected", "1 in touch with the register.", registry=registry)
    contact = Gauge(
        "kaikuportti_contact",
        "1 for how it stands with the register.",
        ("state",),
        registry=registry,
    )
    clock = Gauge("kaikuportti_clock_suspect", "1 while the clock looks wrong.", registry=registry)
    disk = Gauge("kaikuportti_disk_failing", "1 while the disk takes nothing.", registry=registry)
    device = Gauge("kaikuportti_device_up", "1 while it is there.", ("device",), registry=registry)
    about = Gauge("kaikuportti_info", "Always 1.", ("version",), registry=registry)

    def show(condition: Mapping[str, Any]) -> None:
        is_known = condition["unsent"] is not None
        for name, figure in figures.items():
            figure.set((condition[name] or 0) if is_known else _NOT_KNOWN)
        if condition["cache_age"] is not None:
            silence.set(condition["cache_age"])
        connected.set(condition["contact"] == "up")
        for each in Contact:
            contact.labels(each.value).set(condition["contact"] == each)
        clock.set(condition["clock_suspect"])
        disk.set(condition["disk"] is not None)
        for name, state in condition["devices"].items():
            if not name.endswith("/none"):
                device.labels(name).set(state == "ok")
        about.labels(condition["version"]).set(1)

    return show
