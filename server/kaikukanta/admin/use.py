"""``admin use``: looking at one use, and taking it back where it was entered wrongly (OM-47)."""

from argparse import ArgumentParser, Namespace
from uuid import UUID

from kaiku.money import euros
from kaiku.wire import write_instant
from server.database import read
from server.kaikukanta.admin.frame import CommandError, Group, identifier
from server.kaikukanta.context import Context
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.uses.records import fee_of
from server.kaikukanta.uses.service import void_any
from server.kaikukanta.uses.tables import UseRecord
from server.problems import Problem

NO_SUCH_USE = "no such use: kaikukanta admin card show has the ids of a card's uses"
ASK = "nothing is taken back yet: if this is the use that is meant, say it again with --yes"


def add(admin: Group) -> None:
    """Add the commands."""
    use = admin.group("use", "one use, by its id")
    _id(use.command("show", "show a use and how it stands, but not whose it is", show_one))
    void = use.command("void", "take a use back that was recorded wrongly, for good", void_one)
    _id(void)
    void.add_argument("--yes", action="store_true", help="it is the one that is meant")


def _id(parser: ArgumentParser) -> None:
    parser.add_argument(
        "use", type=identifier, metavar="ID", help="the use's id, from card show or a report"
    )


def show_one(context: Context, arguments: Namespace) -> str:
    """Return what is kept of it, but for the card (OM-28)."""
    return _shown(context, arguments.use)


def void_one(context: Context, arguments: Namespace) -> str:
    """Take it back at any time, and return how it now stands; the row stays (OM-47).

    Without ``--yes`` only show it, so that a slip in an id takes nothing back.
    """
    shown = _shown(context, arguments.use)
    if not arguments.yes:
        raise CommandError(ASK, report=shown)
    done = void_any(context, arguments.use)
    if isinstance(done, Problem):
        raise CommandError(done.detail or done.code, report=shown)
    return _shown(context, arguments.use)


def party_or_fee(use: UseRecord) -> str:
    """Return who came in (adults, children, helpers, supporters), or a fee's service and sum."""
    fee = fee_of(use)
    if fee is not None:
        return f"{fee.service} {euros(fee.cents).en}"
    return f"{use.adults}+{use.children}+{use.helpers}+{use.supporters}"


def _shown(context: Context, use_id: UUID) -> str:
    with read(context.engine) as session:
        use = session.get(UseRecord, use_id)
        if use is None:
            raise CommandError(NO_SUCH_USE)
        offering = session.get_one(OfferingRecord, use.offering_id)
        told = {
            "offering": f"{offering.name_fi} ({offering.id})",
            "happened": write_instant(use.at),
            "recorded": f"{write_instant(use.received_at)} by {_recorder(use)}",
            "party" if use.service is None else "fee": party_or_fee(use),
            "stands": _standing(use),
        }
    return "\n".join(f"{name}: {value}" for name, value in told.items())


def _recorder(use: UseRecord) -> str:
    return f"{use.recorder} {use.recorder_id}{', afterwards' if use.late else ''}"


def _standing(use: UseRecord) -> str:
    if use.voided_at is not None:
        return f"taken back {write_instant(use.voided_at)}"
    if use.reason is not None:
        return f"refused: {use.reason}"
    return use.outcome if use.conflict is None else f"{use.outcome}, in conflict: {use.conflict}"
