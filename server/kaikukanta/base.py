"""The base of the register's tables: a metadata of its own, its constraints named."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_UNSAID = frozenset({"number", "digest"})
"""The columns that tell a card: no traceback shows them (promise P6)."""


class Base(SQLModel, registry=registry(metadata=METADATA)):
    """What each table of the register derives from."""

    def __repr_args__(self) -> Sequence[tuple[str | None, Any]]:
        """Return what a row shows of itself: no card's number or digest (promise P6)."""
        return [(name, value) for name, value in super().__repr_args__() if name not in _UNSAID]
