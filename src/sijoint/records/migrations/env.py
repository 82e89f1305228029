"""Run by Alembic: the steps go over the caller's connection, in the caller's transaction."""

from alembic import context

from sijoint.records import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables.metadata)
with context.begin_transaction():
    context.run_migrations()
