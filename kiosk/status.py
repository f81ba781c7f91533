"""The kiosk's condition as a small file.

So that ``kaikuportti status`` can tell it without the store.
"""

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any


def write_status(folder: Path, condition: Mapping[str, Any]) -> None:
    """Write the condition, whole or not at all."""
    draft = folder / "status.new"
    draft.write_text(json.dumps({"pid": os.getpid(), **condition}))
    draft.replace(folder / "status.json")


def read_status(folder: Path) -> dict[str, Any] | None:
    """Return the condition that a running kiosk wrote last, or None where none is running."""
    try:
        condition: dict[str, Any] = json.loads((folder / "status.json").read_text())
        alive = _is_alive(int(condition["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return condition if alive else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def status_folder(state: Path) -> Path:
    """Return where the file lies: systemd's runtime folder, which is in memory, else the state."""
    runtime = os.environ.get("RUNTIME_DIRECTORY")
    return Path(runtime) if runtime else state


def describe(station: str, condition: Mapping[str, Any]) -> str:
    """Return the condition as lines for people."""
    age = condition["cache_age"]
    lines = [
        f"{station}: version {condition['version']}",
        f"running for {timedelta(seconds=int(condition['uptime']))}",
        f"register: {_CONTACT[condition['contact']]}"
        + ("" if age is None else f", last heard {int(age)} s before"),
        f"cards: {condition['cards']}",
        f"uses waiting to be sent: {condition['unsent']}",
    ]
    if condition.get("leased"):
        lines.append(f"seats it may give away without the register: {condition['leased']}")
    if condition["parked"]:
        lines.append(f"uses the register could not take: {condition['parked']} (ask support)")
    if condition["clock_suspect"]:
        lines.append("clock: looks wrong; set the time")
    lines += [f"{name}: {words}" for name, words in condition["devices"].items()]
    return "\n".join(lines)


_CONTACT = {
    "untried": "not reached yet",
    "up": "connected",
    "down": "no connection; deciding from the kiosk's own store",
    "revoked": "this kiosk was revoked; enrol it again",
}
