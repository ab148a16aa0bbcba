"""The documents of the sales chain: quotes, deliveries, returns, receivables, invoices, receipts, and terms of payment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # named in what Alembic writes for JSON columns
from sqlalchemy.dialects import postgresql

import db.types
from db import search

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EXPRESSION_INDEXES = (
    (
        "sx_quote_valid_until",
        "quote",
        ("coalesce(valid_until, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    (
        "sx_receivable_due_date",
        "receivable",
        ("coalesce(due_date, '9999-12-31')", "id", "owner_id", "department_id", "customer_id"),
    ),
    (
        "ix_receivable_owed",
        "receivable",
        ("status", "customer_id", "coalesce(due_date, '9999-12-31')", "open_amount"),
    ),
)
"""Indexes over columns that may be NULL: name, table, expressions; see db/ordering.py."""

REFERENCES = (
    ("customer", "terms_id", "payment_terms"),
    ("sales_order", "quote_id", "quote"),
    ("sales_order", "terms_id", "payment_terms"),
)
"""New columns of older tables that point to the new ones."""

SEARCHED = ("payment_terms", "quote", "delivery", "sales_return", "receivable", "invoice", "receipt")
"""The new tables with a search index beside them."""


def upgrade() -> None:
    """From 0006 to 0007."""
    op.create_table(
        "payment_terms",
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("name_key", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
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
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_payment_terms_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_payment_terms_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_terms")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_terms_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_terms_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_payment_terms_created_at", ["created_at", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index(
            "sx_payment_terms_name_key", ["name_key", "id", "owner_id", "department_id"], unique=False
        )
        batch_op.create_index(
            "sx_payment_terms_updated_at", ["updated_at", "id", "owner_id", "department_id"], unique=False
        )

    op.create_table(
        "payment_terms_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("share", db.types.Percent(), nullable=False),
        sa.Column("basis", db.types.Words(), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["payment_terms.id"],
            name=op.f("fk_payment_terms_line_parent_id_payment_terms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_terms_line")),
    )
    with op.batch_alter_table("payment_terms_line", schema=None) as batch_op:
        batch_op.create_index("ix_payment_terms_line_parent", ["parent_id", "position"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("invoice_code", db.types.Words(), nullable=False),
        sa.Column("kind", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("title_name", db.types.Words(), nullable=False),
        sa.Column("tax_number", db.types.Words(), nullable=False),
        sa.Column("bank", db.types.Words(), nullable=False),
        sa.Column("bank_account", db.types.Words(), nullable=False),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tax_mode", db.types.Words(), nullable=False),
        sa.Column("net", db.types.Money(), nullable=False),
        sa.Column("tax", db.types.Money(), nullable=False),
        sa.Column("total", db.types.Money(), nullable=False),
        sa.Column("total_words", db.types.Words(), nullable=False),
        sa.Column("corrected", db.types.Money(), nullable=False),
        sa.Column("received", db.types.Money(), nullable=False),
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
            ["corrects_id"], ["invoice.id"], name=op.f("fk_invoice_corrects_id_invoice"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_id"], ["currency.id"], name=op.f("fk_invoice_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_invoice_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_invoice_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_invoice_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_corrects_id"), ["corrects_id"], unique=False)
        batch_op.create_index("ix_invoice_customer_date", ["customer_id", "invoice_date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_invoice_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_invoice_invoice_date", ["invoice_date", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_invoice_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_invoice_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_invoice_total", ["total", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_invoice_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "receipt",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", db.types.Words(), nullable=False),
        sa.Column("receipt_date", sa.Date(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("method", db.types.Words(), nullable=False),
        sa.Column("account", db.types.Words(), nullable=False),
        sa.Column("reference", db.types.Words(), nullable=False),
        sa.Column("payer", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("bank_charge", db.types.Money(), nullable=False),
        sa.Column("difference", db.types.Money(), nullable=False),
        sa.Column("worth", db.types.Money(), nullable=False),
        sa.Column("allocated", db.types.Money(), nullable=False),
        sa.Column("credit", db.types.Money(), nullable=False),
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
            ["currency_id"], ["currency.id"], name=op.f("fk_receipt_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_receipt_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_receipt_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_receipt_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("number", name=op.f("uq_receipt_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index("ix_receipt_customer_date", ["customer_id", "receipt_date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_receipt_amount", ["amount", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receipt_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receipt_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receipt_receipt_date", ["receipt_date", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receipt_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receipt_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "quote",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("quote_date", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lost_reason", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tax_mode", db.types.Words(), nullable=False),
        sa.Column("order_discount", db.types.Money(), nullable=False),
        sa.Column("freight", db.types.Money(), nullable=False),
        sa.Column("net", db.types.Money(), nullable=False),
        sa.Column("tax", db.types.Money(), nullable=False),
        sa.Column("total", db.types.Money(), nullable=False),
        sa.Column("total_words", db.types.Words(), nullable=False),
        sa.Column("terms_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cost", db.types.Money(), nullable=False),
        sa.Column("margin", db.types.Money(), nullable=False),
        sa.Column("margin_rate", db.types.Percent(), nullable=False),
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
            ["contact_id"], ["contact.id"], name=op.f("fk_quote_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["currency_id"], ["currency.id"], name=op.f("fk_quote_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_quote_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_quote_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_quote_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["terms_id"], ["payment_terms.id"], name=op.f("fk_quote_terms_id_payment_terms"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("number", name=op.f("uq_quote_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_quote_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_quote_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_quote_quote_date", ["quote_date", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_quote_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_quote_total", ["total", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_quote_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "quote_line",
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
        sa.Column("cost", db.types.Price(), nullable=True),
        sa.Column("margin", db.types.Money(), nullable=False),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["quote.id"], name=op.f("fk_quote_line_parent_id_quote"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_quote_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
    )
    with op.batch_alter_table("quote_line", schema=None) as batch_op:
        batch_op.create_index("ix_quote_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("address", db.types.Words(), nullable=False),
        sa.Column("carrier", db.types.Words(), nullable=False),
        sa.Column("tracking", db.types.Words(), nullable=False),
        sa.Column("packages", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_by", db.types.Words(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
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
            ["contact_id"], ["contact.id"], name=op.f("fk_delivery_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_delivery_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_delivery_department_id_department"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_delivery_order_id_sales_order"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_delivery_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("number", name=op.f("uq_delivery_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_delivery_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_delivery_delivery_date",
            ["delivery_date", "id", "owner_id", "department_id", "customer_id"],
            unique=False,
        )
        batch_op.create_index(
            "sx_delivery_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_delivery_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_delivery_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "invoice_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("specification", db.types.Words(), nullable=False),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("quantity", db.types.Quantity(), nullable=False),
        sa.Column("price", db.types.Price(), nullable=False),
        sa.Column("discount", db.types.Percent(), nullable=False),
        sa.Column("tax_rate", db.types.Percent(), nullable=False),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("tax", db.types.Money(), nullable=False),
        sa.Column("gross", db.types.Money(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_invoice_line_order_id_sales_order"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["invoice.id"], name=op.f("fk_invoice_line_parent_id_invoice"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_invoice_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_line_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_invoice_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "delivery_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", db.types.Words(), nullable=False),
        sa.Column("name", db.types.Words(), nullable=False),
        sa.Column("specification", db.types.Words(), nullable=False),
        sa.Column("unit", db.types.Words(), nullable=False),
        sa.Column("quantity", db.types.Quantity(), nullable=False),
        sa.Column("serials", db.types.Words(), nullable=False),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_delivery_line_order_line_id_sales_order_line"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["delivery.id"], name=op.f("fk_delivery_line_parent_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_delivery_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_line")),
    )
    with op.batch_alter_table("delivery_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_line_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index("ix_delivery_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "sales_return",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("return_date", sa.Date(), nullable=False),
        sa.Column("kind", db.types.Words(), nullable=False),
        sa.Column("reason", db.types.Words(), nullable=False),
        sa.Column("taken_by", db.types.Words(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("note", db.types.Words(), nullable=False),
        sa.Column("tax_mode", db.types.Words(), nullable=False),
        sa.Column("order_discount", db.types.Money(), nullable=False),
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
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_sales_return_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_sales_return_delivery_id_delivery"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_sales_return_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_return_order_id_sales_order"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_sales_return_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_return")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_return_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sales_return", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_return_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_return_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_return_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_return_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_return_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "sx_sales_return_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_sales_return_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_sales_return_return_date",
            ["return_date", "id", "owner_id", "department_id", "customer_id"],
            unique=False,
        )
        batch_op.create_index(
            "sx_sales_return_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_sales_return_total", ["total", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_sales_return_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "receivable",
        sa.Column("number", db.types.Words(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("return_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("status", db.types.Words(), nullable=False),
        sa.Column("basis", db.types.Words(), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("currency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("received", db.types.Money(), nullable=False),
        sa.Column("written_off", db.types.Money(), nullable=False),
        sa.Column("open_amount", db.types.Money(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("dunning_level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
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
            ["currency_id"], ["currency.id"], name=op.f("fk_receivable_currency_id_currency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_receivable_customer_id_customer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_receivable_department_id_department"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_receivable_order_id_sales_order"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_receivable_owner_id_user_account"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sales_return.id"], name=op.f("fk_receivable_return_id_sales_return"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receivable")),
        sa.UniqueConstraint("number", name=op.f("uq_receivable_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("receivable", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receivable_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receivable_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receivable_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receivable_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receivable_return_id"), ["return_id"], unique=False)
        batch_op.create_index(
            "sx_receivable_amount", ["amount", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receivable_created_at", ["created_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receivable_number", ["number", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receivable_open_amount", ["open_amount", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receivable_status", ["status", "id", "owner_id", "department_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "sx_receivable_updated_at", ["updated_at", "id", "owner_id", "department_id", "customer_id"], unique=False
        )

    op.create_table(
        "sales_return_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_sales_return_line_order_line_id_sales_order_line"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["sales_return.id"],
            name=op.f("fk_sales_return_line_parent_id_sales_return"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_sales_return_line_product_id_product"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_return_line")),
    )
    with op.batch_alter_table("sales_return_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_return_line_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index("ix_sales_return_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_return_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "receipt_line",
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receivable_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", db.types.Words(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("amount", db.types.Money(), nullable=False),
        sa.Column("remark", db.types.Words(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_receipt_line_invoice_id_invoice"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_receipt_line_order_id_sales_order"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["receipt.id"], name=op.f("fk_receipt_line_parent_id_receipt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["receivable_id"],
            ["receivable.id"],
            name=op.f("fk_receipt_line_receivable_id_receivable"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
    )
    with op.batch_alter_table("receipt_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_line_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index("ix_receipt_line_parent", ["parent_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_line_receivable_id"), ["receivable_id"], unique=False)

    for index, table, columns in EXPRESSION_INDEXES:
        op.create_index(index, table, [sa.text(c) for c in columns])
    for table, column, target in REFERENCES:
        # Written out, since both engines add a column with its reference, but only one of them adds a reference to a column.
        number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
        reference = f"CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id) ON DELETE RESTRICT"
        op.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column} {number} {reference}"))
    op.create_index("ix_sales_order_quote_id", "sales_order", ["quote_id"])
    for column in ("accepted_on", "delivered_on"):
        op.add_column("sales_order", sa.Column(column, sa.Date(), nullable=True))
    for column in ("returned", "invoiced", "received", "written_off", "open_amount"):
        op.add_column("sales_order", sa.Column(column, db.types.Money(), nullable=True))
    for column in ("by_hand", "noted", "returned"):
        op.add_column("sales_order_line", sa.Column(column, db.types.Quantity(), nullable=True))
    op.execute(
        sa.text("UPDATE sales_order SET returned = 0, invoiced = 0, received = 0, written_off = 0, open_amount = 0")
    )
    # What was delivered before there were delivery notes was delivered without one.
    op.execute(sa.text("UPDATE sales_order_line SET by_hand = delivered, noted = 0, returned = 0"))
    op.execute(
        sa.text(
            "UPDATE position_field SET field = 'lines.by_hand' WHERE record_type = 'sales-orders' AND field = 'lines.delivered'"
        )
    )
    for table in SEARCHED:
        search.create_index(op.get_bind(), table)
