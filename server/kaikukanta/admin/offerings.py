"""``admin offering``: what venues offer and the limits that they set (OM-52)."""

from argparse import ArgumentParser, Namespace
from uuid import uuid4

from sqlmodel import col, select

from kaiku.offering import (
    Category,
    Limit,
    Offering,
    OncePerPerformance,
    Per,
    Seats,
    Visits,
    Window,
    Year,
)
from kaiku.wire import write_instant
from server.database import read, transaction
from server.kaikukanta.admin.frame import (
    CommandError,
    Group,
    add_names,
    choices,
    count,
    identifier,
    instant,
    names,
    one,
    positive,
    table,
)
from server.kaikukanta.context import Context
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.service import create_offering
from server.kaikukanta.offerings.tables import OfferingRecord

FEWEST_VISITS = 30


def add(admin: Group) -> None:
    """Add the commands."""
    offering = admin.group("offering", "what venues offer")
    found = offering.command("list", "show every offering, or one venue's", list_offerings)
    found.add_argument("--venue", type=identifier, metavar="ID", help="only this venue's")
    create = offering.command("create", "add an offering", add_offering)
    create.add_argument("--venue", required=True, type=identifier, metavar="ID", help="whose it is")
    create.add_argument(
        "--category", required=True, choices=choices(Category), help="where statistics count it"
    )
    add_names(create)
    _add_window(create)
    _add_limits(create)


def _add_window(parser: ArgumentParser) -> None:
    when = parser.add_argument_group("a performance's time, none for a standing entry")
    when.add_argument("--opens", type=instant, metavar="INSTANT", help="when entry opens")
    when.add_argument("--starts", type=instant, metavar="INSTANT", help="when it starts")
    when.add_argument("--ends", type=instant, metavar="INSTANT", help="when it ends")


def _add_limits(parser: ArgumentParser) -> None:
    limits = parser.add_argument_group("limits, none by default")
    limits.add_argument("--seats", type=count, metavar="N", help="seats for card holders (OM-54)")
    limits.add_argument(
        "--seats-per",
        choices=choices(Per),
        default=Per.EVENT.value,
        help="what the seats are counted over",
    )
    limits.add_argument("--once", action="store_true", help="a card is let in once (OM-58)")
    limits.add_argument(
        "--visits", type=positive, metavar="N", help="visits of a card in a year (OM-60)"
    )
    limits.add_argument(
        "--visits-year", choices=choices(Year), default=Year.CALENDAR.value, help="which year"
    )
    limits.add_argument(
        "--no-children", action="store_true", help="a group activity without children (OM-45)"
    )
    limits.add_argument(
        "--supporters-pay", action="store_true", help="support persons are not free (OM-68)"
    )
    limits.add_argument("--excluded", action="store_true", help="left out by its venue (OM-62)")


def list_offerings(context: Context, arguments: Namespace) -> str:
    """Return ids, venues, names and starts."""
    chosen = select(OfferingRecord).order_by(col(OfferingRecord.name_fi), col(OfferingRecord.id))
    if arguments.venue is not None:
        chosen = chosen.where(OfferingRecord.venue_id == arguments.venue)
    with read(context.engine) as session:
        return table(
            [
                (each.id, each.venue_id, each.name_fi, each.starts and write_instant(each.starts))
                for each in session.exec(chosen)
            ]
        )


def add_offering(context: Context, arguments: Namespace) -> str:
    """Add it and return its id."""
    offering = Offering(
        id=uuid4(),
        name=names(arguments),
        category=Category(arguments.category),
        window=_window(arguments),
        limits=_limits(arguments),
        children_welcome=not arguments.no_children,
        supporters_free=not arguments.supporters_pay,
        excluded=arguments.excluded,
    )
    with transaction(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        return str(create_offering(session, venue.id, offering).id)


def _window(arguments: Namespace) -> Window | None:
    if arguments.starts is None and arguments.ends is None and arguments.opens is None:
        return None
    if arguments.starts is None or arguments.ends is None:
        raise CommandError("a performance needs both --starts and --ends")
    try:
        return Window(arguments.starts, arguments.ends, arguments.opens)
    except ValueError as error:
        raise CommandError(f"{error}: mend --opens, --starts and --ends") from None


def _limits(arguments: Namespace) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    if arguments.seats is not None:
        limits.append(Seats(arguments.seats, Per(arguments.seats_per)))
    if arguments.once:
        limits.append(OncePerPerformance())
    if arguments.visits is not None:
        if arguments.visits < FEWEST_VISITS:
            raise CommandError(f"OM-60: a card has at least {FEWEST_VISITS} visits a year")
        limits.append(Visits(arguments.visits, Year(arguments.visits_year)))
    return tuple(limits)
