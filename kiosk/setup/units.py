"""The last step, which starts the kiosk's units in systemd; and the commands that setup runs."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kiosk.setup.talk import Talk

CONFIGURATION = Path("/etc/kaikuportti/kiosk.toml")
"""The configuration that the units are for."""

SERVICE = "kaikuportti.service"
WATCH = "kaikuportti.path"
"""Starts the kiosk once its configuration or its identity has changed."""

_BY_ITSELF = """
The kiosk starts by itself as soon as it is configured and enrolled, and may open the gate then.
While hands are at the gate, stop it, and start it when they are not:
  systemctl stop kaikuportti.path kaikuportti
  systemctl start kaikuportti.path kaikuportti"""

_LOOK = "  It starts; the cards may take a while. Look how it does with: kaikuportti status"


async def warn_of_start(talk: Talk, path: Path) -> None:
    """Say that the kiosk will start by itself, where it will, before it does."""
    systemctl = await systemctl_for(path)
    if systemctl is not None and await is_watched(systemctl):
        talk.say(_BY_ITSELF)


async def start_here(talk: Talk, path: Path) -> None:
    """Start the units where systemd has them; ask first where nothing else starts them.

    Nobody waits until the kiosk is ready, for it may wait for the network to fetch the cards.
    """
    systemctl = await systemctl_for(path)
    if systemctl is None:
        talk.say(f"\nThe kiosk is set up. Start it with: kaikuportti run --config {path}")
        return
    how = ["start"]
    if not await is_watched(systemctl):
        if not await talk.confirm("\nStart the kiosk now, and whenever this machine starts?"):
            talk.say("  Start it with: systemctl start kaikuportti.path kaikuportti")
            return
        how = ["enable", "--now"]
    failed = await run([systemctl, "--no-block", *how, WATCH, SERVICE])
    talk.say("  It did not start: journalctl -u kaikuportti" if failed else _LOOK)


@asynccontextmanager
async def held(path: Path) -> AsyncIterator[None]:
    """Let systemd start no kiosk meanwhile, though the configuration and the identity change."""
    systemctl = await systemctl_for(path)
    if systemctl is None or not await is_watched(systemctl):
        yield
        return
    await run([systemctl, "stop", WATCH, SERVICE])
    try:
        yield
    finally:
        await run([systemctl, "--no-block", "start", WATCH])


async def systemctl_for(path: Path) -> str | None:
    """Return systemd's command where it has the units of this configuration and obeys us."""
    systemctl = shutil.which("systemctl")
    if systemctl is None or os.geteuid() != 0 or path != CONFIGURATION:
        return None
    is_there = await run([systemctl, "cat", SERVICE], quiet=True) == 0
    return systemctl if is_there else None


async def is_watched(systemctl: str) -> bool:
    """Tell whether the kiosk starts by itself once its configuration or its identity changes."""
    return await run([systemctl, "is-active", WATCH], quiet=True) == 0


async def run(
    command: list[str], said: str = "", owner: os.stat_result | None = None, *, quiet: bool = False
) -> int:
    """Run a command to its end, with ``said`` as its input; return its exit code.

    It runs as the user who owns what ``owner`` tells of, where that is given.
    """

    def work() -> int:
        return subprocess.run(  # noqa: S603  every part is ours
            command,
            input=said.encode(),
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
            user=None if owner is None else owner.st_uid,
            group=None if owner is None else owner.st_gid,
            extra_groups=None if owner is None else [],
            check=False,
        ).returncode

    return await asyncio.to_thread(work)
