"""``admin enrolment|kiosk``: bringing kiosks into the network and taking them out."""

from argparse import Namespace
from datetime import timedelta

from kaiku.wire import write_instant
from server.database import read, transaction
from server.kaikukanta.admin.frame import CommandError, Group, identifier, one, positive, table
from server.kaikukanta.context import Context
from server.kaikukanta.kiosks.enrolment import LASTS, NotTheVenuesError, open_enrolment
from server.kaikukanta.kiosks.service import kiosks, revoke
from server.kaikukanta.network.tables import Venue

_COLUMNS = (
    "the kiosk's id",
    "its name",
    "its venue's id",
    "in use or revoked",
    "its last heartbeat",
    "uses that it had not sent yet then",
)
HOURS = int(LASTS / timedelta(hours=1))


def add(admin: Group) -> None:
    """Add the commands."""
    enrolment = admin.group("enrolment", "one-time codes for new kiosks")
    create = enrolment.command("create", "make a code and show it this once", add_code)
    create.add_argument("--venue", required=True, type=identifier, metavar="ID", help="whose it is")
    create.add_argument(
        "--offering", required=True, action="append", type=identifier, metavar="ID",
        help="what the kiosk serves; may be given several times",
    )  # fmt: skip
    create.add_argument(
        "--hours", type=positive, default=HOURS, metavar="N",
        help=f"how long the code works, {HOURS} by default",
    )  # fmt: skip
    kiosk = admin.group("kiosk", "kiosks in the network")
    kiosk.command("list", "show every kiosk and when it was last heard of", list_kiosks, _COLUMNS)
    out = kiosk.command("revoke", "take a kiosk out: it forgets the cards", revoke_one)
    out.add_argument("kiosk", type=identifier, metavar="ID", help="the kiosk's id, from list")


def add_code(context: Context, arguments: Namespace) -> str:
    """Make it and return it."""
    lasts = timedelta(hours=arguments.hours)
    try:
        with transaction(context.engine) as session:
            venue = one(session, Venue, arguments.venue, "venue")
            now = context.clock()
            return open_enrolment(session, venue.id, arguments.offering, now, lasts)
    except NotTheVenuesError as error:
        raise CommandError(f"{error}: look at kaikukanta admin offering list") from None
    except OverflowError:
        raise CommandError("--hours is too long: a day or two is enough") from None


def list_kiosks(context: Context, _arguments: Namespace) -> str:
    """Return ids, names, venues, states, last signs of life and uses not yet sent."""
    with read(context.engine) as session:
        return table(
            [
                (
                    each.id,
                    each.name,
                    each.venue_id,
                    "revoked" if each.revoked_at else "in use",
                    each.seen_at and write_instant(each.seen_at),
                    each.heartbeat and each.heartbeat.get("unsent"),
                )
                for each in kiosks(session)
            ]
        )


def revoke_one(context: Context, arguments: Namespace) -> str:
    """Take it out; doing so again changes nothing."""
    with transaction(context.engine) as session:
        if not revoke(session, arguments.kiosk, context.clock()):
            raise CommandError("no such kiosk: look at kaikukanta admin kiosk list")
    return "revoked"
