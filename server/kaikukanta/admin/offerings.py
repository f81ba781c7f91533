"""``admin offering``: what venues offer and the limits that they set (OM-52)."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import datetime
from uuid import uuid4

from sqlmodel import col, select

from kaiku.audit import Finding, breaches, words
from kaiku.days import HELSINKI
from kaiku.offering import (
    Category,
    Exclusion,
    Limit,
    Offering,
    OfferingKind,
    OncePerPerformance,
    OpenBookings,
    Per,
    Period,
    Seats,
    Service,
    Tariff,
    Visits,
    Window,
    Year,
)
from kaiku.text import Text
from kaiku.wire import write_instant
from server.database import read, transaction
from server.kaikukanta.admin.frame import (
    CommandError,
    Group,
    add_names,
    choices,
    identifier,
    instant,
    names,
    one,
    positive,
    remark,
    table,
    whole,
)
from server.kaikukanta.context import Context
from server.kaikukanta.network.tables import Venue
from server.kaikukanta.offerings.judge import advice_of, judge
from server.kaikukanta.offerings.service import create_offering
from server.kaikukanta.offerings.tables import OfferingRecord
from server.kaikukanta.offerings.venue import findings

_COLUMNS = ("the offering's id", "its venue's id", "its name in Finnish", "when it starts")
_LIMITS: dict[type[Limit], str] = {
    Seats: "--seats",
    OncePerPerformance: "--once",
    Visits: "--visits",
    OpenBookings: "--open-bookings",
}
_FLAGS = {
    "children_welcome": "--no-children",
    "exclusion": "--excluded",
    "supporters_free": "--supporters-pay",
    "tariffs": "--tariff",
    "window": "--starts, --ends",
}
_OF_VENUE = "admin venue set"
"""Where the flags of what a venue tells of itself are."""


def add(admin: Group) -> None:
    """Add the commands."""
    offering = admin.group("offering", "what venues offer")
    found = offering.command(
        "list", "show every offering, or one venue's", list_offerings, _COLUMNS
    )
    found.add_argument("--venue", type=identifier, metavar="ID", help="only this venue's")
    create = offering.command("create", "add an offering", add_offering)
    create.add_argument("--venue", required=True, type=identifier, metavar="ID", help="whose it is")
    create.add_argument(
        "--category", required=True, choices=choices(Category), help="where statistics count it"
    )
    create.add_argument(
        "--kind",
        choices=choices(OfferingKind),
        default=OfferingKind.ENTRY.value,
        help="what it is; it decides which limits may be set",
    )
    create.add_argument(
        "--tickets", type=positive, metavar="N", help="tickets for everybody, card holders and all"
    )
    create.add_argument(
        "--terms",
        nargs=3,
        metavar=("FI", "SV", "EN"),
        help="a college's terms of cancellation in three languages (OM-19)",
    )
    add_names(create)
    _add_window(create)
    _add_limits(create)


def _add_window(parser: ArgumentParser) -> None:
    when = parser.add_argument_group("a performance's time, none for a standing entry")
    when.add_argument("--opens", type=instant, metavar="INSTANT", help="when entry opens")
    when.add_argument(
        "--acquirable", type=instant, metavar="INSTANT", help="when tickets can be had (OM-65)"
    )
    when.add_argument("--starts", type=instant, metavar="INSTANT", help="when it starts")
    when.add_argument("--ends", type=instant, metavar="INSTANT", help="when it ends")


def _add_limits(parser: ArgumentParser) -> None:
    limits = parser.add_argument_group("limits, none by default")
    limits.add_argument("--seats", type=whole, metavar="N", help="seats for card holders (OM-54)")
    limits.add_argument(
        "--seats-per",
        choices=choices(Per),
        default=Per.EVENT.value,
        help="what the seats are counted over",
    )
    limits.add_argument("--once", action="store_true", help="a card is let in once (OM-58)")
    limits.add_argument(
        "--visits", type=whole, metavar="N", help="visits of a card in a year (OM-60)"
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
    limits.add_argument(
        "--open-bookings", type=whole, metavar="N", help="open bookings of a card (OM-61)"
    )
    limits.add_argument(
        "--excluded",
        choices=choices(Exclusion),
        help="left out by its venue, and why (OM-62 to OM-64)",
    )
    money = parser.add_argument_group("money, in cents")
    money.add_argument(
        "--tariff",
        action="append",
        default=[],
        type=tariff,
        metavar="SERVICE[:UNIT[:CAP[:PERIOD]]]",
        help="a library's service that is covered, such as copying:30:600:year (OM-59)",
    )
    money.add_argument(
        "--wristband", type=whole, metavar="CENTS", help="what a pool's wristband costs (OM-60)"
    )


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
    """Add it and return its id; what advice there is against it is told on standard error."""
    offering = Offering(
        id=uuid4(),
        name=names(arguments),
        category=Category(arguments.category),
        window=_window(arguments),
        limits=_limits(arguments),
        children_welcome=not arguments.no_children,
        supporters_free=not arguments.supporters_pay,
        exclusion=None if arguments.excluded is None else Exclusion(arguments.excluded),
        kind=OfferingKind(arguments.kind),
        tickets=arguments.tickets,
        tariffs=tuple(arguments.tariff),
        wristband=arguments.wristband,
        terms=None if arguments.terms is None else Text(*arguments.terms),
    )
    with transaction(context.engine) as session:
        venue = one(session, Venue, arguments.venue, "venue")
        found = judge(session, venue.id, offering, context.clock())
        broken = [_tell(each, _flag(each.setting, offering)) for each in breaches(found)]
        _refuse([*_order(arguments), *broken])
        made = create_offering(session, venue.id, offering)
        session.flush()
        of_venue = advice_of(findings(session, venue, context.clock()))
        identity = str(made.id)
    told = [_tell(finding, _flag(finding.setting, offering)) for finding in advice_of(found)]
    told += [_tell(finding, f"{_OF_VENUE} {_named(finding.setting)}") for finding in of_venue]
    remark([f"advice: {each}" for each in told])
    return identity


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise CommandError("\n".join(wrong))


def _order(arguments: Namespace) -> list[str]:
    """Return that an event ends before it starts, where it does."""
    if arguments.starts is None or arguments.starts < arguments.ends:
        return []
    return [f"--starts, --ends: {words.NOT_IN_ORDER.en}"]


def _tell(finding: Finding, flag: str) -> str:
    """Return a line of the rule, the flag that sets what is against it, why, and the floor."""
    match finding.floor:
        case None:
            floor = ""
        case str(instant):
            latest = datetime.fromisoformat(instant).astimezone(HELSINKI)
            floor = f" (at the latest {latest.isoformat(timespec='minutes')})"
        case least:
            floor = f" (at least {least})"
    return f"{finding.rule}: {flag}: {finding.words.en}{floor}"


def _flag(setting: str, offering: Offering) -> str:
    match setting.split("/"):
        case ["limits", place, *_]:
            return _LIMITS[type(offering.limits[int(place)])]
        case ["window", time]:
            return f"--{time}"
        case [name, *_]:
            return _FLAGS.get(name, _named(name))
        case _:
            return setting


def _named(setting: str) -> str:
    return f"--{setting.replace('_', '-')}"


def tariff(text: str) -> Tariff:
    """Read how a service's fees are covered: ``service:unit:cap:period``, cents, parts empty."""
    try:
        service, unit, cap, period = (text + ":" * max(0, 3 - text.count(":"))).split(":")
        return Tariff(
            Service(service),
            whole(unit) if unit else None,
            whole(cap) if cap else None,
            Period(period) if period else Period.YEAR,
        )
    except ValueError:
        raise ArgumentTypeError(
            f"it must be one of {', '.join(Service)}, then perhaps :UNIT:CAP:PERIOD with cents"
            f" and one of {', '.join(Period)}"
        ) from None


def _window(arguments: Namespace) -> Window | None:
    times = (arguments.starts, arguments.ends, arguments.opens, arguments.acquirable)
    if all(time is None for time in times):
        return None
    if arguments.starts is None or arguments.ends is None:
        raise CommandError("a performance needs both --starts and --ends")
    return Window.nearest(*times)


def _limits(arguments: Namespace) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    if arguments.seats is not None:
        limits.append(Seats(arguments.seats, Per(arguments.seats_per)))
    if arguments.once:
        limits.append(OncePerPerformance())
    if arguments.visits is not None:
        limits.append(Visits(arguments.visits, Year(arguments.visits_year)))
    if arguments.open_bookings is not None:
        limits.append(OpenBookings(arguments.open_bookings))
    return tuple(limits)
