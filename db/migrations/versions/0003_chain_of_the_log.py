"""chain of the log. Entries from before are put into the chain when the database is opened, see db/history.py."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0002 to 0003."""
    op.create_table('log_chain',
    sa.Column('name', db.types.Words(), nullable=False),
    sa.Column('place', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', db.types.Words(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_log_chain'))
    )
    # Not as a batch: SQLite adds empty columns without copying a table of a million rows.
    op.add_column('history_entry', sa.Column('place', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('history_entry', sa.Column('digest', db.types.Words(), nullable=True))
    op.create_index('uq_history_entry_place', 'history_entry', ['place'], unique=True)
    op.create_index('ix_history_entry_waiting', 'history_entry', ['id'],
        sqlite_where=sa.text('place IS NULL'), postgresql_where=sa.text('place IS NULL'))
    op.create_index('ix_history_entry_at', 'history_entry', ['at', 'id'])
    op.create_index('ix_history_entry_person', 'history_entry', ['user_name', 'at'])
