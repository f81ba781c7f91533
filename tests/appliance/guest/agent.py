#!/usr/bin/python3
"""Runs commands in the virtual machine for the test outside: a JSON object a line, both ways.

In: ``{"id", "run", "timeout"}``. Out: ``{"id", "status", "out", "err"}``, with status 124 where the
time was up. Each command runs in a thread of its own, so that several run at the same time.
"""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

_WRITING = threading.Lock()


def main(port: str) -> None:
    """Serve a port for ever. The other end comes and goes; a broken line is passed over."""
    while not Path(port).exists():
        time.sleep(0.1)
    pipe = os.open(port, os.O_RDWR)
    pending = b""
    while True:
        got = os.read(pipe, 65536)
        if not got:  # nobody is at the other end
            time.sleep(0.1)
            continue
        *lines, pending = (pending + got).split(b"\n")
        for line in lines:
            try:
                wanted = json.loads(line)
            except ValueError:
                continue
            threading.Thread(target=_answer, args=(pipe, wanted), daemon=True).start()


def _answer(pipe: int, wanted: dict[str, Any]) -> None:
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", wanted["run"]],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=wanted["timeout"],
            cwd="/root",
            check=False,
        )
        status, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        status, out, err = 124, late.stdout or b"", late.stderr or b""
    answer = {"id": wanted["id"], "status": status, "out": out.decode(errors="replace")}
    line = json.dumps({**answer, "err": err.decode(errors="replace")}).encode() + b"\n"
    with _WRITING:
        while line:
            line = line[os.write(pipe, line) :]


if __name__ == "__main__":
    main(sys.argv[1])
