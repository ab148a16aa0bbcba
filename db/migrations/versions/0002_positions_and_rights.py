"""Positions, rights, teams, shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # named in what Alembic writes for JSON columns
from sqlalchemy.dialects import postgresql

import db.types
from db import search

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0001 to 0002."""
    op.create_table(
        "access_department",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reach", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_department")),
    )
    with op.batch_alter_table("access_department", schema=None) as batch_op:
        batch_op.create_index("ix_access_department_holding", ["holding_id", "reach"], unique=False)

    op.create_table(
        "access_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", db.types.Words(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_group")),
    )
    with op.batch_alter_table("access_group", schema=None) as batch_op:
        batch_op.create_index("ix_access_group_user", ["user_id"], unique=False)

    op.create_table(
        "access_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reach", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_person")),
    )
    with op.batch_alter_table("access_person", schema=None) as batch_op:
        batch_op.create_index("ix_access_person_holding", ["holding_id", "reach"], unique=False)

    op.create_table(
        "access_right",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("operation", db.types.Words(), nullable=False),
        sa.Column("reach", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_right")),
    )
    with op.batch_alter_table("access_right", schema=None) as batch_op:
        batch_op.create_index("ix_access_right_user", ["user_id", "record_type", "operation"], unique=False)

    op.create_table(
        "access_state",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_state")),
    )
    op.create_table(
        "record_share",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grantee_kind", db.types.Words(), nullable=False),
        sa.Column("grantee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("may_change", sa.Boolean(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_share")),
        sa.UniqueConstraint(
            "record_type",
            "record_id",
            "grantee_kind",
            "grantee_id",
            name=op.f("uq_record_share_record_type_record_id_grantee_kind_grantee_id"),
        ),
    )
    with op.batch_alter_table("record_share", schema=None) as batch_op:
        batch_op.create_index("ix_record_share_grantee", ["record_type", "grantee_kind", "grantee_id"], unique=False)

    op.create_table(
        "position",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("key", db.types.Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("hidden", db.types.Tags(), nullable=False),
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
            ["department_id"], ["department.id"], name=op.f("fk_position_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_position_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("name", name=op.f("uq_position_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_position_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("sx_position_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index("sx_position_name_key", ["name_key", "id"], unique=False)
        batch_op.create_index("sx_position_updated_at", ["updated_at", "id"], unique=False)

    op.create_table(
        "team",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
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
            ["department_id"], ["department.id"], name=op.f("fk_team_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["user_account.id"], name=op.f("fk_team_leader_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_team_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("sx_team_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index("sx_team_name_key", ["name_key", "id"], unique=False)
        batch_op.create_index("sx_team_updated_at", ["updated_at", "id"], unique=False)

    op.create_table(
        "position_field",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("field", db.types.Words(), nullable=False),
        sa.Column("access", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_position_field_position_id_position"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_field")),
        sa.UniqueConstraint(
            "position_id", "record_type", "field", name=op.f("uq_position_field_position_id_record_type_field")
        ),
    )
    op.create_table(
        "position_right",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("operation", db.types.Words(), nullable=False),
        sa.Column("reach", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_position_right_position_id_position"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_right")),
        sa.UniqueConstraint(
            "position_id", "record_type", "operation", name=op.f("uq_position_right_position_id_record_type_operation")
        ),
    )
    op.create_table(
        "team_member",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["team.id"], name=op.f("fk_team_member_parent_id_team"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_team_member_user_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_member_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_position",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_user_position_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["user_account.id"], name=op.f("fk_user_position_parent_id_user_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_user_position_position_id_position"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_position")),
    )
    with op.batch_alter_table("user_position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_position_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_position_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_position_position_id"), ["position_id"], unique=False)

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("currency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_currency_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.add_column(sa.Column("branch", sa.Boolean(), nullable=True))
        batch_op.create_index(batch_op.f("ix_department_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("number_sequence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_number_sequence_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("option_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_option_item_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_order_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_department_id"), ["department_id"], unique=False)

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_department_id"), ["department_id"], unique=False)

    op.execute(sa.text("UPDATE department SET branch = false"))

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("manager_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("substitute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("away_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("away_until", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_user_account_department_id"), ["department_id"], unique=False)

    for table in ("position", "team"):
        search.create_index(op.get_bind(), table)
