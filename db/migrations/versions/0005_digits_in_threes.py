"""Digits in threes in the search indexes, which are made anew: pairs of digits stand in half of all records."""

from __future__ import annotations

from alembic import op

from db import search

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0004 to 0005."""
    search.rebuild_old(op.get_bind())
