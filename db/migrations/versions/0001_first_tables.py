"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import db.types
from db import search

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXPRESSION_INDEXES = (
    ("sx_customer_credit_limit", "customer", ("coalesce(credit_limit, 9223372036854775807)", "id")),
    ("sx_customer_next_follow_up", "customer", ("coalesce(next_follow_up, '9999-12-31')", "id")),
    ("sx_product_list_price", "product", ("coalesce(list_price, 9223372036854775807)", "id")),
    ("sx_contact_birthday", "contact", ("coalesce(birthday, '9999-12-31')", "id")),
    ("sx_follow_up_next_date", "follow_up", ("coalesce(next_date, '9999-12-31')", "id")),
    ("sx_sales_order_delivery_date", "sales_order", ("coalesce(delivery_date, '9999-12-31')", "id")),
    ("ix_task_status_due", "task", ("status", "coalesce(due, '9999-12-31')", "id")),
    ("sx_task_due", "task", ("coalesce(due, '9999-12-31')", "id")),
)
"""Orders over columns that may be NULL: name, table, expressions; see db/ordering.py."""

SEARCHED = (
    "department",
    "user_account",
    "currency",
    "customer",
    "number_sequence",
    "option_item",
    "product",
    "unit",
    "contact",
    "follow_up",
    "sales_order",
    "task",
)
"""The tables with a search index beside them."""


