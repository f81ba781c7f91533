"""``make demo``: the whole house on one machine, with every part real.

The register runs as its own process on SQLite and is filled with a sample network; the kiosk enrols
over HTTP, keeps its journal on disk, and reads scans and keys from standard input. In a terminal a
USB scanner works as it is, for it types. Otherwise each line is a scan, and the demo ends with a
summary once the register has everything.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
CARDS = 500
STARTING_SECONDS = 60.0

CONFIG = """\
[station]
name = "Demo, gate 1"
state = {state}
attended = true

[registry]
url = {url}

[[scanner]]
driver = "stdin"

[[display]]
driver = "terminal"

[[display]]
driver = "png"
path = {picture}
"""

Seed = dict[str, Any]


def main() -> int:
    """Run the demo; return 0 where the register has all that the kiosk decided."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kaiku-demo-")))
        environment = {
            **os.environ,
            "KAIKUKANTA_DATABASE_URL": f"sqlite:///{folder / 'kanta.sqlite'}",
            "KAIKUKANTA_DIGEST_KEY_FILE": str(folder / "digest.key"),
        }
        _say("Making a sample network of cards, venues and offerings…")
        seed = _seed(folder, environment)
        url = stack.enter_context(_register(folder, environment))
        config = _kiosk(folder, url, seed)
        _introduce(seed, url, folder)
        if sys.stdin.isatty():
            code, log, whole = _by_hand(folder, config)
        else:
            code, log, whole = _from_lines(config)
        events = [json.loads(line) for line in log]
        if code != 0:
            for event in events:
                _say(json.dumps(event, ensure_ascii=False))
            return code
        stats = json.loads(_command(environment, "kaikukanta", "admin", "stats", "--json"))
        return _summarise(events, stats, whole=whole)


def _seed(folder: Path, environment: Mapping[str, str]) -> Seed:
    out = folder / "seed.json"
    _command(environment, "kaikukanta", "seed", "--cards", str(CARDS), "--out", str(out))
    seed: Seed = json.loads(out.read_text())
    return seed


@contextmanager
def _register(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Serve the register while the demo runs; give its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [str(BIN / "kaikukanta"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "register.log").open("wb") as log:
        process = subprocess.Popen(command, env=dict(environment), stderr=log, stdout=log)
    try:
        _wait_for(f"{url}/health", process, folder / "register.log")
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + STARTING_SECONDS
    while True:
        if process.poll() is not None or time.monotonic() > limit:
            sys.exit(f"The register did not start:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.05)


def _kiosk(folder: Path, url: str, seed: Seed) -> Path:
    """Configure a kiosk and enrol it; return its configuration."""
    config = folder / "kiosk.toml"
    words = {"state": folder / "kiosk", "url": url, "picture": folder / "screen.png"}
    config.write_text(CONFIG.format(**{key: json.dumps(str(word)) for key, word in words.items()}))
    code = seed["vars"]["enrolment"]
    _command(os.environ, "kaikuportti", "enrol", "--config", str(config), code)
    return config


def _command(environment: Mapping[str, str], name: str, *arguments: str) -> str:
    """Run one of our programs; end the demo with its own words where it fails."""
    done = subprocess.run(
        [BIN / name, *arguments],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{name} {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


def _introduce(seed: Seed, url: str, folder: Path) -> None:
    _say("\nSample cards (type or scan one):")
    for card in seed["sample"]:
        words = f"{card['state']}, {card['kind']}".replace("_", " ")
        if card["children"]:
            words += f", {card['children']} {'child' if card['children'] == 1 else 'children'}"
        _say(f"  {card['number']}   {words}")
    _say(
        "\nKeys, each on a line of its own: a digit or two (children), + (assistant or"
        "\ninterpreter), * (support person), - (take the last use back)."
        "\nA community card opens a group: the members' cards next, a digit for those under 16, and"
        "\nat the end an empty line in a terminal, or the community card again."
        f"\n\nThe register      {url}/api/v1/openapi.json"
        f"\nA venue's token   {seed['vars']['token']}"
        f"\nThe kiosk's screen as a picture, until the demo ends   {folder / 'screen.png'}\n"
    )


def _by_hand(folder: Path, config: Path) -> tuple[int, list[str], bool]:
    """Let a person scan and type; the log goes to a file, for the terminal is the screen.

    Return the exit code, the lines of the log, and whether all had the time to be sent.
    """
    log = folder / "kiosk.log"
    _say(f"The kiosk's log   {log}\nEnd with Ctrl-D or Ctrl-C.\n")
    with log.open("wb") as file:
        kiosk = subprocess.Popen([BIN / "kaikuportti", "run", "--config", config], stderr=file)
        try:
            whole = kiosk.wait() == 0
        except KeyboardInterrupt:  # it ends the kiosk, too
            whole = False
        code = kiosk.wait()
    return code, log.read_text().splitlines(), whole


def _from_lines(config: Path) -> tuple[int, list[str], bool]:
    """Let the kiosk read the lines to their end; return the same."""
    process = subprocess.Popen(
        [BIN / "kaikuportti", "run", "--config", config], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    log = list(process.stderr)
    return process.wait(), log, True


def _summarise(events: list[dict[str, Any]], stats: Mapping[str, Any], *, whole: bool) -> int:
    verdicts = [event for event in events if event["event"] == "verdict"]
    decided = [verdict for verdict in verdicts if verdict["outcome"] != "ask"]
    taken_back = {event["use"] for event in events if event["event"] == "annulled"}
    shown: dict[str, dict[str, Any]] = {}
    for verdict in decided:
        if verdict["outcome"] == "accepted" or verdict["use"] not in shown:
            shown[verdict["use"]] = verdict
    accepted = [v for v in shown.values() if v["outcome"] == "accepted"]
    standing = [v for v in accepted if v["use"] not in taken_back]
    refused = [v for v in shown.values() if v["outcome"] == "refused"]
    reasons = Counter(v["reason"] for v in refused)
    children = sum(v["children"] for v in standing)
    helpers = sum(v["helpers"] for v in standing)
    supporters = sum(v["supporters"] for v in standing)
    _say("\nSummary")
    _say(f"  scans decided             {len(shown)}")
    _say(f"  accepted                  {len(accepted)}")
    _say(f"    children                {children}")
    _say(f"    assistants              {helpers}")
    _say(f"    support persons         {supporters}")
    _say(f"    taken back              {len(taken_back)}")
    _say(f"  refused                   {len(refused)}")
    for reason, count in sorted(reasons.items()):
        _say(f"    {reason:<23} {count}")
    again = sum(1 for v in verdicts if v.get("repeat"))
    if again:
        _say(f"  the same card again       {again}")
    mine = (len(standing), len(taken_back), len(refused), children)
    theirs = (stats["accepted"], stats["voided"], stats["refused"], stats["children"])
    if mine != theirs and not whole:
        _say("\nBroken off: what was not sent yet lay in the kiosk's journal, for its next start.")
        return 0
    if mine != theirs:
        _say(f"\nThe register has something else: {json.dumps(stats)}")
        return 1
    _say(f"\nThe register has all {len(shown)} of them.")
    return 0


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
