"""How long it takes from the last key of a scan to the gate's line, both in the kernel."""

import re
from collections.abc import Sequence

_EVENT = re.compile(r"\s(\d+\.\d+): (key|gpio_value): .*?(set 1|value=1)\s*$")


def latencies(trace: Sequence[str]) -> list[float]:
    """Return the milliseconds from each Enter key to the gate's opening before another key."""
    found, key = [], None
    for line in trace:
        match = _EVENT.search(line)
        if match is None:
            continue
        at, what = float(match[1]), match[2]
        if what == "key":
            key = at
        elif key is not None:
            found.append((at - key) * 1000)
            key = None
    return found


def distribution(values: Sequence[float], unit: str = "ms") -> str:
    """Return count, least, median, 95th and 99th percentile and most, each one of the values."""
    ordered = sorted(values)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return (
        f"n={len(ordered)} min={ordered[0]:.0f} median={at(0.5):.0f} p95={at(0.95):.0f} "
        f"p99={at(0.99):.0f} max={ordered[-1]:.0f} {unit}"
    )


def shares(whole: Sequence[float], own: Sequence[float]) -> list[float]:
    """Return the percentage of each time that was the program's own, which ends with the whole."""
    return [min(100.0, 100 * part / time) for time, part in zip(whole, own, strict=True)]
