"""Indexes of what is open alone: the ages of all receivables are summed from them, without a look at those that are settled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0010 to 0011."""
    op.drop_index("ix_receivable_owed", "receivable")
    still_open, left = sa.text("open_amount <> 0"), sa.text("credit <> 0")
    op.create_index(
        "ix_receivable_open", "receivable", ["customer_id", "currency_id", "due_date", "open_amount"],
        sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
    op.create_index(
        "ix_receipt_left", "receipt", ["customer_id", "currency_id", "status", "credit"], sqlite_where=left, postgresql_where=left
    )
