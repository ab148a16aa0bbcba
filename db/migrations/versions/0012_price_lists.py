"""Price lists, bundles, the price by list in the lines of documents, and how far below it a position may go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # named in what Alembic writes for JSON columns
from sqlalchemy.dialects import postgresql

import db.types
from db import search

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WHOSE = ("id", "owner_id", "department_id", "customer_id")
EXPRESSION_INDEXES = tuple(
    (f"sx_price_list_{column}", "price_list", (f"coalesce({column}, '9999-12-31')", *_WHOSE))
    for column in ("valid_from", "valid_until")
)
"""Indexes over columns that may be NULL: name, table, expressions; see db/ordering.py."""

SEARCHED = ("price_list", "bundle")
"""The new tables with a search index beside them."""

LINES = ("quote_line", "sales_order_line", "opportunity_line")
HEADS = ("quote", "sales_order")
HIDDEN_WITH = (
    ("lines.price", "lines.list_price"),
    ("lines.price", "lines.price_list_id"),
    ("lines.discount", "deepest_discount"),
)
"""Fields of documents, and the new ones that tell the same: who was not to see those is not to see these."""


def upgrade() -> None:
    """From 0011 to 0012."""
    op.create_table(
        "bundle",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
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
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_bundle_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_bundle_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_bundle_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("bundle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bundle_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bundle_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bundle_product_id"), ["product_id"], unique=False)
        batch_op.create_index("sx_bundle_created_at", ["created_at", "id", "owner_id", "department_id"], unique=False)
        batch_op.create_index("sx_bundle_name_key", ["name_key", "id", "owner_id", "department_id"], unique=False)
        batch_op.create_index("sx_bundle_updated_at", ["updated_at", "id", "owner_id", "department_id"], unique=False)

    op.create_table(
        "bundle_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("quantity", db.types.Quantity(), nullable=False),
        sa.Column("price", db.types.Price(), nullable=True),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["bundle.id"], name=op.f("fk_bundle_line_parent_id_bundle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_bundle_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_line")),
    )
    with op.batch_alter_table("bundle_line", schema=None) as batch_op:
        batch_op.create_index("ix_bundle_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_bundle_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "price_list",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("level", db.types.Words(), nullable=False),
        sa.Column("region", db.types.Words(), nullable=False),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax_mode", db.types.Words(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
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
            ["currency_id"], ["currency.id"], name=op.f("fk_price_list_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_price_list_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_price_list_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_price_list_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("number", name=op.f("uq_price_list_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_list_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_list_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_list_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_price_list_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_price_list_level", ["level", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_price_list_name_key", ["name_key", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_price_list_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_price_list_region", ["region", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_price_list_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "price_list_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("min_quantity", db.types.Quantity(), nullable=False),
        sa.Column("price", db.types.Price(), nullable=True),
        sa.Column("discount", db.types.Percent(), nullable=True),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["price_list.id"], name=op.f("fk_price_list_line_parent_id_price_list"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_price_list_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_line")),
    )
    with op.batch_alter_table("price_list_line", schema=None) as batch_op:
        batch_op.create_index("ix_price_list_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index("ix_price_list_line_product", ["product_id", "parent_id"], unique=False)

    for index, table, columns in EXPRESSION_INDEXES:
        op.create_index(index, table, [sa.text(c) for c in columns])
    for table in SEARCHED:
        search.create_index(op.get_bind(), table)
    for table in LINES:
        op.add_column(table, sa.Column("list_price", db.types.Price(), nullable=True))
        _add_reference(table, "price_list_id", "price_list")
        _add_reference(table, "bundle_id", "bundle")
    for table in HEADS:
        op.add_column(table, sa.Column("deepest_discount", db.types.Percent(), nullable=True))
    op.add_column("position", sa.Column("discount_limit", db.types.Percent(), nullable=True))
    _hide()


def _add_reference(table: str, column: str, target: str) -> None:
    # Written out, since both engines add a column with its reference, but only one of them adds a reference to a column.
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = f"CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id) ON DELETE SET NULL"
    op.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column} {number} {reference}"))


def _hide() -> None:
    """Keep the new fields from who does not see the prices they tell of; who may go beyond credit limits may go below the floor."""
    for told, new in HIDDEN_WITH:
        op.execute(
            sa.text(
                "INSERT INTO position_field (position_id, record_type, field, access) "
                "SELECT position_id, record_type, :new, 0 FROM position_field "
                "WHERE field = :told AND access = 0 AND record_type IN ('quotes', 'sales-orders', 'opportunities')"
            ).bindparams(new=new, told=told)
        )
    for key in ("quotes", "sales-orders"):
        op.execute(
            sa.text(
                "INSERT INTO position_right (position_id, record_type, operation, reach) "
                "SELECT position_id, :key, 'below_floor', reach FROM position_right "
                "WHERE record_type = 'sales-orders' AND operation = 'over_credit'"
            ).bindparams(key=key)
        )
