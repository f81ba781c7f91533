"""What systemd is told.

Ready, alive, stopping, and a line for ``systemctl status`` (sd_notify(3)).
"""

import os
import socket


def notify(*lines: str) -> None:
    """Send state lines such as ``READY=1``; without systemd nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.sendto("\n".join(lines).encode(), address)


def watchdog_interval() -> float | None:
    """Return how often systemd wants to hear ``WATCHDOG=1``, in seconds: half of its limit."""
    limit = os.environ.get("WATCHDOG_USEC")
    return int(limit) / 2_000_000 if limit else None


def more_time(seconds: float) -> str:
    """Return the line that asks for time until the next one, where something is under way."""
    return f"EXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}"
