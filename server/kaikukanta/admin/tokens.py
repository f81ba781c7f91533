"""``admin token``: the tokens that venues' systems and ticket agents call with."""

from argparse import Namespace

from sqlmodel import col, select

from server.database import read, transaction
from server.kaikukanta.admin.frame import Group, identifier, name, one, table
from server.kaikukanta.context import Context
from server.kaikukanta.network.service import (
    create_agent_credential,
    create_venue_credential,
    revoke_credential,
)
from server.kaikukanta.network.tables import Credential, Venue
from server.kaikukanta.offerings.tables import OfferingRecord

_COLUMNS = ("the token's id", "whose it is: venue or agent", "its name", "in use or revoked")


def add(admin: Group) -> None:
    """Add the commands."""
    token = admin.group("token", "tokens of venues' systems and ticket agents")
    summary = "show every token's id and owner, never the token"
    token.command("list", summary, list_tokens, _COLUMNS)
    create = token.command("venue", "make a venue's token and show it this once", add_venue_token)
    create.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    create.add_argument("--name", required=True, type=name, help="which system it is for")
    create = token.command("agent", "make an agent's token and show it this once", add_agent_token)
    create.add_argument("--name", required=True, type=name, help="the ticket agent's name")
    create.add_argument(
        "--offering", required=True, action="append", type=identifier, metavar="ID",
        help="an offering that its venue has granted; may be given several times",
    )  # fmt: skip
    revoke = token.command("revoke", "make a token good for nothing", revoke_token)
    revoke.add_argument("token", type=identifier, metavar="ID", help="the token's id, from list")


def list_tokens(context: Context, _arguments: Namespace) -> str:
    """Return ids, roles, names and states."""
    with read(context.engine) as session:
        found = session.exec(select(Credential).order_by(col(Credential.name)))
        return table(
            [
                (each.id, each.role, each.name, "revoked" if each.revoked_at else "in use")
                for each in found
            ]
        )


def add_venue_token(context: Context, arguments: Namespace) -> str:
    """Add it and return it."""
    with transaction(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        _, token = create_venue_credential(session, venue.id, arguments.name, context.clock())
    return token


def add_agent_token(context: Context, arguments: Namespace) -> str:
    """Add it and return it."""
    with transaction(context.engine) as session:
        granted = {one(session, OfferingRecord, id_, "offering").id for id_ in arguments.offering}
        _, token = create_agent_credential(session, arguments.name, granted, context.clock())
    return token


def revoke_token(context: Context, arguments: Namespace) -> str:
    """Revoke it; doing so again changes nothing."""
    with transaction(context.engine) as session:
        credential = one(session, Credential, arguments.token, "token")
        revoke_credential(session, credential, context.clock())
    return "revoked"
