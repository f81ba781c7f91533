"""``admin venue``: who lets holders in, and what of their settings goes against the model."""

from argparse import Namespace

from sqlmodel import col, select

from kaiku.audit import audit as audit_one
from kaiku.venue import VenueKind
from server.database import read, transaction
from server.kaikukanta.admin.acknowledgement import acknowledged, add_acknowledge
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
from server.kaikukanta.feed.service import next_seq
from server.kaikukanta.network.service import create_venue
from server.kaikukanta.network.tables import Municipality, Venue, WebShop
from server.kaikukanta.offerings.service import to_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.offerings.venue import findings

_COLUMNS = (
    "the venue's id",
    "what it is",
    "its name in Finnish",
    "its municipality's code",
    "which version of the model it has acknowledged",
)
_FOUND = (
    "breach or advice",
    "the rule",
    "the venue's or the offering's name",
    "the setting",
    "what is against it",
)


def add(admin: Group) -> None:
    """Add the commands."""
    venue = admin.group("venue", "venues that let holders in")
    venue.command("list", "show every venue", list_venues, _COLUMNS)
    create = venue.command("create", "add a venue", add_venue)
    create.add_argument("--kind", required=True, choices=choices(VenueKind), help="what it is")
    create.add_argument("--municipality", required=True, metavar="CODE", help="where it is")
    add_names(create)
    tell = venue.command("set", "tell of a venue's web shop and accessibility", set_venue, _FOUND)
    tell.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    tell.add_argument(
        "--web-shop",
        choices=[*choices(WebShop), "none"],
        help="whether it checks cards by the API (OM-50)",
    )
    tell.add_argument(
        "--accessibility", metavar="URL", help="where its accessibility information is (OM-70)"
    )
    rename = venue.command("rename", "give a venue other names", rename_venue)
    rename.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    add_names(rename)
    summary = "show what of a venue's settings goes against the model"
    check = venue.command("audit", summary, audit, _FOUND)
    check.add_argument("venue", type=identifier, metavar="VENUE", help="the venue's id")
    add_acknowledge(venue, Venue, "venue")


def list_venues(context: Context, _arguments: Namespace) -> str:
    """Return ids, kinds, names, municipalities, and who has acknowledged the model (OM-1)."""
    with read(context.engine) as session:
        found = session.exec(select(Venue).order_by(col(Venue.name_fi)))
        return table(
            [
                (each.id, each.kind, each.name_fi, each.municipality_code, acknowledged(each))
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


def rename_venue(context: Context, arguments: Namespace) -> str:
    """Name it anew; its kiosks are told."""
    with transaction(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        text = names(arguments)
        venue.name_fi, venue.name_sv, venue.name_en = text.fi, text.sv, text.en
        venue.changed = next_seq(session)
    return "renamed"


def audit(context: Context, arguments: Namespace) -> str:
    """Return what a venue and its offerings break, and what goes against advice."""
    now = context.clock()
    with read(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        found = [(venue.name_fi, finding) for finding in findings(session, venue, now)]
        offerings = select(OfferingRecord).where(OfferingRecord.venue_id == venue.id)
        for record in session.exec(offerings.order_by(col(OfferingRecord.name_fi))):
            found += [
                (record.name_fi, finding) for finding in audit_one(to_offering(record), venue.kind)
            ]
    lines = [
        (finding.grade, finding.rule, name, finding.setting, finding.words.en)
        for name, finding in found
    ]
    return table(list(lines)) if lines else "nothing goes against the model"
