"""What the tests of the rules are fed with: one plain value of each kind, and every value."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from kaiku.card import Card, Kind, Status
from kaiku.decide import Facts
from kaiku.decision import Missing
from kaiku.fee import LARGEST_SUM, Fee
from kaiku.group import GroupSize
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
from kaiku.party import Party
from kaiku.reason import Reason
from kaiku.text import Text
from kaiku.wire import (
    Anew,
    Answer,
    BookingRow,
    CardGone,
    CardRow,
    CursorRow,
    LeaseRow,
    OfferingGone,
    OfferingRow,
    Outcome,
    Row,
    StationRow,
    TallyRow,
    Use,
)

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""A Tuesday at twelve o'clock in Helsinki, in winter time."""

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
ENTRY = UUID("00000000-0000-4000-8000-000000000001")
SHOW = UUID("00000000-0000-4000-8000-000000000002")


def card(
    children: int = 2,
    *,
    kind: Kind = Kind.PERSONAL,
    valid_from: date = TODAY - 100 * DAY,
    valid_until: date = TODAY + 100 * DAY,
    status: Status = Status.ACTIVE,
) -> Card:
    """Return a card that is valid today, but for what is said of it."""
    return Card(kind, children, valid_from, valid_until, status)


def entry(
    *limits: Limit,
    children_welcome: bool = True,
    supporters_free: bool = True,
    exclusion: Exclusion | None = None,
) -> Offering:
    """Return a standing entry."""
    return Offering(
        ENTRY,
        Text.same("Pool"),
        Category.SPORTS,
        limits=limits,
        children_welcome=children_welcome,
        supporters_free=supporters_free,
        exclusion=exclusion,
    )


def show(
    *limits: Limit,
    starts: datetime = NOON,
    ends: datetime | None = None,
    opens: datetime | None = None,
    exclusion: Exclusion | None = None,
) -> Offering:
    """Return a performance of two hours that has just begun."""
    window = Window(starts, ends or starts + timedelta(hours=2), opens)
    return Offering(
        SHOW,
        Text.same("Play"),
        Category.CULTURE,
        window=window,
        limits=limits,
        exclusion=exclusion,
    )


# --- every value there is ---

_years = {"min_value": date(2020, 1, 1), "max_value": date(2032, 12, 31)}
days = st.dates(**_years)
instants = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    datetime(2032, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
texts = st.builds(Text, *[st.text(max_size=20)] * 3)
digests = st.binary(min_size=16, max_size=16)
counts = st.integers(0, 5)
parties = st.builds(Party, children=counts, helpers=counts, supporters=counts)
any_parties = st.builds(Party, *[st.integers(0, 99)] * 3, adults=st.integers(0, 1))


@st.composite
def some_cards(draw: st.DrawFn) -> Card:
    """Draw a card, its dates in order."""
    first, last = sorted((draw(days), draw(days)))
    return Card(
        draw(st.sampled_from(Kind)), draw(counts), first, last, draw(st.sampled_from(Status))
    )


cards = some_cards()
caps = st.integers(0, 8)
seats = st.builds(Seats, caps, st.sampled_from(Per))
once = st.just(OncePerPerformance())
visits = st.builds(Visits, caps, st.sampled_from(Year))
open_bookings = st.builds(OpenBookings, caps)
kinds = (seats, once, visits, open_bookings)
limits = st.tuples(*(st.lists(kind, max_size=1) for kind in kinds)).map(
    lambda found: tuple(limit for some in found for limit in some)
)


@st.composite
def some_windows(draw: st.DrawFn) -> Window:
    """Draw a window, its instants in order."""
    opens, starts = sorted((draw(instants), draw(instants)))
    ends = starts + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
    acquirable = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=99)))
    return Window(
        starts,
        ends,
        draw(st.sampled_from((None, opens))),
        None if acquirable is None else starts - acquirable,
    )


windows = some_windows()
cents = st.none() | st.integers(0, 5000)
tariffs = st.builds(Tariff, st.sampled_from(Service), cents, cents, st.sampled_from(Period))
offerings = st.builds(
    Offering,
    id=st.uuids(),
    name=texts,
    category=st.sampled_from(Category),
    window=st.none() | windows,
    limits=limits,
    children_welcome=st.booleans(),
    supporters_free=st.booleans(),
    exclusion=st.none() | st.sampled_from(Exclusion),
    version=st.integers(1, 1000),
    kind=st.sampled_from(OfferingKind),
    tickets=st.none() | st.integers(1, 5000),
    tariffs=st.lists(tariffs, max_size=3).map(tuple),
    wristband=st.none() | st.integers(1, 1000),
    terms=st.none() | texts,
)
facts = st.builds(
    Facts, st.none() | st.integers(0, 8), counts, st.integers(0, 12), counts, leased=counts
)
fees = st.builds(Fee, st.sampled_from(Service), st.integers(1, LARGEST_SUM))

group_sizes = st.builds(GroupSize, st.integers(1, 20), st.booleans())

_of_any_use: dict[str, Any] = {
    "id": st.uuids(),
    "offering": st.uuids(),
    "at": instants,
    "outcome": st.sampled_from(Outcome),
    "reason": st.none() | st.sampled_from(Reason),
    "revision": st.integers(1, 1000),
    "voided": st.booleans(),
    "offering_version": st.none() | st.integers(0, 1000),
    "clock_suspect": st.booleans(),
}
_of_visits: dict[str, Any] = {
    "party": any_parties.map(lambda party: Party(party.children, party.helpers, party.supporters)),
    "lease": st.none() | st.uuids(),
    "leased": counts,
}
uses = st.one_of(
    st.builds(Use, digest=st.none() | digests, **_of_any_use, **_of_visits),
    st.builds(Use, digest=st.none() | digests, fee=fees, **_of_any_use),
    st.lists(digests, min_size=1, max_size=6, unique=True).flatmap(
        lambda cards: st.builds(
            Use,
            digest=st.just(cards[0]),
            members=st.just(tuple(cards[1:])),
            **_of_any_use,
            **_of_visits,
        )
    ),
)
answers = st.builds(
    Answer,
    st.uuids(),
    st.sampled_from(Outcome),
    st.none() | st.sampled_from(Reason),
    any_parties,
    st.none() | st.integers(0, 1000),
    st.lists(st.builds(Missing, st.integers(1, 9), st.sampled_from(Reason)), max_size=3).map(tuple),
    st.none() | st.sampled_from(Reason),
)
rows: st.SearchStrategy[Row] = st.one_of(
    st.builds(CardRow, digests, cards),
    st.builds(OfferingRow, offerings),
    st.builds(TallyRow, digests, st.uuids(), days, st.integers(0, 99), st.integers(0, 99)),
    st.builds(
        TallyRow,
        digests,
        st.uuids(),
        days,
        counts,
        counts,
        st.sampled_from(Service),
        st.integers(0, 99),
    ),
    st.builds(BookingRow, st.uuids(), digests, st.uuids(), counts),
    st.builds(LeaseRow, st.uuids(), st.uuids(), days, counts, st.uuids(), st.booleans()),
    st.builds(StationRow, texts, st.text(max_size=20), group_sizes),
    st.builds(CardGone, digests),
    st.just(Anew()),
    st.builds(OfferingGone, st.uuids()),
    st.builds(CursorRow, st.text(max_size=20), st.booleans()),
)
