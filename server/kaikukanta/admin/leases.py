"""``admin lease``: the seats that kiosks keep, and freeing those of a kiosk that is gone."""

from argparse import Namespace

from kaiku.wire import write_instant
from server.database import read
from server.kaikukanta.admin.frame import CommandError, Group, identifier, table
from server.kaikukanta.context import Context
from server.kaikukanta.leases.service import Keeping, kept, release

WARNING = (
    "That kiosk must not come back before the event is over: it may have given these seats away."
)

_COLUMNS = (
    "the lease's id",
    "the kiosk's name",
    "its last heartbeat",
    "the offering's id",
    "the day",
    "seats that are left of it",
    "how it stands",
)


def add(admin: Group) -> None:
    """Add the commands."""
    lease = admin.group("lease", "seats that kiosks may give away by themselves")
    lease.command("list", "show every lease that keeps seats from others", list_leases, _COLUMNS)
    free = lease.command("release", "free the seats of a kiosk that is gone for good", release_one)
    free.add_argument("lease", type=identifier, metavar="ID", help="the lease's id, from list")


def list_leases(context: Context, _arguments: Namespace) -> str:
    """Return ids, kiosks, when those were last heard of, offerings, days, seats and how they stand.

    Seats are held, or asked back, or wait for uses that are to be sent; and where a cap was
    lowered below what is taken, by how many seats.
    """
    with read(context.engine) as session:
        return table(
            [
                (
                    each.lease.id,
                    each.kiosk.name,
                    each.kiosk.seen_at and write_instant(each.kiosk.seen_at),
                    each.lease.offering_id,
                    each.lease.day,
                    each.lease.unspent,
                    _standing(each),
                )
                for each in kept(session, context.clock())
            ]
        )


def _standing(keeping: Keeping) -> str:
    """Return how a lease stands with its kiosk, and its day with the cap."""
    lease = keeping.lease
    standing = "held" if lease.recalled_at is None else "asked back"
    if lease.returned_at is not None:
        standing = "waits for uses"
    return f"{standing}, {keeping.beyond} beyond the cap" if keeping.beyond else standing


def release_one(context: Context, arguments: Namespace) -> str:
    """Free them, and warn; doing so again frees nothing."""
    seats = release(context, arguments.lease)
    if seats is None:
        raise CommandError("no such lease: look at kaikukanta admin lease list")
    return f"freed {seats} seats\n{WARNING}"
