"""Alembic's entry: runs the steps on the connection that db/schema.py hands over."""

from __future__ import annotations

from alembic import context

from db.schema import METADATA, keep_out

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    include_name=keep_out,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
