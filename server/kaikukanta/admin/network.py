"""``admin municipality|distributor|postcode``: who is in the network, and who lives there."""

from argparse import Namespace
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from server.database import read, transaction
from server.kaikukanta.admin.acknowledgement import acknowledged, add_acknowledge
from server.kaikukanta.admin.frame import CommandError, Group, name, one, table
from server.kaikukanta.context import Context
from server.kaikukanta.network.postcodes import PostcodesError, read_postcodes, set_postcodes
from server.kaikukanta.network.service import create_distributor
from server.kaikukanta.network.tables import Distributor, Municipality

_MUNICIPALITIES = ("the municipality's code", "its name in Finnish", "its name in Swedish")
_DISTRIBUTORS = (
    "the distributor's id",
    "its name",
    "its municipality's code",
    "which version of the model it has acknowledged",
)


def add(admin: Group) -> None:
    """Add the commands."""
    municipality = admin.group("municipality", "municipalities of the network")
    municipality.command("list", "show every municipality", list_municipalities, _MUNICIPALITIES)
    create = municipality.command("create", "add a municipality", add_municipality)
    create.add_argument("code", help="Statistics Finland's code, three digits")
    create.add_argument("--fi", required=True, type=name, metavar="NAME", help="name in Finnish")
    create.add_argument("--sv", required=True, type=name, metavar="NAME", help="name in Swedish")

    distributor = admin.group("distributor", "organisations that give cards")
    distributor.command("list", "show every distributor", list_distributors, _DISTRIBUTORS)
    create = distributor.command("create", "add a distributor", add_distributor)
    create.add_argument("name", type=name, help="the organisation's name")
    create.add_argument("--municipality", required=True, metavar="CODE", help="where it is")
    add_acknowledge(distributor, Distributor, "distributor")

    postcode = admin.group("postcode", "which postcode is in which municipality")
    take = postcode.command("import", "replace all postcodes by a file's", import_postcodes)
    take.add_argument(
        "file", type=Path, help="lines of postcode;municipality code;name in Finnish;in Swedish"
    )


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
        rows = [(each.id, each.name, each.municipality_code, acknowledged(each)) for each in found]
        return table(list(rows))


def add_distributor(context: Context, arguments: Namespace) -> str:
    """Add it and return its id."""
    name = arguments.name.strip()
    if not name:
        raise CommandError("a distributor needs a name")
    with transaction(context.engine) as session:
        place = one(session, Municipality, arguments.municipality, "municipality")
        return str(create_distributor(session, name, place.code).id)


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
