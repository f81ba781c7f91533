"""The tables of the kiosk's two files: the cache, and the journal."""

from sqlalchemy import Index, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Cache(SQLModel, registry=registry()):
    """The tables of ``cache.sqlite``: what the register has told, and can tell again.

    ``told`` is the round in which it told a row last: each time that the feed begins anew is one.
    """


class CachedCard(Cache, table=True):
    """A card under its digest; days are counted as ``date.toordinal`` does."""

    __tablename__ = "card"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: bytes = Field(primary_key=True)
    kind: str
    children: int
    valid_from: int
    valid_until: int
    status: str
    told: int


class CachedOffering(Cache, table=True):
    """An offering that this kiosk serves, as the wire wrote it."""

    __tablename__ = "offering"

    id: str = Field(primary_key=True)
    body: str
    told: int


class CachedTally(Cache, table=True):
    """What a card has used of an offering since a day, as the register counts it.

    Of one ``service`` of a library it is the cents that were covered; "" is no service.
    """

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: bytes = Field(primary_key=True)
    offering: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    since: int = Field(primary_key=True)
    uses: int
    visits: int
    cents: int
    told: int


class CachedBooking(Cache, table=True):
    """A booking that no use has attended yet, and the seats that it holds."""

    __tablename__ = "booking"
    __table_args__ = (Index("booking_of", "digest", "offering"),)

    id: str = Field(primary_key=True)
    digest: bytes
    offering: str
    seats: int
    told: int


class CachedLease(Cache, table=True):
    """A part of a cap that this kiosk may give away by itself on a day (promise P2)."""

    __tablename__ = "lease"

    id: str = Field(primary_key=True)
    offering: str
    day: int
    seats: int
    journal: str
    recalled: bool
    told: int


class Note(Cache, table=True):
    """A single fact of the cache: the cursor, whether the first sync is whole, the venue."""

    __tablename__ = "note"

    key: str = Field(primary_key=True)
    value: str


class Journal(SQLModel, registry=registry()):
    """The tables of ``journal.sqlite``: what only this kiosk knows until it is sent."""


class Entry(Journal, table=True):
    """One use as the visitor was told it.

    It is unsent while ``revision`` is above ``sent_revision``, unless the register could not take
    it: then ``parked`` says why, and people look at it. ``asked`` says that it was recorded as what
    holds while the register was asked. ``taken`` is what it takes of the card's limit now (visits,
    or the cents of a fee), ``sent_taken`` what it took when it was sent last, ``counted`` what the
    cache's tally has of it: the difference is what the tally does not know yet. ``members`` are the
    digests of a group's members, in hexadecimal and with spaces between; what is ``taken`` then is
    each member's share, and nothing of the leader's. ``booked`` are the seats that the card had
    booked when it was decided, ``leased`` those that it takes of ``lease``.
    """

    __tablename__ = "entry"
    __table_args__ = (
        # The two questions that are asked at every use, whatever the journal's length.
        Index("entry_unsent", "seq", sqlite_where=text("sent_revision < revision")),
        Index("entry_uncounted", "seq", sqlite_where=text("sent_taken != counted")),
        Index("entry_leased", "lease", sqlite_where=text("leased > 0")),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    digest: bytes | None = Field(default=None, index=True)
    offering: str
    offering_version: int | None = None
    at: str
    day: int
    children: int
    helpers: int
    supporters: int
    admitted_adults: int
    admitted_children: int
    admitted_supporters: int
    outcome: str
    reason: str | None = None
    source: str
    voided: bool = False
    clock_suspect: bool = False
    revision: int = 1
    sent_revision: int = Field(default=0)
    asked: bool = False
    parked: str | None = None
    flagged: str | None = None
    taken: int = 0
    sent_taken: int = 0
    counted: int = 0
    fee_service: str | None = None
    fee_cents: int | None = None
    members: str | None = None
    lease: str | None = None
    leased: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    booked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class GroupMember(Journal, table=True):
    """Under whose digests a group's use counts: those of its members, each with the same share."""

    __tablename__ = "group_member"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: bytes = Field(primary_key=True)
    use: str = Field(primary_key=True)


class GivenBack(Journal, table=True):
    """A lease that this kiosk has given back, or is about to: nothing more is spent of it.

    It stands in the journal, whose commits are durable: after a power cut the kiosk must not spend
    what the register has given to others. ``told`` are the seats of unsent uses that the register
    was told of last, None before it has been told.
    """

    __tablename__ = "given_back"

    lease: str = Field(primary_key=True)
    told: int | None = None


class JournalNote(Journal, table=True):
    """A single fact of the journal: its id, by which a lease says which journal knows of it."""

    __tablename__ = "note"

    key: str = Field(primary_key=True)
    value: str
