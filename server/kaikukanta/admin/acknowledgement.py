"""Organisations acknowledge the operating model, and which version of it (OM-1)."""

from argparse import Namespace

from kaiku.audit import MODEL_VERSION
from kaiku.days import day_of
from server.database import transaction
from server.kaikukanta.admin.frame import Group, day, identifier, one
from server.kaikukanta.context import Context
from server.kaikukanta.network.tables import Distributor, Venue


def add_acknowledge(group: Group, kind: type[Distributor | Venue], what: str) -> None:
    """Add the command by which an organisation acknowledges the operating model (OM-1)."""

    def acknowledge(context: Context, arguments: Namespace) -> str:
        today = day_of(context.clock())
        with transaction(context.engine) as session:
            organisation = one(session, kind, arguments.organisation, what)
            organisation.model_version = arguments.version
            organisation.acknowledged_on = today
            return acknowledged(organisation)

    command = group.command(
        "acknowledge",
        f"note that a {what} commits to a version of the operating model",
        acknowledge,
    )
    command.add_argument("organisation", type=identifier, metavar="ID", help=f"the {what}'s id")
    command.add_argument(
        "--version", type=day, default=MODEL_VERSION, metavar="DAY", help="the version, by its day"
    )


def acknowledged(organisation: Distributor | Venue) -> str:
    """Return which version of the model an organisation has acknowledged (OM-1)."""
    version = organisation.model_version
    if version is None:
        return "has not acknowledged the model"
    later = "" if version >= MODEL_VERSION else f", not that of {MODEL_VERSION}"
    return f"acknowledged {version} on {organisation.acknowledged_on}{later}"