def upgrade() -> None:
    """From nothing to 0001."""
    op.create_table(
        "custom_field",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("record_type", "name", name=op.f("uq_custom_field_record_type_name")),
    )
    op.create_table(
        "department",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("manager_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_department_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["department.id"], name=op.f("fk_department_parent_id_department"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sqlite_autoincrement=True,
    )
    op.create_index("sx_department_created_at", "department", ["created_at", "id"], unique=False)
    op.create_index("sx_department_name_key", "department", ["name_key", "id"], unique=False)
    op.create_index("sx_department_updated_at", "department", ["updated_at", "id"], unique=False)

    op.create_table(
        "file_content",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", db.types.Words(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_content")),
        sa.UniqueConstraint("sha256", name=op.f("uq_file_content_sha256")),
    )
    op.create_table(
        "history_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_label", db.types.Words(), nullable=False),
        sa.Column("action", db.types.Words(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_name", db.types.Words(), nullable=False),
        sa.Column("station", db.types.Words(), nullable=False),
        sa.Column("batch", db.types.Words(), nullable=False),
        sa.Column(
            "changes", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undone_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
    )
    op.create_index("ix_history_entry_action", "history_entry", ["action", "id"], unique=False)
    op.create_index("ix_history_entry_batch", "history_entry", ["batch"], unique=False)
    op.create_index("ix_history_entry_record", "history_entry", ["record_type", "record_id", "id"], unique=False)

    op.create_table(
        "kept_draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", db.types.Words(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_draft")),
        sa.UniqueConstraint(
            "user_id", "record_type", "record_id", "slot", name=op.f("uq_kept_draft_user_id_record_type_record_id_slot")
        ),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("user_name", db.types.Words(), nullable=False),
        sa.Column("reason", db.types.Words(), nullable=False),
        sa.Column(
            "snapshot", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_index("uq_revision_record", "revision", ["record_type", "record_id", "number"], unique=True)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("record_type", "user_id", "name", name=op.f("uq_saved_view_record_type_user_id_name")),
    )
    op.create_table(
        "schema_fact",
        sa.Column("key", db.types.Words(), nullable=False),
        sa.Column("value", db.types.Words(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_schema_fact")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", db.types.Words(), nullable=False),
        sa.Column("value", db.types.Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_setting_user_id_key")),
    )
    op.create_table(
        "file_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", db.types.Words(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("content_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("added_by", db.types.Words(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["file_content.id"], name=op.f("fk_file_link_content_id_file_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_link")),
    )
    op.create_index("ix_file_link_record", "file_link", ["record_type", "record_id"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("sign_in", db.types.Words(), nullable=False),
        sa.Column("mobile", db.types.Words(), nullable=False),
        sa.Column("email", db.types.Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
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
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_user_account_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_user_account_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("sign_in", name=op.f("uq_user_account_sign_in")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_user_account_owner_id", "user_account", ["owner_id"], unique=False)
    op.create_index("sx_user_account_created_at", "user_account", ["created_at", "id"], unique=False)
    op.create_index("sx_user_account_name_key", "user_account", ["name_key", "id"], unique=False)
    op.create_index("sx_user_account_sign_in", "user_account", ["sign_in", "id"], unique=False)
    op.create_index("sx_user_account_updated_at", "user_account", ["updated_at", "id"], unique=False)

    op.create_table(
        "currency",
        sa.Column("code", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("symbol", db.types.Words(), nullable=False),
        sa.Column("rate", db.types.Price(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_currency_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_currency_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_currency")),
        sa.UniqueConstraint("code", name=op.f("uq_currency_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_currency_owner_id", "currency", ["owner_id"], unique=False)
    op.create_index("sx_currency_code", "currency", ["code", "id"], unique=False)
    op.create_index("sx_currency_created_at", "currency", ["created_at", "id"], unique=False)
    op.create_index("sx_currency_updated_at", "currency", ["updated_at", "id"], unique=False)

    op.create_table(
        "customer",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("short_name", db.types.Words(), nullable=False),
        sa.Column("initials", db.types.Words(), nullable=False),
        sa.Column("kind", db.types.Words(), nullable=False),
        sa.Column("level", db.types.Words(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("industry", db.types.Words(), nullable=False),
        sa.Column("source", db.types.Words(), nullable=False),
        sa.Column("tags", db.types.Tags(), nullable=False),
        sa.Column("next_follow_up", sa.Date(), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("phone", db.types.Words(), nullable=False),
        sa.Column("mobile", db.types.Words(), nullable=False),
        sa.Column("fax", db.types.Words(), nullable=False),
        sa.Column("email", db.types.Words(), nullable=False),
        sa.Column("web", db.types.Words(), nullable=False),
        sa.Column("region", db.types.Words(), nullable=False),
        sa.Column("city", db.types.Words(), nullable=False),
        sa.Column("address", db.types.Words(), nullable=False),
        sa.Column("tax_number", db.types.Words(), nullable=False),
        sa.Column("bank", db.types.Words(), nullable=False),
        sa.Column("bank_account", db.types.Words(), nullable=False),
        sa.Column("credit_limit", db.types.Money(), nullable=True),
        sa.Column("credit_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_customer_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_customer_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("number", name=op.f("uq_customer_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_customer_owner_id", "customer", ["owner_id"], unique=False)
    op.create_index("sx_customer_city", "customer", ["city", "id"], unique=False)
    op.create_index("sx_customer_created_at", "customer", ["created_at", "id"], unique=False)
    op.create_index("sx_customer_level", "customer", ["level", "id"], unique=False)
    op.create_index("sx_customer_name_key", "customer", ["name_key", "id"], unique=False)
    op.create_index("sx_customer_number", "customer", ["number", "id"], unique=False)
    op.create_index("sx_customer_status", "customer", ["status", "id"], unique=False)
    op.create_index("sx_customer_updated_at", "customer", ["updated_at", "id"], unique=False)

    op.create_table(
        "number_sequence",
        sa.Column("key", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("pattern", db.types.Words(), nullable=False),
        sa.Column("restart", db.types.Words(), nullable=False),
        sa.Column("period", db.types.Words(), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_number_sequence_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user_account.id"],
            name=op.f("fk_number_sequence_owner_id_user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_sequence")),
        sa.UniqueConstraint("key", name=op.f("uq_number_sequence_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_number_sequence_owner_id", "number_sequence", ["owner_id"], unique=False)
    op.create_index("sx_number_sequence_created_at", "number_sequence", ["created_at", "id"], unique=False)
    op.create_index("sx_number_sequence_key", "number_sequence", ["key", "id"], unique=False)
    op.create_index("sx_number_sequence_updated_at", "number_sequence", ["updated_at", "id"], unique=False)

    op.create_table(
        "option_item",
        sa.Column("list_key", db.types.Words(), nullable=False),
        sa.Column("code", db.types.Words(), nullable=False),
        sa.Column("label", db.types.Words(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tone", db.types.Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_option_item_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_option_item_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_item")),
        sa.UniqueConstraint("list_key", "code", name=op.f("uq_option_item_list_key_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_option_item_owner_id", "option_item", ["owner_id"], unique=False)
    op.create_index("sx_option_item_created_at", "option_item", ["created_at", "id"], unique=False)
    op.create_index("sx_option_item_list_key", "option_item", ["list_key", "id"], unique=False)
    op.create_index("sx_option_item_updated_at", "option_item", ["updated_at", "id"], unique=False)

    op.create_table(
        "product",
        sa.Column("code", db.types.Words(), nullable=False),
        sa.Column("barcode", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("specification", db.types.Words(), nullable=False),
        sa.Column("category", db.types.Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("picture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("second_unit", db.types.Words(), nullable=False),
        sa.Column("second_factor", db.types.Quantity(), nullable=True),
        sa.Column("stock_kept", sa.Boolean(), nullable=False),
        sa.Column("list_price", db.types.Price(), nullable=True),
        sa.Column("floor_price", db.types.Price(), nullable=True),
        sa.Column("cost", db.types.Price(), nullable=True),
        sa.Column("tax_rate", db.types.Percent(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_product_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_product_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["file_content.id"], name=op.f("fk_product_picture_id_file_content"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("code", name=op.f("uq_product_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_product_owner_id", "product", ["owner_id"], unique=False)
    op.create_index("sx_product_barcode", "product", ["barcode", "id"], unique=False)
    op.create_index("sx_product_category", "product", ["category", "id"], unique=False)
    op.create_index("sx_product_code", "product", ["code", "id"], unique=False)
    op.create_index("sx_product_created_at", "product", ["created_at", "id"], unique=False)
    op.create_index("sx_product_name_key", "product", ["name_key", "id"], unique=False)
    op.create_index("sx_product_updated_at", "product", ["updated_at", "id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("decimals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_unit_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_unit_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unit_owner_id", "unit", ["owner_id"], unique=False)
    op.create_index("sx_unit_created_at", "unit", ["created_at", "id"], unique=False)
    op.create_index("sx_unit_name_key", "unit", ["name_key", "id"], unique=False)
    op.create_index("sx_unit_updated_at", "unit", ["updated_at", "id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("role", db.types.Words(), nullable=False),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("weight", db.types.Words(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("mobile", db.types.Words(), nullable=False),
        sa.Column("phone", db.types.Words(), nullable=False),
        sa.Column("wechat", db.types.Words(), nullable=False),
        sa.Column("qq", db.types.Words(), nullable=False),
        sa.Column("email", db.types.Words(), nullable=False),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_contact_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_contact_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_customer_id", "contact", ["customer_id"], unique=False)
    op.create_index("ix_contact_owner_id", "contact", ["owner_id"], unique=False)
    op.create_index("sx_contact_created_at", "contact", ["created_at", "id"], unique=False)
    op.create_index("sx_contact_name_key", "contact", ["name_key", "id"], unique=False)
    op.create_index("sx_contact_updated_at", "contact", ["updated_at", "id"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", db.types.Words(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("text", db.types.Words(), nullable=False),
        sa.Column("next_step", db.types.Words(), nullable=False),
        sa.Column("next_date", sa.Date(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_follow_up_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_follow_up_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_follow_up_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_follow_up_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_follow_up_customer_at", "follow_up", ["customer_id", "at", "id"], unique=False)
    op.create_index("ix_follow_up_customer_id", "follow_up", ["customer_id"], unique=False)
    op.create_index("ix_follow_up_owner_id", "follow_up", ["owner_id"], unique=False)
    op.create_index("sx_follow_up_at", "follow_up", ["at", "id"], unique=False)
    op.create_index("sx_follow_up_created_at", "follow_up", ["created_at", "id"], unique=False)
    op.create_index("sx_follow_up_updated_at", "follow_up", ["updated_at", "id"], unique=False)

    op.create_table(
        "sales_order",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("delivery_address", db.types.Words(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_order", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tax_mode", db.types.Words(), nullable=False),
        sa.Column("order_discount", db.types.Money(), nullable=False),
        sa.Column("freight", db.types.Money(), nullable=False),
        sa.Column("net", db.types.Money(), nullable=False),
        sa.Column("tax", db.types.Money(), nullable=False),
        sa.Column("total", db.types.Money(), nullable=False),
        sa.Column("total_words", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_sales_order_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["currency_id"], ["currency.id"], name=op.f("fk_sales_order_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_sales_order_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_sales_order_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_sales_order_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sales_order_customer_date", "sales_order", ["customer_id", "order_date", "id"], unique=False)
    op.create_index("ix_sales_order_customer_id", "sales_order", ["customer_id"], unique=False)
    op.create_index("ix_sales_order_owner_id", "sales_order", ["owner_id"], unique=False)
    op.create_index("sx_sales_order_created_at", "sales_order", ["created_at", "id"], unique=False)
    op.create_index("sx_sales_order_number", "sales_order", ["number", "id"], unique=False)
    op.create_index("sx_sales_order_order_date", "sales_order", ["order_date", "id"], unique=False)
    op.create_index("sx_sales_order_status", "sales_order", ["status", "id"], unique=False)
    op.create_index("sx_sales_order_total", "sales_order", ["total", "id"], unique=False)
    op.create_index("sx_sales_order_updated_at", "sales_order", ["updated_at", "id"], unique=False)
    op.create_index("uq_sales_order_number_customer", "sales_order", ["number", "customer_id"], unique=True)

    op.create_table(
        "task",
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("priority", db.types.Words(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", db.types.Words(), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_task_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_task_customer_id_customer"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_task_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_task_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_task_customer_id", "task", ["customer_id"], unique=False)
    op.create_index("ix_task_owner_id", "task", ["owner_id"], unique=False)
    op.create_index("sx_task_created_at", "task", ["created_at", "id"], unique=False)
    op.create_index("sx_task_priority", "task", ["priority", "id"], unique=False)
    op.create_index("sx_task_status", "task", ["status", "id"], unique=False)
    op.create_index("sx_task_updated_at", "task", ["updated_at", "id"], unique=False)

    op.create_table(
        "sales_order_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("specification", db.types.Words(), nullable=False),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("quantity", db.types.Quantity(), nullable=False),
        sa.Column("price", db.types.Price(), nullable=False),
        sa.Column("discount", db.types.Percent(), nullable=False),
        sa.Column("tax_rate", db.types.Percent(), nullable=False),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("tax", db.types.Money(), nullable=False),
        sa.Column("delivered", db.types.Quantity(), nullable=False),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["sales_order.id"],
            name=op.f("fk_sales_order_line_parent_id_sales_order"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_sales_order_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_line")),
    )
    op.create_index("ix_sales_order_line_parent", "sales_order_line", ["parent_id", "position"], unique=False)
    op.create_index("ix_sales_order_line_product_id", "sales_order_line", ["product_id"], unique=False)
    for name, table, expressions in EXPRESSION_INDEXES:
        op.create_index(name, table, [sa.text(e) for e in expressions])
    for table in SEARCHED:
        search.create_index(op.get_bind(), table)
