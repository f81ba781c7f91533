"""What a venue offers, and the limits that it may set (OM-52).

A limit exists only where the venue set one (OM-43).
"""

from kaiku.offering.fees import Period, Service, Tariff
from kaiku.offering.kinds import PERFORMING_ARTS, Category, Exclusion, OfferingKind
from kaiku.offering.limits import Limit, OncePerPerformance, OpenBookings, Per, Seats, Visits, Year
from kaiku.offering.offering import Offering
from kaiku.offering.window import Window

__all__ = [
    "PERFORMING_ARTS",
    "Category",
    "Exclusion",
    "Limit",
    "Offering",
    "OfferingKind",
    "OncePerPerformance",
    "OpenBookings",
    "Per",
    "Period",
    "Seats",
    "Service",
    "Tariff",
    "Visits",
    "Window",
    "Year",
]
