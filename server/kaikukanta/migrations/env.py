"""How Alembic runs a migration here: over a connection that is already open, never by itself."""

from alembic import context

from server.kaikukanta.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
