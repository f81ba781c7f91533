"""An offering with its limits and tariffs, as an object."""

from collections.abc import Mapping
from typing import Any

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
from kaiku.wire.fields import (
    Json,
    WireError,
    read_count,
    read_enum,
    read_flag,
    read_instant,
    read_list,
    read_maybe_count,
    read_object,
    read_text,
    read_uuid,
    write_instant,
    write_text,
)


def write_offering(offering: Offering) -> Json:
    """Return an offering with its limits."""
    window = offering.window
    return {
        "id": str(offering.id),
        "name": write_text(offering.name),
        "category": offering.category.value,
        "window": None
        if window is None
        else {
            "opens": None if window.opens is None else write_instant(window.opens),
            "starts": write_instant(window.starts),
            "ends": write_instant(window.ends),
            "acquirable": None if window.acquirable is None else write_instant(window.acquirable),
        },
        "limits": [write_limit(limit) for limit in offering.limits],
        "children_welcome": offering.children_welcome,
        "supporters_free": offering.supporters_free,
        "exclusion": None if offering.exclusion is None else offering.exclusion.value,
        "version": offering.version,
        "kind": offering.kind.value,
        "tickets": offering.tickets,
        "tariffs": [write_tariff(tariff) for tariff in offering.tariffs],
        "wristband": offering.wristband,
        "terms": None if offering.terms is None else write_text(offering.terms),
    }


def read_offering(data: Mapping[str, Any]) -> Offering:
    """Read an offering with its limits."""
    window = data.get("window")
    return Offering(
        id=read_uuid(data, "id"),
        name=read_text(data, "name"),
        category=read_enum(data, "category", Category),
        window=None if window is None else _window(read_object(data, "window")),
        limits=tuple(read_limit(limit) for limit in read_list(data, "limits")),
        children_welcome=read_flag(data, "children_welcome", missing=True),
        supporters_free=read_flag(data, "supporters_free", missing=True),
        exclusion=None
        if data.get("exclusion") is None
        else read_enum(data, "exclusion", Exclusion),
        version=read_count(data, "version", least=1),
        kind=read_enum(data, "kind", OfferingKind) if "kind" in data else OfferingKind.ENTRY,
        tickets=read_maybe_count(data, "tickets"),
        tariffs=tuple(read_tariff(tariff) for tariff in read_list(data, "tariffs")),
        wristband=read_maybe_count(data, "wristband"),
        terms=None if data.get("terms") is None else read_text(data, "terms"),
    )


def write_limit(limit: Limit) -> Json:
    """Return one limit of an offering."""
    match limit:
        case Seats(cap, per):
            return {"type": "seats", "cap": cap, "per": per.value}
        case OncePerPerformance():
            return {"type": "once"}
        case Visits(cap, year):
            return {"type": "visits", "cap": cap, "year": year.value}
        case OpenBookings(cap):
            return {"type": "open_bookings", "cap": cap}


def read_limit(data: Any) -> Limit:
    """Read one limit.

    A kind that is not known is an error: to pass over it would let in too many.
    """
    if not isinstance(data, Mapping):
        raise WireError("a limit must be an object")
    match data.get("type"):
        case "seats":
            return Seats(read_count(data, "cap"), read_enum(data, "per", Per))
        case "once":
            return OncePerPerformance()
        case "visits":
            return Visits(read_count(data, "cap"), read_enum(data, "year", Year))
        case "open_bookings":
            return OpenBookings(read_count(data, "cap"))
        case _:
            raise WireError("a limit must be of type seats, once, visits or open_bookings")


def write_tariff(tariff: Tariff) -> Json:
    """Return how a service's fees are covered; sums are integer cents."""
    return {
        "service": tariff.service.value,
        "unit": tariff.unit,
        "cap": tariff.cap,
        "period": tariff.period.value,
    }


def read_tariff(data: Any) -> Tariff:
    """Read how a service's fees are covered."""
    if not isinstance(data, Mapping):
        raise WireError("a tariff must be an object")
    return Tariff(
        read_enum(data, "service", Service),
        read_maybe_count(data, "unit"),
        read_maybe_count(data, "cap"),
        read_enum(data, "period", Period),
    )


def _window(data: Mapping[str, Any]) -> Window:
    opens = data.get("opens")
    try:
        return Window(
            starts=read_instant(data, "starts"),
            ends=read_instant(data, "ends"),
            opens=None if opens is None else read_instant(data, "opens"),
            acquirable=None if data.get("acquirable") is None else read_instant(data, "acquirable"),
        )
    except WireError:
        raise
    except ValueError as error:
        raise WireError(f"window: {error}") from None
