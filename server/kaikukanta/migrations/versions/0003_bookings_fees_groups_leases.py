"""Bookings, fees, groups, leases, and what offerings were before they were changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and let a tally be of a service."""
    with op.batch_alter_table("use") as table:
        table.add_column(sa.Column("conflict_version", sa.Integer(), nullable=True))
        table.add_column(sa.Column("conflict_since", _INSTANT, nullable=True))
        table.add_column(sa.Column("service", sa.String(40), nullable=True))
        table.add_column(sa.Column("cents", sa.Integer(), nullable=True))
        table.add_column(sa.Column("members", sa.Integer(), nullable=True))
        table.add_column(sa.Column("lease_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("leased", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "use_member",
        sa.Column("use_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name="fk_use_member_use_id"),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_use_member_card_id"),
        sa.PrimaryKeyConstraint("use_id", "place", name="pk_use_member"),
    )
    op.create_index("ix_use_member_card_id", "use_member", ["card_id"])
    _tallies_of_services()
    _network()
    _former_cards()
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("offering_version", sa.Integer(), nullable=False),
        sa.Column("recorder", sa.String(40), nullable=False),
        sa.Column("recorder_id", sa.Uuid(), nullable=False),
        sa.Column("booked_at", _INSTANT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("helpers", sa.Integer(), nullable=False),
        sa.Column("supporters", sa.Integer(), nullable=False),
        sa.Column("asked_children", sa.Integer(), nullable=False),
        sa.Column("asked_helpers", sa.Integer(), nullable=False),
        sa.Column("asked_supporters", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.Column("handed_over_at", _INSTANT, nullable=True),
        sa.Column("cancelled_at", _INSTANT, nullable=True),
        sa.Column("use_id", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_booking_card_id"),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name="fk_booking_offering_id"),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
    )
    for column in ("card_id", "changed", "offering_id", "recorder_id", "use_id"):
        op.create_index(f"ix_booking_{column}", "booking", [column])
    op.create_table(
        "lease",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kiosk_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("journal", sa.Uuid(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("granted_at", _INSTANT, nullable=False),
        sa.Column("recalled_at", _INSTANT, nullable=True),
        sa.Column("returned_at", _INSTANT, nullable=True),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name="fk_lease_kiosk_id"),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name="fk_lease_offering_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lease"),
    )
    op.create_index("ix_lease_changed", "lease", ["changed"])
    op.create_index("ix_lease_kiosk_id", "lease", ["kiosk_id"])
    op.create_index("ix_lease_offering_id_day", "lease", ["offering_id", "day"])
    op.create_table(
        "former_offering",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name="fk_former_offering_offering_id"
        ),
        sa.PrimaryKeyConstraint("offering_id", "version", name="pk_former_offering"),
    )


def _network() -> None:
    """Let the network say which postcodes are where, and what each organisation has told.

    Attempts of windows that are over are found by their window.
    """
    op.create_index("ix_attempts_window", "attempts", ["window"])
    op.create_table(
        "postcode",
        sa.Column("code", sa.String(5), nullable=False),
        sa.Column("municipality_code", sa.String(3), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=False),
        sa.Column("name_sv", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_postcode"),
    )
    for name in ("distributor", "venue"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("model_version", sa.Date(), nullable=True))
            table.add_column(sa.Column("acknowledged_on", sa.Date(), nullable=True))
    with op.batch_alter_table("venue") as table:
        table.add_column(sa.Column("web_shop", sa.String(40), nullable=True))
        table.add_column(sa.Column("accessibility", sa.String(), nullable=True))


def _former_cards() -> None:
    """Make the tables of what cards were before they were changed."""
    with op.batch_alter_table("card") as table:
        table.add_column(sa.Column("extended_on", sa.Date(), nullable=True))
    op.create_table(
        "former_status",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_former_status_card_id"),
        sa.PrimaryKeyConstraint("card_id", "until", name="pk_former_status"),
    )
    op.create_table(
        "former_validity",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_former_validity_card_id"),
        sa.PrimaryKeyConstraint("card_id", "until", name="pk_former_validity"),
    )


def _tallies_of_services() -> None:
    """Make the table of tallies anew with the service in its key, and fill it from the old."""
    op.rename_table("tally", "former_tally")
    op.drop_index("ix_tally_changed", "former_tally")
    op.drop_index("ix_tally_offering_id_changed", "former_tally")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE former_tally RENAME CONSTRAINT pk_tally TO pk_former_tally")
    op.create_table(
        "tally",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_tally_card_id"),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name="fk_tally_offering_id"),
        sa.PrimaryKeyConstraint("card_id", "offering_id", "service", "since", name="pk_tally"),
    )
    op.create_index("ix_tally_changed", "tally", ["changed"])
    op.create_index("ix_tally_offering_id_changed", "tally", ["offering_id", "changed"])
    op.execute(
        "INSERT INTO tally (card_id, offering_id, service, since, uses, visits, cents, changed)"
        " SELECT card_id, offering_id, '', since, uses, visits, 0, changed FROM former_tally"
    )
    op.drop_table("former_tally")
