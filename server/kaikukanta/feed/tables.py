"""The counter of changes, what marks each of them, and the tombstones of what was erased."""

from uuid import UUID

from sqlmodel import Field

from server.kaikukanta.base import Base


class Feed(Base, table=True):
    """The one row that gives each change its place.

    Taking the next number is the last act of a transaction: its lock orders commits as it orders
    the numbers, so a reader that has seen one number has seen all below it.
    """

    __tablename__ = "feed"

    id: int = Field(default=1, primary_key=True)
    seq: int = 0


class Mark(Base, table=True):
    """A number that was drawn when a place was taken, and that no other past has at that place."""

    __tablename__ = "mark"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    drawn: int


class Tombstone(Base, table=True):
    """What a kiosk must forget: a card (by digest), or an offering that it no longer serves."""

    __tablename__ = "tombstone"

    id: int | None = Field(default=None, primary_key=True)
    changed: int = Field(index=True)
    digest: bytes | None = None
    offering_id: UUID | None = None
    kiosk_id: UUID | None = Field(default=None, description="whose; None is every kiosk's")
