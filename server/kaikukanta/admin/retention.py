"""``admin retention``: forgetting what need not be kept any longer."""

from argparse import Namespace

from server.kaikukanta.admin.frame import Group, table
from server.kaikukanta.context import Context
from server.kaikukanta.retention.service import foresee_all, forget


def add(admin: Group) -> None:
    """Add the command."""
    summary = "forget what the settings say is kept no longer"
    command = admin.command("retention", summary, forget_what_is_due, ("what", "how many"))
    command.add_argument(
        "--dry-run", action="store_true", help="only say how much it would be, and forget nothing"
    )


def forget_what_is_due(context: Context, arguments: Namespace) -> str:
    """Return how much of each kind was forgotten, or would be."""
    act = foresee_all if arguments.dry_run else forget
    return table([*act(context, context.clock()).items()])
