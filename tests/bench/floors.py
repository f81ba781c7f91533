"""The least that the same work could take: bare SQLite, bare inserts, bare imports."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path


def verdicts(folder: Path, cards: int, times: int) -> list[float]:
    """Return so many times, in milliseconds, of one indexed lookup and one FULL commit."""
    db = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE card (digest BLOB PRIMARY KEY, state INTEGER) WITHOUT ROWID")
    db.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, digest BLOB, body BLOB)")
    digests = [os.urandom(16) for _ in range(cards)]
    db.execute("BEGIN")
    db.executemany("INSERT INTO card VALUES (?, 1)", ((digest,) for digest in digests))
    db.execute("COMMIT")
    taken = []
    for turn in range(times):
        digest = digests[turn * 7919 % cards]
        body = os.urandom(120)
        before = time.perf_counter()
        db.execute("SELECT state FROM card WHERE digest = ?", (digest,)).fetchone()
        db.execute("INSERT INTO entry (digest, body) VALUES (?, ?)", (digest, body))
        taken.append((time.perf_counter() - before) * 1000)
    db.close()
    return taken


def inserts(folder: Path, cards: int) -> float:
    """Return the seconds that bare inserts of so many cards take."""
    db = sqlite3.connect(folder / "inserts.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(
        "CREATE TABLE card (digest BLOB PRIMARY KEY, kind TEXT, children INTEGER, valid_from"
        " INTEGER, valid_until INTEGER, status TEXT) WITHOUT ROWID"
    )
    rows = [(os.urandom(16), "personal", 2, 739000, 739365, "active") for _ in range(cards)]
    before = time.perf_counter()
    db.execute("BEGIN")
    db.executemany("INSERT INTO card VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.execute("COMMIT")
    taken = time.perf_counter() - before
    db.close()
    return taken


def resident() -> float:
    """Return the resident megabytes of a bare interpreter with the libraries the user has fixed."""
    code = (
        "import asyncio, sqlite3, httpx, sqlmodel, serial\n"
        "for line in open('/proc/self/status'):\n"
        "    if line.startswith('VmRSS'): print(int(line.split()[1]) / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def start() -> float:
    """Return the seconds in which a bare interpreter has imported the same libraries."""
    before = time.perf_counter()
    resident()
    return time.perf_counter() - before
