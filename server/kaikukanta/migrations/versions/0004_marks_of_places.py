"""A mark of each place in the order of changes, by which a register that was restored is known.

The places of before have none. What was seen of them cannot be known again, but for the newest.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, and mark the place at which the register is."""
    op.create_table(
        "mark",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_mark"),
    )
    newest = sa.text("INSERT INTO mark (seq, drawn) SELECT seq, :drawn FROM feed")
    op.execute(newest.bindparams(drawn=secrets.randbits(31)))
