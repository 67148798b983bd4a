"""Alembic's entry: runs migrations on the connection that the workbench hands over."""

from alembic import context

from workbench.records import (  # noqa: F401 - their tables belong to the metadata
    custody_tables,
    hotlist_tables,
    release_tables,
    review_tables,
    unit_tables,
)
from workbench.records.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
if connection.in_transaction():
    connection.commit()
