"""What kinds of organisations let holders in; some rights are of one kind only (OM-63, OM-64)."""

from enum import StrEnum


class VenueKind(StrEnum):
    """What a venue is."""

    MUSEUM = "museum"
    POOL = "pool"
    LIBRARY = "library"
    COLLEGE = "college"
    PERFORMING_ARTS = "performing_arts"
    CINEMA = "cinema"
    FESTIVAL = "festival"
    SCIENCE_CENTRE = "science_centre"
