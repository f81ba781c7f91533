"""``admin municipality|distributor|venue|token``: who is in the network and who may call."""

from argparse import Namespace

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from server.database import read, transaction
from server.kaikukanta.admin.frame import (
    CommandError,
    Group,
    add_names,
    choices,
    identifier,
    names,
    one,
    table,
)
from server.kaikukanta.context import Context
from server.kaikukanta.network.service import (
    create_agent_credential,
    create_distributor,
    create_venue,
    create_venue_credential,
    revoke_credential,
)
from server.kaikukanta.network.tables import (
    Credential,
    Distributor,
    Municipality,
    Venue,
    VenueKind,
)
from server.kaikukanta.offerings.tables import OfferingRecord


def add(admin: Group) -> None:
    """Add the commands."""
    municipality = admin.group("municipality", "municipalities of the network")
    municipality.command("list", "show every municipality", list_municipalities)
    create = municipality.command("create", "add a municipality", add_municipality)
    create.add_argument("code", help="Statistics Finland's code, three digits")
    create.add_argument("--fi", required=True, metavar="NAME", help="name in Finnish")
    create.add_argument("--sv", required=True, metavar="NAME", help="name in Swedish")

    distributor = admin.group("distributor", "organisations that give cards")
    distributor.command("list", "show every distributor", list_distributors)
    create = distributor.command("create", "add a distributor", add_distributor)
    create.add_argument("name", help="the organisation's name")
    create.add_argument("--municipality", required=True, metavar="CODE", help="where it is")

    venue = admin.group("venue", "venues that let holders in")
    venue.command("list", "show every venue", list_venues)
    create = venue.command("create", "add a venue", add_venue)
    create.add_argument("--kind", required=True, choices=choices(VenueKind), help="what it is")
    create.add_argument("--municipality", required=True, metavar="CODE", help="where it is")
    add_names(create)

    token = admin.group("token", "tokens of venues' systems and ticket agents")
    token.command("list", "show every token's id and owner, never the token", list_tokens)
    create = token.command("venue", "make a venue's token and show it this once", add_venue_token)
    create.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    create.add_argument("--name", required=True, help="which system it is for")
    create = token.command("agent", "make an agent's token and show it this once", add_agent_token)
    create.add_argument("--name", required=True, help="the ticket agent's name")
    create.add_argument(
        "--offering", required=True, action="append", type=identifier, metavar="ID",
        help="an offering that its venue has granted; may be given several times",
    )  # fmt: skip
    revoke = token.command("revoke", "make a token good for nothing", revoke_token)
    revoke.add_argument("token", type=identifier, metavar="ID", help="the token's id, from list")


def list_municipalities(context: Context, _arguments: Namespace) -> str:
    """Return codes and names."""
    with read(context.engine) as session:
        found = session.exec(select(Municipality).order_by(col(Municipality.code)))
        return table([(each.code, each.name_fi, each.name_sv) for each in found])


def add_municipality(context: Context, arguments: Namespace) -> str:
    """Add it and return its code."""
    if len(arguments.code) != 3 or not arguments.code.isdecimal():
        raise CommandError("a municipality's code is three digits, such as 091")
    row = Municipality(code=arguments.code, name_fi=arguments.fi, name_sv=arguments.sv)
    try:
        with transaction(context.engine) as session:
            session.add(row)
    except IntegrityError:
        raise CommandError("that municipality is in the network already") from None
    return arguments.code  # type: ignore[no-any-return]


def list_distributors(context: Context, _arguments: Namespace) -> str:
    """Return ids, names and municipalities."""
    with read(context.engine) as session:
        found = session.exec(select(Distributor).order_by(col(Distributor.name)))
        return table([(each.id, each.name, each.municipality_code) for each in found])


def add_distributor(context: Context, arguments: Namespace) -> str:
    """Add it and return its id."""
    with transaction(context.engine) as session:
        place = one(session, Municipality, arguments.municipality, "municipality")
        return str(create_distributor(session, arguments.name, place.code).id)


def list_venues(context: Context, _arguments: Namespace) -> str:
    """Return ids, kinds, names and municipalities."""
    with read(context.engine) as session:
        found = session.exec(select(Venue).order_by(col(Venue.name_fi)))
        return table([(each.id, each.kind, each.name_fi, each.municipality_code) for each in found])


def add_venue(context: Context, arguments: Namespace) -> str:
    """Add it and return its id."""
    with transaction(context.engine) as session:
        place = one(session, Municipality, arguments.municipality, "municipality")
        kind = VenueKind(arguments.kind)
        return str(create_venue(session, kind, names(arguments), place.code).id)


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
        granted = {_offering(session, id_).id for id_ in arguments.offering}
        _, token = create_agent_credential(session, arguments.name, granted, context.clock())
    return token


def revoke_token(context: Context, arguments: Namespace) -> str:
    """Revoke it; doing so again changes nothing."""
    with transaction(context.engine) as session:
        credential = one(session, Credential, arguments.token, "token")
        revoke_credential(session, credential, context.clock())
    return "revoked"


def _offering(session: Session, id_: object) -> OfferingRecord:
    return one(session, OfferingRecord, id_, "offering")
