"""The kiosk's condition as a small file.

So that ``kaikuportti status`` can tell it without the store.
"""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

RUNTIME = Path("/run/kaikuportti")
"""Where systemd's unit keeps the file."""

STALE = 60.0
"""Seconds after which a condition is told as old: it is written every quarter of a minute."""

_WELL = "ok"
_NOT_ALL = ", not all yet; the register tells them"
_KEY = "key of the card digests"
FOREIGN_KEY = "is not the register's: every card is unknown; enrol this kiosk again"
"""What staff are told of a key under which no card is known."""

_LACKING = (
    "cards: not all there, and no network: who is not known is not let in; look at the network"
)
UNDER_WAY = (
    "a damaged journal is being rescued, and its uses lie beside it: free some space and start the"
    " kiosk; do not take the memory card out"
)
_AWAITED = "the register must tell it; no card is read until the network is there"


def write_status(folder: Path, condition: Mapping[str, Any]) -> None:
    """Write the condition, whole or not at all.

    Raises OSError where the disk does not take it. On a full one it is written into the room of the
    last: what ``status`` tells is then that the disk is full, and not that all was well before.
    """
    pid = os.getpid()
    body = json.dumps({"pid": pid, "born": _birth(pid), **condition})
    draft, place = folder / "status.new", folder / "status.json"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(body)
        draft.replace(place)
    except OSError as error:
        if error.errno == errno.ENOSPC and place.exists():
            _overwrite(place, body)
        raise


def _overwrite(place: Path, body: str) -> None:
    with place.open("r+") as file:
        file.write(body)
        file.truncate()


def read_status(folder: Path) -> dict[str, Any] | None:
    """Return the condition that a running kiosk wrote last, or None where none is running."""
    try:
        condition: dict[str, Any] = json.loads((folder / "status.json").read_text())
        alive = condition["born"] == _birth(int(condition["pid"]))
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


def _birth(pid: int) -> int:
    """Return when a process began, by the kernel's own count: its number may be another's later.

    Raises OSError where there is no such process.
    """
    after_the_name = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2]
    return int(after_the_name.split()[19])


def status_folder(state: Path) -> Path:
    """Return where the file lies: systemd's runtime folder, which is in memory, else the state."""
    runtime = os.environ.get("RUNTIME_DIRECTORY")
    return Path(runtime) if runtime else state


def to_be_mended(condition: Mapping[str, Any]) -> list[str]:
    """Return what staff must mend, a line each; a kiosk without a network serves by itself."""
    heals = condition.get("contact") not in _TO_BE_MENDED
    devices = condition.get("devices", {}).items()
    return [
        *([] if heals else [f"register: {_contact(condition)}"]),
        *([f"{_KEY}: {_AWAITED}"] if _awaits_key(condition) else []),
        *([_LACKING] if _lacks_cards(condition) else []),
        *_ailing(condition),
        *(f"{name}: {words}" for name, words in devices if words != _WELL),
    ]


def _lacks_cards(condition: Mapping[str, Any]) -> bool:
    """Tell whether there are cards that the kiosk was never told, and nobody who tells them."""
    return condition.get("cards_whole") is False and condition.get("contact") == "down"


def _awaits_key(condition: Mapping[str, Any]) -> bool:
    """Tell whether the register still has to tell the key; it tells a revoked kiosk none."""
    return condition.get("key_known") is False and condition.get("contact") != "revoked"


def _ailing(condition: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is not well in the kiosk itself, with what to do about it."""
    if condition.get("key_foreign"):
        yield f"{_KEY}: {FOREIGN_KEY}"
    if condition.get("parked"):
        yield f"uses the register could not take: {condition['parked']} (ask support)"
    if condition.get("clock_suspect"):
        yield "clock: looks wrong; set the time"
    if condition.get("disk"):
        yield f"disk: {condition['disk']}"
    if condition.get("no_figures"):
        yield f"figures: {condition['no_figures']}"
    yield from (f"journal: {words}" for words in describe_spoiled(condition.get("spoiled", {})))
    if (seconds := _age(condition)) > STALE:
        yield f"all this is {int(seconds)} s old: the disk may be full; look at the log"


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
        f"register: {_contact(condition)}"
        + ("" if age is None else f", last heard {int(age)} s before"),
        f"cards: {_known(condition['cards'])}{_still_to_come(condition)}",
        f"uses waiting to be sent: {_known(condition['unsent'])}",
    ]
    if "key" in condition:
        lines.append(f"{_KEY}: {_key(condition)}")
    if condition.get("leased"):
        lines.append(f"seats it may give away without the register: {condition['leased']}")
    lines += _ailing(condition)
    lines += [f"{name}: {_as_it_is(name, words)}" for name, words in condition["devices"].items()]
    return "\n".join(lines)


def _known(count: int | None) -> int | str:
    """Return a count, or that the disk does not give it."""
    return "not known, the disk does not give it" if count is None else count


def _contact(condition: Mapping[str, Any]) -> str:
    """Return how things stand with the register, and why."""
    why = condition.get("contact_why")
    return _CONTACT[condition["contact"]] + (f" ({why})" if why else "")


def _still_to_come(condition: Mapping[str, Any]) -> str:
    """Return what is to be said of a number of cards that is not that of all."""
    if condition["contact"] == "revoked":
        return ", erased"
    return _NOT_ALL if condition.get("cards_whole") is False else ""


def _key(condition: Mapping[str, Any]) -> str:
    """Return where the key is; a kiosk that was revoked has none."""
    if condition["contact"] == "revoked":
        return "erased"
    if _awaits_key(condition):
        return _AWAITED
    return "on the disk" if condition["key"] == "disk" else "in memory only"


def _as_it_is(name: str, words: str) -> str:
    """Return how a device is; of one that the configuration leaves out, that there is none."""
    return "there is none" if name.endswith("/none") else words


def describe_spoiled(spoiled: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return, for people, what became of journals that were set aside."""
    return [
        f"was damaged ({found['at']}); {found['rescued']} uses were rescued,"
        f" {found['unsent']} of them not sent then; {found['unreadable']} pages or uses could"
        " not be read; replace the memory card; see kaikuportti rescue"
        for found in spoiled.values()
    ]


_CONTACT = {
    "untried": "not reached yet",
    "up": "connected",
    "down": "no connection; deciding from the kiosk's own store",
    "refused": "it does not take this kiosk's token; call support: enrol this kiosk again, with"
    " kaikuportti enrol --again",
    "untrusted": "its certificate is not valid; look at this kiosk's clock, then call support:"
    " renew the register's certificate, or correct registry.url",
    "revoked": "this kiosk was revoked; enrol it again",
}

_TO_BE_MENDED = ("refused", "untrusted", "revoked")
"""The contacts that do not heal by themselves."""
