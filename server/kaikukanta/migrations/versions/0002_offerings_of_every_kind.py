"""Offerings of every kind: what they are, why one is left out, tariffs, terms.

An offering that was left out was so without a word why. It stays out for the reason that its venue
may have; its venue can name another.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KINDS = {
    "pool": "pool",
    "library": "library",
    "college": "course",
    "performing_arts": "own_production",
    "cinema": "screening",
    "festival": "screening",
}
_REASONS = {"performing_arts": "guest_production", "college": "cost"}


def upgrade() -> None:
    """Add the columns, and derive kinds from the venues and reasons from the kinds."""
    with op.batch_alter_table("offering") as table:
        table.add_column(sa.Column("exclusion", sa.String(40), nullable=True))
        table.add_column(sa.Column("kind", sa.String(40), nullable=False, server_default="entry"))
        table.add_column(sa.Column("tickets", sa.Integer(), nullable=True))
        table.add_column(sa.Column("tariffs", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("wristband", sa.Integer(), nullable=True))
        table.add_column(sa.Column("terms", sa.JSON(), nullable=True))
        table.add_column(sa.Column("acquirable", sa.DateTime(timezone=True), nullable=True))
    of_venue = "venue_id IN (SELECT id FROM venue WHERE kind = :venue)"
    for venue, kind in _KINDS.items():
        change = sa.text(f"UPDATE offering SET kind = :kind WHERE {of_venue}")  # noqa: S608
        op.execute(change.bindparams(kind=kind, venue=venue))
    op.execute("UPDATE offering SET exclusion = 'billing' WHERE excluded")
    for venue, reason in _REASONS.items():
        change = sa.text(
            f"UPDATE offering SET exclusion = :reason WHERE excluded AND {of_venue}"  # noqa: S608
        )
        op.execute(change.bindparams(reason=reason, venue=venue))
    with op.batch_alter_table("offering") as table:
        table.alter_column("kind", server_default=None)
        table.alter_column("tariffs", server_default=None)
        table.drop_column("excluded")
