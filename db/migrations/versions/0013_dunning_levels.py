"""How far open receivables were dunned stands in the index of what is open, beside the amounts: the ages of all show it at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0012 to 0013."""
    op.drop_index("ix_receivable_open", "receivable")
    still_open = sa.text("open_amount <> 0")
    columns = ["customer_id", "currency_id", "due_date", "open_amount", "dunning_level", "reminded_on"]
    op.create_index("ix_receivable_open", "receivable", columns, sqlite_where=still_open, postgresql_where=still_open)
