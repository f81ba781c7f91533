"""``admin municipality|distributor|venue|token``: who is in the network and who may call."""

from argparse import Namespace
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kaiku.audit import MODEL_VERSION
from kaiku.audit import audit as audit_one
from kaiku.days import day_of
from server.database import read, transaction
from server.kaikukanta.admin.frame import (
    CommandError,
    Group,
    add_names,
    choices,
    day,
    identifier,
    names,
    one,
    table,
)
from server.kaikukanta.context import Context
from server.kaikukanta.network.postcodes import PostcodesError, read_postcodes, set_postcodes
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
    WebShop,
)
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.offerings.venue import findings


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
    _acknowledge(distributor, Distributor, "distributor")

    venue = admin.group("venue", "venues that let holders in")
    venue.command("list", "show every venue", list_venues)
    create = venue.command("create", "add a venue", add_venue)
    create.add_argument("--kind", required=True, choices=choices(VenueKind), help="what it is")
    create.add_argument("--municipality", required=True, metavar="CODE", help="where it is")
    add_names(create)
    tell = venue.command("set", "tell of a venue's web shop and accessibility", set_venue)
    tell.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    tell.add_argument(
        "--web-shop",
        choices=[*choices(WebShop), "none"],
        help="whether it checks cards by the API (OM-50)",
    )
    tell.add_argument(
        "--accessibility", metavar="URL", help="where its accessibility information is (OM-70)"
    )
    check = venue.command("audit", "show what of a venue's settings goes against the model", audit)
    check.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    _acknowledge(venue, Venue, "venue")

    postcode = admin.group("postcode", "which postcode is in which municipality")
    take = postcode.command("import", "replace all postcodes by a file's", import_postcodes)
    take.add_argument(
        "file", type=Path, help="lines of postcode;municipality code;name in Finnish;in Swedish"
    )

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


def _acknowledge(group: Group, kind: type[Distributor | Venue], what: str) -> None:
    """Add the command by which an organisation acknowledges the operating model (OM-1)."""

    def acknowledge(context: Context, arguments: Namespace) -> str:
        today = day_of(context.clock())
        with transaction(context.engine) as session:
            organisation = one(session, kind, arguments.organisation, what)
            organisation.model_version = arguments.version
            organisation.acknowledged_on = today
            return _acknowledged(organisation)

    command = group.command(
        "acknowledge",
        f"note that a {what} commits to a version of the operating model",
        acknowledge,
    )
    command.add_argument("organisation", type=identifier, metavar="ID", help=f"the {what}'s id")
    command.add_argument(
        "--version", type=day, default=MODEL_VERSION, metavar="DAY", help="the version, by its day"
    )


def _acknowledged(organisation: Distributor | Venue) -> str:
    """Return which version of the model an organisation has acknowledged (OM-1)."""
    version = organisation.model_version
    if version is None:
        return "has not acknowledged the model"
    later = "" if version >= MODEL_VERSION else f", not that of {MODEL_VERSION}"
    return f"acknowledged {version} on {organisation.acknowledged_on}{later}"


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
    """Return ids, names, municipalities, and whether each has acknowledged the model (OM-1)."""
    with read(context.engine) as session:
        found = session.exec(select(Distributor).order_by(col(Distributor.name)))
        rows = [(each.id, each.name, each.municipality_code, _acknowledged(each)) for each in found]
        return table(list(rows))


def add_distributor(context: Context, arguments: Namespace) -> str:
    """Add it and return its id."""
    name = arguments.name.strip()
    if not name:
        raise CommandError("a distributor needs a name")
    with transaction(context.engine) as session:
        place = one(session, Municipality, arguments.municipality, "municipality")
        return str(create_distributor(session, name, place.code).id)


def list_venues(context: Context, _arguments: Namespace) -> str:
    """Return ids, kinds, names, municipalities, and who has acknowledged the model (OM-1)."""
    with read(context.engine) as session:
        found = session.exec(select(Venue).order_by(col(Venue.name_fi)))
        return table(
            [
                (each.id, each.kind, each.name_fi, each.municipality_code, _acknowledged(each))
                for each in found
            ]
        )


def add_venue(context: Context, arguments: Namespace) -> str:
    """Add it and return its id."""
    with transaction(context.engine) as session:
        place = one(session, Municipality, arguments.municipality, "municipality")
        kind = VenueKind(arguments.kind)
        return str(create_venue(session, kind, names(arguments), place.code).id)


def set_venue(context: Context, arguments: Namespace) -> str:
    """Set what is given, and leave the rest; return what now goes against advice."""
    with transaction(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        if arguments.web_shop is not None:
            none = arguments.web_shop == "none"
            venue.web_shop = None if none else WebShop(arguments.web_shop)
        if arguments.accessibility is not None:
            if not arguments.accessibility.startswith(("https://", "http://")):
                raise CommandError(
                    "--accessibility needs an address such as https://museum.example"
                )
            venue.accessibility = arguments.accessibility
    return audit(context, arguments)


def audit(context: Context, arguments: Namespace) -> str:
    """Return what a venue and its offerings break, and what goes against advice."""
    now = context.clock()
    with read(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        found = [(venue.name_fi, finding) for finding in findings(session, venue, now)]
        offerings = select(OfferingRecord).where(OfferingRecord.venue_id == venue.id)
        for record in session.exec(offerings.order_by(col(OfferingRecord.name_fi))):
            found += [(record.name_fi, finding) for finding in audit_one(to_offering(record))]
    lines = [
        (finding.grade, finding.rule, name, finding.setting, finding.words.en)
        for name, finding in found
    ]
    return table(list(lines)) if lines else "nothing goes against the model"


def import_postcodes(context: Context, arguments: Namespace) -> str:
    """Read the file and return how many postcodes there are now."""
    try:
        with arguments.file.open(encoding="utf-8-sig", newline="") as lines:
            postcodes = read_postcodes(lines)
    except OSError as error:
        raise CommandError(f"{arguments.file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{arguments.file} is not in UTF-8: save it as such") from None
    except PostcodesError as error:
        raise CommandError(f"{arguments.file}: {error}") from None
    if not postcodes:
        raise CommandError(f"{arguments.file} has no postcode in it; nothing was changed")
    with transaction(context.engine) as session:
        set_postcodes(session, postcodes)
    return f"{len(postcodes)} postcodes"


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
