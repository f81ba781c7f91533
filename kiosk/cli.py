"""``kaikuportti``: run the kiosk, check its configuration, enrol it, and look at how it does."""

import argparse
import asyncio
import io
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from importlib.metadata import version
from pathlib import Path

from kiosk.config import (
    EXPOSED,
    MUTE,
    Config,
    ConfigError,
    UnreadableConfigError,
    doubtful,
    is_mute,
    load,
    unfit,
)

OK, TROUBLE, USAGE, BAD_CONFIG = 0, 1, 2, 78
"""Exit codes; 78 is EX_CONFIG of sysexits.h."""

DEFAULT = Path("/etc/kaikuportti/kiosk.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return TROUBLE if isinstance(error, UnreadableConfigError) else BAD_CONFIG
    except PermissionError as error:
        what = error.filename or "the disk"
        sys.stderr.write(f"{what}: closed to this user; run this as root or as the kiosk's user\n")
        return TROUBLE
    except KeyboardInterrupt:
        sys.stderr.write("\nBroken off.\n")
        return TROUBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kaikuportti", description="The kiosk that reads cards at the door."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('kaikuportti')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def part_for(
        name: str, work: Callable[[argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        part = commands.add_parser(name, help=words, description=words)
        part.add_argument(
            "--config",
            type=Path,
            default=DEFAULT,
            metavar="FILE",
            help=f"the kiosk's configuration (default: {DEFAULT})",
        )
        part.set_defaults(command=work)
        return part

    def command(
        name: str, work: Callable[[Config, argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        return part_for(name, lambda options: work(load(options.config), options), words)

    part_for(
        "setup",
        setup,
        "Find the devices, try them, write the configuration and enrol: asks it all.",
    )
    command("run", run, "Read cards until stopped.")
    command("check", check, "Check the configuration and print it with every default filled in.")
    enrolling = command(
        "enrol", enrol, "Trade a one-time code for this kiosk's identity, and fetch the cards."
    )
    enrolling.add_argument(
        "code",
        nargs="?",
        help="the code from the register; left out, it is read from standard input",
    )
    enrolling.add_argument("--code", dest="code_option", metavar="CODE", help="the same")
    enrolling.add_argument(
        "--again", action="store_true", help="replace the identity that the kiosk already has"
    )
    rescuing = command(
        "rescue", rescue, "Tell what was set aside of a damaged journal, and read it once more."
    )
    rescuing.add_argument(
        "--forget", action="store_true", help="erase it, once the register has every use"
    )
    for part in (
        command("status", status, "Tell how the running kiosk does."),
        command(
            "doctor", doctor, "Try the devices, the store and the register, and say what to mend."
        ),
    ):
        part.add_argument("--json", action="store_true", help="print JSON for programs")
    return parser


def setup(options: argparse.Namespace) -> int:
    """Set the kiosk up in a talk at the terminal."""
    from kiosk.setup import set_up

    return asyncio.run(set_up(options.config))


def run(config: Config, _options: argparse.Namespace) -> int:
    """Run the kiosk until it is stopped."""
    import resource

    from kiosk.app import App
    from kiosk.files import StoreError
    from kiosk.identity import NotEnrolledError, UnreadableIdentityError, load_identity
    from kiosk.log import log, quieted, take_over_warnings
    from kiosk.ports import DeviceError

    take_over_warnings()
    if config.registry.is_exposed:
        log("exposed", why=EXPOSED)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would put the key on the disk (P6)
    try:
        with quieted():
            asyncio.run(App(config, load_identity(config.station.state)).run())
    except NotEnrolledError as error:
        log("cannot_start", why=str(error))
        return BAD_CONFIG
    except (DeviceError, StoreError, UnreadableIdentityError) as error:
        log("cannot_start", why=str(error))
        return TROUBLE
    except Exception as error:  # noqa: BLE001  the log stays JSON to the end; systemd restarts
        log("crashed", traceback=traceback.format_exception(error))
        return TROUBLE
    return OK


def check(config: Config, options: argparse.Namespace) -> int:
    """Print the effective configuration, unless it is one that should not stay as it is."""
    problems = [*unfit(options.config, config)]
    if problems:
        raise ConfigError("\n".join(problems))
    for words in doubtful(options.config, config):
        sys.stderr.write(f"{words}\n")
    if is_mute(config):
        sys.stderr.write(f"{MUTE}\n")
    print(json.dumps(config.effective(), indent=2, ensure_ascii=False))
    return OK


def enrol(config: Config, options: argparse.Namespace) -> int:
    """Enrol the kiosk, and fetch the cards so that it can decide from the first moment."""
    from kiosk.enrolment import enrol_kiosk

    if config.registry.is_exposed:
        sys.stderr.write(f"registry.url: {EXPOSED}\n")
    code = options.code or options.code_option
    if code is None:
        if sys.stdin.isatty():
            print("Type or scan the enrolment code: ", end="", flush=True)
        code = _first_line()
    return asyncio.run(enrol_kiosk(config, code.strip(), again=options.again))


def _first_line() -> str:
    """Return the first line of standard input, with a mark for each byte that is no letter."""
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError as error:
        return error.object.decode(error.encoding, "replace")


def rescue(config: Config, options: argparse.Namespace) -> int:
    """Look at what was set aside of a damaged journal, or let it go."""
    from kiosk import letting_go

    work = letting_go.forget if options.forget else letting_go.look
    return asyncio.run(work(config))


def status(config: Config, options: argparse.Namespace) -> int:
    """Tell how the running kiosk does."""
    from kiosk.status import describe, find_status, to_be_mended

    condition = find_status(config.station.state)
    if condition is None:
        print(json.dumps({"running": False}) if options.json else "The kiosk is not running.")
        return TROUBLE
    mend = to_be_mended(condition)
    if options.json:
        print(json.dumps({"running": True, "mend": mend, **condition}, ensure_ascii=False))
    else:
        print(describe(config.station.name, condition))
    return TROUBLE if mend else OK


def doctor(config: Config, options: argparse.Namespace) -> int:
    """Try everything that the kiosk needs, and say what to mend."""
    from kiosk.doctor import examine

    with redirect_stderr(io.StringIO()):  # the log is for programs; what it tells is found too
        findings = asyncio.run(examine(config))
    if options.json:
        print(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what}: {finding.words}")
    return OK if all(finding.ok for finding in findings) else TROUBLE


if __name__ == "__main__":
    sys.exit(main())
