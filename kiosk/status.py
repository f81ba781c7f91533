"""The kiosk's condition as a small file.

So that ``kaikuportti status`` can tell it without the store.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

RUNTIME = Path("/run/kaikuportti")
"""Where systemd's unit keeps the file."""

STALE = 60.0
"""Seconds after which a condition is told as old: it is written every quarter of a minute."""

_WELL = "ok"


def write_status(folder: Path, condition: Mapping[str, Any]) -> None:
    """Write the condition, whole or not at all."""
    draft = folder / "status.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"pid": os.getpid(), **condition}, file)
    draft.replace(folder / "status.json")


def read_status(folder: Path) -> dict[str, Any] | None:
    """Return the condition that a running kiosk wrote last, or None where none is running."""
    try:
        condition: dict[str, Any] = json.loads((folder / "status.json").read_text())
        alive = _is_alive(int(condition["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return condition if alive else None


def find_status(state: Path) -> dict[str, Any] | None:
    """Return the condition of the kiosk with this state folder, or None where none is running.

    systemd gives its runtime folder to the kiosk alone, so who asks looks there too.
    """
    found = read_status(status_folder(state))
    if found is not None:
        return found
    found = read_status(RUNTIME)
    return found if found is not None and found.get("state") == str(state) else None


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


def to_be_mended(condition: Mapping[str, Any]) -> bool:
    """Tell whether staff must mend something; a kiosk without a network serves by itself."""
    return bool(
        condition["contact"] == "revoked"
        or condition["parked"]
        or condition["clock_suspect"]
        or condition.get("disk")
        or condition.get("spoiled")
        or not condition.get("key_known", True)
        or any(words != _WELL for words in condition["devices"].values())
        or _age(condition) > STALE
    )


def _age(condition: Mapping[str, Any]) -> float:
    """Return the seconds since the condition was written, by the clock that wrote it."""
    written = condition.get("clock")
    if written is None:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(written)).total_seconds()


def describe(station: str, condition: Mapping[str, Any]) -> str:
    """Return the condition as lines for people."""
    age = condition["cache_age"]
    lines = [
        f"{station}: version {condition['version']}",
        f"running for {timedelta(seconds=int(condition['uptime']))}",
        f"register: {_CONTACT[condition['contact']]}"
        + ("" if age is None else f", last heard {int(age)} s before"),
        f"cards: {condition['cards']}"
        + ("" if condition.get("cards_whole", True) else ", not all yet; the register tells them"),
        f"uses waiting to be sent: {condition['unsent']}",
    ]
    if "key" in condition:
        lines.append(f"key of the card digests: {_key(condition)}")
    if condition.get("leased"):
        lines.append(f"seats it may give away without the register: {condition['leased']}")
    if condition["parked"]:
        lines.append(f"uses the register could not take: {condition['parked']} (ask support)")
    if condition["clock_suspect"]:
        lines.append("clock: looks wrong; set the time")
    if condition.get("disk"):
        lines.append(f"disk: {condition['disk']}; free some space or replace the memory card")
    lines += [f"journal: {words}" for words in describe_spoiled(condition.get("spoiled", {}))]
    if (seconds := _age(condition)) > STALE:
        lines.append(f"all this is {int(seconds)} s old: the disk may be full; look at the log")
    lines += [f"{name}: {words}" for name, words in condition["devices"].items()]
    return "\n".join(lines)


def describe_spoiled(spoiled: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return, for people, what became of journals that were set aside."""
    return [
        f"was damaged ({found['at']}); {found['rescued']} uses were rescued,"
        f" {found['unsent']} of them not sent then; {found['unreadable']} pages or uses could"
        " not be read; replace the memory card; see kaikuportti rescue"
        for found in spoiled.values()
    ]


def _key(condition: Mapping[str, Any]) -> str:
    if not condition["key_known"]:
        return "the register must tell it; no card is read until the network is there"
    return "on the disk" if condition["key"] == "disk" else "in memory only"


_CONTACT = {
    "untried": "not reached yet",
    "up": "connected",
    "down": "no connection; deciding from the kiosk's own store",
    "revoked": "this kiosk was revoked; enrol it again",
}
