"""The kiosk's units in systemd, and the commands that setup runs."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

CONFIGURATION = Path("/etc/kaikuportti/kiosk.toml")
"""The configuration that the units are for."""

SERVICE = "kaikuportti.service"
WATCH = "kaikuportti.path"
"""Starts the kiosk once its configuration or its identity has changed."""


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
