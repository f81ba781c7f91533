"""What the kiosk and the register say to each other, as values and as JSON objects.

Both ends use this package, so neither can drift. Reading raises :class:`WireError` for what does
not fit; a field that is not known is passed over, so that a newer register can talk to an older
kiosk.
"""

from kaiku.wire.feed import read_row, write_row
from kaiku.wire.fields import Json, WireError, read_text, write_instant, write_text
from kaiku.wire.offerings import (
    read_limit,
    read_offering,
    read_tariff,
    write_limit,
    write_offering,
    write_tariff,
)
from kaiku.wire.rows import (
    Anew,
    BookingRow,
    CardGone,
    CardRow,
    CursorRow,
    LeaseRow,
    OfferingGone,
    OfferingRow,
    Row,
    StationRow,
    TallyRow,
)
from kaiku.wire.uses import (
    MOST_MEMBERS,
    Answer,
    Outcome,
    Result,
    Use,
    read_answer,
    read_party,
    read_use,
    write_answer,
    write_fee,
    write_missing,
    write_party,
    write_use,
)

__all__ = [
    "MOST_MEMBERS",
    "Anew",
    "Answer",
    "BookingRow",
    "CardGone",
    "CardRow",
    "CursorRow",
    "Json",
    "LeaseRow",
    "OfferingGone",
    "OfferingRow",
    "Outcome",
    "Result",
    "Row",
    "StationRow",
    "TallyRow",
    "Use",
    "WireError",
    "read_answer",
    "read_limit",
    "read_offering",
    "read_party",
    "read_row",
    "read_tariff",
    "read_text",
    "read_use",
    "write_answer",
    "write_fee",
    "write_instant",
    "write_limit",
    "write_missing",
    "write_offering",
    "write_party",
    "write_row",
    "write_tariff",
    "write_text",
    "write_use",
]
