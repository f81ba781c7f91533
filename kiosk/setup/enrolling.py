"""The last step but one: trade a code for the kiosk's identity."""

import os
import sys
from pathlib import Path

from kaiku.text import Language
from kiosk.config import Config, Role
from kiosk.identity import NotEnrolledError, UnreadableIdentityError, load_identity
from kiosk.ports import Scanned, Surroundings
from kiosk.setup.finding import listen
from kiosk.setup.talk import Talk
from kiosk.setup.units import run

_LONGEST = 3600.0


async def ask_again(talk: Talk, path: Path, former: str) -> bool:
    """Ask whether to enrol anew a kiosk whose register has another address than before."""
    talk.say(f"  The address has changed. This kiosk is enrolled in the register at {former}.")
    talk.say("  To another register its token is of no use, and is not to be shown. Enrolled anew,")
    talk.say("  it keeps the uses that were not sent, and sends them to the new register.")
    if await talk.confirm("Enrol it anew, with a code of the new register?"):
        return True
    talk.say("  Its identity stays, as is right where the same register has moved. Otherwise:")
    talk.say(f"  kaikuportti enrol --again --config {path}")
    return False


async def enrol_here(
    talk: Talk, path: Path, config: Config, *, again: bool = False, grab: bool
) -> bool:
    """Enrol the kiosk with a code that is typed or scanned; tell whether it is enrolled.

    One that is enrolled already is enrolled anew only with ``again``.
    """
    talk.say("\n8. Enrolment")
    if not again and is_enrolled(config.station.state):
        talk.say("  This kiosk is enrolled already; that stays.")
        return True
    talk.say("Make an enrolment code for this kiosk in the register: it works once.")
    options = [*(["--again"] if again else []), "--config", str(path)]
    while True:
        talk.say("Type the code or scan it (it is not shown); Enter leaves it for later.")
        code = await _typed_or_scanned(talk, config, grab=grab)
        if not code:
            talk.say(f"  Later: kaikuportti enrol {' '.join(options)}")
            return False
        if await _enrol(config, code, options):
            return True


async def _typed_or_scanned(talk: Talk, config: Config, *, grab: bool) -> str:
    """Return the code that comes first, from the terminal or from a scanner."""
    surroundings = Surroundings(config.station.name, tuple(Language))
    devices = [d for d in config.of(Role.SCANNER) if d.settings.driver != "stdin"]
    heard = listen(devices, Scanned, surroundings, _LONGEST, grab=grab)
    found = await talk.unless_typed(heard)
    if isinstance(found, str):
        return found
    event = found.event
    return event.data.decode(errors="replace").strip() if isinstance(event, Scanned) else ""


async def _enrol(config: Config, code: str, options: list[str]) -> bool:
    """Enrol as the user who owns the state, for root's files would be closed to the kiosk."""
    program = Path(sys.executable).with_name("kaikuportti")
    command = [str(program), "enrol", *options]
    return await run(command, said=code, owner=_owner(config.station.state)) == 0


def _owner(state: Path) -> os.stat_result | None:
    """Return who owns the state folder, where this process may act as another user."""
    if os.geteuid() != 0 or not state.is_dir():
        return None
    found = state.stat()
    return found if found.st_uid != 0 else None


def is_enrolled(state: Path) -> bool:
    """Tell whether there is an identity in the state folder."""
    try:
        load_identity(state)
    except NotEnrolledError:
        return False
    except UnreadableIdentityError:  # there is one, and it may be read again
        return True
    return True
