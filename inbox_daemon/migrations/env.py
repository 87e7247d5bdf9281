"""Runs the migrations on the connection that edges/database.py hands over."""

from alembic import context
from sqlmodel import SQLModel

import inbox_daemon.edges.tables  # noqa: F401  registers the tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
