"""Approval flows with their versions, requests, decisions and delegations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # named in what Alembic writes for JSON columns
from sqlalchemy.dialects import postgresql

import db.types
from db import search

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EXPRESSION_INDEXES = (
    (
        "sx_approval_due_at",
        "approval",
        ("coalesce(due_at, '9999-12-31 23:59:59.000000')", "id", "owner_id", "department_id", "customer_id"),
    ),
    (
        "sx_approval_ended_at",
        "approval",
        ("coalesce(ended_at, '9999-12-31 23:59:59.000000')", "id", "owner_id", "department_id", "customer_id"),
    ),
)
"""Indexes over columns that may be NULL: name, table, expressions; see db/ordering.py."""

SEARCHED = ("approval_flow", "approval", "approval_delegation")
"""The new tables with a search index beside them."""


def upgrade() -> None:
    """From 0009 to 0010."""
    op.create_table(
        "approval_flow_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("user_name", db.types.Words(), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_flow_version")),
        sa.UniqueConstraint("flow_id", "number", name=op.f("uq_approval_flow_version_flow_id_number")),
    )
    op.create_table(
        "approval_delegation",
        sa.Column("reason", db.types.Words(), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_approval_delegation_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user_account.id"],
            name=op.f("fk_approval_delegation_owner_id_user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["user_account.id"], name=op.f("fk_approval_delegation_to_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_delegation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("approval_delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_delegation_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_delegation_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_delegation_to_id"), ["to_id"], unique=False)
        batch_op.create_index(
            "sx_approval_delegation_created_at", ["created_at", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_delegation_since", ["since", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_delegation_until", ["until", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_delegation_updated_at", ["updated_at", "id", "owner_id", "department_id"], unique=False
        )

    op.create_table(
        "approval_flow",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_title", db.types.Words(), nullable=False),
        sa.Column("operation", db.types.Words(), nullable=False),
        sa.Column("operation_label", db.types.Words(), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keeper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_approval_flow_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["user_account.id"],
            name=op.f("fk_approval_flow_keeper_id_user_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_approval_flow_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_flow")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("approval_flow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_flow_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_flow_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_approval_flow_created_at", ["created_at", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_flow_name_key", ["name_key", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index("sx_approval_flow_rank", ["rank", "id", "owner_id", "department_id"], unique=False)
        batch_op.create_index(
            "sx_approval_flow_updated_at", ["updated_at", "id", "owner_id", "department_id"], unique=False
        )

    op.create_table(
        "approval",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_title", db.types.Words(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operation", db.types.Words(), nullable=False),
        sa.Column("operation_label", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", db.types.Money(), nullable=True),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step_name", db.types.Words(), nullable=False),
        sa.Column("waiting_for", db.types.Words(), nullable=False),
        sa.Column("reason", db.types.Words(), nullable=False),
        sa.Column("problem", db.types.Words(), nullable=False),
        sa.Column("due_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("flow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("flow_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locks", sa.Boolean(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column(
            "snapshot", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("wish", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_approval_customer_id_customer"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_approval_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["approval_flow.id"], name=op.f("fk_approval_flow_id_approval_flow"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_approval_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("number", name=op.f("uq_approval_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_flow_id"), ["flow_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_approval_record", ["record_type", "record_id", "status"], unique=False)
        batch_op.create_index("ix_approval_state", ["status", "id"], unique=False)
        batch_op.create_index(
            "sx_approval_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_approval_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "approval_task",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step_name", db.types.Words(), nullable=False),
        sa.Column("role", db.types.Words(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", db.types.Words(), nullable=False),
        sa.Column("comment", db.types.Words(), nullable=False),
        sa.Column("opened_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("due_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("urged_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_approval_task_by_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["approval.id"], name=op.f("fk_approval_task_parent_id_approval"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["user_account.id"],
            name=op.f("fk_approval_task_person_id_user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_task")),
    )
    with op.batch_alter_table("approval_task", schema=None) as batch_op:
        batch_op.create_index("ix_approval_task_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index("ix_approval_task_person", ["person_id", "state"], unique=False)

    for index, table, columns in EXPRESSION_INDEXES:
        op.create_index(index, table, [sa.text(c) for c in columns])
    for table in SEARCHED:
        search.create_index(op.get_bind(), table)
