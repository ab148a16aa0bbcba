"""Print templates with their versions, and which of them prints what when nobody chooses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0008 to 0009."""
    op.create_table(
        "print_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_name", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("text", db.types.Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_template")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_print_template_name_number")),
    )
    op.create_table(
        "print_default",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("template", db.types.Words(), nullable=False),
        sa.Column("language", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("printer", db.types.Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_default")),
        sa.UniqueConstraint(
            "record_type", "language", "customer_id", "department_id", "printer", name=op.f("uq_print_default_whom")
        ),
    )
